package middleware_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/frameworks/middleware"
)

var begins = step{"writes half a page", func(w http.ResponseWriter, _ *http.Request, _ middleware.Next) {
	_, _ = w.Write([]byte("<html>half"))
}}

var status = step{"writes the status 200", func(w http.ResponseWriter, _ *http.Request, _ middleware.Next) { w.WriteHeader(200) }}

var flushes = step{"flushes", func(w http.ResponseWriter, _ *http.Request, _ middleware.Next) {
	_ = http.NewResponseController(w).Flush()
}}

// 6. Once an answer has begun, no error adds to it: error handlers run, nothing that they write is sent, and the connection is cut.
func TestBegun(t *testing.T) {
	boom := errors.New(kit.Word(kit.Rand(t), 7))
	for _, half := range []struct {
		sentence string
		what     step
		path     string
	}{
		{"an error after half a page cuts the connection", begins.then(fails(boom)), "/used"},
		{"a panic after half a page cuts the connection", begins.then(panics(boom)), "/used"},
		{"an error after the status alone cuts the connection", status.then(fails(boom)), "/used"},
		{"an error after a flush cuts the connection", begins.then(flushes).then(fails(boom)), "/used"},
		{"an error after a flush of nothing cuts the connection", flushes.then(fails(boom)), "/used"},
		{"a panic on the way back cuts the connection", passes.then(panics(boom)), "/"},
	} {
		t.Run(half.sentence, func(t *testing.T) {
			for _, rest := range []string{"nobody catches it", "it is caught", "it is caught and handlers go on"} {
				s := open(t)
				s.use(half.path, "page", half.what)
				s.route("GET", "/teas", "teas", begins)
				switch rest {
				case "it is caught":
					s.catch("sorry", answers(500, "sorry").then(flushes))
				case "it is caught and handlers go on":
					s.catch("sorry", passes)
					s.use("/", "more", answers(200, "more"))
				}
				path := map[string]string{"/used": "/used/it", "/": "/teas"}[half.path]
				s.cut(path, rest != "nobody catches it")
			}
		})
	}
	t.Run("half a page of a mounted app is cut too", func(t *testing.T) {
		s := open(t)
		inner := s.inside()
		inner.use("/", "inner", begins.then(fails(boom)))
		inner.catch("sorry", answers(500, "sorry"))
		s.mount("/shop", inner)
		s.cut("/shop/teas", true)
	})
	t.Run("an answer without an error arrives as it was written", func(t *testing.T) {
		s := open(t)
		s.catch("sorry", answers(500, "sorry"))
		s.use("/", "mark", step{"sets X-Tea", func(w http.ResponseWriter, _ *http.Request, next middleware.Next) {
			w.Header().Set("X-Tea", boom.Error())
			next(nil)
		}})
		s.route("GET", "/teas", "teas", answers(201, strings.Repeat("green ", 2000)))
		r := s.get("/teas")
		if r.Header.Get("X-Tea") != boom.Error() {
			r.fail("the header X-Tea that a handler set")
		}
		r.is(201, strings.Repeat("green ", 2000))
		s = open(t)
		s.use("/", "head", begins.then(passes))
		s.use("/", "foot", begins)
		s.get("/").is(200, "<html>half<html>half")
	})
	t.Run("handlers can still flush", func(t *testing.T) {
		for _, path := range []string{"/events", "/shop/events"} {
			s, read := open(t), make(chan struct{})
			inner := s.inside()
			events := step{"writes, flushes, waits", func(w http.ResponseWriter, r *http.Request, _ middleware.Next) {
				_, _ = w.Write([]byte("tea"))
				_ = http.NewResponseController(w).Flush()
				select {
				case <-read: // the client has read what was flushed
				case <-r.Context().Done():
				}
			}}
			inner.use("/", "inner", events)
			s.mount("/shop", inner)
			s.use("/", "events", events)
			s.flushed(path, read)
		}
	})
}

// flushed fails unless the client can read what a handler flushes while the
// handler still waits for that.
func (s *row) flushed(path string, read chan<- struct{}) {
	s.t.Helper()
	server := web.Serve(s.t, s.app)
	server.Client.Timeout = 5 * time.Second // what does not come while the handler waits never comes
	res, err := server.Client.Get(server.URL + path)
	if err == nil {
		defer res.Body.Close()
		_, err = io.ReadFull(res.Body, make([]byte, len("tea")))
	}
	close(read)
	if err != nil {
		kit.Fail(s.t, kit.Failure{
			Sent: strings.Join(s.built, "\n") + "\ncurl -N ':8080" + path + "'", Got: "nothing before the handler ended",
			Want: "tea, as soon as it is flushed", Note: "the handler calls Flush of http.NewResponseController(w)", At: kit.At((*middleware.App).ServeHTTP),
		})
	}
}

// cut fails unless the client of a GET notices that its answer is not whole,
// and the error handler, if there is one, ran.
func (s *row) cut(path string, caught bool) {
	s.t.Helper()
	r := s.get(path)
	for _, added := range []string{"Internal Server Error", "sorry", "more"} {
		if strings.Contains(r.Body, added) {
			r.fail("nothing behind what had been written, and the connection cut")
		}
	}
	if r.err == nil {
		r.fail("the connection cut, so that nobody takes this for the whole answer")
	}
	if ran := slices.ContainsFunc(r.trail, func(name string) bool { return strings.HasPrefix(name, "sorry of ") }); caught && !ran {
		r.fail("the error handler called, for whoever keeps the log")
	}
}

// 7. Use is for its path and whatever lies below it; in there r.URL.Path is what is left, behind it the path is whole again.
func TestMount(t *testing.T) {
	word := kit.Word(kit.Rand(t), 5)
	t.Run("a path is for whatever lies below it and for nothing beside it", func(t *testing.T) {
		s := open(t)
		s.use("/"+word, "guard", answers(403, "closed"))
		s.use("/", "open", answers(200, "open"))
		for _, path := range []string{"/" + word, "/" + word + "/", "/" + word + "/users/7"} {
			s.get(path).is(403, "closed")
		}
		for _, path := range []string{"/", "/" + word + "s", "/" + word + "istrators/7", "/x/" + word, "/" + word[:4]} {
			s.get(path).is(200, "open")
		}
	})
	t.Run("below the path of Use a handler sees what is left of it", func(t *testing.T) {
		s := open(t)
		s.use("/"+word, "page", tells)
		s.get("/"+word+"/users/7?q="+word).is(200, "/users/7?q="+word)
		s.get("/"+word+"/").is(200, "/?")
		s.get("/"+word).is(200, "/?")
		s.get("/"+word+"/"+word).is(200, "/"+word+"?")
	})
	t.Run("behind that Use the path is whole again", func(t *testing.T) {
		s := open(t)
		s.use("/"+word, "guard", passes)
		s.use("/"+word+"/users", "count", passes)
		s.use("/", "page", tells)
		s.get("/"+word+"/users/7").is(200, "/"+word+"/users/7?")
	})
	t.Run("an error handler behind that Use sees the whole path", func(t *testing.T) {
		s := open(t)
		s.use("/"+word, "guard", fails(errors.New("no key")))
		s.catch("sorry", tells)
		s.get("/"+word+"/users/7").is(200, "/"+word+"/users/7?")
	})
	t.Run("apps mounted in apps see what is left for them", func(t *testing.T) {
		s := open(t)
		middle, inner := s.inside(), s.inside()
		inner.route("GET", "/teas", "teas", tells)
		inner.route("GET", "/", "index", answers(200, "index"))
		middle.mount("/v1", inner)
		middle.route("GET", "/status", "status", answers(200, "fine"))
		s.mount("/"+word, middle)
		s.use("/", "else", tells)
		s.get("/"+word+"/v1/teas").is(200, "/teas?")
		s.get("/"+word+"/v1").is(200, "index")
		s.get("/"+word+"/status").is(200, "fine")
		s.get("/"+word+"/v1/cups").is(200, "/"+word+"/v1/cups?")
		s.get("/v1/teas").is(200, "/v1/teas?")
	})
}
