package run

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
)

// probe finds the layers that hold together, by putting them on a process that
// does nothing. A layer that fails is left out of the next attempt.
func (p *probed) probe(ctx context.Context) {
	p.why = map[string]string{}
	for {
		layers := slices.DeleteFunc(AllLayers(), func(name string) bool { _, lost := p.why[name]; return lost })
		failed, err := try(ctx, layers)
		delete(failed, "") // what is no layer's fault
		if len(failed) == 0 && err != nil {
			failed = map[string]string{}
			for _, layer := range suspects(layers) {
				failed[layer] = err.Error()
			}
		}
		if len(failed) == 0 {
			return
		}
		maps.Copy(p.why, failed)
	}
}

// suspects are the layers to do without when an attempt failed as a whole:
// mostly namespaces, which are forbidden together. Root may be denied a user
// namespace and yet have the others.
func suspects(layers []string) []string {
	if os.Geteuid() == 0 && slices.Contains(layers, LayerUser) {
		return []string{LayerUser}
	}
	namespaces := slices.DeleteFunc(slices.Clone(layers), func(name string) bool {
		return !slices.Contains([]string{LayerNetwork, LayerFiles, LayerProcesses, LayerUser, LayerIPC}, name)
	})
	if len(namespaces) > 0 {
		return namespaces
	}
	return layers
}

// try starts a copy with the layers on. It returns the layers that failed by
// themselves, or the error of the whole.
func try(ctx context.Context, layers []string) (failed map[string]string, err error) {
	if !initialised.Load() {
		return nil, errNoInit
	}
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := newSession()
	c := Command{Path: path, Dir: "/", Confine: &Confine{}}
	s.trial = layers
	if err := new(Runner).launch(ctx, s, c); err != nil {
		return s.confined.failed, err
	}
	s.attend(ctx, setupTime)
	if out := s.outcome(); out.ExitCode != 0 || out.TimedOut {
		return nil, errors.New("a program under containment does not run")
	}
	return nil, nil
}
