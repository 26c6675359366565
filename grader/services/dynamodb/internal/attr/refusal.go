package attr

import "fmt"

// Refusal is an error in DynamoDB's own words, which are not ours to style.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// Refusef makes a Refusal.
func Refusef(format string, args ...any) error { return Refusal(fmt.Sprintf(format, args...)) }
