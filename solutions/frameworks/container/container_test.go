package container_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/goroutines"
	"github.com/kata-go/kata/solutions/frameworks/container"
)

// 1. Get returns the component of the type, from its constructor, which gets the components that it needs. Only what is needed is made, and what is no constructor is refused.
func TestGet(t *testing.T) {
	t.Run("a component gets what its constructor asks for", func(t *testing.T) {
		p := start(t)
		p.whole()
		s := get[*Server](p)
		if s.store.pool != get[*Pool](p) || s.queue.pool != get[*Pool](p) || s.store.pool.config != get[*Config](p) || s.queue.from != get[Mailer](p) {
			kit.Fail(t, kit.Failure{
				Sent: asked[*Server]() + ", then Get of all that it is made of",
				Got:  "other components than those that the Server has", Want: "the very same", At: p.at,
			})
		}
	})
	t.Run("what nobody needs is not made", func(t *testing.T) {
		p := start(t)
		p.whole()
		get[*Store](p)
		if want := []string{"Config", "Pool", "Store"}; !slices.Equal(p.calls, want) {
			kit.Fail(t, kit.Failure{
				Sent: asked[*Store]() + ", which needs a Pool, which needs a Config",
				Got:  "calls of the constructors of " + strings.Join(p.calls, ", "), Want: "of " + strings.Join(want, ", "), At: p.at,
			})
		}
	})
	t.Run("what is no constructor is refused", func(t *testing.T) {
		for _, f := range []any{nil, "pool", func() {}, func() (*Pool, *Config) { return nil, nil }, func() (*Pool, error, error) { return nil, nil, nil }} {
			p := start(t)
			if err := p.Provide(f); err == nil {
				kit.Fail(t, kit.Failure{Sent: "Provide(" + sign(f) + ")", Got: "no error", Want: "an error: this is no constructor", At: kit.At((*container.Container).Provide)})
			}
		}
	})
}

// 2. There is one component of a type, made once, however many goroutines ask for it at once.
func TestOnce(t *testing.T) {
	t.Run("whoever asks later gets the same component", func(t *testing.T) {
		p := start(t)
		p.whole()
		first := get[*Server](p)
		for range 3 {
			if get[*Server](p) != first || get[*Store](p) != first.store {
				kit.Fail(t, kit.Failure{Sent: asked[*Server]() + " twice", Got: "two Servers", Want: "one", At: p.at})
			}
		}
		if len(p.calls) != 6 {
			kit.Fail(t, kit.Failure{Sent: asked[*Server]() + " twice", Got: fmt.Sprintf("%d calls of the 6 constructors:\n%s", len(p.calls), strings.Join(p.calls, ", ")), Want: "one each", At: p.at})
		}
	})
	t.Run("goroutines that ask while it is being made wait for it", testCrowd)
}

// testCrowd has a crowd ask for the Pool while its constructor runs: the
// constructor goes on when all of the crowd wait, have an answer, or when it
// is called a second time.
func testCrowd(t *testing.T) {
	const askers = 8
	p := start(t)
	var entered, answered atomic.Int64
	var pools [askers + 1]*Pool
	answers := make(chan error, askers+1)
	ask := func(i int) {
		var err error
		pools[i], err = askPool(p)
		answered.Add(1)
		answers <- err
	}
	p.provides(p.config(), func(c *Config) *Pool {
		_ = p.called("Pool")
		if entered.Add(1) == 1 {
			for i := range askers {
				go ask(i)
			}
			goroutines.Settle("container_test.askPool", askers, 10*time.Second, func() bool { return entered.Load() > 1 || answered.Load() > 0 })
		}
		return &Pool{part{p, "Pool"}, c}
	})
	go ask(askers)
	kit.Within(t, 20*time.Second, asked[*Pool]()+" by goroutines at once", func() {
		for range askers + 1 {
			if err := <-answers; err != nil {
				t.Error(err)
			}
		}
	})
	if n := entered.Load(); n != 1 || slices.ContainsFunc(pools[:], func(x *Pool) bool { return x == nil || x != pools[0] }) {
		kit.Fail(t, kit.Failure{
			Sent: fmt.Sprintf("%s; while the Pool's constructor ran,\n%d more goroutines asked for it", asked[*Pool](), askers),
			Got:  fmt.Sprintf("the constructor was called %d times", n), Want: "once, and the same Pool for everybody", At: p.at,
		})
	}
}

func askPool(p *program) (*Pool, error) { return container.Get[*Pool](p.Container) }

// 3. What the program provides stands in for the default of that type, whichever was registered first. Two that the program provides for one type are refused.
func TestDefaults(t *testing.T) {
	own := func(t *testing.T, first, second string, f func(p *program, from string) error, g func(p *program, from string) error) {
		p := start(t)
		a, b := kit.Word(p.rand, 7), kit.Word(p.rand, 8)
		p.accepted(first+"(func() Mailer)", f(p, a))
		p.accepted(first+"(func() Mailer), "+second+"(another func() Mailer)", g(p, b))
		want := a
		if first == "Default" {
			want = b
		}
		if got := get[Mailer](p).From(); got != want || len(p.calls) != 1 {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("%s(mailer from %q), %s(mailer from %q),\n%s", first, a, second, b, asked[Mailer]()),
				Got:  fmt.Sprintf("a mailer from %q; made: %s", got, strings.Join(p.calls, ", ")), Want: fmt.Sprintf("the provided one, from %q, and no other made", want), At: p.at,
			})
		}
	}
	provide := func(p *program, from string) error { return p.Provide(p.mailer(from)) }
	standard := func(p *program, from string) error { return p.Default(p.mailer(from)) }
	t.Run("a default that came first gives way", func(t *testing.T) { own(t, "Default", "Provide", standard, provide) })
	t.Run("a default that came last gives way", func(t *testing.T) { own(t, "Provide", "Default", provide, standard) })
	t.Run("a default is used where nothing is provided", func(t *testing.T) {
		p := start(t)
		p.provides(p.config(), p.pool(), p.queue())
		p.accepted("Default(func() Mailer)", standard(p, "library"))
		if q := get[*Queue](p); q.from == nil || q.from.From() != "library" {
			kit.Fail(t, kit.Failure{Sent: "Default(mailer), " + asked[*Queue](), Got: "a Queue with another mailer", Want: "one with the default", At: p.at})
		}
	})
	t.Run("a second constructor of the program for a type is refused", func(t *testing.T) {
		p := start(t)
		p.provides(p.pool(), p.mailer("shop"))
		if err := p.Provide(p.mailer("other")); err == nil || !strings.Contains(err.Error(), "Mailer") {
			kit.Fail(t, kit.Failure{
				Sent: "Provide(func() Mailer), Provide(another func() Mailer)", Got: kit.Said(err), Want: "an error that names Mailer",
				At: kit.At((*container.Container).Provide),
			})
		}
	})
}

// 4. When a component cannot be had, the error says what is missing, or is the constructor's own to errors.Is, and names every type from the one asked for to the one that failed. The next Get tries again.
func TestErrors(t *testing.T) {
	t.Run("what is missing is named, and who needs it", func(t *testing.T) {
		p := start(t)
		p.provides(p.config(), p.pool(), p.store(), p.queue(), p.server())
		err := refused[*Server](p, "an error: nothing provides the Mailer that the Queue needs")
		p.names(asked[*Server]()+"; nothing provides the Mailer\nthat its Queue needs", err, reflect.TypeFor[*Server](), reflect.TypeFor[*Queue](), reflect.TypeFor[Mailer]())
	})
	t.Run("a constructor's error reaches whoever asked", func(t *testing.T) {
		p := start(t)
		cause := errors.New(kit.Word(p.rand, 9))
		p.broken["Pool"] = cause
		p.whole()
		sent := asked[*Server]() + "; the constructor of Pool\nreturned the error " + cause.Error()
		err := refused[*Server](p, "the constructor's error")
		if !errors.Is(err, cause) {
			kit.Fail(t, kit.Failure{Sent: sent, Got: kit.Said(err), Want: "an error for which errors.Is finds the constructor's", At: p.at})
		}
		p.names(sent, err, reflect.TypeFor[*Server](), reflect.TypeFor[*Store](), reflect.TypeFor[*Pool]())
	})
	t.Run("what failed is tried again and never handed out", func(t *testing.T) {
		p := start(t)
		p.broken["Pool"] = errors.New("refused")
		p.whole()
		_ = refused[*Store](p, "the constructor's error")
		_ = refused[*Pool](p, "the constructor's error again: there is no Pool")
		delete(p.broken, "Pool")
		if get[*Store](p).pool != get[*Pool](p) {
			kit.Fail(t, kit.Failure{Sent: asked[*Store]() + " after a Get that failed", Got: "a Store with another Pool", Want: "one with the Pool of all others", At: p.at})
		}
	})
}

// 6. Close closes each component that was made and has Close() error, once, last made first; what fails does not keep the others open, and errors.Is finds every failure in what Close returns.
func TestClose(t *testing.T) {
	t.Run("what was made is closed, last made first", func(t *testing.T) {
		p := start(t)
		p.whole()
		get[*Server](p)
		made := slices.DeleteFunc(slices.Clone(p.calls), func(name string) bool { return name == "Config" || strings.HasPrefix(name, "Mailer") })
		slices.Reverse(made)
		if err := p.Close(); err != nil || !slices.Equal(p.closed, made) {
			kit.Fail(t, kit.Failure{
				Sent: asked[*Server]() + ", c.Close(); the constructors were\ncalled for " + strings.Join(p.calls, ", "),
				Got:  fmt.Sprintf("closed: %s; %s", strings.Join(p.closed, ", "), kit.Said(err)), Want: "closed: " + strings.Join(made, ", ") + "; no error",
				At: kit.At((*container.Container).Close),
			})
		}
	})
	t.Run("what was never made is not closed", func(t *testing.T) {
		p := start(t)
		p.whole()
		get[*Pool](p)
		_ = p.Close()
		if !slices.Equal(p.closed, []string{"Pool"}) || len(p.calls) != 2 {
			kit.Fail(t, kit.Failure{
				Sent: asked[*Pool]() + ", c.Close()", Got: "closed: " + strings.Join(p.closed, ", ") + "; made: " + strings.Join(p.calls, ", "),
				Want: "closed: Pool", At: kit.At((*container.Container).Close),
			})
		}
	})
	t.Run("what was made before a failed start is closed too", func(t *testing.T) {
		p := start(t)
		p.broken["Queue"] = errors.New("no queue")
		p.whole()
		_ = refused[*Server](p, "the error of the Queue's constructor")
		_ = p.Close()
		if !slices.Contains(p.closed, "Pool") || slices.Contains(p.closed, "Queue") || slices.Contains(p.closed, "Server") {
			kit.Fail(t, kit.Failure{
				Sent: asked[*Server]() + ", which fails at its Queue; c.Close()", Got: "closed: " + strings.Join(p.closed, ", "),
				Want: "the Pool closed, not the Queue nor the Server", At: kit.At((*container.Container).Close),
			})
		}
	})
	t.Run("one that does not close keeps no other open", func(t *testing.T) {
		p := start(t)
		p.whole()
		get[*Server](p)
		for _, name := range []string{"Server", "Queue"} {
			p.unwilling[name] = fmt.Errorf("%s: %s", name, kit.Word(p.rand, 6))
		}
		err := p.Close()
		if len(p.closed) != 4 || !errors.Is(err, p.unwilling["Server"]) || !errors.Is(err, p.unwilling["Queue"]) {
			kit.Fail(t, kit.Failure{
				Sent: asked[*Server]() + ", c.Close(); Server and Queue do not close",
				Got:  "closed: " + strings.Join(p.closed, ", ") + ";\n" + kit.Said(err), Want: "Server, Queue, Store and Pool closed, and an error in which\nerrors.Is finds both failures",
				At: kit.At((*container.Container).Close),
			})
		}
	})
	t.Run("a second Close closes nothing again", func(t *testing.T) {
		p := start(t)
		p.whole()
		get[*Store](p)
		_ = p.Close()
		if err := p.Close(); err != nil || len(p.closed) != 2 {
			kit.Fail(t, kit.Failure{
				Sent: asked[*Store]() + ", c.Close(), c.Close()", Got: "closed: " + strings.Join(p.closed, ", ") + "; " + kit.Said(err),
				Want: "Store and Pool closed once, and no error", At: kit.At((*container.Container).Close),
			})
		}
	})
}
