// Package conditional sells the seats of some theatres. Tickets are kept in
// DynamoDB, which every box office and the web shop use at once.
package conditional

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var (
	ErrTaken   = errors.New("the seat is sold")
	ErrChanged = errors.New("the ticket is not as it was read")
	ErrNone    = errors.New("there is no such ticket")
)

// Ticket is a seat of a show that somebody holds.
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

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func key(show, seat string) item { return item{"show": text(show), "seat": text(seat)} }

func read(i item) (t Ticket) {
	fields := map[string]*string{"show": &t.Show, "seat": &t.Seat, "holder": &t.Holder, "note": &t.Note, "version": &t.Version}
	for name, to := range fields {
		if v, ok := i[name].(*types.AttributeValueMemberS); ok {
			*to = v.Value
		}
	}
	return t
}

func (o *Office) put(ctx context.Context, t Ticket) error {
	i := key(t.Show, t.Seat)
	i["holder"], i["note"], i["version"] = text(t.Holder), text(t.Note), text(t.Version)
	_, err := o.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: o.table, Item: i})
	return err
}

// Ticket returns the ticket of a seat, or ErrNone.
func (o *Office) Ticket(ctx context.Context, show, seat string) (Ticket, error) {
	out, err := o.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: o.table, Key: key(show, seat)})
	if err != nil || out.Item == nil {
		return Ticket{}, ErrNone
	}
	return read(out.Item), nil
}

// Sell sells t's seat to t's holder, or returns ErrTaken.
func (o *Office) Sell(ctx context.Context, t Ticket) (Ticket, error) {
	if _, err := o.Ticket(ctx, t.Show, t.Seat); err == nil {
		return Ticket{}, ErrTaken
	}
	t.Version = "1"
	if err := o.put(ctx, t); err != nil {
		return Ticket{}, fmt.Errorf("sell %s: %w", t.Seat, err)
	}
	return t, o.count(ctx, t.Show, 1)
}

// Change stores t's new holder and note, unless somebody else was quicker.
func (o *Office) Change(ctx context.Context, t Ticket) (Ticket, error) {
	stored, err := o.Ticket(ctx, t.Show, t.Seat)
	if err != nil || stored.Version != t.Version {
		return Ticket{}, ErrChanged
	}
	n, _ := strconv.Atoi(t.Version)
	t.Version = strconv.Itoa(n + 1)
	return t, o.put(ctx, t)
}

// Move gives t another seat of its show. The old one goes first: nobody ever
// has two.
func (o *Office) Move(ctx context.Context, t Ticket, seat string) (Ticket, error) {
	if _, err := o.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: o.table, Key: key(t.Show, t.Seat)}); err != nil {
		return Ticket{}, fmt.Errorf("free %s: %w", t.Seat, err)
	}
	if err := o.count(ctx, t.Show, -1); err != nil {
		return Ticket{}, err
	}
	t.Seat = seat
	return o.Sell(ctx, t)
}

// Of returns all tickets of a customer. The filter works inside DynamoDB, so no
// other customer's tickets are sent.
func (o *Office) Of(ctx context.Context, holder string) ([]Ticket, error) {
	out, err := o.db.Scan(ctx, &dynamodb.ScanInput{
		TableName: o.table, FilterExpression: aws.String("holder = :holder"),
		ExpressionAttributeValues: item{":holder": text(holder)},
	})
	if err != nil {
		return nil, fmt.Errorf("tickets of %s: %w", holder, err)
	}
	var tickets []Ticket
	for _, i := range out.Items {
		tickets = append(tickets, read(i))
	}
	return tickets, nil
}

// The seats sold of every show are counted in one item, which the screens in
// the foyers read.
var counter = key("statistics", "sold")

func (o *Office) count(ctx context.Context, show string, by int) error {
	_, err := o.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: o.table, Key: counter, UpdateExpression: aws.String("ADD #show :by"),
		ExpressionAttributeNames:  map[string]string{"#show": show},
		ExpressionAttributeValues: item{":by": &types.AttributeValueMemberN{Value: strconv.Itoa(by)}},
	})
	return err
}

// Sold returns how many seats of a show are sold.
func (o *Office) Sold(ctx context.Context, show string) (int, error) {
	out, err := o.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: o.table, Key: counter})
	if err != nil {
		return 0, fmt.Errorf("seats sold of %s: %w", show, err)
	}
	n, ok := out.Item[show].(*types.AttributeValueMemberN)
	if !ok {
		return 0, nil
	}
	return strconv.Atoi(n.Value)
}
