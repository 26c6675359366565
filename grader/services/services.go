// Package services resolves the real parts that an exercise talks to: for each
// service that its front matter names, the address that hidden tests get.
//
// It owns where servers come from and how long they live. Its subfolders are
// the small server programs; nothing imports those.
package services

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

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

// pulseTime bounds a server program's answer; a busy machine may be slow.
const pulseTime = 10 * time.Second

// Served is what a test process gets for its services.
type Served struct {
	Env     []string          // KATA_<SERVICE>=address
	Via     map[string]string // service -> provider, for reports
	Network *run.Network      // where started servers live; nil when none was started
	Outside bool              // an address beyond this run's own network is among them
	Engine  bool              // the tests drive a container engine
	Tools   []string          // paths of programs that the tests start themselves
}

// MissingError says that a service cannot be had here.
type MissingError struct{ Service, Reason, Mend string }

func (e *MissingError) Error() string { return e.Reason + ": " + e.Mend }

// Config is what a Resolver works with.
type Config struct {
	Choice   Choice
	Environ  []string // the user's, as os.Environ returns it
	CacheDir string   // kata's own, for what is made once
	Runner   *run.Runner
	// Program builds one of the server programs, such as grader/services/redis.
	Program func(ctx context.Context, folder string) (string, error)
	Log     io.Writer // gets the progress of what takes long; nil: nobody does
	GoMod   string    // kata's own go.mod, for the versions of what it embeds
	// SystemDir takes the place of /var/lib/kata, where root's servers are unpacked.
	SystemDir string
	// Places are patterns to look for servers in, instead of the table's, by service.
	Places map[string][]string
}

// variable returns a variable of the user's environment, "" when it is not set.
func (c Config) variable(name string) string {
	for _, entry := range slices.Backward(c.Environ) {
		if key, value, _ := strings.Cut(entry, "="); key == name {
			return value
		}
	}
	return ""
}

// service returns an entry of the table, as this configuration has it.
func (c Config) service(name string) (service, error) {
	s, err := lookup(name)
	if places, ok := c.Places[name]; ok {
		s.places = places
	}
	if ref := c.variable(Variable(name) + "_IMAGE"); ref != "" && s.image.Ref != "" {
		s.image.Ref = ref
	}
	return s, err
}

// Resolver starts each service at most once and ends them all in Close. It is
// safe for concurrent use, and serves any number of gradings.
type Resolver struct {
	Config
	mu      sync.Mutex
	known   map[string]answer
	running []server
	network *run.Network
	engine  probed
}

// answer is where a service comes from.
type answer struct {
	address string // "" when the service is linked into the tests
	via     string
	outside bool // the address is not in the run's own network
	process *run.Process
	passed  []string // why better sources were not taken
	err     error
}

// New returns a resolver.
func New(c Config) *Resolver { return &Resolver{Config: c, known: map[string]answer{}} }

// Renew begins another grading with the same servers: what died is started
// again when it is needed, what could not be had is tried again.
func (r *Resolver) Renew(program func(ctx context.Context, folder string) (string, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Program = program
	r.engine.forget()
	for name, a := range r.known {
		if a.err != nil || a.process != nil && over(a.process) {
			delete(r.known, name)
		}
	}
	r.forgetDead()
}

// forgetDead needs the lock. A network in which nothing lives any more may be
// what died first, so another takes its place.
func (r *Resolver) forgetDead() {
	r.running = slices.DeleteFunc(r.running, func(s server) bool {
		if !over(s.Process) {
			return false
		}
		s.Stop()
		s.end()
		return true
	})
	if len(r.running) == 0 && r.network != nil {
		_ = r.network.Close()
		r.network = nil
	}
}

// Lost returns an error when a server of the named services serves no longer:
// what tests found then is no verdict on anybody's code. Renew starts another.
func (r *Resolver) Lost(names []string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range names {
		s, err := r.service(strings.TrimSuffix(n, "?"))
		for ; err == nil; s, err = r.service(s.beside) {
			if a, ok := r.known[s.name]; ok && a.process != nil {
				if why, lost := lost(a.process); lost {
					return fmt.Errorf("the %s server ended during the run%s; run it again", s.name, clause(why))
				}
			}
		}
	}
	return nil
}

// lost asks a server program whether its server serves. That its process is
// still there would prove nothing: of a server that was killed, its clients
// know before whoever waits for its end. What is lost is stopped.
func lost(p *run.Process) (why string, lost bool) {
	answer, err := p.Ask(pulseTime)
	if err == nil && answer == "" {
		return "", false
	}
	said := strings.TrimSpace(string(p.Stop().Stderr))
	return cmp.Or(said[strings.LastIndexByte(said, '\n')+1:], answer), true
}

func clause(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

func over(p *run.Process) bool {
	select {
	case <-p.Done():
		return true
	default:
		return false
	}
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
		s, err := r.service(name)
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
	other, err := r.service(s.beside)
	if err != nil || r.Choice == Embedded {
		return err
	}
	a := r.once(ctx, other)
	if a.err != nil && (r.Choice == Docker || r.Choice == Local) {
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
	if of.tool {
		s.Tools = append(s.Tools, a.address)
	}
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

// ParseChoice reads the value of --services.
func ParseChoice(s string) (Choice, error) {
	c := Choice(s)
	if slices.Contains([]Choice{Auto, Env, Docker, Local, Embedded}, c) {
		return c, nil
	}
	return Auto, fmt.Errorf("services come from env, docker, local or embedded, not from %q", s)
}
