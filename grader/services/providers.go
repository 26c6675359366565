package services

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/run"
)

// The sources of a service, as reports name them.
const (
	viaAddress  = "address"
	viaDocker   = "docker"
	viaLocal    = "local"
	viaEmbedded = "embedded"
)

// provider is one source of services.
type provider struct {
	via     string
	choices []Choice // the wishes under which it is tried
	// offers is nil when it has the service, without starting it; else it says
	// why not.
	offers func(ctx context.Context, s service) error
	get    func(ctx context.Context, s service) (answer, error)
}

// providers are the sources in the order of DESIGN.md, section 6.
func (r *Resolver) providers() []provider {
	return []provider{
		{viaAddress, []Choice{Auto, Env, Docker}, r.offersAddress, r.byAddress},
		{viaDocker, []Choice{Docker}, r.offersContainer, r.byContainer},
		{viaLocal, []Choice{Auto, Local}, r.offersLocal, r.byLocal},
		{viaEmbedded, []Choice{Auto, Embedded}, r.offersEmbedded, r.byEmbedded},
	}
}

// considers tells whether p is tried: a service that has one source only is
// not meant by a wish for another.
func (r *Resolver) considers(p provider, s service) bool {
	return slices.Contains(p.choices, r.Choice) || s.only() && (p.via == viaEmbedded || s.tool && p.via == viaLocal)
}

// find takes the first source that has the service. A source that has it and
// fails is an error under a wish, and passed over without one.
func (r *Resolver) find(ctx context.Context, s service) answer {
	var passed []string
	var failed error
	for _, p := range r.providers() {
		if !r.considers(p, s) {
			continue
		}
		if err := p.offers(ctx, s); err != nil {
			passed = append(passed, err.Error())
			continue
		}
		a, err := p.get(ctx, s)
		if err == nil {
			a.via, a.passed = cmp.Or(a.via, p.via), passed
			return a
		}
		if failed = err; r.Choice != Auto || p.via == viaEmbedded || ctx.Err() != nil {
			break
		}
		passed = append(passed, err.Error())
	}
	if failed != nil {
		return answer{err: failed}
	}
	return answer{err: r.absence(s, passed)}
}

// absence tells that no source has s, by what the wished one said.
func (r *Resolver) absence(s service, passed []string) error {
	switch {
	case s.name == engine:
		return s.missing("builds with a container engine only when asked", "")
	case r.Choice == Env:
		return s.missing("no address of "+s.name+" is given", "set "+Variable(s.name)+", or leave --services out")
	case r.Choice == Docker && s.image.Ref != "":
		return s.missing(passed[len(passed)-1], "docker version: the engine must answer")
	case r.Choice == Docker, r.Choice == Local && s.local == nil:
		return s.missing("this kata has no "+string(r.Choice)+" source of "+s.name, "set "+Variable(s.name)+", or --services embedded")
	case r.Choice == Local:
		return s.missing(passed[len(passed)-1], s.mend)
	}
	return s.missing("needs "+s.text, "")
}

func (r *Resolver) offersAddress(_ context.Context, s service) error {
	if r.address(s) == "" {
		return errors.New(Variable(s.name) + " is not set")
	}
	return nil
}

// address is what the user's environment gives, whatever the wish; the last
// entry counts.
func (c Config) address(s service) string {
	names := s.variables()
	for _, entry := range slices.Backward(c.Environ) {
		key, value, _ := strings.Cut(entry, "=")
		if value != "" && slices.Contains(names, key) {
			return value
		}
	}
	return ""
}

func (r *Resolver) byAddress(_ context.Context, s service) (answer, error) {
	return answer{address: r.address(s), outside: !s.tool}, nil
}

func (r *Resolver) offersLocal(_ context.Context, s service) error {
	if s.local == nil {
		return errors.New("kata starts no program of " + s.name + " itself")
	}
	p, ok := r.findLocal(s)
	if !ok {
		return fmt.Errorf("there is no %s on this machine", strings.Join(s.local, " or "))
	}
	if s.clock && r.Choice == Auto {
		return fmt.Errorf("%s is here, but tests move the clock, which a real server's cannot be: --services local takes it", p.path)
	}
	return nil
}

// localTime is how long a server on this machine may take, an empty cluster's
// making on a slow disk included.
const localTime = time.Minute

func (r *Resolver) byLocal(ctx context.Context, s service) (answer, error) {
	p, ok := r.findLocal(s)
	if !ok {
		return answer{}, fmt.Errorf("%s has gone", s.name)
	}
	if s.tool {
		return answer{address: p.path}, nil
	}
	args := []string{s.name, p.path}
	if s.beneath != nil {
		args = []string{s.name, filepath.Dir(p.path), filepath.Join(r.CacheDir, "services")}
	}
	return r.inside(ctx, s, "local", run.Command{Args: args, Wall: localTime})
}

func (r *Resolver) offersEmbedded(_ context.Context, s service) error {
	if s.embedded == none && (s.name != engine || r.Choice != Docker) {
		return errors.New("kata brings no " + s.name)
	}
	return nil
}

func (r *Resolver) byEmbedded(ctx context.Context, s service) (answer, error) {
	switch s.embedded {
	case linked:
		return answer{}, nil
	case none: // the tests drive the engine themselves
		return answer{address: "docker", via: viaDocker}, nil
	}
	return r.inside(ctx, s, s.name, run.Command{})
}

// inside starts one of our programs in the run's own network.
func (r *Resolver) inside(ctx context.Context, s service, folder string, c run.Command) (answer, error) {
	binary, err := r.build(ctx, s, folder)
	if err != nil {
		return answer{}, err
	}
	if r.network == nil {
		network, err := r.Runner.OpenNetwork(context.WithoutCancel(ctx))
		if err != nil {
			return answer{}, fmt.Errorf("make a network for the %s server: %w", s.name, err)
		}
		r.network = network
	}
	c.Path, c.Network = binary, r.network
	return r.launch(ctx, s, c)
}

func (r *Resolver) build(ctx context.Context, s service, folder string) (string, error) {
	binary, err := r.Program(ctx, "grader/services/"+folder)
	if err != nil {
		return "", fmt.Errorf("build the %s server: %w", s.name, err)
	}
	return binary, nil
}

// server is a started program and what ends it.
type server struct {
	*run.Process
	end context.CancelFunc
}

// launch starts one of our programs. It outlives ctx, which bounds its start
// alone.
func (r *Resolver) launch(ctx context.Context, s service, c run.Command) (answer, error) {
	c.Env = append(c.Env, r.serverEnv()...)
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, end)
	p, err := r.Runner.Start(life, c)
	stop()
	if err != nil {
		end()
		return answer{}, fmt.Errorf("start the %s server: %w", s.name, err)
	}
	r.running = append(r.running, server{p, end})
	return answer{address: p.Ready(), process: p}, nil
}

// serverEnv is what a server program gets of the user's environment.
func (c Config) serverEnv() []string {
	var env []string
	for _, key := range []string{"TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "PATH"} {
		if v := c.variable(key); v != "" {
			env = append(env, key+"="+v)
		}
	}
	return env
}

// Close ends every server that was started, and their network.
func (r *Resolver) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.running {
		s.Stop()
		s.end()
	}
	if r.network != nil {
		_ = r.network.Close() // its processes have ended
	}
	r.running, r.network, r.known = nil, nil, map[string]answer{}
}
