package bucket

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ServeHTTP answers one request with the faults that are set.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := operationOf(r)
	n := s.record.begin(operation, r)
	r.Body = &counted{ReadCloser: r.Body, add: func(k int) { s.record.flow(n, k, 0) }}
	fault := s.faults.meet(r.Context(), operation)
	switch fault {
	case Cut:
		s.record.end(n, 0, "connection cut")
		panic(http.ErrAbortHandler)
	case SlowDown:
		s.refuse(w, n, http.StatusServiceUnavailable, "SlowDown")
		return
	}
	if code := s.refusal(r); code != "" {
		status := http.StatusForbidden
		if strings.HasPrefix(code, "Authorization") {
			status = http.StatusBadRequest
		}
		s.refuse(w, n, status, code)
		return
	}
	out := &counting{ResponseWriter: w, status: http.StatusOK, add: func(k int) { s.record.flow(n, 0, k) }, fault: fault}
	defer func() { s.record.end(n, out.status, out.problem()) }()
	s.objects.ServeHTTP(out, r)
	if fault == Lost {
		panic(http.ErrAbortHandler)
	}
}

// refuse sends an S3 error.
func (s *Server) refuse(w http.ResponseWriter, n, status int, code string) {
	s.record.end(n, status, code)
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>", code, code)
}

// counted counts the bytes of a request's body.
type counted struct {
	io.ReadCloser
	add func(int)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.add(n)
	return n, err
}

// counting counts the bytes of an answer's body, and loses them where the fault
// says so.
type counting struct {
	http.ResponseWriter
	status, written int
	add             func(int)
	fault           Fault
}

func (c *counting) WriteHeader(status int) {
	c.status = status
	if c.fault != Lost {
		c.ResponseWriter.WriteHeader(status)
	}
}

func (c *counting) Write(p []byte) (int, error) {
	switch {
	case c.fault == Lost:
		return len(p), nil
	case c.fault == Torn && len(p) > 0:
		_, _ = c.ResponseWriter.Write(p[:len(p)/2])
		_ = http.NewResponseController(c.ResponseWriter).Flush() // the half arrives
		panic(http.ErrAbortHandler)
	}
	n, err := c.ResponseWriter.Write(p)
	c.written += n
	c.add(n)
	return n, err
}

func (c *counting) problem() string {
	switch {
	case c.fault == Lost:
		return "done, and the answer was lost"
	case c.fault == Torn:
		return "torn in the middle"
	case c.status >= http.StatusBadRequest:
		return http.StatusText(c.status)
	}
	return ""
}

// operationOf names the S3 operation as AWS's API reference does.
func operationOf(r *http.Request) string {
	_, key, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	q := r.URL.Query()
	switch {
	case key == "" && q.Has("delete"):
		return "DeleteObjects"
	case key == "":
		return map[string]string{http.MethodGet: "ListObjects", http.MethodHead: "HeadBucket", http.MethodPut: "CreateBucket", http.MethodDelete: "DeleteBucket"}[r.Method]
	case q.Has("uploads"):
		return "CreateMultipartUpload"
	case q.Has("uploadId"):
		return map[string]string{http.MethodPut: "UploadPart", http.MethodPost: "CompleteMultipartUpload", http.MethodDelete: "AbortMultipartUpload", http.MethodGet: "ListParts"}[r.Method]
	case r.Header.Get("X-Amz-Copy-Source") != "":
		return "CopyObject"
	}
	return map[string]string{http.MethodGet: "GetObject", http.MethodHead: "HeadObject", http.MethodPut: "PutObject", http.MethodDelete: "DeleteObject"}[r.Method]
}
