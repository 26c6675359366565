package balancer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/devops/balancer"
)

// quick is for balancers whose Run is not called.
var quick = balancer.Options{Interval: time.Second, Timeout: time.Second, Fall: 3, Rise: 2}

func well(context.Context, string) error { return nil }

// field is a balancer whose leases the test counts itself.
type field struct {
	t     testing.TB
	b     *balancer.Balancer
	rand  *rand.Rand
	addrs []string
	keys  []string
	held  map[string]int // open, by backend
	live  map[*balancer.Lease]bool
}

func draw(t testing.TB, n int) *field {
	f := &field{t: t, rand: kit.Rand(t), held: map[string]int{}, live: map[*balancer.Lease]bool{}}
	host := f.rand.IntN(200)
	for i := range n {
		f.addrs = append(f.addrs, fmt.Sprintf("10.0.%d.%d:8080", host, i+1))
	}
	for i := range 2000 {
		f.keys = append(f.keys, fmt.Sprintf("%s-%d", kit.Word(f.rand, 6), i))
	}
	return f
}

func open(t testing.TB, n int) *field {
	f := draw(t, n)
	f.b = balancer.New(well, quick)
	f.b.Set(f.addrs...)
	return f
}

func (f *field) take(l *balancer.Lease, err error, sent string, at any) *balancer.Lease {
	f.t.Helper()
	if err != nil || l == nil {
		kit.Fail(f.t, kit.Failure{Sent: sent, Got: fmt.Sprint("the error ", err), Want: "a lease: there are healthy backends", At: kit.At(at)})
	}
	f.held[l.Addr]++
	f.live[l] = true
	return l
}

func (f *field) next() *balancer.Lease {
	f.t.Helper()
	l, err := f.b.Next()
	return f.take(l, err, "Next()", (*balancer.Balancer).Next)
}

func (f *field) of(key string) *balancer.Lease {
	f.t.Helper()
	l, err := f.b.For(key)
	return f.take(l, err, fmt.Sprintf("For(%q)", key), (*balancer.Balancer).For)
}

func (f *field) done(l *balancer.Lease) {
	l.Done()
	f.held[l.Addr]--
	delete(f.live, l)
}

// until leases till n are open.
func (f *field) until(n int) {
	f.t.Helper()
	for len(f.live) < n {
		f.next()
	}
}

// spread returns the fewest and the most that are open at a backend.
func (f *field) spread() (low, high int) {
	low = 1 << 30
	for _, a := range f.addrs {
		low, high = min(low, f.held[a]), max(high, f.held[a])
	}
	return low, high
}

// errands leases and ends leases at random, and fails when Next gives a backend
// while another one has fewer open leases.
func (f *field) errands(n int, keys, twice bool) {
	f.t.Helper()
	var open []*balancer.Lease
	for range n {
		switch dice := f.rand.IntN(10); {
		case dice < 3 && len(open) > 0:
			i := f.rand.IntN(len(open))
			f.done(open[i])
			if twice {
				open[i].Done()
			}
			open = slices.Delete(open, i, i+1)
		case dice < 5 && keys:
			open = append(open, f.of(f.keys[f.rand.IntN(3)])) // a few keys that many ask for
		default:
			low, _ := f.spread()
			before := tell(f.held)
			l := f.next()
			open = append(open, l)
			if f.held[l.Addr]-1 > low {
				kit.Fail(f.t, kit.Failure{Sent: "Next, with open leases\n" + before, Got: l.Addr, Want: fmt.Sprintf("a backend that has %d", low), At: kit.At((*balancer.Balancer).Next)})
			}
		}
	}
}

// where asks for each key once and ends the lease.
func (f *field) where() map[string]string {
	f.t.Helper()
	m := map[string]string{}
	for _, key := range f.keys {
		l := f.of(key)
		m[key] = l.Addr
		f.done(l)
	}
	return m
}

// same fails unless b has every key where it was before.
func (f *field) same(b *balancer.Balancer, sent string, before map[string]string) {
	f.t.Helper()
	for _, key := range f.keys {
		l, err := b.For(key)
		if err != nil || l.Addr != before[key] {
			got := fmt.Sprint("the error ", err)
			if err == nil {
				got = l.Addr
				l.Done()
			}
			kit.Fail(f.t, kit.Failure{Sent: fmt.Sprintf("%s;\nFor(%q)", sent, key), Got: got, Want: before[key] + ", as before", At: kit.At((*balancer.Balancer).For)})
		}
		l.Done()
	}
}

// moved fails unless just the keys of gone have moved, to all others.
func (f *field) moved(before map[string]string, gone, sent string) {
	f.t.Helper()
	now := f.where()
	got := map[string]int{}
	all := 0
	for _, key := range f.keys {
		switch {
		case before[key] == gone:
			got[now[key]]++
			all++
		case now[key] != before[key]:
			kit.Fail(f.t, kit.Failure{Sent: sent, Got: fmt.Sprintf("the key %q moved from %s to %s", key, before[key], now[key]), Want: "only the keys of " + gone + " move", At: kit.At((*balancer.Balancer).For)})
		}
	}
	for _, a := range f.addrs {
		if a == gone && got[a] > 0 || a != gone && (got[a] == 0 || got[a] > all*4/5) {
			kit.Fail(f.t, kit.Failure{Sent: sent + ", which had " + fmt.Sprint(all) + " keys", Got: "they went to " + tell(got), Want: "some of them to each of the others", At: kit.At((*balancer.Balancer).For)})
		}
	}
}

// movedTo fails unless keys have moved to come, and to no other backend.
func (f *field) movedTo(before map[string]string, come string) {
	f.t.Helper()
	now, sent := f.where(), "Set without "+come+", Set with it"
	n := 0
	for _, key := range f.keys {
		if now[key] == come {
			n++
		} else if now[key] != before[key] {
			kit.Fail(f.t, kit.Failure{Sent: sent, Got: fmt.Sprintf("the key %q moved from %s to %s", key, before[key], now[key]), Want: "keys that move only to " + come, At: kit.At((*balancer.Balancer).For)})
		}
	}
	if n < len(f.keys)/20 {
		kit.Fail(f.t, kit.Failure{Sent: sent, Got: fmt.Sprintf("%d of %d keys moved to it", n, len(f.keys)), Want: "about a sixth", At: kit.At((*balancer.Balancer).For)})
	}
}

func without(list []string, gone string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(a string) bool { return a == gone })
}

func tell(m map[string]int) string {
	var list []string
	for a, n := range m {
		list = append(list, fmt.Sprintf("%s: %d", strings.TrimSuffix(a, ":8080"), n))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
