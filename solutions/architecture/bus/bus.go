// Package bus brings orders from partners to the services that want them.
package bus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Message is what a partner sends.
type Message struct {
	ID          string
	Correlation string // what the partner calls the business that it is part of, may be empty
	Type        string // application/xml or application/json
	Body        string
}

// Order is what all endpoints understand.
type Order struct {
	Number  string
	Country string // to which it ships, as DE
	Cents   int64
	Lines   []Line
}

// clone returns an order whose lines are its own.
func (o Order) clone() Order {
	o.Lines = slices.Clone(o.Lines)
	return o
}

// Line is one article of an order.
type Line struct {
	SKU      string
	Quantity int
}

// Delivery is what an endpoint gets.
type Delivery struct {
	Correlation string
	Order       Order
}

// Endpoint takes a delivery, or returns why not.
type Endpoint func(ctx context.Context, d Delivery) error

// Rule names an endpoint for the orders that ship to a country (or to any, if
// that is empty) and come to at least so many cents.
type Rule struct {
	To      string
	Country string
	Cents   int64
}

// DeadLetter is a message that somebody has to look at.
type DeadLetter struct {
	Message  Message
	Endpoint string // that did not take it, empty if it came to none
	Err      error
}

// Config is who is connected to the bus.
type Config struct {
	Endpoints map[string]Endpoint
	Rules     []Rule
	Attempts  int // how often an endpoint gets an order that it does not take
	Dead      func(DeadLetter)
}

// Bus delivers orders. Each endpoint has a queue of its own.
type Bus struct{ Config }

// New returns a bus.
func New(c Config) *Bus { return &Bus{c} }

// Run delivers what comes in until nothing does, or until ctx ends.
func (b *Bus) Run(ctx context.Context, in <-chan Message) error {
	queues := make(map[string]*queue)
	for name := range b.Endpoints {
		queues[name] = &queue{more: make(chan struct{}, 1)}
	}
	var workers sync.WaitGroup
	for name, q := range queues {
		workers.Go(func() { b.serve(ctx, name, q) })
	}
	b.sort(ctx, in, queues)
	for _, q := range queues {
		q.close()
	}
	workers.Wait()
	return ctx.Err()
}

// sort reads messages and puts them into the queues of those who want them.
func (b *Bus) sort(ctx context.Context, in <-chan Message, queues map[string]*queue) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case m, ok := <-in:
			if !ok {
				return
			}
			b.route(m, queues)
		}
	}
}

var errNoRule = errors.New("no rule names an endpoint for this order")

func (b *Bus) route(m Message, queues map[string]*queue) {
	o, err := read(m)
	if err != nil {
		b.Dead(DeadLetter{Message: m, Err: err})
		return
	}
	to := b.wanted(o)
	if len(to) == 0 {
		b.Dead(DeadLetter{Message: m, Err: errNoRule})
	}
	for name := range to {
		queues[name].push(item{m, Delivery{cmp.Or(m.Correlation, m.ID), o}})
	}
}

// wanted returns the endpoints that some rule names for the order.
func (b *Bus) wanted(o Order) map[string]bool {
	to := make(map[string]bool)
	for _, r := range b.Rules {
		if o.Cents >= r.Cents && (r.Country == "" || r.Country == o.Country) {
			to[r.To] = true
		}
	}
	return to
}

// serve delivers what is in the queue until it is closed, or until ctx ends.
func (b *Bus) serve(ctx context.Context, name string, q *queue) {
	for {
		i, ok := q.pop(ctx)
		if !ok {
			return
		}
		if err := b.deliver(ctx, name, i.delivery); err != nil && ctx.Err() == nil {
			b.Dead(DeadLetter{i.message, name, err})
		}
	}
}

// deliver gives the endpoint a delivery until it takes it, Attempts times at most.
func (b *Bus) deliver(ctx context.Context, name string, d Delivery) (err error) {
	for range b.Attempts {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err = attempt(ctx, b.Endpoints[name], d); err == nil {
			return nil
		}
	}
	return err
}

// attempt makes an error of a panic.
func attempt(ctx context.Context, e Endpoint, d Delivery) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	d.Order = d.Order.clone()
	return e(ctx, d)
}
