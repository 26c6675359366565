package run

import (
	"context"
	"slices"
	"sync"
)

// Layer is one layer of containment on this machine.
type Layer struct {
	Name string
	Held bool
	Why  string // what the machine answered to the attempt, when it does not hold
}

// Containment tries every layer once per Runner and returns all of them, in
// AllLayers' order.
func (r *Runner) Containment(ctx context.Context) []Layer {
	r.confinement.once.Do(func() { r.confinement.probe(context.WithoutCancel(ctx)) })
	layers := make([]Layer, 0, len(AllLayers()))
	for _, name := range AllLayers() {
		why, missing := r.confinement.why[name]
		layers = append(layers, Layer{Name: name, Held: !missing, Why: why})
	}
	return layers
}

// probed is what a Runner found out about its machine.
type probed struct {
	once sync.Once
	why  map[string]string // by the layers that do not hold
}

// available returns the layers that can be had for c, and those that c asks
// for in vain.
func (r *Runner) available(ctx context.Context, c Command) (held, missing []string) {
	for _, layer := range r.Containment(ctx) {
		switch {
		case layer.Name == LayerNetwork && c.Confine.HostNetwork:
		case layer.Name == LayerNetwork && c.Network != nil && !c.Network.Private():
			missing = append(missing, layer.Name)
		case layer.Held:
			held = append(held, layer.Name)
		default:
			missing = append(missing, layer.Name)
		}
	}
	return held, missing
}

// lose moves a layer from the held to the missing ones.
func lose(held, missing []string, name string) (stillHeld, nowMissing []string) {
	if i := slices.Index(held, name); i >= 0 {
		return slices.Delete(held, i, i+1), append(missing, name)
	}
	return held, missing
}
