package leak_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	"github.com/kata-go/kata/solutions/go/leak"
)

var (
	report = (*leak.Board).Report
	online = (*leak.Board).Online
	wait   = (*leak.Board).Wait
)

// cellar is a board and the devices that report to it, on a fake clock.
type cellar struct {
	t     *testing.T
	rand  *rand.Rand
	ttl   time.Duration
	board *leak.Board
	idle  int // goroutines that the board has for itself
	log   []string
}

func in(t *testing.T, f func(c *cellar)) {
	t.Helper()
	bubble.Run(t, "calls of Report, Online and Wait", func(t *testing.T) {
		r := kit.Rand(t)
		c := &cellar{t: t, rand: r, ttl: time.Duration(120+r.IntN(400)) * time.Second}
		c.board = leak.New(c.ttl)
		c.idle = len(bubble.Others())
		c.did("New(%s)", c.ttl)
		f(c)
	})
}

func (c *cellar) did(format string, a ...any) { c.log = append(c.log, fmt.Sprintf(format, a...)) }

func (c *cellar) fail(got, want string, by any) {
	c.t.Helper()
	kit.Fail(c.t, kit.Failure{Sent: strings.Join(c.log, "\n"), Got: got, Want: want, At: kit.At(by)})
}

// name draws one that no device had, as long as less than a million have one.
func (c *cellar) name() string { return "boiler-" + kit.Word(c.rand, 8) }

// device draws one. Its status has spaces.
func (c *cellar) device() leak.Device {
	return leak.Device{Name: c.name(), Status: kit.Word(c.rand, 4) + " water " + kit.Word(c.rand, 2)}
}

// report sends d's report with so many bytes of readings.
func (c *cellar) report(d leak.Device, readings int64) {
	c.t.Helper()
	line := d.Name + " " + d.Status + "\n"
	if err := c.board.Report(io.MultiReader(strings.NewReader(line), io.LimitReader(numbers{}, readings))); err != nil {
		c.did("Report(%q and %d bytes of readings)", line, readings)
		c.fail("the error "+err.Error(), "no error", report)
	}
}

// numbers are readings without end.
type numbers struct{}

// Read implements io.Reader.
func (numbers) Read(p []byte) (int, error) {
	const block = "21.5 22.0 21.9 23.1 20.0 19.8 22.2 24.0 21.1 20.7 22.9 23.3 20.1\n"
	for n := 0; n < len(p); n += len(block) {
		copy(p[n:], block)
	}
	return len(p), nil
}

// shows fails unless exactly these devices are online.
func (c *cellar) shows(by any, want ...leak.Device) {
	c.t.Helper()
	slices.SortFunc(want, func(a, b leak.Device) int { return strings.Compare(a.Name, b.Name) })
	if got := c.board.Online(); !slices.Equal(got, want) {
		c.did("Online()")
		c.fail(list(got), list(want), by)
	}
}

func list(devices []leak.Device) string {
	var lines []string
	for _, d := range devices {
		lines = append(lines, fmt.Sprintf("%q %q", d.Name, d.Status))
	}
	if lines == nil {
		return "nobody"
	}
	return strings.Join(lines, "\n")
}

// sleep lets time pass.
func (c *cellar) sleep(d time.Duration) {
	c.did("after another %s", d)
	time.Sleep(d)
}

// retained is how many bytes are still referred to.
func retained() int64 {
	runtime.GC()
	runtime.GC() // what pools kept for one more turn goes too
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

const slack = 128 << 10 // what a collector and a map may keep beside

// flat fails when what is retained grows from what it is after warm by more
// than allowed, while f runs.
func (c *cellar) flat(allowed int64, by any, warm, f func()) {
	c.t.Helper()
	warm()
	before := retained()
	f()
	if grown := retained() - before; grown > allowed {
		c.fail(fmt.Sprintf("%d KB more are held than before", grown>>10), fmt.Sprintf("at most %d KB more", allowed>>10), by)
	}
	runtime.KeepAlive(c.board)
}

// deserted fails when there are goroutines beside the board's own.
func (c *cellar) deserted(by any) {
	c.t.Helper()
	if left := bubble.Others(); len(left) > c.idle {
		kit.Fail(c.t, kit.Failure{
			Sent: strings.Join(c.log, "\n"), Got: fmt.Sprintf("%d goroutines are left, one at %s", len(left)-c.idle, bubble.Line(left)),
			Want: "none is left", At: bubble.Line(left),
		})
	}
}
