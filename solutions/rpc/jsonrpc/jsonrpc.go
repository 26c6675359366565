// Package jsonrpc answers calls as the JSON-RPC 2.0 specification asks.
package jsonrpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
)

// Error is what a caller is told of a call that failed.
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data,omitempty"`
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// The codes of section 5.1.
const (
	ParseError     = -32700
	InvalidRequest = -32600
	MethodNotFound = -32601
	InvalidParams  = -32602
	InternalError  = -32603
)

// Method does what a call asks for. The params are an array, an object, or nil
// when the call has none. An *Error reaches the caller as it is.
type Method func(ctx context.Context, params json.RawMessage) (any, error)

// Server knows methods by their names. Register them before serving.
type Server struct{ methods map[string]Method }

// New returns a server without methods.
func New() *Server { return &Server{methods: map[string]Method{}} }

// Register makes a method known.
func (s *Server) Register(name string, m Method) { s.methods[name] = m }

var null = json.RawMessage("null")

// Serve answers one message, a call or a batch of calls. It returns nil when
// there is nothing to answer.
func (s *Server) Serve(ctx context.Context, message []byte) []byte {
	if !json.Valid(message) {
		return encode(failure(null, ParseError, "Parse error"))
	}
	message = bytes.TrimSpace(message)
	if message[0] != '[' {
		answer := s.call(ctx, message)
		if answer == nil {
			return nil
		}
		return encode(answer)
	}
	return s.batch(ctx, message)
}

// batch answers each call of a batch in one array.
func (s *Server) batch(ctx context.Context, message []byte) []byte {
	var calls []json.RawMessage
	_ = json.Unmarshal(message, &calls) // it is valid, and an array
	if len(calls) == 0 {
		return encode(failure(null, InvalidRequest, "Invalid Request"))
	}
	var answers []response
	for _, call := range calls {
		if answer := s.call(ctx, call); answer != nil {
			answers = append(answers, answer)
		}
	}
	if len(answers) == 0 {
		return nil
	}
	return encode(answers)
}

// request is a request object. Its members are looked up by their exact names,
// which encoding/json does not do for a struct.
type request struct {
	method string
	params json.RawMessage
	id     json.RawMessage // nil for a notification
}

func (s *Server) call(ctx context.Context, message json.RawMessage) response {
	r, ok := parse(message)
	if !ok {
		return failure(null, InvalidRequest, "Invalid Request")
	}
	answer := s.answer(ctx, r)
	if r.id == nil {
		return nil
	}
	return answer
}

func (s *Server) answer(ctx context.Context, r request) response {
	method, ok := s.methods[r.method]
	if !ok {
		return failure(r.id, MethodNotFound, "Method not found")
	}
	result, err := method(ctx, r.params)
	var told *Error
	if errors.As(err, &told) {
		return response{"jsonrpc": "2.0", "error": told, "id": r.id}
	}
	if err != nil {
		return failure(r.id, InternalError, "Internal error")
	}
	data, err := json.Marshal(result)
	if err != nil {
		return failure(r.id, InternalError, "Internal error")
	}
	return response{"jsonrpc": "2.0", "result": json.RawMessage(data), "id": r.id}
}

// parse reads a request object and reports whether it is one (section 4).
func parse(message json.RawMessage) (r request, ok bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(message, &members) != nil {
		return r, false
	}
	var version string
	if json.Unmarshal(members["jsonrpc"], &version) != nil || version != "2.0" {
		return r, false
	}
	if members["method"] == nil || kind(members["method"]) != '"' {
		return r, false
	}
	_ = json.Unmarshal(members["method"], &r.method) // it is a string
	r.params, r.id = members["params"], members["id"]
	if r.params != nil && kind(r.params) != '[' && kind(r.params) != '{' {
		return r, false
	}
	return r, r.id == nil || bytes.IndexByte([]byte(`"n-0123456789`), kind(r.id)) >= 0
}

// kind is the first character of a value, which tells its type.
func kind(value json.RawMessage) byte { return value[0] }

// response is a response object.
type response map[string]any

func failure(id json.RawMessage, code int, text string) response {
	return response{"jsonrpc": "2.0", "error": &Error{Code: code, Message: text}, "id": id}
}

func encode(v any) []byte {
	data, _ := json.Marshal(v) // only an *Error's Data could be no JSON
	return data
}
