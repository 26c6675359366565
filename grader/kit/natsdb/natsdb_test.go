package natsdb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/kata-go/kata/grader/kit/internal/conformance"
	"github.com/kata-go/kata/grader/kit/natsdb"
)

// client is a connection of the client library, with JetStream.
type client struct {
	*nats.Conn
	js  jetstream.JetStream
	ctx context.Context
}

func dial(t *testing.T, address string) client {
	t.Helper()
	conn, err := nats.Connect(address, nats.ReconnectWait(time.Millisecond), nats.MaxReconnects(-1), nats.Timeout(30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn, jetstream.WithDefaultTimeout(30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return client{conn, js, ctx}
}

func second[T any](_ T, err error) error { return err }

func (c client) stream(t *testing.T, s *natsdb.Server) (jetstream.Stream, jetstream.Consumer) {
	t.Helper()
	stream, err := c.js.CreateStream(c.ctx, jetstream.StreamConfig{Name: s.Prefix() + "-orders", Subjects: []string{s.Prefix() + ".orders.>"}, Storage: jetstream.MemoryStorage})
	if err != nil {
		t.Fatal(err)
	}
	consumer, err := stream.CreateConsumer(c.ctx, jetstream.ConsumerConfig{Durable: "bill", AckWait: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return stream, consumer
}

func next(t *testing.T, c jetstream.Consumer) jetstream.Msg {
	t.Helper()
	m, err := c.Next(jetstream.FetchMaxWait(20 * time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestConformance(t *testing.T) {
	table := conformance.New(t, "conformance.md", "The embedded NATS, asked by nats.go")
	s := natsdb.Start(t)
	c := dial(t, s.URL())
	stream, consumer := c.stream(t, s)
	subject := s.Prefix() + ".orders.new"
	table.Works("publish", second(c.js.Publish(c.ctx, subject, []byte("1"), jetstream.WithMsgID("a"))))
	ack, err := c.js.Publish(c.ctx, subject, []byte("1"), jetstream.WithMsgID("a"))
	table.Works("publish the same message ID: a duplicate", err)
	if !ack.Duplicate {
		t.Error("the second message with an ID was stored")
	}
	table.Refused("publish with another expected sequence", second(c.js.Publish(c.ctx, subject, nil, jetstream.WithExpectLastSequence(7))), "wrong last sequence")
	table.Refused("publish where no stream listens", second(c.js.Publish(c.ctx, s.Prefix()+".none", nil)), "no response from stream")
	m := next(t, consumer)
	table.Works("fetch and nak", m.Nak())
	m = next(t, consumer)
	table.Works("deliver again and acknowledge for sure", m.DoubleAck(c.ctx))
	table.Refused("acknowledge twice", m.Ack(), "already acknowledged")
	info, err := stream.Info(c.ctx)
	table.Works("stream info", err)
	if info.State.Msgs != 1 {
		t.Errorf("%d messages, want 1", info.State.Msgs)
	}
	_, err = c.js.CreateStream(c.ctx, jetstream.StreamConfig{Name: s.Prefix() + "-file", Subjects: []string{s.Prefix() + ".file"}, Retention: jetstream.WorkQueuePolicy})
	table.Works("a stream in files, as a work queue", err)
	_, err = c.js.CreateStream(c.ctx, jetstream.StreamConfig{Name: s.Prefix() + "-twice", Subjects: []string{s.Prefix() + ".file"}})
	table.Refused("two streams of one subject", err, "subjects overlap")
	c.bucket(table, s)
	c.core(t, table, s)
}

func (c client) bucket(table *conformance.Table, s *natsdb.Server) {
	kv, err := c.js.CreateKeyValue(c.ctx, jetstream.KeyValueConfig{Bucket: s.Prefix() + "-kv", Storage: jetstream.MemoryStorage})
	table.Works("key-value bucket", err)
	revision, err := kv.Create(c.ctx, "k", []byte("1"))
	table.Works("create a key", err)
	table.Refused("create it again", second(kv.Create(c.ctx, "k", nil)), "key exists")
	table.Works("update its revision", second(kv.Update(c.ctx, "k", []byte("2"), revision)))
	table.Refused("update an old revision", second(kv.Update(c.ctx, "k", nil, revision)), "wrong last sequence")
	objects, err := c.js.CreateObjectStore(c.ctx, jetstream.ObjectStoreConfig{Bucket: s.Prefix() + "-obj", Storage: jetstream.MemoryStorage})
	table.Works("object store", err)
	table.Works("put an object", second(objects.PutBytes(c.ctx, "o", make([]byte, 300_000))))
}

func (c client) core(t *testing.T, table *conformance.Table, s *natsdb.Server) {
	subject := s.Prefix() + ".ask"
	_, err := c.QueueSubscribe(subject, "q", func(m *nats.Msg) { _ = m.Respond(m.Data) })
	table.Works("queue subscription", err)
	answer, err := c.Request(subject, []byte("x"), 20*time.Second)
	table.Works("request and reply", err)
	if err == nil && string(answer.Data) != "x" {
		t.Errorf("answered %q", answer.Data)
	}
	table.Refused("request that nobody answers", second(c.Request(s.Prefix()+".nobody", nil, 20*time.Second)), "no responders")
}

func TestRecordsWhatPasses(t *testing.T) {
	s := natsdb.Start(t)
	c := dial(t, s.URL())
	_, consumer := c.stream(t, s)
	s.Forget()
	msg := nats.NewMsg(s.Prefix() + ".orders.new")
	msg.Header.Set("X", "y")
	msg.Data = []byte("tea")
	if _, err := c.js.PublishMsg(c.ctx, msg); err != nil {
		t.Fatal(err)
	}
	_ = next(t, consumer).Nak()
	_ = next(t, consumer).DoubleAck(c.ctx)
	want := "NATS saw publish orders.new\n    then deliver #1 of -orders\n    then nak #1 of -orders\n" +
		"    then deliver #1 of -orders, delivery 2\n    then ack #1 of -orders, delivery 2"
	if got := s.Saw(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if e := s.Events(natsdb.Publish)[0]; e.Data != "tea" {
		t.Errorf("published %q", e.Data)
	}
	own := dial(t, s.Own())
	_ = own.Publish(s.Prefix()+".orders.own", nil)
	_ = own.Flush()
	if n := len(s.Events(natsdb.Publish)); n != 1 {
		t.Errorf("recorded %d publishes, the test's own among them", n)
	}
}

func TestCutAfterLosesTheAnswerNotTheMessage(t *testing.T) {
	s := natsdb.Start(t)
	c := dial(t, s.URL())
	stream, _ := c.stream(t, s)
	sprung := s.CutAfter(2)
	ctx, cancel := context.WithTimeout(c.ctx, 500*time.Millisecond) // the library waits for the answer that is lost
	defer cancel()
	for i := range 2 {
		if _, err := c.js.Publish(ctx, s.Prefix()+".orders.new", nil); (err != nil) != (i == 1) {
			t.Errorf("publish %d: %v", i, err)
		}
	}
	if !sprung() {
		t.Error("it did not come to the plan")
	}
	info, err := stream.Info(c.ctx)
	if err != nil || info.State.Msgs != 2 {
		t.Errorf("%v, %v: want 2 messages", info, err)
	}
}

func TestLostAcksAreDeliveredAgain(t *testing.T) {
	s := natsdb.Start(t)
	c := dial(t, s.URL())
	_, consumer := c.stream(t, s)
	if _, err := c.js.Publish(c.ctx, s.Prefix()+".orders.new", nil); err != nil {
		t.Fatal(err)
	}
	s.LoseAcks(1)
	_ = next(t, consumer).Ack()
	m := next(t, consumer)
	if meta, err := m.Metadata(); err != nil || meta.NumDelivered != 2 {
		t.Errorf("%+v, %v: want the second delivery", meta, err)
	}
	if !strings.Contains(s.Saw(), "(lost)") {
		t.Error(s.Saw())
	}
}

func TestDownAndUp(t *testing.T) {
	s := natsdb.Start(t)
	c := dial(t, s.URL())
	stream, _ := c.stream(t, s)
	s.Disconnect()
	c.answers(t, stream, "Disconnect")
	s.Down()
	if _, err := nats.Connect(s.URL()); err == nil {
		t.Error("connected to a server that is down")
	}
	s.Up()
	c.answers(t, stream, "Up")
}

// answers asks until the library has connected again: what it sends into a
// connection that has just ended is lost.
func (c client) answers(t *testing.T, stream jetstream.Stream, when string) {
	t.Helper()
	for c.ctx.Err() == nil {
		ctx, cancel := context.WithTimeout(c.ctx, 200*time.Millisecond)
		_, err := stream.Info(ctx)
		cancel()
		if err == nil {
			return
		}
	}
	t.Errorf("after %s: no answer", when)
}

func TestServersAreStrangersToOneAnother(t *testing.T) {
	for i := range 200 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			s := natsdb.Start(t)
			c := dial(t, s.URL())
			if _, err := c.js.CreateStream(c.ctx, jetstream.StreamConfig{Name: s.Prefix() + "-s", Subjects: []string{s.Prefix() + ".>"}, Storage: jetstream.MemoryStorage}); err != nil {
				t.Fatal(err)
			}
			if _, err := c.js.Publish(c.ctx, s.Prefix()+".x", nil); err != nil {
				t.Fatal(err)
			}
			if n := len(s.Events(natsdb.Publish)); n != 1 {
				t.Errorf("saw %d messages, want its own one", n)
			}
		})
	}
}

func TestAWrongAddressIsNamed(t *testing.T) {
	t.Setenv(natsdb.Env, "http://127.0.0.1")
	f := &failing{TB: t}
	func() {
		defer func() { _ = recover() }()
		natsdb.Start(f)
	}()
	if !strings.Contains(f.text, "want nats://host:port") {
		t.Errorf("said %q", f.text)
	}
}

type failing struct {
	testing.TB
	text string
}

func (f *failing) Fatal(args ...any) { f.text = fmt.Sprint(args...); panic(errors.New(f.text)) }
