// Package bucket gives hidden tests an S3 of their own: an HTTP server on
// loopback that checks signatures, the end of presigned links and conditional
// writes, counts requests and bytes while they flow, and loses connections.
//
// It owns the test's side of object storage by its wire protocol. The objects
// are gofakes3's, in memory; with it a test links eleven packages more than
// net/http needs. Exercises in gocloud.dev/blob, which is twice as large, use
// package blobs. It knows no client library and no exercise.
package bucket

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/kata-go/kata/grader/kit"
)

// Region is where the buckets are.
const Region = "eu-central-1"

// Server is one test's S3. Its methods may be called from any goroutine while
// the test runs.
type Server struct {
	key, secret, name string
	backend           *s3mem.Backend
	objects           http.Handler
	server            *httptest.Server
	clock             *clock
	faults            faults
	record            record
}

// clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

// Start returns an S3 with one empty bucket that ends with the test. Its clock
// shows the present second and stands still.
func Start(t testing.TB) *Server {
	t.Helper()
	r := kit.Rand(t)
	c := &clock{now: time.Now().UTC().Truncate(time.Second)}
	s := &Server{key: "AK" + kit.Word(r, 12), secret: kit.Word(r, 32), name: "kata-" + kit.Word(r, 8), clock: c}
	s.backend = s3mem.New(s3mem.WithTimeSource(c))
	s.objects = gofakes3.New(s.backend, gofakes3.WithTimeSource(c), gofakes3.WithTimeSkewLimit(0), gofakes3.WithoutVersioning()).Server()
	if err := s.backend.CreateBucket(s.name); err != nil {
		t.Fatal(err)
	}
	s.server = httptest.NewUnstartedServer(s)
	s.server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.server.Start()
	t.Cleanup(func() {
		s.Up()
		s.server.CloseClientConnections()
		s.server.Close()
	})
	return s
}

// Endpoint returns the server's URL: clients must put the bucket's name into the
// path ("path style").
func (s *Server) Endpoint() string { return s.server.URL }

// Credentials returns the access key and its secret.
func (s *Server) Credentials() (key, secret string) { return s.key, s.secret }

// Name returns the bucket's name.
func (s *Server) Name() string { return s.name }

// Advance moves the clock by which presigned links end and objects are dated.
// Requests that carry their signature in a header are not measured by it.
func (s *Server) Advance(d time.Duration) {
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	s.clock.now = s.clock.now.Add(d)
}

// Now returns the time on the server's clock.
func (s *Server) Now() time.Time { return s.clock.Now() }

// Object returns the content of an object, past the record and untouched by
// faults; ok is false when there is none.
func (s *Server) Object(key string) (content []byte, ok bool) {
	o, err := s.backend.GetObject(s.name, key, nil)
	if err != nil {
		return nil, false
	}
	defer o.Contents.Close()
	content, err = io.ReadAll(o.Contents)
	return content, err == nil
}

// Keys returns the keys of all objects, sorted.
func (s *Server) Keys() []string {
	list, err := s.backend.ListBucket(s.name, &gofakes3.Prefix{}, gofakes3.ListBucketPage{})
	if err != nil {
		return nil
	}
	var keys []string
	for _, o := range list.Contents {
		keys = append(keys, o.Key)
	}
	return keys
}
