package middleware_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/frameworks/middleware"
)

// 1. Handlers run in the order in which they were added, and what one does after next it does when all behind it have finished.
func TestOrder(t *testing.T) {
	t.Run("handlers run as they were added and end the other way round", func(t *testing.T) {
		s := open(t)
		s.use("/", "log", passes)
		s.use("/", "user", passes)
		s.route("GET", "/teas", "teas", answers(200, "green"))
		r := s.get("/teas")
		r.ran(true, "log", "user", "teas", "end of teas", "end of user", "end of log")
		r.is(200, "green")
	})
	t.Run("the handlers of one route run in that order too", func(t *testing.T) {
		s := open(t)
		s.route("GET", "/teas", "timer user teas", passes, passes, answers(200, "green"))
		s.get("/teas").ran(true, "timer", "user", "teas", "end of teas", "end of user", "end of timer")
	})
	t.Run("handlers and error handlers that are added together do so too", func(t *testing.T) {
		s := open(t)
		s.built = []string{"Use /  log, user: next(nil), next(an error)", "Catch  one, two: hand it on, answer 503"}
		s.app.Use("/", s.handler("log", passes), s.handler("user", fails(errors.New("no tea"))))
		failed := func(name string, what step) middleware.ErrorHandler {
			return func(err error, w http.ResponseWriter, r *http.Request, next middleware.Next) {
				s.handler(name, what)(w, r, next)
			}
		}
		s.app.Catch(failed("one", fails(errors.New("no cup"))), failed("two", answers(503, "sorry")))
		s.get("/teas").ran(true, "log", "user", "one", "two", "end of two", "end of one", "end of user", "end of log")
	})
	t.Run("a handler that does not call next is the last", func(t *testing.T) {
		s := open(t)
		word := kit.Word(kit.Rand(t), 6)
		s.use("/", "guard", answers(403, word))
		s.route("GET", "/teas", "teas", answers(200, "green"))
		r := s.get("/teas")
		r.ran(false, "guard")
		r.is(403, word)
	})
	t.Run("a route is for its method and its whole path", func(t *testing.T) {
		s := open(t)
		s.route("POST", "/teas", "order", answers(201, "ordered"))
		s.route("GET", "/teas/green", "green", answers(200, "green"))
		s.route("GET", "/teas", "teas", answers(200, "all"))
		s.route("GET", "/teas", "shadow", answers(200, "never"))
		s.get("/teas").ran(false, "teas")
		s.send("POST", "/teas").ran(false, "order")
		s.get("/teas/green").ran(false, "green")
		s.get("/teas/black").ran(false)
	})
}

// 2. What is behind a handler runs once, however often the handler calls next.
func TestOnce(t *testing.T) {
	t.Run("a second next changes nothing", func(t *testing.T) {
		s := open(t)
		s.use("/", "log", passes.then(passes))
		s.use("/", "user", passes.then(passes).then(passes))
		s.route("GET", "/teas", "teas", answers(200, "green"))
		s.use("/", "behind", passes)
		r := s.get("/teas")
		r.ran(false, "log", "user", "teas")
		r.is(200, "green")
	})
	t.Run("a handler that goes on after its error books nothing", func(t *testing.T) {
		s := open(t)
		s.route("GET", "/orders", "check book", fails(errors.New("no tea left")).then(passes), answers(201, "booked"))
		s.catch("sorry", answers(409, "sorry"))
		r := s.get("/orders")
		r.ran(false, "check", "sorry of no tea left")
		r.is(409, "sorry")
	})
	t.Run("an error after next comes too late", func(t *testing.T) {
		s := open(t)
		s.use("/", "log", passes.then(fails(errors.New("no disk"))))
		s.route("GET", "/teas", "teas", answers(200, "green"))
		s.catch("sorry", answers(500, "sorry"))
		r := s.get("/teas")
		r.ran(false, "log", "teas")
		r.is(200, "green")
	})
	t.Run("a second next in a route or an error handler changes nothing", func(t *testing.T) {
		s := open(t)
		s.route("GET", "/teas", "twice teas", passes.then(passes), fails(errors.New("empty")))
		s.catch("again", passes.then(passes))
		s.use("/", "help", passes)
		s.use("/", "answer", answers(200, "try /help"))
		s.get("/teas").ran(false, "twice", "teas", "again of empty", "help", "answer")
	})
}

// 3. An error given to next skips handlers up to the next error handler behind; without an error, those are skipped.
func TestErrors(t *testing.T) {
	boom := fmt.Errorf("no %s left", kit.Word(kit.Rand(t), 5))
	t.Run("an error goes to the next error handler and to nobody else", func(t *testing.T) {
		s := open(t)
		s.catch("early", answers(500, "early"))
		s.use("/", "user", fails(boom))
		s.use("/", "cart", passes)
		s.route("GET", "/teas", "teas", answers(200, "green"))
		s.catch("sorry", answers(503, "sorry"))
		s.catch("second", answers(500, "second"))
		r := s.get("/teas")
		r.ran(false, "user", "sorry of "+boom.Error())
		r.is(503, "sorry")
	})
	t.Run("without an error no error handler runs", func(t *testing.T) {
		s := open(t)
		s.catch("early", answers(500, "early"))
		s.use("/", "log", passes)
		s.catch("sorry", answers(503, "sorry"))
		s.route("GET", "/teas", "teas", answers(200, "green"))
		s.catch("late", answers(500, "late"))
		s.get("/teas").is(200, "green")
		s.get("/nothing").ran(false, "log")
	})
	t.Run("an error of a route reaches the error handler", func(t *testing.T) {
		s := open(t)
		s.route("GET", "/teas", "user teas", fails(boom), answers(200, "green"))
		s.catch("sorry", answers(503, "sorry"))
		r := s.get("/teas")
		r.ran(false, "user", "sorry of "+boom.Error())
		r.is(503, "sorry")
	})
	t.Run("an error handler may hand on the error or another one", func(t *testing.T) {
		s := open(t)
		s.use("/", "user", fails(boom))
		s.catch("log", step{"hands it on", func(_ http.ResponseWriter, _ *http.Request, next middleware.Next) { next(boom) }})
		s.catch("translate", fails(errors.New("out of stock")))
		s.use("/", "cart", passes)
		s.catch("sorry", answers(503, "sorry"))
		s.get("/").ran(false, "user", "log of "+boom.Error(), "translate of "+boom.Error(), "sorry of out of stock")
	})
	t.Run("an error handler that calls next without one lets handlers go on", func(t *testing.T) {
		s := open(t)
		s.use("/", "cache", fails(boom))
		s.catch("ignore", passes)
		s.catch("sorry", answers(503, "sorry"))
		s.route("GET", "/teas", "teas", answers(200, "green"))
		r := s.get("/teas")
		r.ran(false, "cache", "ignore of "+boom.Error(), "teas")
		r.is(200, "green")
	})
	t.Run("an error that a mounted app does not catch goes on outside", func(t *testing.T) {
		s := open(t)
		inner := s.inside()
		inner.use("/", "inner", fails(boom))
		s.mount("/shop", inner)
		s.use("/", "cart", passes)
		s.catch("sorry", answers(503, "sorry"))
		r := s.get("/shop/teas")
		r.ran(false, "inner", "sorry of "+boom.Error())
		r.is(503, "sorry")
	})
}

// 4. A panic is such an error; only http.ErrAbortHandler goes through to the server.
func TestPanics(t *testing.T) {
	word := kit.Word(kit.Rand(t), 7)
	boom := errors.New(word)
	// caught puts an error handler at the end that answers whether it found the error.
	caught := func(s *row) {
		s.built = append(s.built, "Catch  sorry: answers with what it found in the error")
		s.app.Catch(func(err error, w http.ResponseWriter, _ *http.Request, _ middleware.Next) {
			_, _ = fmt.Fprintf(w, "its text has %s: %t, errors.Is finds it: %t", word, strings.Contains(err.Error(), word), errors.Is(err, boom))
		})
	}
	t.Run("a panic in a handler reaches the error handler", func(t *testing.T) {
		s := open(t)
		s.use("/", "log", passes)
		s.use("/used", "user", panics("no "+word))
		s.route("GET", "/route", "first second", passes, panics("no "+word))
		caught(s)
		s.get("/used").is(200, "its text has "+word+": true, errors.Is finds it: false")
		s.get("/route").is(200, "its text has "+word+": true, errors.Is finds it: false")
	})
	t.Run("errors.Is finds the error that a handler panicked with", func(t *testing.T) {
		s := open(t)
		s.use("/", "user", panics(fmt.Errorf("load: %w", boom)))
		caught(s)
		s.get("/teas").is(200, "its text has "+word+": true, errors.Is finds it: true")
	})
	t.Run("a panic in an error handler reaches the one behind it", func(t *testing.T) {
		s := open(t)
		s.use("/", "user", fails(errors.New("no tea")))
		s.catch("clumsy", panics(boom))
		caught(s)
		s.get("/teas").is(200, "its text has "+word+": true, errors.Is finds it: true")
	})
	t.Run("a panic in a mounted app goes on outside", func(t *testing.T) {
		s := open(t)
		inner := s.inside()
		inner.use("/", "inner", panics(boom))
		s.mount("/shop", inner)
		s.use("/", "cart", passes)
		caught(s)
		r := s.get("/shop/teas")
		r.is(200, "its text has "+word+": true, errors.Is finds it: true")
		r.ran(false, "inner")
	})
	t.Run("http.ErrAbortHandler goes through as it is", func(t *testing.T) {
		s := open(t)
		s.use("/", "log", passes)
		s.use("/", "user", panics(http.ErrAbortHandler))
		s.catch("sorry", answers(503, "sorry"))
		r := s.get("/teas")
		if r.ran(false, "log", "user"); r.err == nil {
			r.fail("no answer: the server cuts the connection")
		}
	})
}

// 5. An error that reaches the end answers 500 and tells nothing of itself; a request that reaches the end answers 404.
func TestEnd(t *testing.T) {
	word := kit.Word(kit.Rand(t), 9)
	for _, end := range []struct {
		sentence string
		what     step
		catch    bool
	}{
		{"an error that nobody catches answers 500 and is not told", fails(errors.New("select " + word)), false},
		{"a panic that nobody catches answers 500 and is not told", panics("select " + word), false},
		{"an error that is handed on to the end answers 500 and is not told", fails(errors.New("first")), true},
	} {
		t.Run(end.sentence, func(t *testing.T) {
			s := open(t)
			s.use("/", "user", end.what)
			if end.catch {
				s.catch("log", fails(errors.New("select "+word)))
			}
			r := s.get("/teas")
			if r.err != nil || r.Status != 500 || strings.Contains(r.Body, word) || r.Note != "" {
				r.fail("500 Internal Server Error, without the words of the error")
			}
		})
	}
	t.Run("a request that nobody answers answers 404", func(t *testing.T) {
		s := open(t)
		s.use("/", "log", passes)
		s.catch("sorry", answers(503, "sorry"))
		s.route("POST", "/teas", "order", answers(201, "ordered"))
		if r := s.get("/teas"); r.err != nil || r.Status != 404 {
			r.fail("404 Not Found")
		}
	})
}
