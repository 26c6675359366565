package run_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/run"
)

func TestServiceIsReadyServesAndStops(t *testing.T) {
	t.Parallel()
	p, err := run.New().Start(t.Context(), play(t, "serve"))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", p.Ready())
	if err != nil {
		t.Fatalf("dial %q: %v", p.Ready(), err)
	}
	conn.Close()
	select {
	case <-p.Done():
		t.Error("it ended by itself")
	default:
	}
	if out := p.Stop(); out.ExitCode != 4 || out.Flooded {
		t.Errorf("it did not end by its closed input: %+v", out)
	}
	if again := p.Stop(); again.ExitCode != 4 {
		t.Errorf("second Stop: %+v", again)
	}
	<-p.Done()
}

func TestServiceThatDoesNotEndIsKilled(t *testing.T) {
	t.Parallel()
	p, err := run.New().Start(t.Context(), play(t, "serve", "forever"))
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if out := p.Stop(); out.ExitCode == 4 {
		t.Errorf("outcome %+v", out)
	}
	if took := time.Since(begin); took < 900*time.Millisecond || took > 10*time.Second {
		t.Errorf("stopped after %v, want about a second", took)
	}
}

func TestServiceEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p, err := run.New().Start(ctx, play(t, "serve", "forever"))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-p.Done()
	p.Stop()
}

func TestServiceThatIsNeverReady(t *testing.T) {
	t.Parallel()
	_, err := run.New().Start(t.Context(), play(t, "serve badly"))
	if !errors.Is(err, run.ErrNotReady) || !strings.HasSuffix(err.Error(), ": no luck today") {
		t.Errorf("error %v, want ErrNotReady with the complaint", err)
	}
	c := play(t, "serve never")
	c.Wall = 50 * time.Millisecond
	if _, err := run.New().Start(t.Context(), c); !errors.Is(err, run.ErrNotReady) {
		t.Errorf("error %v, want ErrNotReady", err)
	}
	c.Wall = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := run.New().Start(ctx, c); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestServiceIsAsked(t *testing.T) {
	t.Parallel()
	p, err := run.New().Start(t.Context(), play(t, "answer", "2"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"well 2", "well 1"} {
		if got, err := p.Ask(time.Minute); got != want || err != nil {
			t.Errorf("answered %q (%v), want %q", got, err, want)
		}
	}
	if got, err := p.Ask(time.Minute); !errors.Is(err, run.ErrSilent) || !strings.Contains(err.Error(), "exit status 5") {
		t.Errorf("one that ended answered %q (%v)", got, err)
	}
	if got, err := p.Ask(time.Minute); !errors.Is(err, run.ErrSilent) {
		t.Errorf("asked again it answered %q (%v)", got, err)
	}
}

func TestServiceThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	p, err := run.New().Start(t.Context(), play(t, "answer", "0", "for ever"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	if got, err := p.Ask(50 * time.Millisecond); !errors.Is(err, run.ErrSilent) {
		t.Errorf("answered %q (%v)", got, err)
	}
}
