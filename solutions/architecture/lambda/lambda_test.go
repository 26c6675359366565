package lambda_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// 1. Every record of an SQS event is charged as its body says, and the answer names no failure.
func TestBatch(t *testing.T) {
	t.Run("every record of a batch is charged", func(t *testing.T) {
		in(t, func(c *cloud) {
			all := c.payments(3 + c.rand.IntN(6))
			all[1].Cents = 1
			o := c.start().batch(bodies(all)...)
			c.have(o, all...)
			c.names(o, "all were charged")
		})
	})
}

// 2. An HTTP event is charged as its body says, also when that is in Base64, and answers 200 and the receipt. A body that cannot be read answers 400, a charge that fails 502.
func TestHTTP(t *testing.T) {
	for _, how := range []struct {
		name     string
		inBase64 bool
	}{{"an HTTP event is charged and answers its receipt", false}, {"a body in Base64 is charged as what it stands for", true}} {
		t.Run(how.name, func(t *testing.T) {
			in(t, func(c *cloud) {
				p := c.payments(1)[0]
				o := c.start().post(p.body(), how.inBase64)
				c.have(o, p)
				c.receipt(o, "r-1-"+p.Customer)
			})
		})
	}
	t.Run("a body that cannot be read answers 400 and is not charged", func(t *testing.T) {
		for _, inBase64 := range []bool{false, true} {
			in(t, func(c *cloud) {
				i := c.start()
				for _, body := range c.unreadable() {
					o := i.post(body, inBase64)
					c.status(o, 400, "this is no payment")
					c.have(o)
				}
			})
		}
	})
	t.Run("a charge that fails answers 502", func(t *testing.T) {
		in(t, func(c *cloud) {
			p := c.payments(1)[0]
			c.refuses[p.Customer] = true
			c.status(c.start().post(p.body(), false), 502, "the card was declined")
		})
	})
}

// unreadable returns bodies that are no payments.
func (c *cloud) unreadable() []string {
	p := c.payments(1)[0]
	nobody, nameless, free, less := p, p, p, p
	nobody.Customer, nameless.Payment, free.Cents, less.Cents = "", "", 0, -p.Cents
	whole := p.body()
	return []string{whole[:len(whole)-1-c.rand.IntN(12)], "", nobody.body(), nameless.body(), free.body(), less.body(), "rye bread"}
}

// 3. A record that cannot be read or charged is named in batchItemFailures; the others are charged, and not named.
func TestFailures(t *testing.T) {
	t.Run("a record that is refused is named and the others are charged", func(t *testing.T) {
		in(t, func(c *cloud) {
			all := c.payments(6)
			first, second := c.rand.IntN(3), 3+c.rand.IntN(2)
			c.refuses[all[first].Customer], c.refuses[all[second].Customer] = true, true
			o := c.start().batch(bodies(all)...)
			c.names(o, "their cards were declined", first, second)
			c.have(o, slices.Delete(slices.Delete(slices.Clone(all), second, second+1), first, first+1)...)
		})
	})
	t.Run("a record that cannot be read is named and the others are charged", func(t *testing.T) {
		in(t, func(c *cloud) {
			i := c.start()
			var charged []string
			for _, body := range c.unreadable() {
				all := c.payments(2)
				o := i.batch(all[0].body(), body, all[1].body())
				c.names(o, "the second is no payment", 1)
				charged = append(charged, all[0].charge(), all[1].charge())
				if got := sorted(c.charged); !slices.Equal(got, sorted(charged)) {
					c.fail(o, "charged: "+words(got), "charged: "+words(sorted(charged)))
				}
			}
		})
	})
}

// 4. A payment is charged once, however often it comes, in whatever event, to whatever instance. Two payments are charged twice, however alike they are.
func TestOnce(t *testing.T) {
	once := func(t *testing.T, again func(c *cloud, first *instance, p payment) outcome) {
		in(t, func(c *cloud) {
			p := c.payments(1)[0]
			first := c.start()
			first.batch(p.body())
			c.have(again(c, first, p), p)
		})
	}
	t.Run("a record that comes again is not charged again", func(t *testing.T) {
		once(t, func(_ *cloud, first *instance, p payment) outcome { return first.batch(p.body()) })
	})
	t.Run("a record that comes again to another instance is not charged again", func(t *testing.T) {
		once(t, func(c *cloud, first *instance, p payment) outcome { return c.after(first).batch(p.body()) })
	})
	t.Run("a payment that comes over HTTP too is charged once", func(t *testing.T) {
		for _, inBase64 := range []bool{false, true} {
			once(t, func(c *cloud, first *instance, p payment) outcome {
				o := c.after(first).post(p.body(), inBase64)
				c.have(o, p)
				c.receipt(o, "r-1-"+p.Customer)
				return o
			})
		}
	})
	t.Run("a batch that names a payment twice charges it once", func(t *testing.T) {
		in(t, func(c *cloud) {
			p := c.payments(2)
			o := c.start().batch(p[0].body(), p[1].body(), p[0].body())
			c.have(o, p...)
			c.names(o, "all three are paid")
		})
	})
	t.Run("two payments of one customer and one amount are charged twice", func(t *testing.T) {
		in(t, func(c *cloud) {
			p := c.payments(2)
			p[1].Customer, p[1].Cents = p[0].Customer, p[0].Cents
			c.have(c.start().batch(bodies(p)...), p...)
		})
	})
}

// 5. An instance connects once, with its first event, and the connection lasts for all events after it. If connecting fails, the next event tries again.
func TestConnects(t *testing.T) {
	t.Run("an instance connects once for all its events", func(t *testing.T) {
		in(t, func(c *cloud) {
			i := c.start()
			all := c.payments(8)
			i.batch(bodies(all[:3])...)
			i.batch(bodies(all[3:6])...)
			i.post(all[6].body(), false)
			o := i.post(all[7].body(), false)
			if c.connects != 1 {
				c.fail(o, fmt.Sprintf("connected %d times", c.connects), "connected once")
			}
		})
	})
	t.Run("the connection outlives the event that opened it", func(t *testing.T) {
		in(t, func(c *cloud) {
			i := c.start()
			all := c.payments(3)
			i.batch(all[0].body())
			time.Sleep(24 * time.Hour)
			o := i.batch(all[1].body())
			c.names(o, "the company has charged")
			o = i.post(all[2].body(), false)
			c.have(o, all...)
		})
	})
	t.Run("after a failure the next event connects", func(t *testing.T) {
		in(t, func(c *cloud) {
			i := c.start()
			all := c.payments(2)
			c.broken = 2
			if o := i.batch(all[0].body()); o.err == nil {
				c.names(o, "there was no connection", 0)
			}
			if o := i.post(all[1].body(), false); o.err == nil {
				if status, _ := o.http(); status < 500 {
					c.fail(o, o.String(), "an error, or a statusCode of 500 or more: there was no connection")
				}
			}
			o := i.batch(bodies(all)...)
			o.sent = "connecting fails twice\n" + o.sent
			c.names(o, "this time there is a connection")
			c.have(o, all...)
		})
	})
}

// 6. What an event leaves behind changes no answer to the next.
func TestWarm(t *testing.T) {
	t.Run("failures of one event are not named again in the next", func(t *testing.T) {
		in(t, func(c *cloud) {
			i := c.start()
			all := c.payments(4)
			c.refuses[all[0].Customer] = true
			i.batch(all[0].body(), all[1].body())
			o := i.batch(all[2].body(), "rye bread")
			c.names(o, "the first event had failures of its own", 1)
			c.names(i.batch(all[3].body()), "nothing has failed in this event")
		})
	})
	t.Run("failures of one instance are not named by another", func(t *testing.T) {
		in(t, func(c *cloud) {
			all := c.payments(2)
			c.refuses[all[0].Customer] = true
			first := c.start()
			first.batch(all[0].body())
			o := c.after(first).batch(all[1].body())
			c.names(o, "nothing has failed in this event")
		})
	})
	t.Run("a charge that failed can succeed with the next event", func(t *testing.T) {
		in(t, func(c *cloud) {
			i := c.start()
			p := c.payments(1)[0]
			c.refuses[p.Customer] = true
			i.batch(p.body())
			c.refuses[p.Customer] = false
			o := i.batch(p.body())
			o.sent = "the first time the card is declined\n" + o.sent
			c.names(o, "the customer has money now")
			c.have(o, p)
		})
	})
}

// 7. No charge begins or goes on later than Margin before the event's deadline; Handle returns then, and names every record that was not charged.
func TestTimeLeft(t *testing.T) {
	const until = patience - margin
	inTime := func(c *cloud, o outcome) {
		o.sent += fmt.Sprintf("\nwith %s left; Margin %s", patience, margin)
		if o.took > until {
			c.fail(o, "an answer after "+o.took.String(), "an answer after "+until.String()+" at the latest")
		}
	}
	batch := func(c *cloud, company string, all []payment) {
		began := time.Now()
		o := c.start().batch(bodies(all)...)
		o.sent = company + "\n" + o.sent
		inTime(c, o)
		time.Sleep(24 * time.Hour)
		for _, ended := range c.ended {
			if at := ended.Sub(began); at > until {
				c.fail(o, fmt.Sprintf("a charge was made %s after the event came", at), "none after "+until.String())
			}
		}
		var missing []int
		for i, p := range all {
			if !slices.Contains(c.charged, p.charge()) {
				missing = append(missing, i)
			}
		}
		c.names(o, strings.TrimSpace(fmt.Sprintf("just these %d of %d were not charged", len(missing), len(all))), missing...)
	}
	t.Run("records for which there is no time are named", func(t *testing.T) {
		in(t, func(c *cloud) {
			c.takes = 7 * time.Second // the ninth ends after Margin has begun
			batch(c, "a charge takes 7s", c.payments(12))
		})
	})
	t.Run("a charge that hangs is ended in time", func(t *testing.T) {
		in(t, func(c *cloud) {
			all := c.payments(4)
			c.hangs[all[1].Customer] = true
			batch(c, "the charge of "+all[1].Customer+" hangs until its context ends", all)
		})
	})
	t.Run("an HTTP event whose charge hangs is answered in time", func(t *testing.T) {
		in(t, func(c *cloud) {
			p := c.payments(1)[0]
			c.hangs[p.Customer] = true
			o := c.start().post(p.body(), false)
			o.sent = "the charge hangs until its context ends\n" + o.sent
			inTime(c, o)
			c.status(o, 502, "nothing was charged")
		})
	})
	t.Run("an event with time enough is charged whole", func(t *testing.T) {
		in(t, func(c *cloud) {
			c.takes = 7 * time.Second
			all := c.payments(8) // 56 of 58 seconds
			o := c.start().batch(bodies(all)...)
			o.sent = fmt.Sprintf("a charge takes %s\n%s\nwith %s left; Margin %s", c.takes, o.sent, patience, margin)
			c.names(o, "there was time enough")
			c.have(o, all...)
		})
	})
}
