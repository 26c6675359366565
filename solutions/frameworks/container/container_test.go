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

// 5. Components that need one another are an error that names the types of the circle, in order, from one back to the same. Any depth without a circle is fine.
func TestCircles(t *testing.T) {
	t.Run("a circle is an error that shows it", func(t *testing.T) {
		for _, length := range []int{1, 2, 3, 5} {
			circle(start(t), length)
		}
	})
	t.Run("a circle through what was asked for is one too", func(t *testing.T) {
		for _, length := range []int{0, 1, 4} {
			through(start(t), length)
		}
	})
	t.Run("a program of any depth is made", func(t *testing.T) {
		p := start(t)
		depth := 150 + p.rand.IntN(100)
		for i := 1; i <= depth; i++ {
			p.provides(link(i, i-1))
		}
		p.provides(reflect.MakeFunc(reflect.FuncOf(nil, []reflect.Type{level(0)}, false), func([]reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.New(level(0).Elem())}
		}).Interface())
		p.provides(reflect.MakeFunc(reflect.FuncOf([]reflect.Type{level(depth)}, []reflect.Type{reflect.TypeFor[*Config]()}, false), func([]reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(&Config{})}
		}).Interface())
		if _, err := container.Get[*Config](p.Container); err != nil {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("%s, made from one component, made from\none other, and so on: %d in all", asked[*Config](), depth+2),
				Got:  kit.Said(err), Want: "the component: there is no circle", At: p.at,
			})
		}
	})
	t.Run("two that need the same third are no circle", func(t *testing.T) {
		p := start(t)
		p.whole()
		get[*Server](p)
	})
}

// level returns one of any number of component types: *[n]container_test.Config.
func level(n int) reflect.Type {
	return reflect.PointerTo(reflect.ArrayOf(n, reflect.TypeFor[Config]()))
}

// link is a constructor of level made that needs level from.
func link(made, from int) any {
	t := reflect.FuncOf([]reflect.Type{level(from)}, []reflect.Type{level(made)}, false)
	return reflect.MakeFunc(t, func([]reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.New(level(made).Elem())}
	}).Interface()
}

// circle asks for a Config that needs level 20, which is on a circle of so
// many types, and fails unless the error shows it from one type back to it.
func circle(p *program, length int) {
	p.t.Helper()
	last := 20 + length - 1
	for i := 20; i < last; i++ {
		p.provides(link(i, i+1))
	}
	p.provides(link(last, 20), between(level(20), config))
	p.mustShow(length, nil)
}

// through asks for a Config that needs itself by way of so many others.
func through(p *program, length int) {
	p.t.Helper()
	for i := 20; i < 20+length-1; i++ {
		p.provides(link(i, i+1))
	}
	if length == 0 {
		p.provides(between(config, config))
	} else {
		p.provides(between(config, level(20+length-1)), between(level(20), config))
	}
	p.mustShow(length, []string{config.String()})
}

var config = reflect.TypeFor[*Config]()

// between is a constructor of one type that needs another. It is on a circle,
// so nobody ever calls it.
func between(needs, makes reflect.Type) any {
	return reflect.MakeFunc(reflect.FuncOf([]reflect.Type{needs}, []reflect.Type{makes}, false), nil).Interface()
}

// mustShow asks for a Config and fails unless the error shows the circle of
// these types and so many levels from 20.
func (p *program) mustShow(length int, around []string) {
	p.t.Helper()
	var err error
	kit.Within(p.t, 20*time.Second, asked[*Config]()+", which needs a component on a circle", func() { _, err = container.Get[*Config](p.Container) })
	for i := range length {
		around = append(around, level(20+i).String())
	}
	if err != nil && shows(err.Error(), around) {
		return
	}
	kit.Fail(p.t, kit.Failure{
		Sent: asked[*Config]() + "; it is on this circle or needs one\nthat is (A → B: A needs B):\n" + wrapped(append(around, around[0])),
		Got:  kit.Said(err), Want: "an error that names the types of the circle in this order,\nfrom any of them back to the same", At: p.at,
	})
}

// shows reports whether the text has the circle, begun anywhere and closed.
func shows(text string, around []string) bool {
	for range around {
		rest, whole := text, true
		for _, name := range append(slices.Clone(around), around[0]) {
			_, after, found := strings.Cut(rest, name)
			whole, rest = whole && found, after
		}
		if whole {
			return true
		}
		around = append(around[1:], around[0])
	}
	return false
}

func wrapped(names []string) string {
	text := kit.Said(errors.New(strings.Join(names, " → ")))
	return strings.TrimPrefix(text, "the error ")
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
