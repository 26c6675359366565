// Package versions is the shop's catalogue, in two versions.
package versions

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
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
	c := &catalogue{products, plan}
	mux := http.NewServeMux()
	for _, prefix := range []string{"", "/v1", "/v2"} {
		mux.HandleFunc("GET "+prefix+"/products", c.list)
		mux.HandleFunc("GET "+prefix+"/products/{id}", c.show)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1") { // v1 will go, tell them
			w.Header().Set("Deprecation", "true")
			w.Header().Set("Sunset", plan.Sunset.Format(http.TimeFormat))
		}
		mux.ServeHTTP(w, r)
	})
}

type price struct {
	Cents    int    `json:"cents"`
	Currency string `json:"currency"`
}

// product is what both versions have: v2 renamed the name.
type product struct {
	ID    int    `json:"id"`
	Name  string `json:"name,omitempty"`
	Title string `json:"title,omitempty"`
	Price price  `json:"price"`
}

func convert(p Product, version int) product {
	out := product{ID: p.ID, Price: price{p.Cents, "EUR"}}
	if version == 1 {
		out.Name = p.Name
	} else {
		out.Title = p.Name
	}
	return out
}

// version looks into the path and then at what is accepted.
func version(r *http.Request) int {
	wish := r.URL.Path
	if strings.HasPrefix(wish, "/products") {
		wish = r.Header.Get("Accept")
	}
	if strings.Contains(wish, "v2") {
		return 2
	}
	return 1
}

func (c *catalogue) list(w http.ResponseWriter, r *http.Request) {
	v := version(r)
	all := make([]product, 0, len(c.products))
	for _, p := range c.products {
		all = append(all, convert(p, v))
	}
	if v == 1 {
		reply(w, all)
		return
	}
	reply(w, map[string]any{"products": all})
}

func (c *catalogue) show(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	for _, p := range c.products {
		if p.ID == id {
			reply(w, convert(p, version(r)))
			return
		}
	}
	http.NotFound(w, r)
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
