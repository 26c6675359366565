// Package longpoll tells browsers of events: a request waits until there is
// one.
package longpoll

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Hub numbers events from 1 and keeps the newest of them.
type Hub struct {
	keep int
	wait time.Duration

	mu      sync.Mutex
	last    int
	events  []string
	waiting map[chan string]bool
}

// Answer is what a client gets that has something to catch up on.
type Answer struct {
	Last   int      `json:"last"`   // the newest event's number, for the next request
	Events []string `json:"events"` // those after the number that was sent, oldest first
}

// New returns a hub without events. It keeps the newest keep events, and lets
// a request wait for at most wait.
func New(keep int, wait time.Duration) *Hub {
	return &Hub{keep: keep, wait: wait, waiting: map[chan string]bool{}}
}

// Publish adds an event, wakes everybody who waits, and returns its number. It
// waits for no client.
func (h *Hub) Publish(text string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	h.events = append(h.events, text)
	if len(h.events) > h.keep {
		h.events = h.events[1:]
	}
	for c := range h.waiting {
		c <- text
		delete(h.waiting, c)
	}
	return h.last
}

// ServeHTTP answers GET ?after=N with the events after the N-th as soon as
// there are any.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	h.mu.Lock()
	if after < h.last {
		missed := min(h.last-after, len(h.events))
		reply(w, Answer{h.last, h.events[len(h.events)-missed:]})
		h.mu.Unlock()
		return
	}
	h.mu.Unlock()

	c := make(chan string, 1) // a slow client must not hold Publish up
	h.mu.Lock()
	h.waiting[c] = true
	h.mu.Unlock()
	select {
	case text := <-c:
		h.mu.Lock()
		last := h.last
		h.mu.Unlock()
		reply(w, Answer{last, []string{text}})
	case <-time.After(h.wait):
		w.WriteHeader(http.StatusNoContent)
	}
}

func reply(w http.ResponseWriter, a Answer) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a)
}
