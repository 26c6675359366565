// Package dotted imports a gated package without a name.
package dotted

import . "net/http"

var root = Dir("/") // want `Dir of net/http`

func serve(w ResponseWriter, r *Request) {
	ServeFile(w, r, "/etc/passwd") // want `ServeFile of net/http`
	NotFound(w, r)
}
