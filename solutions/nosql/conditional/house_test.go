package conditional_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/dynamo"
	"github.com/kata-go/kata/solutions/nosql/conditional"
)

const (
	most = 12              // operations of one call that a test looks between
	hung = 5 * time.Second // after which a call counts as one that hangs
)

// house is a DynamoDB with the table of the brief, and an office that looks at
// it past the record and untouched by faults.
type house struct {
	*dynamo.Server
	t     *testing.T
	rand  *rand.Rand
	table string
	own   *conditional.Office
	last  int
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{Server: dynamo.Start(t), t: t, rand: kit.Rand(t)}
	h.table = "tickets-" + kit.Word(h.rand, 4)
	db := h.client(h.OwnEndpoint())
	if _, err := db.CreateTable(t.Context(), layout(h.table)); err != nil {
		t.Fatal(err)
	}
	h.own = conditional.New(db, h.table)
	return h
}

// layout is the table of the brief.
func layout(name string) *dynamodb.CreateTableInput {
	key := func(hash, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{
			{AttributeName: aws.String(hash), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String(sort), KeyType: types.KeyTypeRange},
		}
	}
	in := &dynamodb.CreateTableInput{
		TableName: aws.String(name), BillingMode: types.BillingModePayPerRequest, KeySchema: key("show", "seat"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("by-holder"), KeySchema: key("holder", "show"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}},
	}
	for _, n := range []string{"show", "seat", "holder"} {
		in.AttributeDefinitions = append(in.AttributeDefinitions,
			types.AttributeDefinition{AttributeName: aws.String(n), AttributeType: types.ScalarAttributeTypeS})
	}
	return in
}

func (h *house) client(endpoint string, change ...func(*dynamodb.Options)) *dynamodb.Client {
	key, secret := h.Credentials()
	return dynamodb.New(dynamodb.Options{
		Region: dynamo.Region, BaseEndpoint: aws.String(endpoint), HTTPClient: h.HTTPClient(), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	}, change...)
}

// show, seat and person draw names that no ticket has yet.
func (h *house) show() string   { return kit.Word(h.rand, 6) + h.number() }
func (h *house) seat() string   { return strings.ToUpper(kit.Word(h.rand, 1)) + h.number() }
func (h *house) person() string { return kit.Word(h.rand, 4) + h.number() + "@mail.example" }

func (h *house) number() string {
	h.last += 1 + h.rand.IntN(9)
	return fmt.Sprint(h.last)
}

func (h *house) note() string { return "for " + kit.Word(h.rand, 7) }

// ticket draws one that can be sold.
func (h *house) ticket(show string) conditional.Ticket {
	return conditional.Ticket{Show: show, Seat: h.seat(), Holder: h.person(), Note: h.note()}
}

// clerk is a process with a client and an Office of its own.
type clerk struct {
	*house
	office *conditional.Office
	lines  lines
}

func (h *house) clerk() *clerk {
	c := &clerk{house: h}
	c.office = conditional.New(h.client(h.Endpoint(), func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, c.lines.hook)
	}), h.table)
	return c
}

// lines notes which line of the learner's sent each operation.
type lines struct {
	mu   sync.Mutex
	sent []string
}

func (l *lines) hook(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("lines", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		l.note(kit.Entry())
		return next.HandleInitialize(ctx, in)
	}), middleware.Before)
}

func (l *lines) note(at string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, at)
}

// at returns the line that sent the n-th operation since forget, -1 is the last
// one; else where fn stands.
func (c *clerk) at(n int, fn any) string {
	c.lines.mu.Lock()
	defer c.lines.mu.Unlock()
	if n < 0 {
		n = len(c.lines.sent) + 1 + n
	}
	if n >= 1 && n <= len(c.lines.sent) {
		return c.lines.sent[n-1]
	}
	return kit.At(fn)
}

func (c *clerk) forget() {
	c.Forget()
	c.lines.mu.Lock()
	defer c.lines.mu.Unlock()
	c.lines.sent = nil
}

// sell sells a ticket that can be sold; an error fails the behaviour.
func (c *clerk) sell(t conditional.Ticket) conditional.Ticket {
	c.t.Helper()
	c.forget()
	sold, err := c.office.Sell(c.t.Context(), t)
	c.mustDo("Sell "+told(t), (*conditional.Office).Sell, err)
	c.mustBe("Sell "+told(t)+" answers", t, sold, (*conditional.Office).Sell)
	return sold
}

// change stores a change that nothing speaks against.
func (c *clerk) change(t conditional.Ticket) conditional.Ticket {
	c.t.Helper()
	c.forget()
	changed, err := c.office.Change(c.t.Context(), t)
	c.mustDo("Change to "+told(t), (*conditional.Office).Change, err)
	c.mustBe("Change to "+told(t)+" answers", t, changed, (*conditional.Office).Change)
	return changed
}

// move makes a move that nothing speaks against.
func (c *clerk) move(t conditional.Ticket, seat string) conditional.Ticket {
	c.t.Helper()
	c.forget()
	moved, err := c.office.Move(c.t.Context(), t, seat)
	c.mustDo(fmt.Sprintf("Move %s to the free seat %s", told(t), seat), (*conditional.Office).Move, err)
	want := t
	want.Seat = seat
	c.mustBe(fmt.Sprintf("Move %s to the free seat %s answers", told(t), seat), want, moved, (*conditional.Office).Move)
	return moved
}

func (c *clerk) mustDo(sent string, fn any, err error) {
	c.t.Helper()
	if err != nil {
		kit.Fail(c.t, kit.Failure{Sent: sent, Got: outcome(err), Want: "no error", Note: c.Saw(), At: c.at(-1, fn)})
	}
}

// mustBe compares what a customer sees of two tickets.
func (c *clerk) mustBe(sent string, want, got conditional.Ticket, fn any) {
	c.t.Helper()
	if told(want) != told(got) {
		kit.Fail(c.t, kit.Failure{Sent: sent, Got: told(got), Want: told(want), Note: c.Saw(), At: c.at(-1, fn)})
	}
}

// seats tells who has each of some seats of a show, a line for each.
func (h *house) seats(show string, seats ...string) string {
	h.t.Helper()
	var b []string
	for _, s := range seats {
		b = append(b, h.look(show, s))
	}
	return strings.Join(b, "\n")
}

func (h *house) look(show, seat string) string {
	h.t.Helper()
	t, err := h.own.Ticket(h.t.Context(), show, seat)
	switch {
	case errors.Is(err, conditional.ErrNone):
		return seat + " is free"
	case err != nil:
		kit.Fail(h.t, kit.Failure{
			Sent: fmt.Sprintf("Ticket(ctx, %q, %q)", show, seat), Got: outcome(err), Want: "the ticket or ErrNone",
			At: kit.At((*conditional.Office).Ticket),
		})
	}
	return told(t)
}

// told says what a customer sees of a ticket.
func told(t conditional.Ticket) string {
	note := fmt.Sprintf(", %q", t.Note)
	if len(t.Note) > 99 {
		note = fmt.Sprintf(", a note of %d KB", len(t.Note)/1000)
	}
	return t.Seat + " of " + t.Holder + note
}

// outcome says how a call went.
func outcome(err error) string {
	for name, known := range sentinels() {
		if errors.Is(err, known) {
			return name
		}
	}
	return kit.Said(err)
}

func sentinels() map[string]error {
	return map[string]error{"ErrTaken": conditional.ErrTaken, "ErrChanged": conditional.ErrChanged, "ErrNone": conditional.ErrNone}
}

var errHangs = errors.New("no answer: it waits for the other process")

// soon waits for f no longer than hung.
func soon(f func() error) error {
	came := make(chan error, 1)
	go func() { came <- f() }()
	select {
	case err := <-came:
		return err
	case <-time.After(hung):
		return errHangs
	}
}

// steps calls act again and again; the n-th time, meanwhile runs when DynamoDB
// has executed act's n-th operation and has not answered yet. Each time judge
// looks at what became of it. It ends when act has fewer operations.
func (c *clerk) steps(prepare func(), act, meanwhile func() error, judge func(n int, ours, theirs error)) {
	c.t.Helper()
	for n := 1; n <= most; n++ {
		c.Up()
		prepare()
		c.forget()
		var theirs error
		sprung := c.After(n, func() { theirs = soon(meanwhile) })
		ours := act()
		if !sprung() {
			return
		}
		c.Up()
		judge(n, ours, theirs)
	}
}
