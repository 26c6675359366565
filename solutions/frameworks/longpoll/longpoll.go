// Package longpoll tells browsers of events: a request waits until there is
// one.
package longpoll

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Hub numbers events from 1 and keeps the newest of them.
type Hub struct {
	keep int
	wait time.Duration

	mu     sync.Mutex
	last   int           // number of the newest event
	events []string      // the newest, at most keep
	news   chan struct{} // closed and renewed by each event
}

// Answer is what a client gets that has something to catch up on.
type Answer struct {
	Last   int      `json:"last"`   // the newest event's number, for the next request
	Events []string `json:"events"` // those after the number that was sent, oldest first
}

// New returns a hub without events. It keeps the newest keep events, and lets
// a request wait for at most wait.
func New(keep int, wait time.Duration) *Hub {
	return &Hub{keep: keep, wait: wait, news: make(chan struct{})}
}

// Publish adds an event, wakes everybody who waits, and returns its number. It
// waits for no client.
func (h *Hub) Publish(text string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	h.events = append(h.events, text)
	if len(h.events) > h.keep {
		h.events = slices.Delete(h.events, 0, 1)
	}
	close(h.news)
	h.news = make(chan struct{})
	return h.last
}

// after returns what came after event n, and a channel that the next event
// closes: nothing can come between the two. It reports whether the hub can
// still tell all that came after n.
func (h *Hub) after(n int) (a Answer, news <-chan struct{}, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	first := h.last - len(h.events) // the event before the oldest that is kept
	a.Last = h.last
	if n < first || n > h.last {
		return a, nil, false
	}
	a.Events = append([]string{}, h.events[n-first:]...)
	return a, h.news, true
}

// ServeHTTP answers GET ?after=N with the events after the N-th as soon as
// there are any.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil {
		http.Error(w, "after must be the number of an event, or 0", http.StatusBadRequest)
		return
	}
	over := time.NewTimer(h.wait)
	defer over.Stop()
	for {
		a, news, ok := h.after(n)
		switch {
		case !ok:
			reply(w, http.StatusGone, Answer{a.Last, []string{}})
			return
		case len(a.Events) > 0:
			reply(w, http.StatusOK, a)
			return
		}
		select {
		case <-news:
		case <-over.C:
			w.WriteHeader(http.StatusNoContent)
			return
		case <-r.Context().Done():
			return
		}
	}
}

func reply(w http.ResponseWriter, status int, a Answer) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // the client has gone; it will ask again
}
