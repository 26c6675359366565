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
	if c.Confine == nil {
		return nil
	}
	s.confined.layers, s.confined.missing = r.available(ctx, c.Confine)
	s.group.limit(c.Confine)
	return nil
}
