// Package conditional sells the seats of some theatres. Tickets are kept in
// DynamoDB, which every box office and the web shop use at once.
package conditional

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var (
	ErrTaken   = errors.New("the seat is sold")
	ErrChanged = errors.New("the ticket is not as it was read")
	ErrNone    = errors.New("there is no such ticket")
)

// Ticket is a seat of a show that somebody holds. Every write gives it a Version
// that no ticket has had before, so that a seat's next ticket is never taken for
// this one.
type Ticket struct {
	Show, Seat, Holder, Note string
	Version                  string // as it was read
}

// Office works on one table of DynamoDB.
type Office struct {
	db    *dynamodb.Client
	table *string
}

// New returns an Office that keeps its tickets in table.
func New(db *dynamodb.Client, table string) *Office {
	return &Office{db: db, table: aws.String(table)}
}

// Ticket returns the ticket of a seat, or ErrNone.
func (o *Office) Ticket(ctx context.Context, show, seat string) (Ticket, error) {
	out, err := o.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: o.table, Key: key(show, seat), ConsistentRead: aws.Bool(true)})
	switch {
	case err != nil:
		return Ticket{}, fmt.Errorf("ticket of %s in %s: %w", seat, show, err)
	case out.Item == nil:
		return Ticket{}, ErrNone
	}
	return read(out.Item), nil
}

const free = "attribute_not_exists(seat)" // no item has this key

// Sell sells t's seat to t's holder, or returns ErrTaken.
func (o *Office) Sell(ctx context.Context, t Ticket) (Ticket, error) {
	t.Version = rand.Text()
	_, err := o.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: o.table, Item: write(t), ConditionExpression: aws.String(free),
	})
	return answer(t, err, ErrTaken)
}

const unchanged = "version = :seen"

// Change stores t's new holder and note, or returns ErrChanged.
func (o *Office) Change(ctx context.Context, t Ticket) (Ticket, error) {
	seen := t.Version
	t.Version = rand.Text()
	_, err := o.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: o.table, Item: write(t), ConditionExpression: aws.String(unchanged),
		ExpressionAttributeValues: item{":seen": text(seen)},
	})
	return answer(t, err, ErrChanged)
}

// Move gives t another seat of its show, or returns ErrChanged or ErrTaken.
func (o *Office) Move(ctx context.Context, t Ticket, seat string) (Ticket, error) {
	leave := &types.Delete{
		TableName: o.table, Key: key(t.Show, t.Seat), ConditionExpression: aws.String(unchanged),
		ExpressionAttributeValues: item{":seen": text(t.Version)},
	}
	t.Seat, t.Version = seat, rand.Text()
	take := &types.Put{TableName: o.table, Item: write(t), ConditionExpression: aws.String(free)}
	_, err := o.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{{Delete: leave}, {Put: take}},
	})
	return answer(t, err, ErrChanged, ErrTaken)
}

// answer returns t, or the error of the first condition that failed. Any other
// error says nothing about the conditions.
func answer(t Ticket, err error, refusals ...error) (Ticket, error) {
	if err == nil {
		return t, nil
	}
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return Ticket{}, refusals[0]
	}
	var cancelled *types.TransactionCanceledException
	if errors.As(err, &cancelled) {
		for n, reason := range cancelled.CancellationReasons {
			if aws.ToString(reason.Code) == "ConditionalCheckFailed" {
				return Ticket{}, refusals[n]
			}
		}
	}
	return Ticket{}, fmt.Errorf("seat %s in %s: %w", t.Seat, t.Show, err)
}

// Of returns all tickets of a customer.
func (o *Office) Of(ctx context.Context, holder string) ([]Ticket, error) {
	var tickets []Ticket
	pages := dynamodb.NewQueryPaginator(o.db, &dynamodb.QueryInput{
		TableName: o.table, IndexName: aws.String("by-holder"),
		KeyConditionExpression:    aws.String("holder = :holder"),
		ExpressionAttributeValues: item{":holder": text(holder)},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("tickets of %s: %w", holder, err)
		}
		for _, i := range page.Items {
			tickets = append(tickets, read(i))
		}
	}
	return tickets, nil
}

// Sold returns how many seats of a show are sold.
func (o *Office) Sold(ctx context.Context, show string) (int, error) {
	pages := dynamodb.NewQueryPaginator(o.db, &dynamodb.QueryInput{
		TableName: o.table, Select: types.SelectCount, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("#show = :show"), // show is a reserved word
		ExpressionAttributeNames:  map[string]string{"#show": "show"},
		ExpressionAttributeValues: item{":show": text(show)},
	})
	sold := 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, fmt.Errorf("seats sold of %s: %w", show, err)
		}
		sold += int(page.Count)
	}
	return sold, nil
}

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func key(show, seat string) item { return item{"show": text(show), "seat": text(seat)} }

func write(t Ticket) item {
	i := key(t.Show, t.Seat)
	i["holder"], i["note"], i["version"] = text(t.Holder), text(t.Note), text(t.Version)
	return i
}

func read(i item) (t Ticket) {
	fields := map[string]*string{"show": &t.Show, "seat": &t.Seat, "holder": &t.Holder, "note": &t.Note, "version": &t.Version}
	for name, to := range fields {
		if v, ok := i[name].(*types.AttributeValueMemberS); ok {
			*to = v.Value
		}
	}
	return t
}
