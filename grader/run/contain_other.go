//go:build !linux

package run

import (
	"context"
	"runtime"
)

// become has nothing to do: containment by re-execution is Linux's.
func become() {}

func (p *probed) probe(context.Context) {
	p.why = map[string]string{}
	for _, name := range AllLayers() {
		if !p.system(name) {
			p.why[name] = "kata has no way to do this on " + runtime.GOOS
		}
	}
}

// confined is what containment was asked for and done.
type confined struct{ layers, missing []string }

func (confined) handshake() error { return nil }
func (confined) close()           {}

func (s *session) confine(ctx context.Context, r *Runner, c Command) error {
	s.confined.layers, s.confined.missing = r.available(ctx, c)
	s.group.limit(c.Confine)
	return nil
}

// Network is a network that processes share.
type Network struct{}

// OpenNetwork returns the host's network: there is no private one here.
func (r *Runner) OpenNetwork(context.Context) (*Network, error) { return &Network{}, nil }

// Private tells whether the network is apart from the host's.
func (*Network) Private() bool { return false }

// Close ends the processes that still live in a private network.
func (*Network) Close() error { return nil }

func (s *session) join(Command) error { return nil }
