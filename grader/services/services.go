// Package services resolves the real parts that an exercise talks to: for each
// service that its front matter names, the address that hidden tests get.
//
// It owns where servers come from and how long they live. Its subfolders are
// the small server programs; nothing imports those.
package services

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/kata-go/kata/grader/run"
)

// Choice is the learner's wish about where services come from.
type Choice string

// The choices of --services; "" takes the first that is there.
const (
	Auto     Choice = ""
	Env      Choice = "env"      // an address in the environment
	Docker   Choice = "docker"   // a container
	Local    Choice = "local"    // a program on this machine
	Embedded Choice = "embedded" // kata's own
)

// Served is what a test process gets for its services.
type Served struct {
	Env     []string          // KATA_<SERVICE>=address
	Via     map[string]string // service -> provider, for reports
	Network *run.Network      // where started servers live; nil when none was started
	Outside bool              // an address beyond this run's own network is among them
	Engine  bool              // the tests drive a container engine
}

// MissingError says that a service cannot be had here.
type MissingError struct{ Service, Reason, Mend string }

func (e *MissingError) Error() string { return e.Reason + ": " + e.Mend }

// Resolver starts each service at most once and ends them all in Close. It is
// safe for concurrent use.
type Resolver struct {
	choice  Choice
	environ []string
	runner  *run.Runner
	program func(ctx context.Context, folder string) (string, error)
	mu      sync.Mutex
	known   map[string]answer
	running []*run.Process
	network *run.Network
}

type answer struct {
	env, via string
	err      error
	outside  bool // the address is not in the run's own network
}

// New returns a resolver; program builds one of the embedded server programs.
func New(choice Choice, environ []string, runner *run.Runner, program func(context.Context, string) (string, error)) *Resolver {
	return &Resolver{choice: choice, environ: environ, runner: runner, program: program, known: map[string]answer{}}
}

// Resolve returns addresses for the named services. A name that ends in "?" is
// optional: when it cannot be had, the tests that need it skip themselves. The
// error is a *MissingError when one cannot be had.
func (r *Resolver) Resolve(ctx context.Context, names []string) (Served, error) {
	served := Served{Via: map[string]string{}}
	for _, n := range names {
		name, optional := strings.CutSuffix(n, "?")
		a := r.once(ctx, name)
		if a.err != nil && !optional {
			return Served{}, a.err
		}
		if a.err == nil && a.env != "" {
			served.Env = append(served.Env, a.env)
			served.Via[name] = a.via
			served.Outside = served.Outside || a.outside
			served.Engine = served.Engine || name == "engine"
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	served.Network = r.network
	return served, nil
}

func (r *Resolver) once(ctx context.Context, name string) answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a, ok := r.known[name]; ok {
		return a
	}
	a := r.find(ctx, name)
	r.known[name] = a
	return a
}

// Close ends every server that was started, and their network.
func (r *Resolver) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.running {
		p.Stop()
	}
	if r.network != nil {
		_ = r.network.Close() // its processes have ended
	}
	r.running, r.network = nil, nil
}

// Variable names the environment variable that carries a service's address.
func Variable(service string) string { return "KATA_" + strings.ToUpper(service) }

// find tries the providers of one service in their order.
func (r *Resolver) find(ctx context.Context, name string) answer {
	if a, ok := r.given(name); ok {
		return a
	}
	if a, refused := r.refuse(name); refused {
		return a
	}
	switch name {
	case "sql": // SQLite is linked into the tests; PostgreSQL comes beside it where there is one
		if a, ok := r.given("postgres"); ok {
			return a
		}
		return answer{via: "embedded"}
	case "bucket":
		return answer{via: "embedded"} // linked into the tests
	case "redis":
		return r.start(ctx, name)
	case "engine":
		return r.engine()
	}
	return answer{err: &MissingError{name, "needs " + name, "kata doctor"}}
}

// refuse answers a choice that names a source which a service does not have: a
// wish is never quietly turned into something else.
func (r *Resolver) refuse(name string) (answer, bool) {
	missing := func(reason, mend string) (answer, bool) {
		return answer{err: &MissingError{name, reason, mend}}, true
	}
	switch {
	case name == "sql" || name == "bucket" || name == "engine":
		return answer{}, false
	case r.choice == Env:
		return missing("no address of "+name+" is given", "set "+Variable(name)+", or leave --services out")
	case r.choice == Docker, r.choice == Local:
		return missing("this kata has no "+string(r.choice)+" source of "+name, "set "+Variable(name)+", or --services embedded")
	}
	return answer{}, false
}

// given takes an address from the user's environment.
func (r *Resolver) given(name string) (answer, bool) {
	for i := len(r.environ) - 1; i >= 0 && r.choice != Embedded && r.choice != Local; i-- {
		key, value, _ := strings.Cut(r.environ[i], "=")
		if (key == Variable(name) || key == Variable(name)+"_URL") && value != "" {
			return answer{env: Variable(name) + "=" + value, via: "address", outside: true}, true
		}
	}
	return answer{}, false
}

// Given returns what the environment and the choice say about the sources of
// the named services: verdicts reached through other servers are others.
func Given(choice Choice, environ, names []string) string {
	r := New(choice, environ, nil, nil)
	told := []string{string(choice)}
	for _, n := range names {
		name := strings.TrimSuffix(n, "?")
		for _, source := range []string{name, map[string]string{"sql": "postgres"}[name]} {
			if a, ok := r.given(source); ok && source != "" {
				told = append(told, a.env)
			}
		}
	}
	return strings.Join(told, "\n")
}

// start builds and starts the embedded server of a service.
func (r *Resolver) start(ctx context.Context, name string) answer {
	binary, err := r.program(ctx, "grader/services/"+name)
	if err != nil {
		return answer{err: fmt.Errorf("build the %s server: %w", name, err)}
	}
	if r.network == nil {
		if r.network, err = r.runner.OpenNetwork(ctx); err != nil {
			return answer{err: fmt.Errorf("make a network for the %s server: %w", name, err)}
		}
	}
	p, err := r.runner.Start(ctx, run.Command{Path: binary, Network: r.network})
	if err != nil {
		return answer{err: fmt.Errorf("start the %s server: %w", name, err)}
	}
	r.running = append(r.running, p)
	return answer{env: Variable(name) + "=" + p.Ready(), via: "embedded"}
}

// engine offers a container engine when the learner asked for one.
func (r *Resolver) engine() answer {
	if r.choice != Docker {
		return answer{err: &MissingError{"engine", "builds with a container engine only when asked", "kata verify --services docker"}}
	}
	return answer{env: Variable("engine") + "=docker", via: "docker"}
}

// ParseChoice reads the value of --services.
func ParseChoice(s string) (Choice, error) {
	c := Choice(s)
	if slices.Contains([]Choice{Auto, Env, Docker, Local, Embedded}, c) {
		return c, nil
	}
	return Auto, fmt.Errorf("services come from env, docker, local or embedded, not from %q", s)
}

// State tells where a service would come from.
type State struct {
	Name string
	Via  string // "" when it cannot be had
	Text string
	Mend string
}

// States tells about every service, without starting any.
func States(_ context.Context, choice Choice, environ []string) []State {
	r := New(choice, environ, nil, nil)
	var list []State
	for _, s := range []State{
		{"sql", "embedded", "SQLite, linked into the tests", ""},
		{"redis", "embedded", "miniredis, kata's own server program", ""},
		{"engine", "", "container engine, used only when asked", "kata verify --services docker"},
	} {
		if a, ok := r.given(s.Name); ok {
			s = State{s.Name, a.via, "the address in " + Variable(s.Name), ""}
		} else if s.Name == "engine" && choice == Docker {
			s = State{s.Name, "docker", "the docker command", ""}
		}
		list = append(list, s)
	}
	return list
}
