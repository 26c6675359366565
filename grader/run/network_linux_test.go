package run_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/run"
)

// private is a network apart from the host's.
func private(t testing.TB, r *run.Runner) *run.Network {
	t.Helper()
	n, err := r.OpenNetwork(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !n.Private() {
		t.Skip("this machine has no private networks")
	}
	t.Cleanup(func() { _ = n.Close() })
	return n
}

func TestNetworkIsSharedByServiceAndLearner(t *testing.T) {
	t.Parallel()
	r := run.New()
	n := private(t, r)
	serve := play(t, "serve")
	serve.Network = n
	service, err := r.Start(t.Context(), serve)
	if err != nil {
		t.Fatal(err)
	}
	if conn, err := net.DialTimeout("tcp", service.Ready(), time.Second); err == nil {
		conn.Close()
		t.Error("the host can reach the private network")
	}
	deed := "dial " + service.Ready()
	learner := confined(t, r, nil, "try", deed, "dial 192.0.2.1:80")
	want(t, tries(t, r, learner), map[string]string{deed: "connection refused"})
	learner.Network = n
	want(t, tries(t, r, learner), map[string]string{deed: "done", "dial 192.0.2.1:80": "network is unreachable"})
	out, err := r.Run(t.Context(), learner)
	if err != nil || !slices.Contains(out.Layers, run.LayerNetwork) {
		t.Errorf("layers %q, %v; want the network among them", out.Layers, err)
	}
	if out := service.Stop(); out.ExitCode != 4 {
		t.Errorf("the service ended by %+v", out)
	}
}

func TestNetworkOtherwiseChangesNothing(t *testing.T) {
	t.Parallel()
	r := run.New()
	n := private(t, r)
	c := play(t, "try", "tell user", "tell folder", "tell environment", "read /etc/hosts")
	c.Network = n
	want(t, tries(t, r, c), map[string]string{
		"tell user": fmt.Sprint(os.Getuid(), os.Getgid()), "tell folder": c.Dir + " <nil>",
		"tell environment": actor + "=try", "read /etc/hosts": "done",
	})
	for _, confine := range []*run.Confine{nil, {}} {
		c := play(t, "seal", "1048576")
		c.Network, c.Confine, c.Plan = n, confine, []byte("rest/crud\n4211\n")
		out, err := r.Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		checkReport(t, out, c.Plan, 1<<20)

		c = play(t, "spin")
		c.Network, c.Confine, c.Wall = n, confine, 200*time.Millisecond
		if out, err = r.Run(t.Context(), c); err != nil || !out.TimedOut || !strings.Contains(string(out.Stderr), "spinHere") {
			t.Errorf("timeout: %v, %v, stderr %s", err, out.TimedOut, out.Stderr)
		}
		c = play(t, "exit", "42")
		c.Network, c.Confine = n, confine
		if out, err = r.Run(t.Context(), c); err != nil || out.ExitCode != 42 || out.PeakMemory == 0 {
			t.Errorf("outcome %+v, %v", out, err)
		}
		c.Path += "-gone"
		if out, err = r.Run(t.Context(), c); err == nil {
			t.Errorf("a program that is not there: %+v", out)
		}
	}
}

func TestNetworkTakesItsProcessesAlong(t *testing.T) {
	t.Parallel()
	r := run.New()
	for name, end := range map[string]func(*run.Network, context.CancelFunc){
		"close":  func(n *run.Network, _ context.CancelFunc) { _ = n.Close() },
		"cancel": func(_ *run.Network, cancel context.CancelFunc) { cancel() },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		n, err := r.OpenNetwork(ctx)
		if err != nil || !n.Private() {
			cancel()
			t.Skipf("no private network: %v", err)
		}
		token := rand.Text()
		c := play(t, "serve", "forever", token)
		c.Network = n
		p, err := r.Start(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		end(n, cancel)
		<-p.Done()
		if out := p.Stop(); out.Signal != "SIGKILL" {
			t.Errorf("%s: outcome %+v", name, out)
		}
		waitGone(t, token, name)
		if _, err := r.Run(t.Context(), c); err == nil {
			t.Errorf("%s: a process was started in a closed network", name)
		}
		cancel()
	}
}

func TestHostNetworkIsNobodysToClose(t *testing.T) {
	t.Parallel()
	var n run.Network
	if n.Private() || n.Close() != nil {
		t.Error("the zero network is not the host's")
	}
	r := run.New()
	c := confined(t, r, nil, "exit", "0")
	c.Network = &n
	out, err := r.Run(t.Context(), c)
	if err != nil || !slices.Contains(out.Missing, run.LayerNetwork) {
		t.Errorf("missing %q, %v; want the network named", out.Missing, err)
	}
}

func TestServiceOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root changes its user")
	}
	r := run.New()
	for _, n := range []*run.Network{nil, private(t, r)} {
		c := play(t, "try", "tell user")
		c.Path = ordinary(t).Path
		c.Network, c.User = n, 65534
		want(t, tries(t, r, c), map[string]string{"tell user": "65534 65534"})
	}
}

// BenchmarkContainedInNetwork is the cost where the network is shared.
func BenchmarkContainedInNetwork(b *testing.B) {
	r := run.New()
	c := play(b, "exit", "0")
	c.Network, c.Confine = private(b, r), &run.Confine{Scratch: b.TempDir()}
	for b.Loop() {
		if out, err := r.Run(b.Context(), c); err != nil || out.ExitCode != 0 {
			b.Fatal(out.ExitCode, err)
		}
	}
}
