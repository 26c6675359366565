// Package lambda is the payments function.
package lambda

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// Charge is what the card company is asked for.
type Charge struct {
	Key      string // the company charges once for each
	Customer string
	Cents    int64
}

// Cards is a connection to the card company.
type Cards interface {
	Charge(ctx context.Context, c Charge) (receipt string, err error)
}

// Config is what an instance is given.
type Config struct {
	Connect func(ctx context.Context) (Cards, error)
	Margin  time.Duration // how long before its deadline an event has to be done
}

// Function is one instance of the function. It gets one event at a time.
type Function struct {
	Config
	cards Cards // nil until an event has connected
}

// New starts an instance.
func New(c Config) *Function { return &Function{Config: c} }

// Handle takes a batch of the queue, or a request of the shop.
func (f *Function) Handle(ctx context.Context, event json.RawMessage) (any, error) {
	if end, ok := ctx.Deadline(); ok {
		var stop context.CancelFunc
		ctx, stop = context.WithDeadline(ctx, end.Add(-f.Margin))
		defer stop()
	}
	if err := f.connect(ctx); err != nil {
		return nil, err
	}
	var batch events.SQSEvent
	if err := json.Unmarshal(event, &batch); err == nil && batch.Records != nil {
		return f.batch(ctx, batch.Records), nil
	}
	var request events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(event, &request); err != nil {
		return nil, err
	}
	return f.request(ctx, request), nil
}

// connect connects the instance, once. The connection outlives the event.
func (f *Function) connect(ctx context.Context) (err error) {
	if f.cards == nil {
		f.cards, err = f.Connect(context.WithoutCancel(ctx))
	}
	return err
}

// batch charges the records and names those that it could not charge.
func (f *Function) batch(ctx context.Context, records []events.SQSMessage) events.SQSEventResponse {
	failures := []events.SQSBatchItemFailure{}
	for _, r := range records {
		p, err := read(r.Body, false)
		if err == nil {
			_, err = f.charge(ctx, p)
		}
		if err != nil {
			failures = append(failures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId})
		}
	}
	return events.SQSEventResponse{BatchItemFailures: failures}
}

func (f *Function) request(ctx context.Context, r events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	p, err := read(r.Body, r.IsBase64Encoded)
	if err != nil {
		return answer(400, "error", err.Error())
	}
	receipt, err := f.charge(ctx, p)
	if err != nil {
		return answer(502, "error", "the card company did not charge")
	}
	return answer(200, "receipt", receipt)
}

// charge charges a payment, under the name that the shop has given it.
func (f *Function) charge(ctx context.Context, p payment) (receipt string, err error) {
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return f.cards.Charge(ctx, Charge{Key: p.Payment, Customer: p.Customer, Cents: p.Cents})
}
