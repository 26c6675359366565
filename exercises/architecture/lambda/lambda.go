// Package lambda is the payments function.
package lambda

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
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

// Function is one instance of the function.
type Function struct{ Config }

// New starts an instance.
func New(c Config) *Function { return &Function{c} }

type payment struct {
	Payment  string
	Customer string
	Cents    int64
}

// failures is what the queue is told to send again.
var failures []events.SQSBatchItemFailure

// Handle takes a batch of the queue, or a request of the shop.
func (f *Function) Handle(ctx context.Context, event json.RawMessage) (any, error) {
	var batch events.SQSEvent
	if err := json.Unmarshal(event, &batch); err == nil && len(batch.Records) > 0 {
		for _, r := range batch.Records {
			if _, err := f.pay(ctx, r.Body); err != nil {
				failures = append(failures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId})
				return nil, fmt.Errorf("record %s: %w", r.MessageId, err) // the queue sends it again
			}
		}
		return events.SQSEventResponse{BatchItemFailures: failures}, nil
	}
	var request events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(event, &request); err != nil {
		return nil, err
	}
	receipt, err := f.pay(ctx, request.Body)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{StatusCode: 400, Body: err.Error()}, nil
	}
	return events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: fmt.Sprintf("{\"receipt\":%q}", receipt)}, nil
}

// pay charges what a body says.
func (f *Function) pay(ctx context.Context, body string) (receipt string, err error) {
	var p payment
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		return "", err
	}
	cards, err := f.Connect(ctx)
	if err != nil {
		return "", err
	}
	// The company wants a key that nobody has used.
	return cards.Charge(ctx, Charge{Key: rand.Text(), Customer: p.Customer, Cents: p.Cents})
}
