// Package web uses what net/http and html/template have beside files.
package web

import (
	"html/template"
	"net/http"
	t "text/template"
)

// Folder has the name of a gated type.
type Folder struct{ Dir string }

var page = template.Must(template.New("page").Parse("{{.}}"))

func files(w http.ResponseWriter, r *http.Request) {
	http.ServeFile(w, r, "/etc/passwd")       // want `ServeFile of net/http is not allowed in an exercise\nIt opens files`
	_ = http.FileServer((http.Dir)("/"))      // want `FileServer of net/http` `Dir of net/http`
	_, _ = template.ParseFiles("/etc/passwd") // want `ParseFiles of html/template`
	_ = t.Must((t.ParseGlob)("/etc/*"))       // want `ParseGlob of text/template`
	_, _ = page.Clone()
	_ = Folder{Dir: "mine"}.Dir
	http.NotFound(w, r)
	var http Folder
	http.Dir = "a local variable is no package"
}
