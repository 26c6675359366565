// Package problems turns the errors of the shop's handlers into answers.
package problems

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// Handler answers a request, or returns an error and leaves the answer to us.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Problem is an error that knows how it is to be answered.
type Problem struct {
	Status int
	Detail string // for the customer
	Err    error  // the cause, for the log; may be nil
}

func (p *Problem) Error() string {
	if p.Err == nil {
		return p.Detail
	}
	return p.Detail + ": " + p.Err.Error()
}

type key struct{}

// RequestID returns the id of the request whose context it is given.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(key{}).(string)
	return id
}

// New serves h. The log gets what customers must not see.
func New(h Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if id == "" {
			id = strconv.FormatInt(time.Now().Unix(), 36) // short, to be read out on the phone
		}
		w.Header().Set("X-Request-Id", id)
		r = r.WithContext(context.WithValue(r.Context(), key{}, id))
		if err := h(w, r); err != nil {
			log.Error("request failed", "id", id, "path", r.URL.Path)
			answer(w, err)
		}
	})
}

func answer(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if p, ok := err.(*Problem); ok && p.Status != 0 {
		status = p.Status
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
}
