// Package proof adds numbers up.
package proof

// Of returns the total of numbers.
func Of(numbers ...int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}
