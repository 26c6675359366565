// Package services resolves the real parts that an exercise talks to: for each
// service that its front matter names, the address that hidden tests get.
//
// It owns where servers come from and how long they live. Its subfolders are
// the small server programs; nothing imports those.
package services

import (
	"context"
	"errors"
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

// answer is where a service comes from.
type answer struct {
	address string // "" when the service is linked into the tests
	via     string
	outside bool // the address is not in the run's own network
	err     error
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
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range names {
		name, optional := strings.CutSuffix(n, "?")
		s, err := lookup(name)
		if err != nil {
			return Served{}, err
		}
		a := r.once(ctx, s)
		if a.err != nil && !optional {
			return Served{}, a.err
		}
		served.add(s, a)
		if s.beside != "" && a.err == nil {
			if err := r.beside(ctx, s, &served); err != nil {
				return Served{}, err
			}
		}
	}
	served.Network = r.network
	return served, nil
}

// beside adds the service that s is used with, where it can be had. Only a wish
// for containers or programs makes its absence an error.
func (r *Resolver) beside(ctx context.Context, s service, served *Served) error {
	other, err := lookup(s.beside)
	if err != nil || r.choice == Embedded {
		return err
	}
	a := r.once(ctx, other)
	if a.err != nil && (r.choice == Docker || r.choice == Local) {
		return a.err
	}
	served.add(other, a)
	return nil
}

func (s *Served) add(of service, a answer) {
	if a.err != nil {
		return
	}
	s.Via[of.name] = a.via
	entry := Variable(of.name) + "=" + a.address
	if a.address == "" || slices.Contains(s.Env, entry) {
		return
	}
	s.Env = append(s.Env, entry)
	s.Outside = s.Outside || a.outside
	s.Engine = s.Engine || of.name == engine
}

// once needs the lock.
func (r *Resolver) once(ctx context.Context, s service) answer {
	if a, ok := r.known[s.name]; ok {
		return a
	}
	a := r.find(ctx, s)
	r.known[s.name] = a
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

// find tries the providers of one service in their order.
func (r *Resolver) find(ctx context.Context, s service) answer {
	if a, ok := r.given(s); ok {
		return a
	}
	if err := r.refuse(s); err != nil {
		return answer{err: err}
	}
	switch {
	case s.name == engine:
		return r.engine(s)
	case s.embedded == linked:
		return answer{via: "embedded"}
	case s.embedded == program:
		return r.start(ctx, s)
	}
	return answer{err: s.missing("needs "+s.text, "")}
}

// refuse answers a choice that names a source which a service does not have: a
// wish is never quietly turned into something else.
func (r *Resolver) refuse(s service) error {
	switch {
	case s.embedded == linked || s.only():
		return nil
	case r.choice == Env:
		return s.missing("no address of "+s.name+" is given", "set "+Variable(s.name)+", or leave --services out")
	case r.choice == Docker, r.choice == Local:
		return s.missing("this kata has no "+string(r.choice)+" source of "+s.name, "set "+Variable(s.name)+", or --services embedded")
	}
	return nil
}

// given takes an address from the user's environment.
func (r *Resolver) given(s service) (answer, bool) {
	if r.choice == Embedded || r.choice == Local {
		return answer{}, false
	}
	names := s.variables()
	for _, entry := range slices.Backward(r.environ) {
		key, value, _ := strings.Cut(entry, "=")
		if value != "" && slices.Contains(names, key) {
			return answer{address: value, via: "address", outside: true}, true
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
		s, err := lookup(strings.TrimSuffix(n, "?"))
		for ; err == nil; s, err = lookup(s.beside) {
			if a, ok := r.given(s); ok {
				told = append(told, Variable(s.name)+"="+a.address)
			}
		}
	}
	return strings.Join(told, "\n")
}

// start builds and starts the embedded server of a service.
func (r *Resolver) start(ctx context.Context, s service) answer {
	binary, err := r.program(ctx, "grader/services/"+s.name)
	if err != nil {
		return answer{err: fmt.Errorf("build the %s server: %w", s.name, err)}
	}
	if r.network == nil {
		if r.network, err = r.runner.OpenNetwork(ctx); err != nil {
			return answer{err: fmt.Errorf("make a network for the %s server: %w", s.name, err)}
		}
	}
	p, err := r.runner.Start(ctx, run.Command{Path: binary, Network: r.network})
	if err != nil {
		return answer{err: fmt.Errorf("start the %s server: %w", s.name, err)}
	}
	r.running = append(r.running, p)
	return answer{address: p.Ready(), via: "embedded"}
}

// engine offers a container engine when the learner asked for one.
func (r *Resolver) engine(s service) answer {
	if r.choice != Docker {
		return answer{err: s.missing("builds with a container engine only when asked", "")}
	}
	return answer{address: "docker", via: "docker"}
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
	for _, s := range table() {
		list = append(list, r.state(s))
	}
	return list
}

func (r *Resolver) state(s service) State {
	var missing *MissingError
	switch a, given := r.given(s); {
	case given:
		return State{s.name, a.via, "the address in " + Variable(s.name), ""}
	case s.name == engine && r.choice == Docker:
		return State{s.name, "docker", "the docker command", ""}
	case errors.As(r.refuse(s), &missing):
		return State{s.name, "", missing.Reason, missing.Mend}
	case s.embedded == none:
		return State{s.name, "", s.text, s.mend}
	}
	return State{s.name, "embedded", s.text, ""}
}
