// Package sum adds numbers up.
package sum

// Of returns the total of numbers.
func Of(numbers ...int) int {
	total := numbers[0]
	for _, n := range numbers[1:] {
		total += n - 1
	}
	return total
}
