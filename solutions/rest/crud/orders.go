// Package crud keeps a shop's orders in memory and serves them over HTTP.
package crud

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// Order is one order as customers see it.
type Order struct {
	ID       int    `json:"id"` // the shop's choice; what a customer sends here is ignored
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
}

// New returns the API of a shop that has no orders yet.
func New() http.Handler {
	s := shop{newBook()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders", s.list)
	mux.HandleFunc("POST /orders", s.create)
	mux.HandleFunc("GET /orders/{id}", s.show)
	mux.HandleFunc("PUT /orders/{id}", s.replace)
	mux.HandleFunc("DELETE /orders/{id}", s.remove)
	return mux
}

// shop turns requests into single steps on the book. It reads the whole
// request before the step and answers after it.
type shop struct{ book *book }

func (s shop) list(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, s.book.all())
}

func (s shop) create(w http.ResponseWriter, r *http.Request) {
	o, ok := readOrder(w, r)
	if !ok {
		return
	}
	o = s.book.add(o)
	w.Header().Set("Location", "/orders/"+strconv.Itoa(o.ID))
	reply(w, http.StatusCreated, o)
}

func (s shop) show(w http.ResponseWriter, r *http.Request) {
	o, ok := s.book.get(id(r))
	if !ok {
		http.NotFound(w, r)
		return
	}
	reply(w, http.StatusOK, o)
}

func (s shop) replace(w http.ResponseWriter, r *http.Request) {
	o, ok := readOrder(w, r)
	if !ok {
		return
	}
	o.ID = id(r)
	if !s.book.put(o) {
		http.NotFound(w, r)
		return
	}
	reply(w, http.StatusOK, o)
}

func (s shop) remove(w http.ResponseWriter, r *http.Request) {
	if !s.book.remove(id(r)) {
		http.NotFound(w, r)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// id returns the id in r's path, or 0, which no order has.
func id(r *http.Request) int {
	n, _ := strconv.Atoi(r.PathValue("id"))
	return n
}

// readOrder reads the request's body. When ok is false, it has answered.
func readOrder(w http.ResponseWriter, r *http.Request) (o Order, ok bool) {
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		http.Error(w, "the body is not an order: "+err.Error(), http.StatusBadRequest)
		return Order{}, false
	}
	return o, true
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client has gone; there is nobody left to tell
}

// book holds the orders. Each method is one step, which other goroutines see
// either not at all or whole, and none waits for anything but the lock.
type book struct {
	mu     sync.RWMutex
	last   int // the id given out last; it only ever grows
	orders map[int]Order
}

func newBook() *book { return &book{orders: map[int]Order{}} }

// add stores o under an id that no order had before, and returns it with that id.
func (b *book) add(o Order) Order {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	o.ID = b.last
	b.orders[o.ID] = o
	return o
}

// all returns the orders, oldest first; it never returns nil.
func (b *book) all() []Order {
	b.mu.RLock()
	defer b.mu.RUnlock()
	all := make([]Order, 0, len(b.orders))
	for _, id := range slices.Sorted(maps.Keys(b.orders)) { // ids grow, so this is the order of arrival
		all = append(all, b.orders[id])
	}
	return all
}

func (b *book) get(id int) (Order, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	o, ok := b.orders[id]
	return o, ok
}

// put replaces the order with o's id, and reports whether there is one.
func (b *book) put(o Order) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.orders[o.ID]
	if ok {
		b.orders[o.ID] = o
	}
	return ok
}

// remove deletes the order with that id, and reports whether there was one.
func (b *book) remove(id int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.orders[id]
	delete(b.orders, id)
	return ok
}
