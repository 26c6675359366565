package main

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// request is a request with its body read, and the way to answer it.
type request struct {
	*http.Request
	w     http.ResponseWriter
	query url.Values
	body  []byte
}

// failure is an error of CouchDB.
type failure struct {
	status        int
	error, reason string
}

func (f *failure) Error() string { return f.error + ": " + f.reason }

func bad(reason string) error { return &failure{400, "bad_request", reason} }

func notAllowed(methods string) error {
	return &failure{405, "method_not_allowed", "Only " + methods + " allowed"}
}

// unsupported refuses what a real CouchDB has and this one has not.
func unsupported(what string) error {
	return &failure{501, "not_implemented", "kata's embedded CouchDB does not support " + what + "; set KATA_COUCHDB to use a real one"}
}

// largest is the most bytes that a body may have.
const largest = 32 << 20

func read(w http.ResponseWriter, r *http.Request) (*request, error) {
	q := &request{Request: r, w: w, query: r.URL.Query()}
	var from io.Reader = http.MaxBytesReader(w, r.Body, largest)
	switch r.Header.Get("Content-Encoding") {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(from)
		if err != nil {
			return q, bad("the body is not gzip")
		}
		from = io.LimitReader(z, largest)
	default:
		return q, &failure{415, "bad_content_encoding", "the body's encoding is not supported"}
	}
	b, err := io.ReadAll(from)
	q.body = b
	if err != nil {
		return q, bad("the body cannot be read: " + err.Error())
	}
	return q, nil
}

// decode reads a body that is one JSON object.
func (q *request) decode() (map[string]any, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(q.body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil || d.More() {
		return nil, bad("invalid UTF-8 JSON")
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, bad("Request body must be a JSON object")
	}
	return m, nil
}

// answer sends JSON.
func (q *request) answer(status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "application/json")
	q.w.WriteHeader(status)
	if q.Method != http.MethodHead {
		_, _ = q.w.Write(append(b, '\n')) // the client is gone
	}
	return nil
}

func (q *request) fail(err error) {
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{500, "internal_server_error", err.Error()}
	}
	_ = q.answer(f.status, map[string]string{"error": f.error, "reason": f.reason}) // strings always encode
}

// only refuses parameters that would be passed over.
func (q *request) only(known ...string) error {
	for _, name := range slices.Sorted(maps.Keys(q.query)) {
		if !slices.Contains(known, name) {
			return unsupported("the parameter " + name + " here")
		}
	}
	return nil
}

// flag returns a parameter that is true or false.
func (q *request) flag(name string) (bool, error) {
	switch v := q.query.Get(name); v {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, &failure{400, "query_parse_error", "Invalid boolean parameter: \"" + v + "\""}
	}
}

// number returns a parameter that is a whole number, otherwise when it is not
// there.
func (q *request) number(name string, otherwise int) (int, error) {
	v := q.query.Get(name)
	if v == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, &failure{400, "query_parse_error", fmt.Sprintf("Invalid value for integer: %q", v)}
	}
	return n, nil
}

// value returns a parameter that is JSON.
func (q *request) value(name string) (v any, there bool, err error) {
	text := q.query.Get(name)
	if text == "" {
		return nil, false, nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, true, bad("invalid UTF-8 JSON in " + name)
	}
	return v, true, nil
}

func unescape(s string) (string, error) {
	out, err := url.PathUnescape(s)
	if err != nil {
		return "", bad("the path is malformed")
	}
	return out, nil
}

// newID returns 32 random hexadecimal digits.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// server answers what is asked of the server as such.
func (a *account) server(q *request, name, rest string) error {
	if rest != "" && name != "_session" {
		return unsupported("/" + name + "/" + rest)
	}
	switch name {
	case "":
		return q.answer(200, map[string]any{"couchdb": "Welcome", "version": "3.4.0", "git_sha": "kata", "uuid": "kata", "features": []string{}, "vendor": map[string]string{"name": "kata's simulator"}})
	case "_up":
		return q.answer(200, map[string]any{"status": "ok", "seeds": map[string]any{}})
	case "_all_dbs":
		if err := q.only(); err != nil {
			return err
		}
		a.mu.Lock()
		names := slices.AppendSeq([]string{}, maps.Keys(a.databases))
		a.mu.Unlock()
		slices.Sort(names)
		return q.answer(200, names)
	case "_uuids":
		n, err := q.number("count", 1)
		if err != nil || n > 1000 {
			return bad("count parameter is not a number up to 1000")
		}
		ids := []string{}
		for range n {
			ids = append(ids, newID())
		}
		return q.answer(200, map[string]any{"uuids": ids})
	}
	return unsupported("/" + name)
}
