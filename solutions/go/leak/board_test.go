package leak_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/go/leak"
)

const moment = time.Millisecond

// 1. Report reads a line, the name up to the first space and the status after it, and puts the device on the board; readings may follow. What has no such line, or cannot be read, is an error and changes nothing. Online lists the devices by name.
func TestReport(t *testing.T) {
	t.Run("devices that report are online, by name", func(t *testing.T) {
		in(t, func(c *cellar) {
			all := []leak.Device{c.device(), c.device(), c.device(), c.device()}
			c.did("%d devices report", len(all))
			for _, d := range all {
				c.report(d, c.rand.Int64N(9000))
			}
			c.shows(online, all...)
		})
	})
	t.Run("the last report's status is shown", func(t *testing.T) {
		in(t, func(c *cellar) {
			d := c.device()
			c.report(d, 10)
			d.Status = "out of order"
			c.report(d, 10)
			c.did("%q reports twice, the second time %q", d.Name, d.Status)
			c.shows(report, d)
		})
	})
	t.Run("a report without readings counts", func(t *testing.T) {
		in(t, func(c *cellar) {
			d := c.device()
			c.did("Report(%q)", d.Name+" "+d.Status)
			if err := c.board.Report(strings.NewReader(d.Name + " " + d.Status)); err != nil {
				c.fail("the error "+err.Error(), "no error", report)
			}
			c.shows(report, d)
		})
	})
	t.Run("a line without a status is an error and changes nothing", func(t *testing.T) {
		in(t, func(c *cellar) {
			d := c.device()
			c.report(d, 10)
			line := d.Name + "\n21.5 22.0\n"
			c.did("%q is online\nReport(%q)", d.Name, line)
			if err := c.board.Report(strings.NewReader(line)); err == nil {
				c.fail("no error", "an error", report)
			}
			c.shows(report, d)
		})
	})
	t.Run("a report that breaks off is an error and changes nothing", func(t *testing.T) {
		in(t, func(c *cellar) {
			d := c.device()
			c.report(d, 10)
			line := d.Name + " all wel"
			c.did("%q is online\nReport of %q, where the connection breaks", d.Name, line)
			if err := c.board.Report(io.MultiReader(strings.NewReader(line), iotest.ErrReader(errors.New("connection reset")))); err == nil {
				c.fail("no error", "an error", report)
			}
			c.shows(report, d)
		})
	})
}

// 2. A device is online until ttl has passed since its last report, no shorter and no longer.
func TestTTL(t *testing.T) {
	t.Run("a device that keeps reporting stays online", func(t *testing.T) {
		in(t, func(c *cellar) {
			d := c.device()
			for range 4 {
				c.report(d, 10)
				c.did("%q reports", d.Name)
				c.sleep(c.ttl * 6 / 10)
				c.shows(report, d)
			}
		})
	})
	t.Run("a device goes offline one ttl after its last report", func(t *testing.T) {
		in(t, func(c *cellar) {
			d := c.device()
			c.report(d, 10)
			c.did("%q reports", d.Name)
			c.sleep(c.ttl / 3)
			c.report(d, 10)
			c.did("%q reports", d.Name)
			c.sleep(c.ttl - moment)
			c.shows(report, d)
			c.sleep(2 * moment)
			c.shows(report)
		})
	})
	t.Run("one device's reports keep no other online", func(t *testing.T) {
		in(t, func(c *cellar) {
			a, b := c.device(), c.device()
			c.report(a, 10)
			c.report(b, 10)
			c.did("%q and %q report", a.Name, b.Name)
			c.sleep(c.ttl / 2)
			c.report(b, 10)
			c.did("%q reports", b.Name)
			c.sleep(c.ttl/2 + moment)
			c.shows(report, b)
		})
	})
	t.Run("a device that comes back is online again", func(t *testing.T) {
		in(t, func(c *cellar) {
			d := c.device()
			c.report(d, 10)
			c.did("%q reports", d.Name)
			c.sleep(c.ttl + moment)
			c.shows(report)
			c.report(d, 10)
			c.did("%q reports", d.Name)
			c.sleep(c.ttl - moment)
			c.shows(report, d)
		})
	})
}

// outcome is what Wait returned, and when.
type outcome struct {
	d    leak.Device
	err  error
	took time.Duration
}

func (o outcome) String() string {
	if o.err != nil {
		return fmt.Sprintf("the error %q after %s", o.err, o.took)
	}
	return fmt.Sprintf("%q %q after %s", o.d.Name, o.d.Status, o.took)
}

// wait has a goroutine wait, and returns where its outcome will be. The others
// have come to rest by then.
func (c *cellar) wait(patience time.Duration, name string) <-chan outcome {
	came := make(chan outcome, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		began := time.Now()
		d, err := c.board.Wait(ctx, name)
		came <- outcome{d, err, time.Since(began)}
	}()
	synctest.Wait()
	return came
}

// 3. Wait returns the next report of a device, to everybody who waits for it, or the context's error when the context ends before, which ends nobody else's wait.
func TestWait(t *testing.T) {
	t.Run("everybody who waits gets the next report", func(t *testing.T) {
		in(t, func(c *cellar) {
			d := c.device()
			var waiting []<-chan outcome
			for range 3 {
				waiting = append(waiting, c.wait(time.Hour, d.Name))
			}
			time.Sleep(time.Second)
			c.report(d, 10)
			c.did("3 goroutines: Wait(ctx, %q); it reports after 1s", d.Name)
			for _, w := range waiting {
				if got, want := <-w, (outcome{d, nil, time.Second}); got != want {
					c.fail(got.String(), want.String(), wait)
				}
			}
		})
	})
	t.Run("another device's report wakes nobody", func(t *testing.T) {
		in(t, func(c *cellar) {
			d, other := c.device(), c.device()
			waiting := c.wait(time.Hour, d.Name)
			time.Sleep(time.Second)
			c.report(other, 10)
			time.Sleep(time.Second)
			c.report(d, 10)
			c.did("Wait(ctx, %q); %q reports after 1s,\nand %[1]q after 2s", d.Name, other.Name)
			if got, want := <-waiting, (outcome{d, nil, 2 * time.Second}); got != want {
				c.fail(got.String(), want.String(), wait)
			}
		})
	})
	t.Run("a report from before does not count", func(t *testing.T) {
		in(t, func(c *cellar) {
			old := c.device()
			c.report(old, 10)
			next := leak.Device{Name: old.Name, Status: "back again"}
			waiting := c.wait(time.Hour, old.Name)
			time.Sleep(time.Second)
			c.report(next, 10)
			c.did("%q reports, then Wait(ctx, %[1]q); it reports\n%q after 1s", old.Name, next.Status)
			if got, want := <-waiting, (outcome{next, nil, time.Second}); got != want {
				c.fail(got.String(), want.String(), wait)
			}
		})
	})
	t.Run("a caller whose context ends ends nobody else's wait", func(t *testing.T) {
		in(t, func(c *cellar) {
			d := c.device()
			stays := c.wait(time.Hour, d.Name)
			leaves := c.wait(time.Second, d.Name)
			<-leaves
			c.report(d, 10)
			c.did("2 goroutines: Wait(ctx, %q), and one ctx ends after 1s;\nthen it reports", d.Name)
			if got, want := <-stays, (outcome{d, nil, time.Second}); got != want {
				c.fail(got.String(), want.String(), wait)
			}
		})
	})
	t.Run("reports that meet waiters who leave are not held up", meeting)
	t.Run("the wait ends with the context", func(t *testing.T) {
		in(t, func(c *cellar) {
			name := c.name()
			got := <-c.wait(3*time.Second, name)
			c.did("Wait(ctx, %q), ctx ends after 3s", name)
			if !errors.Is(got.err, context.DeadlineExceeded) || got.took != 3*time.Second {
				c.fail(got.String(), "the context's error after 3s", wait)
			}
		})
	})
}

// meeting has devices report, on many goroutines, at the moment at which their
// waiters leave. It needs no clock: a lock would stop the fake one.
func meeting(t *testing.T) {
	const devices, rounds, waiters = 8, 50, 6
	board := leak.New(time.Hour)
	var all sync.WaitGroup
	for n := range devices {
		all.Go(func() {
			name := fmt.Sprintf("boiler-%d", n)
			for round := range rounds {
				ctx, leave := context.WithCancel(context.Background())
				var left sync.WaitGroup
				for range waiters {
					left.Go(func() { _, _ = board.Wait(ctx, name) })
				}
				runtime.Gosched()
				if round%2 == 0 {
					leave() // else they leave because of the report, and more of those come
				}
				for range 4 {
					_ = board.Report(strings.NewReader(name + " fine"))
				}
				_ = board.Online()
				leave()
				left.Wait()
			}
		})
	}
	sent := fmt.Sprintf("%d goroutines, each for its own device: %d callers Wait, their\ncontext ends or not, and the device reports 4 times; %d times over", devices, waiters, rounds)
	kit.Within(t, 5*time.Second, sent, all.Wait)
	if n := len(board.Online()); n != devices {
		kit.Fail(t, kit.Failure{Sent: sent, Got: fmt.Sprintf("%d devices online", n), Want: fmt.Sprintf("%d devices online", devices), At: kit.At(online)})
	}
}
