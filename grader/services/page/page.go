package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// page is the file and whoever waits for its changes.
type page struct {
	file    string
	done    chan struct{}
	mu      sync.Mutex
	readers map[chan struct{}]bool
}

func newPage(file string) *page {
	return &page{file: file, done: make(chan struct{}), readers: map[chan struct{}]bool{}}
}

func (p *page) close() { close(p.done) }

func (p *page) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.show)
	mux.HandleFunc("GET /events", p.events)
	return local(mux)
}

// local refuses requests under another name than loopback's: a page of the
// open web must not read this one by rebinding a name of its own.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil || host != "127.0.0.1" && host != "localhost" {
			http.Error(w, "kata serve answers on 127.0.0.1 only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (p *page) show(w http.ResponseWriter, _ *http.Request) {
	data, err := os.ReadFile(p.file)
	if err != nil {
		http.Error(w, "the page is not there: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(data) // the reader has gone
}

// events sends an event for every change until the reader goes.
func (p *page) events(w http.ResponseWriter, r *http.Request) {
	changed := make(chan struct{}, 1)
	p.join(changed)
	defer p.leave(changed)
	flusher := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprint(w, "retry: 1000\n\n")
	for {
		if flusher.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-p.done:
			return
		case <-changed:
			fmt.Fprint(w, "event: change\ndata: \n\n")
		}
	}
}

func (p *page) join(reader chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.readers[reader] = true
}

func (p *page) leave(reader chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.readers, reader)
}

// tell wakes every reader; one that has not read the last change yet will see
// this one with it.
func (p *page) tell() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for reader := range p.readers {
		select {
		case reader <- struct{}{}:
		default:
		}
	}
}

// look is how often the file is looked at.
const look = 200 * time.Millisecond

// watch tells readers when the file is another one.
func (p *page) watch() {
	last := p.stamp()
	for {
		select {
		case <-p.done:
			return
		case <-time.After(look):
		}
		if now := p.stamp(); now != last {
			last = now
			p.tell()
		}
	}
}

// stamp changes with the file's content, as far as its time and size tell.
func (p *page) stamp() string {
	info, err := os.Stat(p.file)
	if err != nil {
		return ""
	}
	return fmt.Sprint(info.ModTime().UnixNano(), info.Size())
}
