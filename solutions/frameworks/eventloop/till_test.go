package eventloop_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	"github.com/kata-go/kata/solutions/frameworks/eventloop"
)

// till is a loop under test. Its callbacks leave their names on a trail.
type till struct {
	*eventloop.Loop
	t     *testing.T
	rand  *rand.Rand
	at    any // the method that failures point at
	began time.Time
	took  time.Duration // how long Run ran
	home  string        // the goroutine that the script ran on

	mu      sync.Mutex
	trail   []string
	foreign string // the name of a callback that ran elsewhere
	busy    string // the name of the callback that runs
	overlap string // two names of callbacks that ran at once
}

// play runs a script on a clock that stands still while anybody can go on, and
// fails unless callbacks run in the order of want, a list of words. told is the
// script in words.
func play(t *testing.T, told, want string, script func(*till)) *till {
	t.Helper()
	return playAt(t, (*eventloop.Loop).Run, told, want, script)
}

// playAt is play whose failures point at a method.
func playAt(t *testing.T, at any, told, want string, script func(*till)) *till {
	t.Helper()
	var s *till
	bubble.Run(t, told, func(t *testing.T) {
		s = &till{Loop: eventloop.New(), t: t, rand: kit.Rand(t), at: at, began: time.Now()}
		s.OnUnhandled(func(err error) { s.mark("unhandled:" + err.Error()) })
		s.Run(func() {
			s.home = goroutine()
			script(s)
		})
		s.took = time.Since(s.began)
		if got := strings.Join(s.trail, " "); got != want {
			s.fail(told, "ran: "+orNothing(got), "run: "+orNothing(want))
		}
	})
	return s
}

func orNothing(words string) string {
	if words == "" {
		return "nothing"
	}
	return words
}

func (s *till) fail(told, got, want string) {
	s.t.Helper()
	kit.Fail(s.t, kit.Failure{Sent: told, Got: got, Want: want, At: kit.At(s.at)})
}

// mark puts a name on the trail.
func (s *till) mark(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trail = append(s.trail, name)
}

// cb returns a callback that leaves its name and then does the rest.
func (s *till) cb(name string, does ...func()) func() {
	return func() {
		s.enter(name)
		for _, f := range does {
			f()
		}
		s.leave()
	}
}

// timed is cb with the time that has passed behind the name.
func (s *till) timed(name string, does ...func()) func() {
	return func() { s.cb(name+"@"+time.Since(s.began).String(), does...)() }
}

func (s *till) enter(name string) {
	s.mark(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if goroutine() != s.home {
		s.foreign = name
	}
	if s.busy != "" {
		s.overlap = s.busy + " and " + name
	}
	s.busy = name
}

func (s *till) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = ""
}

// tick, promise, timer and immediate make functions that add such a callback.
func (s *till) tick(name string, does ...func()) func() {
	return func() { s.NextTick(s.cb(name, does...)) }
}

func (s *till) promise(name string, does ...func()) func() {
	return func() {
		p, resolve, _ := s.Promise()
		resolve(nil)
		p.Then(s.done(name, does...), nil)
	}
}

func (s *till) timer(name string, does ...func()) func() {
	return func() { s.SetTimeout(0, s.cb(name, does...)) }
}

func (s *till) immediate(name string, does ...func()) func() {
	return func() { s.SetImmediate(s.cb(name, does...)) }
}

// done is a callback of a promise that leaves its name and returns nil.
func (s *till) done(name string, does ...func()) func(any) (any, error) {
	return func(any) (any, error) {
		s.cb(name, does...)()
		return nil, nil
	}
}

// shows is a callback that leaves the value with which it is called.
func (s *till) shows(name string) func(any) (any, error) {
	return func(v any) (any, error) {
		s.cb(fmt.Sprintf("%s:%v", name, v))()
		return v, nil
	}
}

// catches is a callback that leaves the error with which it is called.
func (s *till) catches(name string) func(error) (any, error) {
	return func(err error) (any, error) {
		s.cb(fmt.Sprintf("%s:%v", name, err))()
		return name, nil
	}
}

// goroutine returns the number of the running goroutine, which a trace names.
func goroutine() string {
	buf := make([]byte, 64)
	return strings.Fields(string(buf[:runtime.Stack(buf, false)]))[1]
}
