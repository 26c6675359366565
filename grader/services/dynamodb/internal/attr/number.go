package attr

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// digits is how many significant digits a number may have.
const digits = 38

// normal returns a number without exponent and idle zeros.
func normal(text string) (string, error) {
	if !regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$`).MatchString(text) {
		return "", Refusef("The parameter cannot be converted to a numeric value: %s", text)
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return "", Refusef("The parameter cannot be converted to a numeric value: %s", text)
	}
	return format(r)
}

func format(r *big.Rat) (string, error) {
	s := r.FloatString(170)
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		s = "0"
	}
	significant := strings.Trim(strings.Replace(strings.TrimPrefix(s, "-"), ".", "", 1), "0")
	if len(significant) > digits || len(s) > 170 {
		return "", Refusef("Attempting to store more than 38 significant digits in a Number")
	}
	return s, nil
}

func rational(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// Number makes the number n.
func Number(n int) Value { return Value{Kind: "N", Text: fmt.Sprint(n)} }

// Add returns a + b, or a - b when minus is set. The error says that the result
// has too many digits.
func Add(a, b Value, minus bool) (Value, error) {
	x, y := rational(a.Text), rational(b.Text)
	if minus {
		y.Neg(y)
	}
	text, err := format(x.Add(x, y))
	return Value{Kind: "N", Text: text}, err
}
