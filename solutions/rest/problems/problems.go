// Package problems turns the errors of handlers into problem details (RFC 9457)
// and log records, joined by a request id.
package problems

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
)

// Handler answers a request, or returns an error, which New answers.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Problem is an error that knows how it is to be answered.
type Problem struct {
	Status int    // 400 to 599; anything else counts as 500
	Detail string // for the customer
	Err    error  // the cause, for the log; may be nil
}

func (p *Problem) Error() string {
	if p.Err == nil {
		return p.Detail
	}
	return p.Detail + ": " + p.Err.Error()
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// New serves h, and answers and logs the errors that it returns or panics with.
func New(h Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := requestID(r)
		w.Header().Set(idHeader, id)
		answer := &answer{ResponseWriter: w}
		err := call(h, answer, r.WithContext(context.WithValue(r.Context(), idKey{}, id)))
		if err == nil {
			return
		}
		p := find(err)
		level := slog.LevelInfo
		if p.Status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		log.Log(r.Context(), level, "request failed", "request_id", id, "method", r.Method, "path", r.URL.Path, "status", p.Status, "error", err)
		answer.problem(p, id)
	})
}

// call runs h and makes an error of a panic, but for http.ErrAbortHandler.
func call(h Handler, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h(w, r)
}

// find returns the problem that err is or wraps, else one that tells nothing.
func find(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) && p.Status >= 400 && p.Status <= 599 {
		return p
	}
	return &Problem{Status: http.StatusInternalServerError, Detail: "The fault is ours. It helps us to know the request's id."}
}

const idHeader = "X-Request-Id"

type idKey struct{}

// RequestID returns the id of the request whose context it is given, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(idKey{}).(string)
	return id
}

var goodID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

func requestID(r *http.Request) string {
	if id := r.Header.Get(idHeader); goodID.MatchString(id) {
		return id
	}
	return rand.Text()
}

// answer notes whether a handler has begun to answer.
type answer struct {
	http.ResponseWriter
	begun bool
}

func (a *answer) WriteHeader(status int) {
	a.begun = a.begun || status >= http.StatusOK // 1xx only announces
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(p)
}

// FlushError sends what there is, at least the status; http.ResponseController calls it.
func (a *answer) FlushError() error {
	a.begun = true
	return http.NewResponseController(a.ResponseWriter).Flush()
}

// Unwrap serves http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// problem sends p. When the answer has begun it breaks the connection, the only
// way left to tell the client.
func (a *answer) problem(p *Problem, id string) {
	if a.begun {
		panic(http.ErrAbortHandler)
	}
	for _, name := range []string{"Content-Length", "Content-Encoding", "Etag", "Last-Modified", "Cache-Control"} {
		a.Header().Del(name)
	}
	a.Header().Set("Content-Type", "application/problem+json")
	a.WriteHeader(p.Status)
	_ = json.NewEncoder(a).Encode(map[string]any{ // the client has gone; there is nobody left to tell
		"status": p.Status, "title": http.StatusText(p.Status), "detail": p.Detail, "request_id": id,
	})
}
