package problems_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/rest/problems"
)

// draw returns a Problem that a client is to blame for, or one that the shop is.
func draw(r *rand.Rand, ours bool) *problems.Problem {
	status := []int{403, 404, 409, 422, 429}[r.IntN(5)]
	if ours {
		status = []int{500, 502, 503, 504}[r.IntN(4)]
	}
	return &problems.Problem{Status: status, Detail: "There is no basket " + kit.Word(r, 5) + "."}
}

// 1. An error is answered with its Problem's status and as application/problem+json.
func TestAnswer(t *testing.T) {
	t.Run("a Problem is answered with its status and its detail", func(t *testing.T) {
		for _, ours := range []bool{false, true} {
			p := draw(kit.Rand(t), ours)
			a := serve(t, failing(p)).Do("GET", "/baskets/7")
			if doc := problem(t, a, returned(p), p.Status); doc["detail"] != p.Detail {
				a.Fail(t, fmt.Sprintf(`the member "detail": %q`, p.Detail))
			}
		}
	})
	t.Run("the first and the last status of an error are answered", func(t *testing.T) {
		for _, status := range []int{400, 599} {
			p := &problems.Problem{Status: status, Detail: "Out of tea."}
			if a := serve(t, failing(p)).Do("GET", "/baskets/7"); a.Status != status {
				a.Sent += "\n" + returned(p)
				a.Fail(t, fmt.Sprint("status ", status))
			}
		}
	})
	t.Run("a handler without an error answers as it likes", func(t *testing.T) {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Content-Type", "text/csv")
			w.WriteHeader(http.StatusAccepted)
			_, err := io.WriteString(w, "tea;2\n")
			return err
		})
		a := s.Do("GET", "/export")
		if a.Status != http.StatusAccepted || a.Body != "tea;2\n" || a.Header.Get("Content-Type") != "text/csv" {
			a.Sent += "\n" + returned(nil)
			a.Fail(t, "202 Accepted and the handler's own text\nContent-Type: text/csv\ntea;2")
		}
	})
}

// 2. A Problem counts however deep other errors are wrapped around it.
func TestWrapped(t *testing.T) {
	ask := func(t *testing.T, err func(p *problems.Problem) error) {
		t.Helper()
		p := draw(kit.Rand(t), false)
		a := serve(t, failing(err(p))).Do("GET", "/baskets/7")
		if doc := problem(t, a, returned(err(p)), p.Status); doc["detail"] != p.Detail {
			a.Fail(t, fmt.Sprintf(`the member "detail": %q, without what others said around it`, p.Detail))
		}
	}
	t.Run("a Problem that is wrapped twice is answered as itself", func(t *testing.T) {
		ask(t, func(p *problems.Problem) error { return fmt.Errorf("basket: %w", fmt.Errorf("load: %w", p)) })
	})
	t.Run("a Problem among joined errors is answered as itself", func(t *testing.T) {
		ask(t, func(p *problems.Problem) error { return errors.Join(errors.New("rollback failed"), p) })
	})
}

// 3. Any other error, and a Problem whose status is not from 400 to 599, answers 500. No answer tells anything of a cause.
func TestInternal(t *testing.T) {
	t.Run("another error answers 500 and tells nothing of it", func(t *testing.T) {
		secret, err := fault(kit.Rand(t))
		err = fmt.Errorf("load basket: %w", err)
		a := serve(t, failing(err)).Do("GET", "/baskets/7")
		problem(t, a, returned(err), http.StatusInternalServerError)
		silent(t, a, returned(err), secret)
	})
	t.Run("a Problem's cause and what is wrapped around it are not told", func(t *testing.T) {
		r := kit.Rand(t)
		for _, ours := range []bool{false, true} {
			p, secret := draw(r, ours), ""
			secret, p.Err = fault(r)
			around := "shard" + kit.Word(r, 6)
			err := fmt.Errorf("%s: %w", around, p)
			a := serve(t, failing(err)).Do("GET", "/baskets/7")
			silent(t, a, returned(err), secret)
			silent(t, a, returned(err)+"\nunder the words "+around, around)
		}
	})
	t.Run("a Problem whose status is none of an error answers 500", func(t *testing.T) {
		for _, status := range []int{0, 200, 399, 600, -1} {
			p := &problems.Problem{Status: status, Detail: "Out of tea."}
			problem(t, serve(t, failing(p)).Do("GET", "/baskets/7"), returned(p), http.StatusInternalServerError)
		}
	})
}

// 4. A panic answers 500 in the same way. Only http.ErrAbortHandler is passed on to the server.
func TestPanic(t *testing.T) {
	t.Run("a panic answers 500 and tells nothing of it", func(t *testing.T) {
		secret, err := fault(kit.Rand(t))
		for _, p := range []any{err, err.Error(), struct{ cause error }{err}} {
			s := serve(t, func(http.ResponseWriter, *http.Request) error { panic(p) })
			did := fmt.Sprintf("the handler panicked with a %T", p)
			a, err := s.Try("GET", "/baskets/7")
			if err != nil {
				kit.Fail(t, kit.Failure{Sent: a.Sent + "\n" + did, Got: "no answer: " + err.Error(), Want: "500 Internal Server Error as application/problem+json", At: kit.At(problems.New)})
			}
			problem(t, a, did, http.StatusInternalServerError)
			silent(t, a, did, secret)
		}
	})
	t.Run("a handler that aborts breaks the connection and is no error", func(t *testing.T) {
		s := serve(t, func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) })
		a, err := s.Try("GET", "/baskets/7")
		a.Sent += "\nthe handler panicked with http.ErrAbortHandler"
		if err == nil {
			a.Fail(t, "no answer: the connection breaks, as net/http does it for this value")
		}
		if list, all := s.log.errors(); len(list) > 0 {
			kit.Fail(t, kit.Failure{Sent: a.Sent, Got: "the log\n" + show(all), Want: "no Error: the handler did so on purpose", At: a.At})
		}
	})
}

var goodID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// 5. Every answer has its own id in X-Request-Id, which RequestID tells to the handler; the caller's is kept if it is a good one.
func TestRequestID(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, problems.RequestID(r.Context()))
		return err
	}
	t.Run("the handler learns the id that the client gets", func(t *testing.T) {
		a := serve(t, echo).Do("GET", "/")
		if id := a.Header.Get("X-Request-Id"); id == "" || a.Body != id {
			ids(t, a, "an id, the same both times")
		}
	})
	t.Run("no two requests get the same id, nor do two processes give it", func(t *testing.T) {
		seen := map[string]bool{}
		for range 2 {
			for s, n := serve(t, echo), 0; n < 60; n++ {
				a := s.Do("GET", "/")
				id := a.Header.Get("X-Request-Id")
				if seen[id] || !goodID.MatchString(id) {
					got := "X-Request-Id: " + id
					if seen[id] {
						got += "\nwhich an earlier answer has as well"
					}
					kit.Fail(t, kit.Failure{
						Sent: "two services, each made by New, were sent 60 times\n" + a.Sent, Got: got,
						Want: "an id that no request had before, made of letters, digits and -_.", At: kit.At(problems.New),
					})
				}
				seen[id] = true
			}
		}
	})
	t.Run("a good id of the caller is kept", func(t *testing.T) {
		s := serve(t, echo)
		for _, id := range []string{kit.Word(s.rand, 1), "A-" + kit.Word(s.rand, 9) + "_0.9Z", strings.ToUpper(kit.Word(s.rand, 64))} {
			a := s.Do("GET", "/", web.Header("X-Request-Id", id))
			if a.Header.Get("X-Request-Id") != id || a.Body != id {
				ids(t, a, "the caller's id, both times")
			}
		}
	})
	t.Run("a bad id of the caller is replaced", func(t *testing.T) {
		s := serve(t, echo)
		good := kit.Word(s.rand, 5)
		for _, id := range []string{kit.Word(s.rand, 65), good + " " + good, good + ",level=INFO", "é" + good, good + `"`, good + "/.."} {
			a := s.Do("GET", "/", web.Header("X-Request-Id", id))
			if got := a.Header.Get("X-Request-Id"); !goodID.MatchString(got) || a.Body != got {
				ids(t, a, "both the same, an id of the service's own: the caller's is no good one")
			}
		}
	})
}

// tearApart panics; the log must say that it was here.
func tearApart(value any) error { panic(value) }

// 6. Each error or panic that is a 500 or more is one record of level Error, with the id, all that the error says and the function that panicked.
func TestLog(t *testing.T) {
	t.Run("an internal error is logged once with its id and all that it says", func(t *testing.T) {
		r := kit.Rand(t)
		secret, err := fault(r)
		around := "shard" + kit.Word(r, 6)
		err = fmt.Errorf("%s: %w", around, err)
		s := serve(t, failing(err))
		a := s.Do("GET", "/baskets/7")
		s.logged(a, returned(err), a.Header.Get("X-Request-Id"), secret, around)
	})
	t.Run("a Problem of 500 or more is logged with its cause and what is wrapped around it", func(t *testing.T) {
		r := kit.Rand(t)
		for range 3 {
			p, secret := draw(r, true), ""
			secret, p.Err = fault(r)
			around := "shard" + kit.Word(r, 6)
			err := fmt.Errorf("%s: %w", around, p)
			s := serve(t, failing(err))
			a := s.Do("GET", "/baskets/7")
			s.logged(a, returned(err), a.Header.Get("X-Request-Id"), secret, around)
		}
	})
	t.Run("a Problem of 500 or more without a cause is logged with its detail", func(t *testing.T) {
		p := draw(kit.Rand(t), true)
		s := serve(t, failing(p))
		a := s.Do("GET", "/baskets/7")
		s.logged(a, returned(p), a.Header.Get("X-Request-Id"), p.Detail)
	})
	t.Run("a panic is logged with what was said and the function where it happened", func(t *testing.T) {
		secret, err := fault(kit.Rand(t))
		s := serve(t, func(http.ResponseWriter, *http.Request) error { return tearApart(err) })
		a, failed := s.Try("GET", "/baskets/7")
		if failed != nil {
			a.At = kit.At(problems.New)
		}
		s.logged(a, "the handler's function tearApart panicked with the error\n"+text(err), a.Header.Get("X-Request-Id"), secret, "tearApart")
	})
	t.Run("a problem below 500 is no Error", func(t *testing.T) {
		r := kit.Rand(t)
		for _, status := range []int{400, 404, 499} {
			p := draw(r, false)
			p.Status = status
			_, p.Err = fault(r)
			s := serve(t, failing(fmt.Errorf("basket: %w", p)))
			a := s.Do("GET", "/baskets/7")
			if list, all := s.log.errors(); len(list) > 0 {
				kit.Fail(t, kit.Failure{Sent: a.Sent + "\n" + returned(p), Got: "the log\n" + show(all), Want: "no record of level Error: the shop did what it should", At: a.At})
			}
		}
	})
}

// 7. A problem does not come with what the handler had prepared for a success. Other fields stay.
func TestFields(t *testing.T) {
	p := &problems.Problem{Status: http.StatusServiceUnavailable, Detail: "The till is closed."}
	run := func(t *testing.T, fields ...string) web.Answer {
		t.Helper()
		s := serve(t, func(w http.ResponseWriter, r *http.Request) error {
			for i := 0; i < len(fields); i += 2 {
				w.Header().Set(fields[i], fields[i+1])
			}
			return p
		})
		did := "the handler set " + fields[0] + ": " + fields[1] + " and returned a Problem"
		a, err := s.Try("GET", "/export")
		if err != nil {
			kit.Fail(t, kit.Failure{Sent: a.Sent + "\n" + did, Got: "an answer that cannot be read: " + err.Error(), Want: "the whole problem", At: a.At})
		}
		problem(t, a, did, p.Status)
		return a
	}
	t.Run("a length or an encoding of another body is not sent", func(t *testing.T) {
		run(t, "Content-Length", fmt.Sprint(5000+kit.Rand(t).IntN(5000)))
		run(t, "Content-Length", "7")
		run(t, "Content-Encoding", "gzip")
	})
	t.Run("a validator or a permission to cache is not sent", func(t *testing.T) {
		for _, f := range [][2]string{{"Etag", `"v7"`}, {"Last-Modified", "Mon, 05 Jan 2026 10:00:00 GMT"}, {"Cache-Control", "public, max-age=86400"}} {
			a := run(t, f[0], f[1])
			if a.Header.Get(f[0]) == f[1] {
				a.Fail(t, "no "+f[0]+": "+f[1]+"\nit was meant for the export, not for this problem")
			}
		}
	})
	t.Run("a field that is meant for the problem stays", func(t *testing.T) {
		for _, name := range []string{"Retry-After", "WWW-Authenticate", "X-Shop"} {
			value := fmt.Sprint(10 + kit.Rand(t).IntN(90))
			if a := run(t, name, value); a.Header.Get(name) != value {
				a.Fail(t, "the field that the handler set\n"+name+": "+value)
			}
		}
	})
}

// 8. If the handler had begun to write, the client gets the whole problem instead or a broken connection.
func TestBegun(t *testing.T) {
	_, err := fault(rand.New(rand.NewPCG(1, 1)))
	rows := "tea;2;" + strings.Repeat("bread;1;", 4)
	ends := []struct {
		did string
		end func() error
	}{
		{"the handler wrote a part of its answer and returned an error", func() error { return err }},
		{"the handler wrote a part of its answer and panicked", func() error { return tearApart(err) }},
	}
	t.Run("an error after a part of the body does not pass for an answer", func(t *testing.T) {
		for _, e := range ends {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) error {
				_, _ = io.WriteString(w, rows)
				return e.end()
			})
			a, err := s.Try("GET", "/export")
			whole(t, a, err, e.did)
		}
	})
	t.Run("an error after the status does not pass for an answer", func(t *testing.T) {
		for i, e := range slices.Concat(ends, ends) { // statuses 200 to 203
			s := serve(t, func(w http.ResponseWriter, r *http.Request) error {
				w.WriteHeader(http.StatusOK + i)
				return e.end()
			})
			a, err := s.Try("GET", "/export")
			whole(t, a, err, strings.Replace(e.did, "a part of its answer", "its status", 1))
		}
	})
	t.Run("an error after a flush does not pass for an answer", func(t *testing.T) {
		for _, e := range ends {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) error {
				_ = http.NewResponseController(w).Flush() // who cannot, has sent nothing
				return e.end()
			})
			a, err := s.Try("GET", "/export")
			whole(t, a, err, strings.Replace(e.did, "wrote a part of its answer", "called Flush of http.ResponseController", 1))
		}
	})
	t.Run("an error that comes too late for an answer is logged all the same", func(t *testing.T) {
		for _, e := range ends {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) error {
				_, _ = io.WriteString(w, rows)
				return e.end()
			})
			a, _ := s.Try("GET", "/export")
			a.At = kit.At(problems.New)
			s.logged(a, e.did)
		}
	})
}
