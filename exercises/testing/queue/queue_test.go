package queue_test

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/kata-go/kata/exercises/testing/queue"
	"github.com/kata-go/kata/grader/kit/natsdb"
)

func TestQueue(t *testing.T) {
	server := natsdb.Start(t) // a NATS of this test's own, gone when it ends
	conn, err := nats.Connect(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	stream := server.Prefix() + "_sold"
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: stream, Subjects: []string{stream}}); err != nil {
		t.Fatal(err)
	}

	var booked []queue.Event
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go queue.Run(ctx, js, stream, func(e queue.Event) error {
		booked = append(booked, e)
		return nil
	})
	time.Sleep(100 * time.Millisecond) // let it start

	for _, text := range []string{`{"item":"tea","count":2}`, `{"item":"pot","count":1}`} {
		if _, err := js.Publish(t.Context(), stream, []byte(text)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond) // let it arrive
	}
	for i, item := range []string{"tea", "pot"} {
		if len(booked) > i && booked[i].Item != item {
			t.Errorf("booked %v", booked)
		}
	}
}
