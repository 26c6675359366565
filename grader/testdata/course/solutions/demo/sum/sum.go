// Package sum adds numbers up.
package sum

// Of returns the total of numbers.
func Of(numbers ...int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}
