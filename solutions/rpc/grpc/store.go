package grpc

import (
	"context"
	"errors"
)

// Order is what the shop keeps.
type Order struct {
	ID       string
	Item     string
	Quantity int
	Customer string
}

// Errors of a Store; they may come wrapped.
var (
	ErrNotFound = errors.New("no such order")
	ErrSoldOut  = errors.New("sold out")
)

// Store keeps orders. It gives up when its context ends.
type Store interface {
	// Place keeps an order and returns its id.
	Place(ctx context.Context, o Order) (id string, err error)
	// Find returns the order with that id.
	Find(ctx context.Context, id string) (Order, error)
	// States returns a channel of the states that the order comes to. It is
	// closed after the last one.
	States(ctx context.Context, id string) (<-chan string, error)
}
