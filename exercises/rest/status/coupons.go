// Package status is the shop's coupon service.
package status

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
)

// Coupon is what customers send and what they get back.
type Coupon struct {
	Code    string `json:"code"`
	Percent int    `json:"percent"`
}

type shop struct {
	mu      sync.Mutex
	coupons map[string]Coupon
}

// New returns the coupon service of a new shop without coupons.
func New() http.Handler {
	s := &shop{coupons: make(map[string]Coupon)}
	mux := http.NewServeMux()
	mux.HandleFunc("/coupons", s.all)
	mux.HandleFunc("/coupons/{code}", s.one)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, "there is nothing at "+r.URL.Path)
	})
	return mux
}

func (s *shop) all(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.Method {
	case "GET":
		all := make([]Coupon, 0, len(s.coupons))
		for _, c := range s.coupons {
			all = append(all, c)
		}
		reply(w, all)
	case "POST":
		s.create(w, r)
	default:
		fail(w, "method not allowed")
	}
}

func (s *shop) create(w http.ResponseWriter, r *http.Request) {
	var c Coupon
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		fail(w, "send a coupon as JSON: "+err.Error())
		return
	}
	c.Code = strings.TrimSpace(c.Code)
	if c.Code == "" {
		fail(w, "the code is missing")
		return
	}
	if c.Percent > 90 {
		fail(w, "a coupon gives 90 percent at most") // tell them, marketing asked for it
	}
	s.coupons[c.Code] = c
	reply(w, c)
}

func (s *shop) one(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	code := r.PathValue("code")
	switch r.Method {
	case "GET":
		c, ok := s.coupons[code]
		if !ok {
			fail(w, "no such coupon")
			return
		}
		reply(w, c)
	case "DELETE":
		delete(s.coupons, code)
		reply(w, "deleted")
	default:
		fail(w, "method not allowed")
	}
}

// fail tells what is wrong in a way that every client can show.
func fail(w http.ResponseWriter, text string) {
	reply(w, map[string]string{"error": text})
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
