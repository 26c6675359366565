// Package cancel asks carriers what a parcel costs.
package cancel

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// Quote is one carrier's price of a parcel.
type Quote struct {
	Carrier string
	Cents   int
}

// Carrier asks one carrier for its price of a parcel to a postcode.
type Carrier func(ctx context.Context, postcode string) (Quote, error)

// Desk asks all carriers and remembers what they said.
type Desk struct {
	carriers []Carrier

	mu         sync.Mutex
	remembered map[string][]Quote // by postcode
}

// New returns a desk that asks these carriers.
func New(carriers ...Carrier) *Desk {
	return &Desk{carriers: carriers, remembered: make(map[string][]Quote)}
}

type answer struct {
	quote Quote
	err   error
}

// Quotes returns every carrier's quote for a parcel to postcode, cheapest first.
func (d *Desk) Quotes(ctx context.Context, postcode string) ([]Quote, error) {
	if quotes, ok := d.known(postcode); ok {
		return quotes, nil
	}
	answers := make(chan answer)
	for _, ask := range d.carriers {
		go func() {
			// Not the caller's context: the next customer can use the answer too.
			quote, err := ask(context.Background(), postcode)
			answers <- answer{quote, err}
		}()
	}
	var quotes []Quote
	for range d.carriers {
		select {
		case a := <-answers:
			if a.err != nil {
				return nil, a.err
			}
			quotes = append(quotes, a.quote)
		case <-ctx.Done():
			break // nobody is waiting any more
		}
	}
	slices.SortFunc(quotes, func(a, b Quote) int { return cmp.Compare(a.Cents, b.Cents) })
	d.remember(postcode, quotes)
	return quotes, nil
}

func (d *Desk) known(postcode string) ([]Quote, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	quotes, ok := d.remembered[postcode]
	return slices.Clone(quotes), ok
}

func (d *Desk) remember(postcode string, quotes []Quote) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.remembered[postcode] = slices.Clone(quotes)
}
