package lambda_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	aws "github.com/aws/aws-lambda-go/lambda"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	"github.com/kata-go/kata/solutions/architecture/lambda"
)

const (
	patience = 60 * time.Second // of the fake clock: how long an event has
	margin   = 2 * time.Second
)

// cloud is the card company, and a queue and a gateway that call instances of
// the function as the cloud does, on a fake clock.
type cloud struct {
	t    *testing.T
	rand *rand.Rand

	mu       sync.Mutex
	receipts map[string]string // by key
	charged  []string          // customers, in the order of their charges
	ended    []time.Time       // when charges were done
	refuses  map[string]bool   // customers who have no money
	hangs    map[string]bool   // customers about whom the company never answers
	takes    time.Duration     // of each charge
	connects int
	broken   int // how many times yet connecting fails
	number   int
	started  int // instances
}

// in runs f in a cloud of its own.
func in(t *testing.T, f func(c *cloud)) {
	t.Helper()
	bubble.Run(t, "events, one after another", func(t *testing.T) {
		f(&cloud{t: t, rand: kit.Rand(t), receipts: map[string]string{}, refuses: map[string]bool{}, hangs: map[string]bool{}})
	})
}

// instance is a function that has been started; its events tell what it was sent.
type instance struct {
	*cloud
	handler aws.Handler
	name    string
	story   []string
}

func (c *cloud) start() *instance {
	f := lambda.New(lambda.Config{Connect: c.connect, Margin: margin})
	c.started++
	return &instance{cloud: c, handler: aws.NewHandler(f.Handle), name: fmt.Sprint("instance ", c.started)}
}

// after starts an instance whose events come after those of the first.
func (c *cloud) after(first *instance) *instance {
	i := c.start()
	i.story = slices.Clone(first.story)
	return i
}

var errNetwork = errors.New("dial tcp: connection refused")

func (c *cloud) connect(ctx context.Context) (lambda.Cards, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.connects++
	if c.broken--; c.broken >= 0 {
		return nil, errNetwork
	}
	return connection{c, ctx}, nil
}

// connection is what Connect returns.
type connection struct {
	*cloud
	life context.Context
}

// Charge implements lambda.Cards.
func (n connection) Charge(ctx context.Context, c lambda.Charge) (string, error) {
	if n.life.Err() != nil {
		return "", errors.New("use of closed network connection")
	}
	if err := n.wait(ctx, c.Customer); err != nil {
		return "", err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.refuses[c.Customer] {
		return "", errors.New("card declined")
	}
	if receipt, ok := n.receipts[c.Key]; ok {
		return receipt, nil
	}
	n.charged = append(n.charged, fmt.Sprintf("%s %d", c.Customer, c.Cents))
	n.ended = append(n.ended, time.Now())
	n.receipts[c.Key] = fmt.Sprintf("r-%d-%s", len(n.charged), c.Customer)
	return n.receipts[c.Key], nil
}

func (n connection) wait(ctx context.Context, customer string) error {
	if ctx.Err() != nil || n.takes == 0 && !n.hangs[customer] {
		return ctx.Err()
	}
	takes := n.takes
	if n.hangs[customer] {
		takes = 1000 * time.Hour
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(takes):
		return nil
	}
}

// payment is what the shop sends.
type payment struct {
	Payment  string `json:"payment"`
	Customer string `json:"customer"`
	Cents    int64  `json:"cents"`
}

func (p payment) body() string {
	b, _ := json.Marshal(p)
	return string(b)
}

func (p payment) charge() string { return fmt.Sprintf("%s %d", p.Customer, p.Cents) }

// payments draws some, each of another customer.
func (c *cloud) payments(count int) (all []payment) {
	for range count {
		c.number++
		all = append(all, payment{fmt.Sprintf("p-%d-%s", c.number, kit.Word(c.rand, 3)), fmt.Sprintf("c-%d-%s", c.number, kit.Word(c.rand, 3)), 100 + int64(c.rand.IntN(9000))})
	}
	return all
}

func bodies(all []payment) (texts []string) {
	for _, p := range all {
		texts = append(texts, p.body())
	}
	return texts
}

// record is one of an SQS event, as the cloud's documentation shows it.
const record = `{"messageId":%q,"receiptHandle":"AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a","body":%q,
 "attributes":{"ApproximateReceiveCount":"%d","SentTimestamp":"1545082649183","SenderId":"AIDAIENQZJOLO23YVJ4VO"},
 "messageAttributes":{},"md5OfBody":"e4e68fb7bd0e697a0ae8f1bb342846b3","eventSource":"aws:sqs",
 "eventSourceARN":"arn:aws:sqs:us-east-2:123456789012:payments","awsRegion":"us-east-2"}`

// request is an HTTP event of payload format 2.0, as the documentation shows it.
const request = `{"version":"2.0","routeKey":"POST /charges","rawPath":"/charges","rawQueryString":"",
 "headers":{"content-type":"application/json","accept":"*/*"},
 "requestContext":{"accountId":"123456789012","apiId":"api-id","domainName":"id.execute-api.us-east-1.amazonaws.com",
  "http":{"method":"POST","path":"/charges","protocol":"HTTP/1.1","sourceIp":"192.0.2.1","userAgent":"agent"},
  "requestId":"id","routeKey":"POST /charges","stage":"$default","time":"12/Mar/2020:19:03:58 +0000","timeEpoch":1583348638390},
 "body":%q,"isBase64Encoded":%t}`

// outcome is what an event was answered.
type outcome struct {
	sent    string
	answer  []byte
	err     error
	took    time.Duration
	records []string // message ids of a batch
}

func (o outcome) String() string {
	if o.err != nil {
		return fmt.Sprintf("the error %q", o.err)
	}
	return string(o.answer)
}

// invoke gives the instance an event.
func (i *instance) invoke(what, event string) outcome {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	began := time.Now()
	i.story = append(i.story, i.name+": "+what)
	o := outcome{sent: strings.Join(i.story, "\n")}
	o.answer, o.err = i.handler.Invoke(ctx, []byte(event))
	o.took = time.Since(began)
	return o
}

// batch gives the instance an SQS event with these bodies.
func (i *instance) batch(bodies ...string) outcome {
	var records, ids []string
	what := "an SQS event with the records"
	for n, body := range bodies {
		i.number++
		ids = append(ids, fmt.Sprintf("m-%d-%s", i.number, kit.Word(i.rand, 4)))
		records = append(records, fmt.Sprintf(record, ids[n], body, 1+n%3))
		if n < 4 {
			what += "\n" + ids[n] + " " + shown(body)
		}
	}
	if len(bodies) > 4 {
		what += fmt.Sprintf("\n… %d more", len(bodies)-4)
	}
	o := i.invoke(what, `{"Records":[`+strings.Join(records, ",")+`]}`)
	o.records = ids
	return o
}

// post gives the instance an HTTP event with this body.
func (i *instance) post(body string, inBase64 bool) outcome {
	what := "an HTTP event with the body\n" + shown(body)
	if inBase64 {
		body = base64.StdEncoding.EncodeToString([]byte(body))
		what += "\nin Base64: " + body
	}
	return i.invoke(what, fmt.Sprintf(request, body, inBase64))
}

func shown(body string) string { return cmp.Or(body, "(empty)") }

func (c *cloud) fail(o outcome, got, want string) {
	c.t.Helper()
	kit.Fail(c.t, kit.Failure{Sent: o.sent, Got: got, Want: want, At: kit.At((*lambda.Function).Handle)})
}

// names fails unless a batch's answer names just the records with these indexes.
func (c *cloud) names(o outcome, why string, indexes ...int) {
	c.t.Helper()
	want := []string{}
	for _, i := range indexes {
		want = append(want, o.records[i])
	}
	if got, ok := o.named(); !ok || !slices.Equal(got, sorted(want)) {
		c.fail(o, o.String(), fmt.Sprintf("batchItemFailures with %s: %s", words(want), why))
	}
}

// named returns the records that an answer names as failed.
func (o outcome) named() (ids []string, ok bool) {
	var answer events.SQSEventResponse
	if o.err != nil || json.Unmarshal(o.answer, &answer) != nil {
		return nil, false
	}
	for _, f := range answer.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return sorted(ids), true
}

func sorted(all []string) []string { return slices.Sorted(slices.Values(all)) }

func words(all []string) string {
	switch {
	case len(all) == 0:
		return "nothing"
	case len(all) > 5:
		return strings.Join(all[:5], ", ") + fmt.Sprintf(" … (%d)", len(all))
	}
	return strings.Join(all, ", ")
}

// http decodes the answer to an HTTP event.
func (o outcome) http() (status int, body string) {
	var answer events.APIGatewayV2HTTPResponse
	if o.err != nil || json.Unmarshal(o.answer, &answer) != nil {
		return 0, ""
	}
	if answer.IsBase64Encoded {
		b, _ := base64.StdEncoding.DecodeString(answer.Body)
		answer.Body = string(b)
	}
	return answer.StatusCode, answer.Body
}

// status fails unless an HTTP event was answered with it.
func (c *cloud) status(o outcome, want int, why string) {
	c.t.Helper()
	if got, _ := o.http(); got != want {
		c.fail(o, o.String(), fmt.Sprintf("statusCode %d: %s", want, why))
	}
}

// receipt fails unless an HTTP event was answered with 200 and this receipt.
func (c *cloud) receipt(o outcome, want string) {
	c.t.Helper()
	status, body := o.http()
	var got struct{ Receipt string }
	if err := json.Unmarshal([]byte(body), &got); status != 200 || err != nil || got.Receipt != want {
		c.fail(o, o.String(), fmt.Sprintf("statusCode 200, and the body {\"receipt\":%q}", want))
	}
}

// have fails unless the company has made just these charges, in whatever order.
func (c *cloud) have(o outcome, want ...payment) {
	c.t.Helper()
	var charges []string
	for _, p := range want {
		charges = append(charges, p.charge())
	}
	c.mu.Lock()
	got := sorted(c.charged)
	c.mu.Unlock()
	if !slices.Equal(got, sorted(charges)) {
		c.fail(o, o.String()+"\ncharged: "+words(got), "charged: "+words(sorted(charges)))
	}
}
