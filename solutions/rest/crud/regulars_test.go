package crud_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// regulars are customers who change, read and delete orders of their own, and
// change and read one that they share.
type regulars struct {
	crowd
	orders [customers][]order
	shared order
}

// day has every regular visit a new shop at once, and returns what is wrong
// then, in words for the learner.
func (r *regulars) day(shop http.Handler, o order) error {
	r.handler = shop
	o.Item = strings.Repeat(o.Item+", ", 200) // takes long to write and to read
	r.shared = numbered(o, 1)
	if err := r.place(&r.shared); err != nil {
		return err
	}
	for i := range r.orders {
		r.orders[i] = nil
		for n := range 3 {
			o := numbered(order{Item: "tea"}, n)
			if err := r.place(&o); err != nil {
				return err
			}
			r.orders[i] = append(r.orders[i], o)
		}
	}
	if err := rush(customers, r.visit); err != nil {
		return err
	}
	var all []order
	if err := r.call(0, "GET", "/orders", "").into(success, &all); err != nil {
		return err
	}
	left := slices.Concat(r.orders[:]...)
	all = slices.DeleteFunc(all, func(o order) bool { return o.ID == r.shared.ID })
	if missing, extra := differ(left, all); missing+extra != "" {
		return fmt.Errorf("after all of them GET /orders answers %d orders%s%s", len(all), missing, extra)
	}
	return nil
}

func (r *regulars) place(o *order) error {
	return r.call(0, "POST", "/orders", o.body()).into(success, o)
}

// visit is what the regular with that number does on one day.
func (r *regulars) visit(number int) error {
	own := r.orders[number]
	for n := 10; n < 16; n++ {
		o := &own[n%len(own)]
		*o = numbered(*o, n)
		if err := r.call(number, "PUT", o.path(), o.body()).into(success, nil); err != nil {
			return err
		}
		if err := r.share(number, 1000+number*10+n%10); err != nil {
			return err
		}
		if err := r.look(number, *o); err != nil {
			return err
		}
		if n%3 == 2 {
			if err := r.lookAtAll(number, own); err != nil {
				return err
			}
		}
		if n == 12 {
			gone := own[0]
			own = own[1:]
			if err := r.call(number, "DELETE", gone.path(), "").into(success, nil); err != nil {
				return err
			}
			if err := r.call(number, "GET", gone.path(), "").into(refusal, nil); err != nil {
				return err
			}
		}
	}
	r.orders[number] = own
	return nil
}

// share changes and reads the order that the others change too.
func (r *regulars) share(number, n int) error {
	o := numbered(r.shared, n)
	if err := r.call(number, "PUT", o.path(), o.body()).into(success, nil); err != nil {
		return err
	}
	var got order
	if err := r.call(number, "GET", o.path(), "").into(success, &got); err != nil {
		return err
	}
	return isWhole("GET "+o.path(), got)
}

// look reads an order that nobody else changes.
func (r *regulars) look(number int, own order) error {
	var got order
	if err := r.call(number, "GET", own.path(), "").into(success, &got); err != nil {
		return err
	}
	if got != own {
		return fmt.Errorf("PUT %s  %s\nGET %s  %s", own.path(), own, own.path(), got)
	}
	return nil
}

// lookAtAll looks for the regular's own orders in the list, and at the others'.
func (r *regulars) lookAtAll(number int, own []order) error {
	var all []order
	if err := r.call(number, "GET", "/orders", "").into(success, &all); err != nil {
		return err
	}
	seen := map[id]bool{}
	for _, o := range all {
		if seen[o.ID] {
			return fmt.Errorf("GET /orders  has order %s twice", o.ID)
		}
		seen[o.ID] = true
		if err := isWhole("GET /orders  has", o); err != nil {
			return err
		}
	}
	for _, o := range own {
		if !slices.Contains(all, o) {
			return fmt.Errorf("%s  is confirmed\nGET /orders  has no such order among %d", o, len(all))
		}
	}
	return nil
}

// numbered makes an order's item begin with its quantity, so that a mixture of
// two changes shows.
func numbered(o order, n int) order {
	_, words, _ := strings.Cut(o.Item, " × ")
	o.Item, o.Quantity = fmt.Sprintf("%d × %s", n, cmp.Or(words, o.Item)), n
	return o
}

func isWhole(where string, o order) error {
	if o != numbered(o, o.Quantity) {
		return fmt.Errorf("%s  %s\nwhich is half of one change and half of another", where, o)
	}
	return nil
}
