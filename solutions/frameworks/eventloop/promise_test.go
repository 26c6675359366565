package eventloop_test

import (
	"errors"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/frameworks/eventloop"
)

// 6. A promise settles once; Then calls back later and never at once, and what its callback returns settles the promise that Then returned.
func TestPromises(t *testing.T) {
	chain := func(t *testing.T, told, want string, script func(*till)) {
		t.Helper()
		playAt(t, (*eventloop.Promise).Then, told, want, script)
	}
	t.Run("a promise settles once", func(t *testing.T) {
		chain(t, "script: p.Then value, error; resolve(1), resolve(2), reject(x);\np.Then value, error", "value:1 value:1", func(s *till) {
			p, resolve, reject := s.Promise()
			p.Then(s.shows("value"), s.catches("error"))
			resolve(1)
			resolve(2)
			reject(errors.New("x"))
			p.Then(s.shows("value"), s.catches("error"))
		})
		chain(t, "script: p.Then value, error; reject(x), resolve(1)", "error:x", func(s *till) {
			p, resolve, reject := s.Promise()
			p.Then(s.shows("value"), s.catches("error"))
			reject(errors.New("x"))
			resolve(1)
		})
	})
	t.Run("Then of a settled promise calls back later", func(t *testing.T) {
		chain(t, "script: p is resolved; p.Then callback; end of script", "end callback", func(s *till) {
			p, resolve, _ := s.Promise()
			resolve(1)
			p.Then(s.done("callback"), nil)
			s.mark("end")
		})
	})
	t.Run("resolve and reject call back later", func(t *testing.T) {
		chain(t, "script: p.Then a, q.Then nil, b; reject q, resolve p;\nend of script", "end b:x a", func(s *till) {
			p, resolve, _ := s.Promise()
			q, _, reject := s.Promise()
			p.Then(s.done("a"), nil)
			q.Then(nil, s.catches("b"))
			reject(errors.New("x"))
			resolve(1)
			s.mark("end")
		})
	})
	t.Run("callbacks of one promise run in the order of Then", func(t *testing.T) {
		chain(t, "script: p.Then a, p.Then b; resolve; p.Then c; a adds p.Then d", "a b c d", func(s *till) {
			p, resolve, _ := s.Promise()
			p.Then(s.done("a", func() { p.Then(s.done("d"), nil) }), nil)
			p.Then(s.done("b"), nil)
			resolve(1)
			p.Then(s.done("c"), nil)
		})
	})
	t.Run("what a callback returns goes on along the chain", func(t *testing.T) {
		word := kit.Word(kit.Rand(t), 5)
		chain(t, "script: p.Then(returns "+word+").Then(a, which fails with x)\n.Then(b, nil).Then(nil, c, which returns c).Then d; resolve", "a:"+word+" c:x d:c", func(s *till) {
			p, resolve, _ := s.Promise()
			p.Then(func(any) (any, error) { return word, nil }, nil).
				Then(func(v any) (any, error) { _, _ = s.shows("a")(v); return nil, errors.New("x") }, nil).
				Then(s.shows("b"), nil).
				Then(nil, s.catches("c")).
				Then(s.shows("d"), s.catches("wrong"))
			resolve(0)
		})
	})
	t.Run("a callback that is nil lets through what came", func(t *testing.T) {
		chain(t, "script: p.Then(nil, nil).Then(nil, a).Then b; resolve(7)", "b:7", func(s *till) {
			p, resolve, _ := s.Promise()
			p.Then(nil, nil).Then(nil, s.catches("a")).Then(s.shows("b"), nil)
			resolve(7)
		})
	})
	t.Run("an error of one callback is not for the other beside it", func(t *testing.T) {
		chain(t, "script: p.Then(a, which fails with x, b).Then nil, c; resolve", "a c:x", func(s *till) {
			p, resolve, _ := s.Promise()
			p.Then(func(any) (any, error) { s.mark("a"); return nil, errors.New("x") }, s.catches("b")).Then(nil, s.catches("c"))
			resolve(0)
		})
	})
}

// 7. An error that no callback was there for, when a turn's ticks and promises are done, is reported once; one that got its callback in time is not.
func TestUnhandled(t *testing.T) {
	word := kit.Word(kit.Rand(t), 5)
	boom := errors.New(word)
	rejected := func(s *till) func() {
		return func() {
			_, _, reject := s.Promise()
			reject(boom)
		}
	}
	t.Run("an error that nobody handles is reported when ticks and promises are done", func(t *testing.T) {
		play(t, "script: reject("+word+") with no Then; NextTick tick, which adds\npromise; SetTimeout(0) timer", "tick promise unhandled:"+word+" timer", func(s *till) {
			rejected(s)()
			s.timer("timer")()
			s.tick("tick", s.promise("promise"))()
		})
	})
	t.Run("an error of a timer's turn is reported before the next timer", func(t *testing.T) {
		play(t, "script: SetTimeout(0) a, which rejects a promise with "+word+";\nSetTimeout(0) b", "a unhandled:"+word+" b", func(s *till) {
			s.timer("a", rejected(s))()
			s.timer("b")()
		})
	})
	t.Run("an error whose callback came in the same turn is not", func(t *testing.T) {
		play(t, "script: p, q and r are rejected; p.Then nil, p at once, q.Then nil, q in\na tick, r.Then nil, r in a promise's callback", "p:"+word+" q:"+word+" r:"+word, func(s *till) {
			p, _, rejectP := s.Promise()
			q, _, rejectQ := s.Promise()
			r, _, rejectR := s.Promise()
			rejectP(boom)
			rejectQ(boom)
			rejectR(boom)
			s.NextTick(func() { q.Then(nil, s.catches("q")) })
			p.Then(nil, s.catches("p"))
			q2, resolve, _ := s.Promise()
			q2.Then(func(any) (any, error) { r.Then(nil, s.catches("r")); return nil, nil }, nil)
			resolve(0)
		})
	})
	t.Run("an error whose callback came in a later tick of the turn is not", func(t *testing.T) {
		play(t, "script: promise's callback a rejects p and adds a tick with p.Then nil, p", "a p:"+word, func(s *till) {
			p, _, reject := s.Promise()
			s.promise("a", func() {
				reject(boom)
				s.NextTick(func() { p.Then(nil, s.catches("p")) })
			})()
		})
	})
	t.Run("an error that goes down a chain is reported once, at its end", func(t *testing.T) {
		play(t, "script: p.Then(a).Then(b).Then(c), none for errors; reject("+word+")", "unhandled:"+word, func(s *till) {
			p, _, reject := s.Promise()
			p.Then(s.done("a"), nil).Then(s.done("b"), nil).Then(s.done("c"), nil)
			reject(boom)
		})
	})
	t.Run("each branch without a callback for errors is reported", func(t *testing.T) {
		play(t, "script: p.Then(nil, a), p.Then(b), p.Then(c); reject("+word+")", "a:"+word+" unhandled:"+word+" unhandled:"+word, func(s *till) {
			p, _, reject := s.Promise()
			p.Then(nil, s.catches("a"))
			p.Then(s.done("b"), nil)
			p.Then(s.done("c"), nil)
			reject(boom)
		})
	})
	t.Run("an error that a callback returns is reported", func(t *testing.T) {
		play(t, "script: resolved.Then(a, which fails with "+word+")", "a unhandled:"+word, func(s *till) {
			p, resolve, _ := s.Promise()
			p.Then(func(any) (any, error) { s.mark("a"); return nil, boom }, nil)
			resolve(0)
		})
	})
	t.Run("an error of work that nobody waits for is reported", func(t *testing.T) {
		play(t, "script: Go(work that fails with "+word+" after 1s), and no Then", "unhandled:"+word, func(s *till) {
			s.Go(func() (any, error) { time.Sleep(time.Second); return nil, boom })
		})
	})
	t.Run("a callback that comes in a later turn is too late, and runs", func(t *testing.T) {
		play(t, "script: p is rejected; SetTimeout(1s): p.Then nil, late", "unhandled:"+word+" late:"+word, func(s *till) {
			p, _, reject := s.Promise()
			reject(boom)
			s.SetTimeout(time.Second, func() { p.Then(nil, s.catches("late")) })
		})
	})
}
