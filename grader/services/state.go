package services

import (
	"context"
	"strings"
)

// State tells where a service would come from.
type State struct {
	Name   string
	Via    string   // "" when it cannot be had
	Text   string   // what it is, or why it cannot be had
	Mend   string   // the command that mends its absence
	Passed []string // why better sources are not taken
}

// States tells about every service, without starting any.
func States(ctx context.Context, c Config) []State {
	r := New(c)
	var list []State
	for _, name := range Names() {
		s, err := r.service(name)
		if err == nil {
			list = append(list, r.state(ctx, s))
		}
	}
	return list
}

func (r *Resolver) state(ctx context.Context, s service) State {
	via, passed := r.source(ctx, s)
	switch via {
	case viaAddress:
		return State{s.name, via, "the address in " + Variable(s.name), "", passed}
	case viaLocal:
		p, _ := r.findLocal(s)
		return State{s.name, via, p.path, "", passed}
	case viaDocker:
		return State{s.name, via, s.image.Ref, "", passed}
	case viaEmbedded:
		if s.name == engine {
			return State{s.name, viaDocker, "the docker command", "", passed}
		}
		return State{s.name, via, s.text, "", passed}
	}
	err, _ := r.absence(s, passed).(*MissingError)
	return State{s.name, "", err.Reason, err.Mend, passed}
}

// source returns the first source that has the service, "" for none.
func (r *Resolver) source(ctx context.Context, s service) (via string, passed []string) {
	for _, p := range r.providers() {
		if !r.considers(p, s) {
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
