package leak_test

import (
	"testing"
	"time"

	"github.com/kata-go/kata/solutions/go/leak"
)

const many = 2500

// 4. What the board keeps of a device does not depend on how large its reports are.
func TestLargeReports(t *testing.T) {
	t.Run("large reports leave no more than small ones", func(t *testing.T) {
		in(t, func(c *cellar) {
			var devices []leak.Device
			for range 100 {
				devices = append(devices, c.device())
			}
			all := func(readings int64) func() {
				return func() {
					for _, d := range devices {
						c.report(d, readings)
					}
				}
			}
			c.did("100 devices report once with 16 bytes of readings each, and once\nwith 64 KB")
			c.flat(slack, report, all(16), all(64<<10))
		})
	})
}

// 5. It does not depend on how many reports the device has sent.
func TestManyReports(t *testing.T) {
	t.Run("2,500 reports of one device leave no more than one", func(t *testing.T) {
		in(t, func(c *cellar) {
			d := c.device()
			pause := c.ttl / (2 * many) // no report goes out of date while they come
			c.did("%q reports %d times within half of the ttl", d.Name, many)
			c.flat(slack, report, func() { c.report(d, 16) }, func() {
				for range many {
					c.report(d, 16)
					time.Sleep(pause)
				}
			})
		})
	})
}

// 6. Of a device that has gone offline nothing is kept, at the latest after the next call of Online.
func TestDevicesThatHaveGone(t *testing.T) {
	t.Run("2,500 devices that come and go leave nothing", func(t *testing.T) {
		in(t, func(c *cellar) {
			pause := c.ttl / 20
			come := func(n int) func() {
				return func() {
					for i := range n {
						c.report(c.device(), 16)
						time.Sleep(pause)
						if i%20 == 0 {
							c.board.Online()
						}
					}
					time.Sleep(c.ttl)
					c.board.Online()
				}
			}
			c.did("%d devices report once, one every %s; Online() now and then", many, pause)
			c.flat(slack, report, come(200), come(many))
			c.deserted(report)
		})
	})
}

// 7. Of a caller of Wait nothing is kept once Wait has returned, neither memory nor a goroutine, whether or not the device reports later.
func TestWaitersThatHaveGone(t *testing.T) {
	leave := func(c *cellar, n int, name func() string) func() {
		return func() {
			for range n {
				<-c.wait(time.Second, name())
			}
		}
	}
	t.Run("2,500 who waited in vain for one device leave nothing", func(t *testing.T) {
		in(t, func(c *cellar) {
			d := c.device()
			name := func() string { return d.Name }
			c.did("%d callers: Wait(ctx, %q), and ctx ends after 1s", many, d.Name)
			c.flat(slack, wait, leave(c, 100, name), leave(c, many, name))
		})
	})
	t.Run("2,500 who waited in vain for one device each leave nothing", func(t *testing.T) {
		in(t, func(c *cellar) {
			c.did("%d callers: Wait(ctx, another name each), and ctx ends after 1s", many)
			c.flat(slack, wait, leave(c, 100, c.name), leave(c, many, c.name))
		})
	})
	t.Run("a report after they left wakes no goroutine that stays", func(t *testing.T) {
		in(t, func(c *cellar) {
			d := c.device()
			leave(c, 20, func() string { return d.Name })()
			c.report(d, 16)
			c.did("20 callers: Wait(ctx, %q), and ctx ends after 1s;\nthen it reports, and goes offline", d.Name)
			time.Sleep(2 * c.ttl)
			c.deserted(report)
		})
	})
	t.Run("2,500 who got their report leave nothing", func(t *testing.T) {
		in(t, func(c *cellar) {
			serve := func(n int) func() {
				return func() {
					for range n {
						d := c.device()
						came := c.wait(time.Hour, d.Name)
						c.report(d, 16)
						<-came
						time.Sleep(c.ttl / 10)
						c.board.Online()
					}
					time.Sleep(c.ttl)
					c.board.Online()
				}
			}
			c.did("%d callers: Wait(ctx, another name each); each gets a report,\nand the devices go offline", many)
			c.flat(slack, wait, serve(100), serve(many))
			c.deserted(wait)
		})
	})
}
