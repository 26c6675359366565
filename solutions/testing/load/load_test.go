package load_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const ms = time.Millisecond

// 1. Rate × For requests are begun, the first at once and the others at a constant rate, however long it takes to answer them.
func TestRate(t *testing.T) {
	t.Run("requests begin at a constant rate", func(t *testing.T) {
		run(t, func(s *stand) {
			s.story = "each is answered in 2ms"
			s.answers(func(int, time.Duration) answer { return answer{after: 2 * ms} })
			s.onTime()
		})
	})
	t.Run("requests begin on time although the answers take long", func(t *testing.T) {
		run(t, func(s *stand) {
			s.story = fmt.Sprintf("each is answered in %s", s.plan.Timeout-time.Second)
			s.answers(func(int, time.Duration) answer { return answer{after: s.plan.Timeout - time.Second} })
			s.onTime()
		})
	})
	t.Run("requests begin on time although the answers take now more and now less", func(t *testing.T) {
		run(t, func(s *stand) {
			s.story = "answered in 1ms, 401ms, 801ms … 2.401s, 1ms, 401ms …"
			s.answers(func(i int, _ time.Duration) answer { return answer{after: time.Duration(1+i%7*400) * ms} })
			s.onTime()
		})
	})
}

// onTime fails the behaviour unless every request began when it was due.
func (s *stand) onTime() {
	s.t.Helper()
	if s.report.Sent != s.planned() || len(s.began) != s.planned() {
		s.fail(fmt.Sprintf("begun %d, Sent %d", len(s.began), s.report.Sent), fmt.Sprintf("begun %d, Sent %d", s.planned(), s.planned()))
	}
	for i, at := range s.began {
		if (at - s.due(i)).Abs() > 5*ms {
			s.fail(fmt.Sprintf("request %d began after %s", i+1, at), fmt.Sprintf("after %s", s.due(i)))
		}
	}
}

// 2. A latency counts from when the request was due. When the service stands still, that shows in all requests that were due meanwhile.
func TestStall(t *testing.T) {
	t.Run("a stall shows in every request that was due in it", func(t *testing.T) {
		run(t, func(s *stand) {
			from := time.Duration(1+s.rand.IntN(2)) * time.Second
			to := from + time.Duration(2000+s.rand.IntN(900))*ms
			s.story = fmt.Sprintf("answered in 3ms; from %s to %s the service stands still", from, to)
			s.answers(func(i int, at time.Duration) answer {
				if at >= from && at < to {
					return answer{after: to - at + 3*ms}
				}
				return answer{after: 3 * ms}
			})
			s.percentiles()
		})
	})
	t.Run("a service that is too slow for the load shows its queue", func(t *testing.T) {
		run(t, func(s *stand) {
			each := time.Second/time.Duration(s.plan.Rate) + 20*ms
			s.story = fmt.Sprintf("one at a time, each in %s", each)
			s.answers(func(i int, at time.Duration) answer { return answer{after: max(each, time.Duration(i+1)*each-at)} })
			s.percentiles()
		})
	})
}

// 3. Percentile(p) is the smallest latency that at least p percent of the requests without an error did not exceed; Percentile(100) is the largest. Without any it is 0.
func TestPercentile(t *testing.T) {
	t.Run("percentiles of evenly spread latencies are right", func(t *testing.T) {
		run(t, func(s *stand) {
			s.apart()
			order := s.rand.Perm(s.planned())
			s.story = "answered in 9ms, 18ms, 27ms … 900ms, shuffled"
			s.answers(func(i int, _ time.Duration) answer { return answer{after: time.Duration(order[i]+1) * 9 * ms} })
			s.percentiles()
		})
	})
	t.Run("a few slow requests show at the end and not in the middle", func(t *testing.T) {
		run(t, func(s *stand) {
			s.apart()
			order := s.rand.Perm(s.planned())
			const slow = 4
			s.story = "4 are answered in 600ms to 630ms, the others in 10ms"
			s.answers(func(i int, _ time.Duration) answer {
				if order[i] < slow {
					return answer{after: time.Duration(600+10*order[i]) * ms}
				}
				return answer{after: 10 * ms}
			})
			s.percentiles()
		})
	})
	t.Run("one request is every percentile", func(t *testing.T) {
		run(t, func(s *stand) {
			s.plan.Rate, s.plan.For, s.story = 1, time.Second, "it is answered in 30ms"
			s.answers(func(int, time.Duration) answer { return answer{after: 30 * ms} })
			s.percentiles()
		})
	})
	t.Run("without an answer every percentile is 0", func(t *testing.T) {
		run(t, func(s *stand) {
			s.story = "each is answered with an error, in 1ms"
			s.answers(func(int, time.Duration) answer { return answer{after: ms, err: errors.New("503")} })
			s.percentiles()
		})
	})
}

// 4. Requests that return an error are counted as failed, and make no percentile smaller or larger.
func TestErrors(t *testing.T) {
	t.Run("errors are counted", func(t *testing.T) {
		run(t, func(s *stand) {
			s.some(ms)
			s.failed()
		})
	})
	t.Run("errors that come at once make nothing quicker", func(t *testing.T) {
		run(t, func(s *stand) {
			s.some(0)
			s.percentiles()
		})
	})
	t.Run("errors that come late make nothing slower", func(t *testing.T) {
		run(t, func(s *stand) {
			s.some(900 * ms)
			s.percentiles()
		})
	})
}

// some has a third of the requests fail, after so long.
func (s *stand) some(after time.Duration) {
	s.apart()
	s.story = fmt.Sprintf("a third is answered with an error %s,\nthe others in 50ms to %dms", when(after), 49+s.planned())
	order := s.rand.Perm(s.planned())
	s.answers(func(i int, _ time.Duration) answer {
		if order[i]%3 == 0 {
			return answer{after: after, err: errors.New("503")}
		}
		return answer{after: time.Duration(50+order[i]) * ms}
	})
}

func when(after time.Duration) string {
	if after == 0 {
		return "at once"
	}
	return "after " + after.String()
}

// failed compares the number of errors.
func (s *stand) failed() {
	s.t.Helper()
	if want := s.planned() - len(s.good()); s.report.Failed != want || s.report.Sent != s.planned() {
		s.fail(fmt.Sprintf("Sent %d, Failed %d", s.report.Sent, s.report.Failed), fmt.Sprintf("Sent %d, Failed %d", s.planned(), want))
	}
}

// percentiles compares the report's with those of what was answered.
func (s *stand) percentiles() {
	s.t.Helper()
	s.failed()
	good := s.good()
	var got, want []string
	same := true
	for _, p := range []int{1, 25, 50, 75, 90, 95, 99, 100} {
		is, should := s.report.Percentile(float64(p)), time.Duration(0)
		if n := len(good); n > 0 {
			should = good[max(1, (p*n+99)/100)-1]
		}
		same = same && (is-should).Abs() <= 5*ms && (is == 0 || should > 0)
		got = append(got, fmt.Sprintf("p%d %s", p, is.Round(ms)))
		want = append(want, fmt.Sprintf("p%d %s", p, should.Round(ms)))
	}
	if !same {
		s.fail(lines(got), lines(want))
	}
}

// lines writes four values to a line.
func lines(values []string) string {
	var b strings.Builder
	for chunk := range slices.Chunk(values, 4) {
		b.WriteString(strings.Join(chunk, ", ") + "\n")
	}
	return b.String()
}

// 5. A request that is not answered at its timeout after it was due is given up and counts as failed. Run waits for no other, whether send listens to its context or not.
func TestTimeout(t *testing.T) {
	t.Run("a request without an answer is given up at its timeout", func(t *testing.T) {
		run(t, func(s *stand) {
			s.story = "the 1st, the 5th, the 9th and so on are never answered,\nthe others in 5ms"
			s.answers(func(i int, _ time.Duration) answer {
				if i%4 == 0 {
					return answer{after: time.Hour}
				}
				return answer{after: 5 * ms}
			})
			s.failed()
			for i := 0; s.due(i)+s.plan.Timeout < s.returned; i += 4 { // the last one ends as Run does
				at, ended := s.ended[i]
				if want := s.due(i) + s.plan.Timeout; !ended {
					s.fail(fmt.Sprintf("the context of request %d never ended", i+1), fmt.Sprintf("after %s: it was due at %s", want, s.due(i)))
				} else if (at - want).Abs() > 5*ms {
					s.fail(fmt.Sprintf("the context of request %d ended after %s", i+1, at), fmt.Sprintf("after %s: it was due at %s", want, s.due(i)))
				}
			}
			s.took(s.due(s.planned()-4+(4-s.planned()%4)%4) + s.plan.Timeout)
		})
	})
	t.Run("a request that does not listen to its context holds up nobody", func(t *testing.T) {
		run(t, func(s *stand) {
			s.story = "none is answered within the hour or listens to its context"
			s.answers(func(int, time.Duration) answer { return answer{after: time.Hour, deaf: true} })
			s.failed()
			s.took(s.due(s.planned()-1) + s.plan.Timeout)
		})
	})
	t.Run("Run returns with the last answer", func(t *testing.T) {
		run(t, func(s *stand) {
			s.story = "each is answered in 40ms"
			s.answers(func(int, time.Duration) answer { return answer{after: 40 * ms} })
			s.took(s.due(s.planned()-1) + 40*ms)
		})
	})
}

// took compares when Run returned. It may also stay to the end of the plan.
func (s *stand) took(want time.Duration) {
	s.t.Helper()
	if s.returned < want-5*ms || s.returned > max(want, s.plan.For)+5*ms {
		s.fail(fmt.Sprintf("Run returned after %s", s.returned), fmt.Sprintf("after %s", want))
	}
}

// 6. When the context ends, no more requests are begun and those under way are given up: they count as failed. Run returns at once, with what there is.
func TestCancel(t *testing.T) {
	t.Run("when the context ends Run returns at once, with what it has", func(t *testing.T) { cancelled(t, false) })
	t.Run("when the context ends Run waits for nobody who does not listen", func(t *testing.T) { cancelled(t, true) })
	t.Run("a context that has ended begins nothing", func(t *testing.T) {
		run(t, func(s *stand) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			s.ctx, s.story = ctx, "with a context that has ended"
			s.answers(func(int, time.Duration) answer { return answer{} })
			if len(s.began) > 0 || s.report.Sent > 0 || s.returned > 5*ms {
				s.fail(fmt.Sprintf("begun %d, Sent %d, after %s", len(s.began), s.report.Sent, s.returned), "none, at once")
			}
		})
	})
}

// cancelled ends the context in the middle.
func cancelled(t *testing.T, deaf bool) {
	run(t, func(s *stand) {
		n := s.planned()/2 + 3 + s.rand.IntN(3)
		end := s.due(n) - time.Second/time.Duration(2*s.plan.Rate)
		ctx, cancel := context.WithTimeout(context.Background(), end)
		defer cancel()
		s.ctx = ctx
		s.story = fmt.Sprintf("the context ends after %s, when every second request\nis under way", end)
		s.answers(func(i int, _ time.Duration) answer {
			if i%2 == 0 {
				return answer{after: time.Hour, deaf: deaf}
			}
			return answer{after: ms}
		})
		if s.report.Sent != n || len(s.began) != n || s.report.Failed != (n+1)/2 || (s.returned-end).Abs() > 5*ms || (s.report.Percentile(100)-ms).Abs() > 5*ms {
			s.fail(fmt.Sprintf("begun %d, Sent %d, Failed %d,\nPercentile(100) %s, after %s", len(s.began), s.report.Sent, s.report.Failed, s.report.Percentile(100).Round(ms), s.returned),
				fmt.Sprintf("begun %d, Sent %d, Failed %d,\nPercentile(100) %s, after %s", n, n, (n+1)/2, ms, end))
		}
	})
}
