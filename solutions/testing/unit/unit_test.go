package unit_test

import (
	"errors"
	"testing"

	"github.com/kata-go/kata/solutions/testing/unit"
)

// line is a line of n pieces.
func line(price, n int) unit.Line { return unit.Line{Item: "tea", Price: price, Quantity: n} }

func TestTotal(t *testing.T) {
	tests := []struct {
		name    string
		lines   []unit.Line
		percent int
		want    int
	}{
		{"nothing costs nothing", nil, 0, 0},
		{"one piece and its shipping", []unit.Line{line(450, 1)}, 0, 940},
		{"each piece counts", []unit.Line{line(450, 3)}, 0, 1840},
		{"each line counts", []unit.Line{line(450, 1), line(1290, 2), line(3, 1)}, 0, 3523},
		{"what is free is free", []unit.Line{line(0, 1)}, 0, 490},

		{"9 pieces are paid for", []unit.Line{line(1000, 9)}, 0, 9000},
		{"of 10 pieces one is free", []unit.Line{line(1000, 10)}, 0, 9000},
		{"of 19 pieces one is free", []unit.Line{line(1000, 19)}, 0, 18000},
		{"of 20 pieces two are free", []unit.Line{line(1000, 20)}, 0, 18000},
		{"pieces of two lines are not added up", []unit.Line{line(1000, 5), line(1000, 5)}, 0, 10000},

		{"a voucher of 10 %", []unit.Line{line(10000, 1)}, 10, 9000},
		{"a voucher of everything leaves the shipping", []unit.Line{line(10000, 1)}, 100, 490},
		{"less than half a cent is dropped", []unit.Line{line(10001, 1)}, 51, 4900 + 490},
		{"half a cent is rounded up", []unit.Line{line(10001, 1)}, 50, 5001},
		{"more than half a cent is rounded up", []unit.Line{line(10001, 1)}, 10, 9001},

		{"a cent below 50.00 pays for shipping", []unit.Line{line(4999, 1)}, 0, 5489},
		{"50.00 pays for none", []unit.Line{line(5000, 1)}, 0, 5000},
		{"the voucher comes before shipping", []unit.Line{line(5500, 1)}, 10, 4950 + 490},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := unit.Total(test.lines, test.percent)
			if err != nil || got != test.want {
				t.Errorf("Total(%v, %d) = %d, %v; want %d", test.lines, test.percent, got, err, test.want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name    string
		lines   []unit.Line
		percent int
		want    error
	}{
		{"no piece", []unit.Line{line(450, 0)}, 0, unit.ErrLine},
		{"less than no piece", []unit.Line{line(450, 2), line(450, -3)}, 0, unit.ErrLine},
		{"a price below zero", []unit.Line{line(-1, 1)}, 0, unit.ErrLine},
		{"a voucher below zero", []unit.Line{line(450, 1)}, -1, unit.ErrVoucher},
		{"a voucher of more than everything", []unit.Line{line(450, 1)}, 101, unit.ErrVoucher},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := unit.Total(test.lines, test.percent); !errors.Is(err, test.want) {
				t.Errorf("Total(%v, %d) = %d, %v; want the error %v", test.lines, test.percent, got, err, test.want)
			}
		})
	}
}
