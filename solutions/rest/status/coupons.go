// Package status keeps a shop's coupons in memory and serves them over HTTP.
package status

import (
	"encoding/json"
	"mime"
	"net/http"
	"regexp"
	"sync"
)

// Coupon is a discount, known by a code that customers choose.
type Coupon struct {
	Code    string `json:"code"`
	Percent int    `json:"percent"`
}

var codes = regexp.MustCompile(`^[A-Z0-9-]{3,12}$`)

func (c Coupon) possible() bool {
	return codes.MatchString(c.Code) && c.Percent >= 1 && c.Percent <= 90
}

type shop struct {
	mu      sync.Mutex
	coupons map[string]Coupon
}

// New returns the API of a shop that has no coupons yet. A pattern with GET
// serves HEAD too, and the mux answers 404 and 405 by itself.
func New() http.Handler {
	s := &shop{coupons: map[string]Coupon{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /coupons", s.list)
	mux.HandleFunc("POST /coupons", s.create)
	mux.HandleFunc("OPTIONS /coupons", allow("GET, HEAD, OPTIONS, POST"))
	mux.HandleFunc("GET /coupons/{code}", s.show)
	mux.HandleFunc("DELETE /coupons/{code}", s.remove)
	mux.HandleFunc("OPTIONS /coupons/{code}", allow("DELETE, GET, HEAD, OPTIONS"))
	return mux
}

// allow answers OPTIONS.
func allow(methods string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", methods)
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *shop) list(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, s.all())
}

func (s *shop) all() []Coupon {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []Coupon{}
	for _, c := range s.coupons {
		all = append(all, c)
	}
	return all
}

func (s *shop) create(w http.ResponseWriter, r *http.Request) {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if mediaType != "application/json" {
		http.Error(w, "send application/json", http.StatusUnsupportedMediaType)
		return
	}
	var c Coupon
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		http.Error(w, "the body is not a coupon: "+err.Error(), http.StatusBadRequest)
		return
	}
	if !c.possible() {
		http.Error(w, "a code is 3 to 12 of A-Z, 0-9 and -, a percentage 1 to 90", http.StatusUnprocessableEntity)
		return
	}
	if !s.add(c) {
		http.Error(w, "there is a coupon "+c.Code, http.StatusConflict)
		return
	}
	w.Header().Set("Location", "/coupons/"+c.Code)
	reply(w, http.StatusCreated, c)
}

// add stores c and reports whether its code was free.
func (s *shop) add(c Coupon) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.coupons[c.Code]; taken {
		return false
	}
	s.coupons[c.Code] = c
	return true
}

func (s *shop) show(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	c, ok := s.coupons[r.PathValue("code")]
	s.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	reply(w, http.StatusOK, c)
}

func (s *shop) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	_, ok := s.coupons[r.PathValue("code")]
	delete(s.coupons, r.PathValue("code"))
	s.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client has gone; there is nobody left to tell
}
