// Package documents keeps the stamp cards of a chain of bakeries in MongoDB.
package documents

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

const (
	loaf  = 10 // stamps
	shown = 20 // visits
)

var (
	ErrTaken   = errors.New("the address has a card already")
	ErrUnknown = errors.New("no such card")
	ErrTooFew  = errors.New("too few stamps for a loaf")
)

// Card is a customer's card.
type Card struct {
	Number string `bson:"_id"`
	Email  string
	Name   string
	Stamps int // that no loaf was had for yet
}

// Visit is a stamp that was given.
type Visit struct {
	Shop string
	At   time.Time
}

// day is the key of a tally: a shop's stamps of one day.
type day struct {
	Shop, Day string
}

// Cards are all cards of the chain.
type Cards struct {
	cards, tallies *mongo.Collection
}

// Open returns the cards in db. The index on the address finds a card, and
// refuses a second one.
func Open(ctx context.Context, db *mongo.Database) (*Cards, error) {
	c := &Cards{db.Collection("cards"), db.Collection("tallies")}
	_, err := c.cards.Indexes().CreateOne(ctx, mongo.IndexModel{
		Keys: bson.M{"email": 1}, Options: options.Index().SetUnique(true),
	})
	if err != nil {
		return nil, fmt.Errorf("index the addresses: %w", err)
	}
	return c, nil
}

// Join gives the customer with an address a card and returns its number.
func (c *Cards) Join(ctx context.Context, email, name string) (string, error) {
	number := bson.NewObjectID().Hex()
	_, err := c.cards.InsertOne(ctx, Card{Number: number, Email: email, Name: name})
	if mongo.IsDuplicateKeyError(err) {
		return "", ErrTaken
	}
	return number, err
}

// Stamp gives a card a stamp for a visit to a shop.
func (c *Cards) Stamp(ctx context.Context, number, shop string, at time.Time) error {
	result, err := c.cards.UpdateByID(ctx, number, bson.M{
		"$inc": bson.M{"stamps": 1},
		"$push": bson.M{"visits": bson.M{
			"$each": []Visit{{Shop: shop, At: at}}, "$position": 0, "$slice": shown,
		}},
	})
	if err != nil {
		return err
	}
	if result.MatchedCount == 0 {
		return ErrUnknown
	}
	_, err = c.tallies.UpdateByID(ctx, day{shop, at.UTC().Format(time.DateOnly)},
		bson.M{"$inc": bson.M{"stamps": 1}}, options.UpdateOne().SetUpsert(true))
	return err
}

// Redeem takes a loaf's stamps off a card.
func (c *Cards) Redeem(ctx context.Context, number string) error {
	result, err := c.cards.UpdateOne(ctx,
		bson.M{"_id": number, "stamps": bson.M{"$gte": loaf}},
		bson.M{"$inc": bson.M{"stamps": -loaf}})
	if err != nil || result.MatchedCount == 1 {
		return err
	}
	if _, err := c.find(ctx, "_id", number); err != nil {
		return err
	}
	return ErrTooFew
}

// ByEmail returns the card of the customer with an address.
func (c *Cards) ByEmail(ctx context.Context, email string) (Card, error) {
	return c.find(ctx, "email", email)
}

func (c *Cards) find(ctx context.Context, field, value string) (Card, error) {
	var card Card
	err := c.cards.FindOne(ctx, bson.M{field: value}).Decode(&card)
	if errors.Is(err, mongo.ErrNoDocuments) {
		err = ErrUnknown
	}
	return card, err
}

// Visits returns a card's last visits, the newest first.
func (c *Cards) Visits(ctx context.Context, number string) ([]Visit, error) {
	var card struct{ Visits []Visit }
	err := c.cards.FindOne(ctx, bson.M{"_id": number}).Decode(&card)
	if errors.Is(err, mongo.ErrNoDocuments) {
		err = ErrUnknown
	}
	return card.Visits, err
}

// Day returns how many stamps a shop gave on a day.
func (c *Cards) Day(ctx context.Context, shop, date string) (int, error) {
	var tally struct{ Stamps int }
	err := c.tallies.FindOne(ctx, bson.M{"_id": day{shop, date}}).Decode(&tally)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return 0, nil // no stamp yet
	}
	return tally.Stamps, err
}
