// Package documents keeps the stamp cards of a chain of bakeries in MongoDB.
package documents

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
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

// document is a card as it is stored, with its visits.
type document struct {
	Card   `bson:",inline"`
	Visits []Visit
}

// tally counts the stamps of a shop on a day.
type tally struct {
	Shop, Day string
	Stamps    int
}

// Cards are all cards of the chain.
type Cards struct {
	cards, tallies *mongo.Collection
}

// Open returns the cards in db. MongoDB makes collections when they are needed.
func Open(ctx context.Context, db *mongo.Database) (*Cards, error) {
	return &Cards{db.Collection("cards"), db.Collection("tallies")}, nil
}

// Join gives the customer with an address a card and returns its number.
func (c *Cards) Join(ctx context.Context, email, name string) (string, error) {
	_, err := c.ByEmail(ctx, email)
	if err == nil {
		return "", ErrTaken
	}
	number := bson.NewObjectID().Hex()
	_, err = c.cards.InsertOne(ctx, document{Card: Card{Number: number, Email: email, Name: name}})
	return number, err
}

// Stamp gives a card a stamp for a visit to a shop.
func (c *Cards) Stamp(ctx context.Context, number, shop string, at time.Time) error {
	d, err := c.find(ctx, "_id", number)
	if err != nil {
		return err
	}
	d.Stamps++
	d.Visits = append(d.Visits, Visit{Shop: shop, At: at})
	if err := c.save(ctx, d); err != nil {
		return err
	}
	return c.count(ctx, shop, at.UTC().Format(time.DateOnly))
}

// count adds one to a shop's stamps of a day.
func (c *Cards) count(ctx context.Context, shop, day string) error {
	n, err := c.Day(ctx, shop, day)
	if err != nil {
		return err
	}
	if n == 0 { // the first of the day
		_, err = c.tallies.InsertOne(ctx, tally{shop, day, 1})
		return err
	}
	_, err = c.tallies.UpdateOne(ctx, bson.M{"shop": shop, "day": day}, bson.M{"$set": bson.M{"stamps": n + 1}})
	return err
}

// Redeem takes a loaf's stamps off a card.
func (c *Cards) Redeem(ctx context.Context, number string) error {
	d, err := c.find(ctx, "_id", number)
	if err != nil {
		return err
	}
	if d.Stamps < loaf {
		return ErrTooFew
	}
	d.Stamps -= loaf
	return c.save(ctx, d)
}

// ByEmail returns the card of the customer with an address.
func (c *Cards) ByEmail(ctx context.Context, email string) (Card, error) {
	d, err := c.find(ctx, "email", email)
	return d.Card, err
}

// Visits returns a card's last visits, the newest first.
func (c *Cards) Visits(ctx context.Context, number string) ([]Visit, error) {
	d, err := c.find(ctx, "_id", number)
	slices.Reverse(d.Visits)
	return d.Visits[:min(shown, len(d.Visits))], err
}

// Day returns how many stamps a shop gave on a day.
func (c *Cards) Day(ctx context.Context, shop, day string) (int, error) {
	var t tally
	err := c.tallies.FindOne(ctx, bson.M{"shop": shop, "day": day}).Decode(&t)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return 0, nil
	}
	return t.Stamps, err
}

func (c *Cards) find(ctx context.Context, field, value string) (document, error) {
	var d document
	if err := c.cards.FindOne(ctx, bson.M{field: value}).Decode(&d); err != nil {
		return d, ErrUnknown
	}
	return d, nil
}

func (c *Cards) save(ctx context.Context, d document) error {
	_, err := c.cards.ReplaceOne(ctx, bson.M{"_id": d.Number}, d)
	return err
}
