package dynamo

import (
	"bytes"
	"io"
	"net/http"
)

// HTTPClient returns a client for the AWS SDK's clients (Options.HTTPClient).
//
// The SDK closes a request's body when the answer's header has come. A server
// on the same machine answers before net/http has seen the end of a body of more
// than 4 KB, and net/http then ends the connection, for the reading failed:
// "use of closed network connection". This client's bodies are its own.
func (s *Server) HTTPClient() *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: ownBodies{transport}}
}

// ownBodies sends a copy of each body, which nobody else closes.
type ownBodies struct{ to http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (o ownBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		return o.to.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close() // all of it was read
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return o.to.RoundTrip(r)
}
