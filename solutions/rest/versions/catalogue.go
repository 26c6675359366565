// Package versions shows a catalogue of products in two versions, chosen by
// path or by media type.
package versions

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// Product is one thing that the shop sells.
type Product struct {
	ID    int
	Name  string
	Cents int // the price, in cents of a euro
}

// Plan says how version 1 ends.
type Plan struct {
	Deprecated time.Time // nobody should begin to use it after this
	Sunset     time.Time // it may be switched off after this
}

type catalogue struct {
	products []Product
	plan     Plan
}

// New shows the products, in both versions.
func New(products []Product, plan Plan) http.Handler {
	c := catalogue{products, plan}
	mux := http.NewServeMux()
	for _, path := range []string{"/products", "/products/{id}"} {
		mux.HandleFunc("GET "+path, c.chosenByAccept)
		for _, v := range versions {
			mux.HandleFunc("GET /"+v.name+path, func(w http.ResponseWriter, r *http.Request) {
				c.serve(w, r, choice{v, plainType})
			})
		}
	}
	mux.HandleFunc("/", unknown)
	return mux
}

func (c catalogue) chosenByAccept(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept")
	choice, ok := choose(r.Header.Values("Accept"))
	if !ok {
		http.Error(w, "there are application/vnd.shop.v1+json and application/vnd.shop.v2+json", http.StatusNotAcceptable)
		return
	}
	c.serve(w, r, choice)
}

// serve answers with a list or, when the path has an id, with one product.
func (c catalogue) serve(w http.ResponseWriter, r *http.Request, choice choice) {
	if choice.version.ends {
		c.announce(w, r)
	}
	if r.PathValue("id") == "" {
		reply(w, choice.mediaType, choice.version.list(c.products))
		return
	}
	p, ok := c.find(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	reply(w, choice.mediaType, choice.version.show(p))
}

func (c catalogue) find(id string) (Product, bool) {
	for _, p := range c.products {
		if strconv.Itoa(p.ID) == id {
			return p, true
		}
	}
	return Product{}, false
}

// announce tells that version 1 ends: a Date as RFC 9651 writes it, an HTTP
// date, and where the successor is.
func (c catalogue) announce(w http.ResponseWriter, r *http.Request) {
	path := "/v2/products"
	if id := r.PathValue("id"); id != "" {
		path += "/" + id
	}
	w.Header().Set("Deprecation", fmt.Sprintf("@%d", c.plan.Deprecated.Unix()))
	w.Header().Set("Sunset", c.plan.Sunset.UTC().Format(http.TimeFormat))
	w.Header().Set("Link", "<"+path+`>; rel="successor-version"`)
}

var versioned = regexp.MustCompile(`^/v[0-9]+/products(/|$)`)

func unknown(w http.ResponseWriter, r *http.Request) {
	if versioned.MatchString(r.URL.Path) {
		http.Error(w, "there are the versions v1 and v2", http.StatusBadRequest)
		return
	}
	http.NotFound(w, r)
}

func reply(w http.ResponseWriter, mediaType string, v any) {
	w.Header().Set("Content-Type", mediaType)
	_ = json.NewEncoder(w).Encode(v) // the client has gone; there is nobody left to tell
}
