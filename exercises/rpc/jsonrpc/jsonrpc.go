// Package jsonrpc answers calls as the JSON-RPC 2.0 specification asks.
package jsonrpc

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

// Error is what a caller is told of a call that failed.
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data,omitempty"`
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// Method does what a call asks for. The params are an array, an object, or nil
// when the call has none. An *Error reaches the caller as it is.
type Method func(ctx context.Context, params json.RawMessage) (any, error)

// Server knows methods by their names. Register them before serving.
type Server struct{ methods map[string]Method }

// New returns a server without methods.
func New() *Server { return &Server{methods: map[string]Method{}} }

// Register makes a method known.
func (s *Server) Register(name string, m Method) { s.methods[name] = m }

type request struct {
	Version string          `json:"jsonrpc"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	ID      any             `json:"id"`
}

type response struct {
	Version string `json:"jsonrpc"`
	Result  any    `json:"result,omitempty"`
	Error   *Error `json:"error,omitempty"`
	ID      any    `json:"id"`
}

// Serve answers one message, a call or a batch of calls. It returns nil when
// there is nothing to answer.
func (s *Server) Serve(ctx context.Context, message []byte) []byte {
	var batch []json.RawMessage
	if json.Unmarshal(message, &batch) != nil {
		return s.call(ctx, message)
	}
	var answers [][]byte
	for _, call := range batch {
		answers = append(answers, s.call(ctx, call))
	}
	return bytes.Join(answers, []byte("\n")) // one answer a line
}

func (s *Server) call(ctx context.Context, message []byte) []byte {
	var r request
	if err := json.Unmarshal(message, &r); err != nil {
		return encode(response{Error: &Error{Code: http.StatusBadRequest, Message: err.Error()}})
	}
	method, ok := s.methods[r.Method]
	if !ok {
		return encode(response{ID: r.ID, Error: &Error{Code: http.StatusNotFound, Message: "no method " + r.Method}})
	}
	result, err := method(ctx, r.Params)
	if err != nil {
		return encode(response{ID: r.ID, Error: &Error{Code: http.StatusInternalServerError, Message: err.Error()}})
	}
	if r.ID == nil {
		return nil // a notification
	}
	return encode(response{ID: r.ID, Result: result})
}

func encode(r response) []byte {
	r.Version = "2.0"
	data, err := json.Marshal(r)
	if err != nil {
		return nil
	}
	return data
}
