package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/kata-go/kata/grader/kit/natsdb"
	"github.com/kata-go/kata/solutions/testing/queue"
)

// patience bounds a wait that should have ended long before.
const patience = 30 * time.Second

// shop is a stream of its own for a test, and what the consumers of it booked.
type shop struct {
	*testing.T
	js     jetstream.JetStream
	stream string
	last   uint64        // the sequence of what was published last
	over   chan struct{} // closed when the running consumer has ended

	mu     sync.Mutex
	booked map[string]int // item -> how often a booking of it worked
	news   chan struct{}  // closed and renewed at each booking
	fails  func(queue.Event) bool
}

func open(t *testing.T) *shop {
	server := natsdb.Start(t)
	conn, err := nats.Connect(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{T: t, js: js, stream: server.Prefix() + "_sold", booked: map[string]int{}, news: make(chan struct{}), fails: func(queue.Event) bool { return false }}
	config := jetstream.StreamConfig{Name: s.stream, Subjects: []string{s.stream}, Storage: jetstream.MemoryStorage}
	if _, err := js.CreateStream(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	return s
}

// sell publishes an event for each item.
func (s *shop) sell(items ...string) {
	s.Helper()
	for _, item := range items {
		s.publish(fmt.Sprintf(`{"item":%q,"count":1}`, item))
	}
}

func (s *shop) publish(text string) {
	s.Helper()
	ack, err := s.js.Publish(s.Context(), s.stream, []byte(text))
	if err != nil {
		s.Fatal(err)
	}
	s.last = ack.Sequence
}

func (s *shop) book(e queue.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Count != 1 || e.Item == "" {
		s.Errorf("%v is to be booked, which nobody sold", e)
	}
	if s.fails(e) {
		return errors.New("the book is closed")
	}
	s.booked[e.Item]++
	close(s.news)
	s.news = make(chan struct{})
	return nil
}

// start runs a consumer; the returned function stops it and waits for its end.
func (s *shop) start() (stop func()) {
	ctx, cancel := context.WithCancel(s.Context())
	ended, over := make(chan error, 1), make(chan struct{})
	s.over = over
	go func() {
		ended <- queue.Run(ctx, s.js, s.stream, s.book)
		close(over)
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				s.Errorf("Run returns %v", err)
			}
		case <-time.After(patience):
			s.Errorf("Run has not returned %s after its context ended", patience)
		}
	})
	s.Cleanup(stop)
	return stop
}

// missing are those of the items that were not booked yet, and what tells of
// the next booking.
func (s *shop) missing(items []string) ([]string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(items), func(item string) bool { return s.booked[item] > 0 }), s.news
}

// idle reports whether NATS has nothing more to deliver: every consumer has
// done with what was published last.
func (s *shop) idle() bool {
	s.Helper()
	stream, err := s.js.Stream(s.Context(), s.stream)
	if err != nil {
		s.Fatal(err)
	}
	all, done := 0, 0
	list := stream.ListConsumers(s.Context())
	for info := range list.Info() {
		if all++; info.AckFloor.Stream >= s.last {
			done++
		}
	}
	if list.Err() != nil {
		s.Fatal(list.Err())
	}
	return all > 0 && all == done
}

// wait returns when all these items were booked. It fails as soon as they
// cannot come any more: when the consumer has ended, or NATS is done.
func (s *shop) wait(items ...string) {
	s.Helper()
	late := time.After(patience)
	for idle := false; ; idle = idle || s.idle() {
		missing, news := s.missing(items)
		if len(missing) == 0 {
			return
		}
		if idle {
			s.Fatalf("nothing more comes, and these are not booked: %v", missing)
		}
		select {
		case <-news:
		case <-time.After(20 * time.Millisecond): // to look again
		case <-s.over:
			s.Fatalf("Run has returned, and these are not booked: %v", missing)
		case <-late:
			s.Fatalf("after %s these are not booked: %v", patience, missing)
		}
	}
}

// once fails if an item was booked more than once, or is not one of these.
func (s *shop) once(items ...string) {
	s.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for item, n := range s.booked {
		if n != 1 || !slices.Contains(items, item) {
			s.Errorf("%s was booked %d times; want each of %v once", item, n, items)
		}
	}
}

func TestBeforeAndAfterTheStart(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sell("tea", "pot", "cup")
	stop := s.start()
	s.wait("tea", "pot", "cup")
	s.sell("jug", "pan")
	s.wait("jug", "pan")
	stop()
	s.once("tea", "pot", "cup", "jug", "pan")
}

func TestRestart(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sell("tea", "pot", "cup")
	stop := s.start()
	s.wait("tea", "pot", "cup")
	stop()
	s.sell("jug")
	stop = s.start()
	s.wait("jug") // what came before it in the stream has begun by now, if it comes at all
	stop()
	s.once("tea", "pot", "cup", "jug")
}

func TestFailure(t *testing.T) {
	t.Parallel()
	s := open(t)
	tries := 0
	s.fails = func(e queue.Event) bool { // the first event, until all others are booked, and five times at least
		if e.Item != "tea" {
			return false
		}
		if tries++; tries > 300 {
			t.Errorf("tea was tried %d times, and the others still wait: %v", tries, s.booked)
			return false
		}
		return tries <= 5 || len(s.booked) < 6
	}
	items := []string{"tea", "pot", "cup", "jug", "pan", "mug", "lid"}
	s.sell(items...)
	stop := s.start()
	s.wait(items...)
	stop()
	s.once(items...)
}

func TestNoEvent(t *testing.T) {
	t.Parallel()
	s := open(t)
	for range 6 {
		s.publish("tea, please")
	}
	s.sell("pot")
	stop := s.start()
	s.wait("pot")
	s.sell("cup")
	s.wait("cup")
	stop()
	s.once("pot", "cup")
}

func TestNoStream(t *testing.T) {
	t.Parallel()
	s := open(t)
	if err := queue.Run(t.Context(), s.js, s.stream+"_2", s.book); err == nil {
		t.Error("a stream that there is not is consumed")
	}
}
