package container_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/frameworks/container"
)

// The components of the programs under test. Each has a name drawn at random
// and, where it matters, what it was made from.
type (
	Config struct{ name string }
	Pool   struct {
		part
		config *Config
	}
	Store struct {
		part
		pool *Pool
	}
	Mailer interface{ From() string }
	Queue  struct {
		part
		pool *Pool
		from Mailer
	}
	Server struct {
		part
		store *Store
		queue *Queue
	}
)

// part is what closes, and tells its program so.
type part struct {
	program *program
	name    string
}

// Close notes who was closed and fails when the program says so.
func (p part) Close() error {
	p.program.closed = append(p.program.closed, p.name)
	return p.program.unwilling[p.name]
}

// smtp is a Mailer, with nothing to close.
type smtp struct{ from string }

// From implements Mailer.
func (s smtp) From() string { return s.from }

// program is a container and what its constructors and components tell.
type program struct {
	*container.Container
	t         *testing.T
	rand      *rand.Rand
	mu        sync.Mutex
	calls     []string // the constructors called, by what they make
	at        string   // the learner's line that called one last
	closed    []string
	unwilling map[string]error // what does not close, and why
	broken    map[string]error // what cannot be made, and why
}

func start(t *testing.T) *program {
	return &program{Container: container.New(), t: t, rand: kit.Rand(t), at: kit.At(container.Get[*Server]), unwilling: map[string]error{}, broken: map[string]error{}}
}

// called notes a constructor's call and returns the error that it must give.
func (p *program) called(name string) error {
	at := kit.Caller()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls, p.at = append(p.calls, name), at
	return p.broken[name]
}

// provides registers constructors, in a random order.
func (p *program) provides(constructors ...any) {
	p.t.Helper()
	p.rand.Shuffle(len(constructors), func(i, j int) { constructors[i], constructors[j] = constructors[j], constructors[i] })
	for _, f := range constructors {
		p.accepted("Provide("+sign(f)+")", p.Provide(f))
	}
}

// accepted fails the behaviour when a constructor was refused.
func (p *program) accepted(sent string, err error) {
	p.t.Helper()
	if err != nil {
		kit.Fail(p.t, kit.Failure{
			Sent: sent, Got: kit.Said(err), Want: "no error: the constructor is registered",
			At: kit.At((*container.Container).Provide),
		})
	}
}

// sign shows a constructor's type without the test's package.
func sign(f any) string { return short(fmt.Sprintf("%T", f)) }

func short(text string) string { return strings.ReplaceAll(text, "container_test.", "") }

// The constructors of the whole program, whose components are named as their
// types.
func (p *program) config() any {
	name := kit.Word(p.rand, 6)
	return func() *Config { _ = p.called("Config"); return &Config{name} }
}

func (p *program) pool() any {
	return func(c *Config) (*Pool, error) {
		err := p.called("Pool")
		return &Pool{part{p, "Pool"}, c}, err
	}
}

func (p *program) store() any {
	return func(pool *Pool) *Store { _ = p.called("Store"); return &Store{part{p, "Store"}, pool} }
}

func (p *program) queue() any {
	return func(pool *Pool, from Mailer) (*Queue, error) {
		err := p.called("Queue")
		return &Queue{part{p, "Queue"}, pool, from}, err
	}
}

func (p *program) server() any {
	return func(s *Store, q *Queue) *Server {
		_ = p.called("Server")
		return &Server{part{p, "Server"}, s, q}
	}
}

func (p *program) mailer(from string) any {
	return func() Mailer { _ = p.called("Mailer from " + from); return smtp{from} }
}

// whole registers the constructors of everything that a Server needs.
func (p *program) whole() {
	p.t.Helper()
	p.provides(p.config(), p.pool(), p.store(), p.queue(), p.server(), p.mailer("shop"))
}

// get is Get that must succeed.
func get[T any](p *program) T {
	p.t.Helper()
	v, err := container.Get[T](p.Container)
	if err != nil {
		kit.Fail(p.t, kit.Failure{Sent: asked[T](), Got: kit.Said(err), Want: "the component: nothing is missing", At: p.at})
	}
	return v
}

// refused is Get that must fail.
func refused[T any](p *program, want string) error {
	p.t.Helper()
	_, err := container.Get[T](p.Container)
	if err == nil {
		kit.Fail(p.t, kit.Failure{Sent: asked[T](), Got: "no error", Want: want, At: p.at})
	}
	return err
}

func asked[T any]() string { return "Get[" + short(reflect.TypeFor[T]().String()) + "](c)" }

// names fails the behaviour unless the error's text has the types in this
// order.
func (p *program) names(sent string, err error, path ...reflect.Type) {
	p.t.Helper()
	text, want := err.Error(), ""
	whole := true
	for _, t := range path {
		at := strings.Index(text, t.String())
		whole = whole && at >= 0
		text = text[max(at, 0):]
		text = strings.TrimPrefix(text, t.String())
		want += " " + t.String()
	}
	if !whole {
		kit.Fail(p.t, kit.Failure{Sent: sent, Got: kit.Said(err), Want: kit.Said(errors.New("that names, in this order," + want)), At: p.at})
	}
}
