package services

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// State tells where a service would come from.
type State struct {
	Name    string
	Via     string   // "" when it cannot be had
	Version string   // "" when it is not known without a connection
	Text    string   // what it is, or why it cannot be had
	Mend    string   // the command that mends its absence
	Passed  []string // why better sources are not taken
	Fault   string   // why it would not serve although it is there; "" when nothing is known

	// Start is what a start took, without building; Time sets it. Zero: not
	// measured, or nothing to start.
	Start time.Duration
}

// States tells about every service, without starting any. It takes as long as
// an engine or an address takes to answer, a second at most.
func States(ctx context.Context, c Config) []State {
	r := New(c)
	names := Names()
	list := make([]State, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() {
			if s, err := r.service(name); err == nil {
				list[i] = r.state(ctx, s)
			}
		})
	}
	group.Wait()
	return list
}

func (r *Resolver) state(ctx context.Context, s service) State {
	via, passed := r.source(ctx, s)
	state := State{Name: s.name, Via: via, Passed: passed}
	switch via {
	case viaAddress:
		state.Text = "the address in " + Variable(s.name)
		if err := reach(ctx, r.address(s), s.tool); err != nil {
			state.Fault, state.Mend = err.Error(), "correct "+Variable(s.name)+", or unset it"
		}
	case viaLocal:
		p, _ := r.findLocal(s)
		state.Text, state.Version = p.path, r.version(ctx, p)
	case viaDocker:
		state.Text, state.Version = s.image.Ref, s.image.Ref[strings.LastIndexByte(s.image.Ref, ':')+1:]
	case viaEmbedded:
		state.Text, state.Version = s.text, r.embeddedVersion(s)
		if s.name == engine {
			state.Via, state.Text = viaDocker, "the docker command"
		}
	default:
		if err, ok := r.absence(s, passed).(*MissingError); ok {
			state.Text, state.Mend = err.Reason, err.Mend
			state.Passed = slices.DeleteFunc(passed, func(why string) bool { return why == err.Reason })
		}
	}
	return state
}

// source returns the first source that has the service, "" for none.
func (r *Resolver) source(ctx context.Context, s service) (via string, passed []string) {
	for _, p := range r.providers() {
		if !r.considers(p, s) || s.never(p.via) {
			continue
		}
		err := p.offers(ctx, s)
		if err == nil {
			return p.via, passed
		}
		passed = append(passed, err.Error())
	}
	return "", passed
}

// never tells whether no machine has s by that source, which is then no better
// one either.
func (s service) never(via string) bool {
	return via == viaLocal && s.local == nil || via == viaDocker && s.image.Ref == ""
}

// reach wants somebody to take connections at an address, or a tool to be
// there. Of several hosts the first is asked.
func reach(ctx context.Context, address string, tool bool) error {
	if tool {
		_, err := os.Stat(address)
		return err
	}
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return fmt.Errorf("%q is no address: it has no scheme", address)
	}
	if at := strings.IndexByte(rest, ','); at >= 0 {
		rest = rest[:at]
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil || u.Hostname() == "" {
		return fmt.Errorf("the address that begins with %s:// names no host", scheme)
	}
	host := net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), usualPorts()[scheme], "443"))
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
	if err != nil {
		return fmt.Errorf("nothing answers at %s: %w", host, shorten(err))
	}
	return conn.Close()
}

// usualPorts are those of addresses that name none, by scheme.
func usualPorts() map[string]string {
	return map[string]string{
		"http": "80", "postgres": "5432", "postgresql": "5432", "redis": "6379", "rediss": "6379",
		"mongodb": "27017", "cassandra": "9042", "nats": "4222",
	}
}

// Time starts what would serve the named service, ends it, and returns what the
// start took, the building of its program not counted. Zero: there is nothing
// to start.
func Time(ctx context.Context, c Config, name string) (time.Duration, error) {
	var building time.Duration
	build := c.Program
	c.Program = func(ctx context.Context, folder string) (string, error) {
		begun := time.Now()
		defer func() { building += time.Since(begun) }()
		return build(ctx, folder)
	}
	r := New(c)
	defer r.Close()
	s, err := r.service(name)
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	a := r.once(ctx, s)
	took := time.Since(begun) - building
	if a.err != nil || a.process == nil {
		return 0, a.err
	}
	return took, nil
}

// Given returns what the machine, the environment and the wish say about the
// sources of the named services: verdicts reached through other servers are
// others. It starts nothing and asks no engine.
func Given(c Config, names []string) string {
	told := []string{string(c.Choice)}
	for _, n := range names {
		s, err := c.service(strings.TrimSuffix(n, "?"))
		for ; err == nil; s, err = c.service(s.beside) {
			told = append(told, c.given(s))
		}
	}
	return strings.Join(told, "\n")
}

func (c Config) given(s service) string {
	a := c.address(s)
	switch {
	case a != "" && c.Choice != Embedded && c.Choice != Local:
		return s.name + " " + a
	case c.Choice == Docker:
		return s.name + " " + s.image.Ref
	case s.local != nil && (s.tool || c.Choice == Local || c.Choice == Auto && !s.clock):
		if p, ok := c.findLocal(s); ok {
			return s.name + " " + p.stamp()
		}
	}
	return s.name
}
