package watch

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// log collects what happened, in order, with the fake clock's milliseconds.
type log struct {
	mu    sync.Mutex
	begun time.Time
	lines []string
}

func (l *log) add(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, what+" "+time.Since(l.begun).String())
}

func TestLoop(t *testing.T) {
	ms := time.Millisecond
	tests := []struct {
		name    string
		changes []time.Duration // since the start
		now     []time.Duration
		takes   time.Duration // of one run
		want    []string
	}{
		{"one save, one run at once, shown after the quiet time", []time.Duration{0}, nil, 10 * ms,
			[]string{"begin 0s", "end 10ms", "shown 80ms"}},
		{"a run that takes longer is shown when it ends", []time.Duration{0}, nil, 300 * ms,
			[]string{"begin 0s", "end 300ms", "shown 300ms"}},
		{"of a burst the last run is shown, after its last event", []time.Duration{0, 50 * ms, 120 * ms}, nil, 10 * ms,
			[]string{"begin 0s", "end 10ms", "begin 50ms", "end 60ms", "begin 120ms", "end 130ms", "shown 200ms"}},
		{"a save during a run cancels it at once and runs again", []time.Duration{0, 100 * ms}, nil, 300 * ms,
			[]string{"begin 0s", "cancelled 100ms", "begin 100ms", "end 400ms", "shown 400ms"}},
		{"two saves far apart are two runs", []time.Duration{0, 500 * ms}, nil, 10 * ms,
			[]string{"begin 0s", "end 10ms", "shown 80ms", "begin 500ms", "end 510ms", "shown 580ms"}},
		{"a request runs at once", nil, []time.Duration{5 * ms}, 10 * ms,
			[]string{"begin 5ms", "end 15ms", "shown 15ms"}},
		{"a request takes the place of a burst that is settling", []time.Duration{0}, []time.Duration{30 * ms}, 10 * ms,
			[]string{"begin 0s", "end 10ms", "begin 30ms", "end 40ms", "shown 40ms"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &log{begun: time.Now()}
				ctx, cancel := context.WithCancel(t.Context())
				changes, now := make(chan struct{}), make(chan struct{})
				var all sync.WaitGroup
				all.Go(func() { Loop{Settle, grade(l, test.takes)}.Run(ctx, changes, now) })
				all.Go(func() { play(changes, test.changes) })
				all.Go(func() { play(now, test.now) })
				time.Sleep(2 * time.Second) // of the fake clock
				cancel()
				all.Wait()
				if !slices.Equal(l.lines, test.want) {
					t.Errorf("got  %q\nwant %q", l.lines, test.want)
				}
			})
		})
	}
}

func grade(l *log, takes time.Duration) func(context.Context, <-chan struct{}) {
	return func(ctx context.Context, settled <-chan struct{}) {
		l.add("begin")
		select {
		case <-ctx.Done():
			l.add("cancelled")
			return
		case <-time.After(takes):
			l.add("end")
		}
		select {
		case <-ctx.Done():
		case <-settled:
			l.add("shown")
		}
	}
}

func play(to chan<- struct{}, at []time.Duration) {
	begun := time.Now()
	for _, d := range at {
		time.Sleep(d - time.Since(begun))
		to <- struct{}{}
	}
}

func TestLoopWaitsForTheCancelledRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		active, most := 0, 0
		stubborn := func(ctx context.Context, _ <-chan struct{}) {
			mu.Lock()
			active++
			most = max(most, active)
			mu.Unlock()
			<-ctx.Done()
			time.Sleep(time.Second) // ends long after it was told to
			mu.Lock()
			active--
			mu.Unlock()
		}
		ctx, cancel := context.WithCancel(t.Context())
		changes := make(chan struct{}, 1)
		done := make(chan struct{})
		go func() { defer close(done); Loop{Settle, stubborn}.Run(ctx, changes, nil) }()
		for range 5 {
			changes <- struct{}{}
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(5 * time.Second)
		cancel()
		<-done
		if most != 1 || active != 0 {
			t.Errorf("got %d runs at once and %d left over, want 1 and 0", most, active)
		}
	})
}
