// Package httpfront is a proxy between clients and a server that speaks HTTP. It
// records each request as people read it and brings about the faults of package
// traffic. Answers that never end are passed on as they come.
//
// It knows no service: what a request is called, its owner says.
package httpfront

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/kata-go/kata/grader/kit/internal/traffic"
)

// Front is the proxy.
type Front struct {
	Record   traffic.Record
	Faults   *traffic.Faults
	describe func(r *http.Request, body []byte, status int) string
	proxy    *httputil.ReverseProxy
	server   *http.Server
	listener net.Listener
	stop     context.CancelFunc
}

// largest is the most bytes that a request may have.
const largest = 32 << 20

// asked is the body of a request, for the answer's side.
type asked struct{}

var errDown = errors.New("the server is down")

// New starts a front for the server at target; change may alter a request on its
// way. describe names a request in the record, "" keeps it out of the record and
// of the faults; with a nil describe that is so for all.
func New(target *url.URL, change func(*http.Request), describe func(r *http.Request, body []byte, status int) string) (*Front, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &Front{Faults: traffic.NewFaults(), describe: describe, listener: l}
	silent := log.New(io.Discard, "", 0) // a connection that is cut is meant
	// An answer of known length leaves in one piece, head and body: the AWS client
	// closes a request's body once it has the head of the answer, which makes
	// net/http close the connection if it is not quite done with the request
	// (smithy-go, WriteTo of a body that is closed). Others are streams, which
	// the proxy flushes by itself.
	f.proxy = &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(target)
			p.Out.Host = p.In.Host
			if change != nil {
				change(p.Out)
			}
		},
		Transport:      &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
		ModifyResponse: f.executed,
		ErrorHandler:   func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:       silent,
	}
	ctx, stop := context.WithCancel(context.Background())
	f.stop = stop
	f.server = &http.Server{Handler: f, ErrorLog: silent, BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() { _ = f.server.Serve(l) }() // until Close
	return f, nil
}

// Addr returns the host:port for clients.
func (f *Front) Addr() string { return f.listener.Addr().String() }

// Close ends all connections.
func (f *Front) Close() {
	f.stop()
	_ = f.server.Close()
	f.Faults.Down() // nobody waits at a gate any longer
	f.proxy.Transport.(*http.Transport).CloseIdleConnections()
}

// ServeHTTP passes one request on, unless the server is down.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	down, changed := f.Faults.IsDown()
	if down {
		panic(http.ErrAbortHandler)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	ctx, cancel := context.WithCancel(context.WithValue(r.Context(), asked{}, plain(r, body)))
	defer cancel()
	go func() {
		select {
		case <-changed:
			cancel()
		case <-ctx.Done():
		}
	}()
	r = r.WithContext(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))
	f.proxy.ServeHTTP(w, r)
}

// plain returns the body without its compression.
func plain(r *http.Request, body []byte) []byte {
	if r.Header.Get("Content-Encoding") != "gzip" {
		return body
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return body
	}
	b, err := io.ReadAll(io.LimitReader(z, largest))
	if err != nil {
		return body
	}
	return b
}

// executed is told of an answer before the client is.
func (f *Front) executed(answer *http.Response) error {
	if f.describe == nil {
		return nil
	}
	body, _ := answer.Request.Context().Value(asked{}).([]byte)
	text := f.describe(answer.Request, body, answer.StatusCode)
	if text == "" {
		return nil
	}
	f.Record.Add(text)
	f.Faults.Executed()
	if down, _ := f.Faults.IsDown(); down {
		return errDown
	}
	return nil
}

// Status returns " → 409" for an answer that is an error, and "" otherwise.
func Status(code int) string {
	if code < http.StatusBadRequest {
		return ""
	}
	return fmt.Sprintf(" → %d", code)
}
