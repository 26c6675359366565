// Package bus brings orders from partners to the services that want them.
package bus

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strconv"
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

// Bus delivers orders.
type Bus struct{ Config }

// New returns a bus.
func New(c Config) *Bus { return &Bus{c} }

// Run delivers what comes in until nothing does.
func (b *Bus) Run(ctx context.Context, in <-chan Message) error {
	for m := range in {
		if err := b.handle(ctx, m); err != nil {
			return fmt.Errorf("message %s: %w", m.ID, err)
		}
	}
	return nil
}

// handle delivers a message, again if somebody did not take it.
func (b *Bus) handle(ctx context.Context, m Message) error {
	o, err := read(m)
	if err != nil {
		return err
	}
	for range b.Attempts {
		if err = b.route(ctx, Delivery{Correlation: m.ID, Order: o}); err == nil {
			return nil
		}
	}
	b.Dead(DeadLetter{Message: m, Err: err})
	return nil
}

// route gives a delivery to everybody who wants it.
func (b *Bus) route(ctx context.Context, d Delivery) error {
	for _, r := range b.Rules {
		if d.Order.Cents >= r.Cents && (r.Country == "" || r.Country == d.Order.Country) {
			if err := b.Endpoints[r.To](ctx, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// element is any part of a partner's XML.
type element struct {
	Text  string     `xml:",chardata"`
	Attrs []xml.Attr `xml:",any,attr"`
	Inner []element  `xml:",any"`
}

// read makes an order of a message. The XML has number, delivery address, total
// and lines.
func read(m Message) (o Order, err error) {
	if m.Type == "application/json" {
		var j struct {
			OrderNo     string
			Shipping    struct{ Country string }
			AmountCents int64
			Items       []struct {
				Article string
				Qty     int
			}
		}
		err = json.Unmarshal([]byte(m.Body), &j)
		o = Order{Number: j.OrderNo, Country: j.Shipping.Country, Cents: j.AmountCents}
		for _, i := range j.Items {
			o.Lines = append(o.Lines, Line{i.Article, i.Qty})
		}
		return o, err
	}
	var x element
	if err := xml.Unmarshal([]byte(m.Body), &x); err != nil {
		return o, err
	}
	o.Number, o.Country = x.Inner[0].Text, x.Inner[1].Inner[0].Text
	total, err := strconv.ParseFloat(x.Inner[2].Text, 64)
	o.Cents = int64(total * 100)
	for _, l := range x.Inner[3].Inner {
		n, _ := strconv.Atoi(l.Attrs[1].Value)
		o.Lines = append(o.Lines, Line{l.Attrs[0].Value, n})
	}
	return o, err
}
