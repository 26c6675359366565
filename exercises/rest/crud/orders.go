// Package crud is the shop's order service.
package crud

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
)

// Order is what customers send and what they get back.
type Order struct {
	ID       int    `json:"id"`
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
}

type shop struct {
	mu     sync.Mutex // for whoever writes; looking changes nothing and needs no lock
	orders map[int]Order
}

// New returns the order service of a new, empty shop.
func New() http.Handler {
	s := &shop{orders: make(map[int]Order)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders", s.list)
	mux.HandleFunc("POST /orders", s.create)
	mux.HandleFunc("GET /orders/{id}", s.show)
	mux.HandleFunc("PUT /orders/{id}", s.replace)
	mux.HandleFunc("DELETE /orders/{id}", s.remove)
	return mux
}

func (s *shop) list(w http.ResponseWriter, r *http.Request) {
	orders := make([]Order, 0, len(s.orders))
	for _, o := range s.orders {
		orders = append(orders, o)
	}
	reply(w, http.StatusOK, orders)
}

func (s *shop) create(w http.ResponseWriter, r *http.Request) {
	id := s.nextID() // first of all, so that orders are numbered as they come in
	var o Order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		http.Error(w, "not an order: "+err.Error(), http.StatusBadRequest)
	}
	o.ID = id
	s.mu.Lock()
	s.orders[o.ID] = o
	s.mu.Unlock()
	w.Header().Set("Location", "/orders/"+strconv.Itoa(o.ID))
	reply(w, http.StatusCreated, o)
}

func (s *shop) nextID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.orders) + 1
}

func (s *shop) show(w http.ResponseWriter, r *http.Request) {
	o, ok := s.orders[pathID(r)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	reply(w, http.StatusOK, o)
}

func (s *shop) replace(w http.ResponseWriter, r *http.Request) {
	old, ok := s.orders[pathID(r)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	var o Order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		http.Error(w, "not an order: "+err.Error(), http.StatusBadRequest)
		return
	}
	o.ID = old.ID
	s.mu.Lock()
	s.orders[o.ID] = o
	s.mu.Unlock()
	reply(w, http.StatusOK, o)
}

func (s *shop) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	delete(s.orders, pathID(r))
	s.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// pathID is the number in /orders/{id}; no order has the number 0.
func pathID(r *http.Request) int {
	n, _ := strconv.Atoi(r.PathValue("id"))
	return n
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
