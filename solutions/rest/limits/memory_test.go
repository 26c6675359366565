package limits_test

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/rest/limits"
)

// 7. Once its allowance is whole again a client takes no memory. Until then it is not forgotten, however many others come.
func TestMemory(t *testing.T) {
	t.Run("clients who are gone take no memory", func(t *testing.T) {
		const waves, each, most = 16, 4000, 2 << 20
		g := open(t)
		before := heap()
		for n := range waves * each {
			g.straight(g.address(1000 + n))
			if n%each == each-1 {
				g.wait(time.Duration(10*g.Burst) * g.Every)
			}
		}
		for range 300 {
			g.straight(g.address(1))
			g.wait(g.Every)
		}
		g.story = nil
		grown := heap() - before
		runtime.KeepAlive(g)
		if grown > most {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("%d waves of %d clients, a request each; after each wave\n%s passed; then 300 requests of one client", waves, each, time.Duration(10*g.Burst)*g.Every),
				Got:  fmt.Sprintf("%.1f MB more in use than before", float64(grown)/(1<<20)),
				Want: fmt.Sprintf("less than %d MB: all of them have their whole allowance again", most>>20),
				At:   kit.At(limits.New),
			})
		}
	})
	t.Run("clients who come and go are each known until they are whole", comeAndGo)
	t.Run("a client is not forgotten while others come", func(t *testing.T) {
		const others = 30_000
		g := open(t)
		c := g.address(1)
		g.passes(g.Burst, "the burst is not over", c)
		for n := range others {
			g.straight(g.address(1000 + n))
		}
		g.story = append(g.story, fmt.Sprintf("%d other clients sent a request each", others))
		g.refused("the burst is over", c)
		g.wait(time.Duration(g.Burst)*g.Every - g.Every/2)
		for n := range others {
			g.straight(g.address(1000 + n))
		}
		g.passes(g.Burst-1, "so many intervals have passed", c)
		g.refused("one for each interval", c)
	})
}

// comeAndGo has a new client send a burst in each interval, and half a whole
// allowance later as many requests as it has again; one more must be refused.
func comeAndGo(t *testing.T) {
	g := open(t)
	half := g.Burst / 2
	for i := range 3 * g.Burst {
		for range g.Burst {
			g.straight(g.address(i))
		}
		if i >= half {
			again := 0
			for g.straight(g.address(i-half)) && again < g.Burst {
				again++
			}
			if again != half {
				kit.Fail(t, kit.Failure{
					Sent: fmt.Sprintf("Burst %d, Every %s\na new client sends a burst in each interval, and once more after %d intervals", g.Burst, g.Every, half),
					Got:  fmt.Sprintf("%d requests of client number %d passed then", again, i-half+1),
					Want: fmt.Sprintf("%d passed: one for each interval since its burst", half),
					At:   kit.At(limits.New),
				})
			}
		}
		g.wait(g.Every + time.Millisecond)
	}
}

// 8. However many requests come at once, no more pass than there are.
func TestAtOnce(t *testing.T) {
	t.Run("of many requests at once exactly a burst passes", func(t *testing.T) {
		const senders, each, rounds = 16, 300, 10
		g := with(t, 1500+kit.Rand(t).IntN(1500), time.Minute)
		for round := range rounds {
			c, start := g.address(round), make(chan struct{})
			var passed atomic.Int64
			var wg sync.WaitGroup
			for range senders {
				wg.Go(func() {
					<-start
					for range each {
						if g.straight(c) {
							passed.Add(1)
						}
					}
				})
			}
			close(start)
			wg.Wait()
			if n := int(passed.Load()); n != g.Burst {
				kit.Fail(t, kit.Failure{
					Sent: fmt.Sprintf("Burst %d; %d goroutines call the handler at once, %d times each", g.Burst, senders, each),
					Got:  fmt.Sprint(n, " passed"), Want: fmt.Sprint(g.Burst, " passed"), At: kit.At(limits.New),
				})
			}
		}
	})
}
