package eventloop_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kata-go/kata/grader/kit"
)

// 1. After the script and after each callback, ticks run first, then callbacks of promises, until there are neither.
func TestTurn(t *testing.T) {
	t.Run("ticks run before promises, and both before everything else", func(t *testing.T) {
		play(t, "script: SetImmediate immediate, SetTimeout(0) timer,\nresolved.Then promise, NextTick tick", "tick promise timer immediate", func(s *till) {
			s.immediate("immediate")()
			s.timer("timer")()
			s.promise("promise")()
			s.tick("tick")()
		})
	})
	t.Run("a tick that a tick adds runs before any promise", func(t *testing.T) {
		play(t, "script: resolved.Then promise, NextTick a, which adds tick b,\nwhich adds tick c", "a b c promise", func(s *till) {
			s.promise("promise")()
			s.tick("a", s.tick("b", s.tick("c")))()
		})
	})
	t.Run("a promise that a promise's callback adds runs in the same turn", func(t *testing.T) {
		play(t, "script: SetTimeout(0) timer, promise a, which adds promise b,\nwhich adds promise c", "a b c timer", func(s *till) {
			s.timer("timer")()
			s.promise("a", s.promise("b", s.promise("c")))()
		})
	})
	t.Run("a tick that a promise's callback adds runs when no promise is left", func(t *testing.T) {
		play(t, "script: promise a, which adds promise c and tick t, which adds\npromise d; promise b; SetImmediate immediate", "a b c t d immediate", func(s *till) {
			s.immediate("immediate")()
			s.promise("a", s.tick("t", s.promise("d")), s.promise("c"))()
			s.promise("b")()
		})
	})
	t.Run("each timer has a turn of its own", func(t *testing.T) {
		play(t, "script: SetTimeout(0) one, which adds promise p1 and tick t1;\nSetTimeout(0) two, which adds promise p2 and tick t2", "one t1 p1 two t2 p2", func(s *till) {
			s.timer("one", s.promise("p1"), s.tick("t1"))()
			s.timer("two", s.promise("p2"), s.tick("t2"))()
		})
	})
	t.Run("each immediate has a turn of its own", func(t *testing.T) {
		play(t, "script: SetImmediate one, which adds promise p1 and tick t1;\nSetImmediate two, which adds promise p2 and tick t2", "one t1 p1 two t2 p2", func(s *till) {
			s.immediate("one", s.promise("p1"), s.tick("t1"))()
			s.immediate("two", s.promise("p2"), s.tick("t2"))()
		})
	})
}

// 2. A timer runs when its time has come and not before; of those that are due, the earlier runs first, for the same time the one that was set first.
func TestTimers(t *testing.T) {
	t.Run("timers run at their times, whatever the order in which they were set", func(t *testing.T) {
		var want []string
		for i := range 6 {
			want = append(want, fmt.Sprintf("t%d@%s", i, time.Duration(i*i)*time.Minute))
		}
		play(t, "script: SetTimeout of 0, 1, 4, 9, 16 and 25 minutes, shuffled", strings.Join(want, " "), func(s *till) {
			for _, i := range s.rand.Perm(6) {
				s.SetTimeout(time.Duration(i*i)*time.Minute, s.timed(fmt.Sprintf("t%d", i)))
			}
		})
	})
	t.Run("of the same time the first that was set runs first", func(t *testing.T) {
		play(t, "script: SetTimeout of 5, 2, 5, 2 and 5 seconds: a b c d e", "b d a c e", func(s *till) {
			for i, name := range []string{"a", "b", "c", "d", "e"} {
				s.SetTimeout([]time.Duration{5, 2}[i%2]*time.Second, s.cb(name))
			}
		})
	})
	t.Run("a timer that a timer sets counts from then", func(t *testing.T) {
		play(t, "script: SetTimeout(1s) a, which sets b in 2s; SetTimeout(2s) c;\nSetTimeout(4s) d", "a@1s c@2s b@3s d@4s", func(s *till) {
			s.SetTimeout(4*time.Second, s.timed("d"))
			s.SetTimeout(time.Second, s.timed("a", func() { s.SetTimeout(2*time.Second, s.timed("b")) }))
			s.SetTimeout(2*time.Second, s.timed("c"))
		})
	})
	t.Run("timers that a long callback has delayed run by their times", func(t *testing.T) {
		play(t, "script: SetTimeout(3s) c, (1s) a, (2s) b, (9s) d, and then sleeps 5s", "a@5s b@5s c@5s d@9s", func(s *till) {
			s.SetTimeout(3*time.Second, s.timed("c"))
			s.SetTimeout(time.Second, s.timed("a"))
			s.SetTimeout(2*time.Second, s.timed("b"))
			s.SetTimeout(9*time.Second, s.timed("d"))
			time.Sleep(5 * time.Second)
		})
	})
}

// 3. A timer that was called off never runs, even if another callback of its round called it off.
func TestOff(t *testing.T) {
	t.Run("a timer that was called off does not run", func(t *testing.T) {
		play(t, "script: SetTimeout(1s) a, (2s) b, (3s) c; b is called off", "a c", func(s *till) {
			s.SetTimeout(time.Second, s.cb("a"))
			off := s.SetTimeout(2*time.Second, s.cb("b"))
			s.SetTimeout(3*time.Second, s.cb("c"))
			off()
		})
	})
	t.Run("another callback of the same round may call it off", func(t *testing.T) {
		play(t, "script: SetTimeout(1s) a, which calls off b and in a tick c;\nSetTimeout(1s) b, c, d", "a tick d", func(s *till) {
			var offB, offC func()
			s.SetTimeout(time.Second, s.cb("a", func() { offB() }, s.tick("tick", func() { offC() })))
			offB = s.SetTimeout(time.Second, s.cb("b"))
			offC = s.SetTimeout(time.Second, s.cb("c"))
			s.SetTimeout(time.Second, s.cb("d"))
		})
	})
	t.Run("calling off twice, or what has run, changes nothing", func(t *testing.T) {
		play(t, "script: SetTimeout(1s) a, (2s) b, which calls off a; (3s) c;\n(4s) d; c is called off twice", "a b d", func(s *till) {
			offA := s.SetTimeout(time.Second, s.cb("a"))
			s.SetTimeout(2*time.Second, s.cb("b", func() { offA(); offA() }))
			offC := s.SetTimeout(3*time.Second, s.cb("c"))
			s.SetTimeout(4*time.Second, s.cb("d"))
			offC()
			offC()
		})
	})
}

// 4. A round is: the timers that are due, the work that is finished, the immediates; what a callback adds to its own kind waits for the next round.
func TestRound(t *testing.T) {
	t.Run("due timers go first, then finished work, then immediates", func(t *testing.T) {
		play(t, "script: SetImmediate immediate, Go(work).Then work, waits until\nthat has ended, SetTimeout(0) timer", "timer work immediate", func(s *till) {
			s.immediate("immediate")()
			s.Go(func() (any, error) { return nil, nil }).Then(s.done("work"), nil)
			synctest.Wait()
			s.timer("timer")()
		})
	})
	t.Run("an immediate that an immediate adds waits for the next round", func(t *testing.T) {
		play(t, "script: SetImmediate a, which adds immediate b and\nSetTimeout(0) timer; SetImmediate c", "a c timer b", func(s *till) {
			s.immediate("a", s.immediate("b"), s.timer("timer"))()
			s.immediate("c")()
		})
	})
	t.Run("a timer that a timer adds waits for the next round", func(t *testing.T) {
		play(t, "script: SetTimeout(0) a, which adds SetTimeout(0) b; SetTimeout(0) c;\nSetImmediate immediate", "a c immediate b", func(s *till) {
			s.timer("a", s.timer("b"))()
			s.timer("c")()
			s.immediate("immediate")()
		})
	})
	t.Run("immediates do not wait for timers or work", func(t *testing.T) {
		play(t, "script: SetTimeout(1h) timer, Go(work of 2h).Then work,\nSetImmediate immediate", "immediate@0s timer@1h0m0s work@2h0m0s", func(s *till) {
			s.SetTimeout(time.Hour, s.timed("timer"))
			s.Go(func() (any, error) { time.Sleep(2 * time.Hour); return nil, nil }).Then(func(any) (any, error) { s.timed("work")(); return nil, nil }, nil)
			s.SetImmediate(s.timed("immediate"))
		})
	})
}

// 5. Work that was given to Go runs beside the loop, which goes on meanwhile; all callbacks run on the one goroutine of the loop.
func TestWork(t *testing.T) {
	t.Run("the loop goes on while work runs", func(t *testing.T) {
		play(t, "script: Go(work that waits for the timer).Then work,\nSetTimeout(1s) timer", "timer work", func(s *till) {
			gate := make(chan struct{})
			s.Go(func() (any, error) { <-gate; return nil, nil }).Then(s.done("work"), nil)
			s.SetTimeout(time.Second, s.cb("timer", func() { close(gate) }))
		})
	})
	t.Run("work that ends during a long callback is not missed", func(t *testing.T) {
		play(t, "script: Go(work of 1s).Then work, SetImmediate immediate, which\ntakes 2s", "immediate@0s work@2s", func(s *till) {
			s.Go(func() (any, error) { time.Sleep(time.Second); return nil, nil }).Then(func(any) (any, error) { s.timed("work")(); return nil, nil }, nil)
			s.SetImmediate(s.timed("immediate", func() { time.Sleep(2 * time.Second) }))
		})
	})
	t.Run("callbacks that wait for work run on the loop's goroutine", func(t *testing.T) {
		const told = "script: Go(work of 1s).Then value, Go(failing work of 2s).Then error;\nvalue adds tick, error adds promise"
		s := play(t, told, "value tick error promise", func(s *till) {
			s.Go(func() (any, error) { time.Sleep(time.Second); return nil, nil }).Then(s.done("value", s.tick("tick")), nil)
			s.Go(func() (any, error) { time.Sleep(2 * time.Second); return nil, errors.New("no card") }).Then(nil, func(error) (any, error) {
				s.cb("error", s.promise("promise"))()
				return nil, nil
			})
		})
		if s.t = t; s.foreign != "" {
			s.fail(told, s.foreign+" ran on another goroutine than the script", "every callback on the loop's goroutine")
		}
	})
	t.Run("callbacks never run two at once", func(t *testing.T) {
		n := 5 + kit.Rand(t).IntN(5)
		told := fmt.Sprintf("script: %d × Go(work of 1s and some ns).Then work, which takes\n1 ms; SetTimeout(1s) timer, which takes 1 ms", n)
		slow := func() { time.Sleep(time.Millisecond) }
		s := play(t, told, "timer"+strings.Repeat(" work", n), func(s *till) {
			s.SetTimeout(time.Second, s.cb("timer", slow))
			for i := range n {
				s.Go(func() (any, error) { time.Sleep(time.Second + time.Duration(i+1)); return nil, nil }).Then(s.done("work", slow), nil)
			}
		})
		if s.t = t; s.overlap != "" {
			s.fail(told, s.overlap+" ran at once", "one callback at a time")
		}
	})
	t.Run("the result of work arrives, and its error", func(t *testing.T) {
		word := kit.Word(kit.Rand(t), 5)
		play(t, "script: Go(work that returns "+word+").Then value,\n1s later Go(work that fails with no-"+word+").Then nil, error", "value:"+word+" error:no-"+word, func(s *till) {
			s.Go(func() (any, error) { return word, nil }).Then(s.shows("value"), s.catches("wrong"))
			s.SetTimeout(time.Second, func() {
				s.Go(func() (any, error) { return word, errors.New("no-" + word) }).Then(s.shows("wrong"), s.catches("error"))
			})
		})
	})
}

// 8. Run returns when nothing is left that could run.
func TestEnd(t *testing.T) {
	ends := func(t *testing.T, told, want string, after time.Duration, script func(*till)) {
		t.Helper()
		s := play(t, told, want, script)
		if s.t = t; s.took != after {
			s.fail(told, "Run returned after "+s.took.String(), "Run returns after "+after.String())
		}
	}
	t.Run("a script that leaves nothing ends at once", func(t *testing.T) {
		ends(t, "script: nothing", "", 0, func(*till) {})
	})
	t.Run("a timer that was called off is not waited for", func(t *testing.T) {
		ends(t, "script: SetTimeout(1h) a is called off; SetTimeout(1s) b calls off\nSetTimeout(2h) c", "b", time.Second, func(s *till) {
			s.SetTimeout(time.Hour, s.cb("a"))()
			off := s.SetTimeout(2*time.Hour, s.cb("c"))
			s.SetTimeout(time.Second, s.cb("b", off))
		})
	})
	t.Run("work is waited for, and what comes of it", func(t *testing.T) {
		ends(t, "script: Go(work of 3s).Then work, which adds an immediate, which\nsets a timer of 4s", "work immediate timer", 7*time.Second, func(s *till) {
			s.Go(func() (any, error) { time.Sleep(3 * time.Second); return nil, nil }).Then(s.done("work", func() {
				s.SetImmediate(s.cb("immediate", func() { s.SetTimeout(4*time.Second, s.cb("timer")) }))
			}), nil)
		})
	})
	t.Run("work whose result nobody waits for is waited for too", func(t *testing.T) {
		ends(t, "script: Go(work of 3s), and no Then", "", 3*time.Second, func(s *till) {
			s.Go(func() (any, error) { time.Sleep(3 * time.Second); return nil, nil })
		})
	})
}
