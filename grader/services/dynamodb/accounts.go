package main

import (
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// accounts is every account by access key and region.
type accounts struct {
	mu         sync.Mutex
	all        map[string]*account
	credential *regexp.Regexp
}

func newAccounts() *accounts {
	return &accounts{all: map[string]*account{}, credential: regexp.MustCompile(`Credential=([^/,\s]+)/[^/]*/([^/]*)/dynamodb/`)}
}

// largest is the most bytes that a request may have.
const largest = 16 << 20

// ServeHTTP answers one request.
func (a *accounts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := a.credential.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		write(w, refuse(&failure{kind: "MissingAuthenticationTokenException", message: "Request must contain either a valid (registered) AWS access key ID or X.509 certificate."}))
		return
	}
	name := m[1] + "/" + m[2]
	if r.Method == http.MethodDelete {
		a.drop(name)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
	if err != nil {
		write(w, refuse(&failure{kind: "SerializationException", message: "the request cannot be read: " + err.Error()}))
		return
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	write(w, a.account(name).answer(operation, body))
}

func (a *accounts) account(name string) *account {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all[name] == nil {
		a.all[name] = newAccount()
	}
	return a.all[name]
}

func (a *accounts) drop(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.all, name)
}

// reply is an answer with its status.
type reply struct {
	status int
	body   []byte
}

// refuse returns the answer of an error.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
func refuse(err error) reply {
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{kind: "InternalServerError", message: err.Error()}
	}
	fields := map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#" + f.kind, "message": f.message}
	if f.item != nil {
		fields["Item"] = f.item
	}
	if f.reasons != nil {
		delete(fields, "message")
		fields["Message"], fields["CancellationReasons"] = f.message, f.reasons
	}
	body, err := json.Marshal(fields)
	if err != nil || f.kind == "InternalServerError" {
		return reply{http.StatusInternalServerError, body}
	}
	return reply{http.StatusBadRequest, body}
}

// write sends a reply with the checksum that clients insist on.
func write(w http.ResponseWriter, r reply) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(r.body)), 10))
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // the client is gone
}
