// Package total adds up what a customer buys.
package total

// Basket is the prices of what a customer takes, in cents.
type Basket []int

// Sum returns what the whole basket costs.
func Sum(b Basket) int {
	sum := 0
	for _, price := range b {
		sum += price
	}
	return sum
}

// Dearest returns the highest price of a basket, 0 for an empty one.
func Dearest(b Basket) int {
	dearest := 0
	for _, price := range b {
		dearest = max(dearest, price)
	}
	return dearest
}
