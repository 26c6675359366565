package crud_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// regulars are customers who change, read and delete orders of their own, and
// change and read one that they share.
type regulars struct {
	shop   http.Handler
	shared order
	orders [customers][]order
	lists  [customers][]sight
	looks  [customers][]*reply // at the shared order
}

// sight is a list that a regular was shown, and the own orders it must have.
type sight struct {
	list *reply
	own  []order
}

// day has every regular visit the shop at once, and returns what is wrong
// then, in words for the learner.
func (r *regulars) day(o order) error {
	o.Item = strings.Repeat(o.Item+", ", 200) // takes long to write and to read
	r.shared = numbered(o, 1)
	if err := r.place(&r.shared); err != nil {
		return err
	}
	for i := range r.orders {
		for n := range 3 {
			o := numbered(order{Item: "tea"}, n+1)
			if err := r.place(&o); err != nil {
				return err
			}
			r.orders[i] = append(r.orders[i], o)
		}
	}
	err := rush(customers, r.visit)
	if err == nil {
		err = rush(customers, r.remember)
	}
	if err == nil {
		err = r.left()
	}
	return err
}

func (r *regulars) place(o *order) error {
	return straight(r.shop, "POST", "/orders", o.body()).into(success, o)
}

// visit is what the regular with that number does on a day. What can be looked
// at later is, so that there is a crowd.
func (r *regulars) visit(number int) error {
	own := r.orders[number]
	for n := 10; n < 16; n++ {
		o := &own[n%len(own)]
		*o = numbered(*o, n)
		if err := r.change(*o); err != nil {
			return err
		}
		for i := range 2 {
			shared := numbered(r.shared, 1000+number*20+n%10*2+i)
			if err := straight(r.shop, "PUT", shared.path(), shared.body()).into(success, nil); err != nil {
				return err
			}
			r.looks[number] = append(r.looks[number], straight(r.shop, "GET", shared.path(), ""))
		}
		if n > 11 {
			r.lists[number] = append(r.lists[number], sight{straight(r.shop, "GET", "/orders", ""), slices.Clone(own)})
		}
		if n == 12 || n == 14 {
			if err := r.delete(own[0]); err != nil {
				return err
			}
			own = own[1:]
		}
	}
	r.orders[number] = own
	return nil
}

// change replaces an order that nobody else changes, and reads it.
func (r *regulars) change(o order) error {
	if err := straight(r.shop, "PUT", o.path(), o.body()).into(success, nil); err != nil {
		return err
	}
	var got order
	if err := straight(r.shop, "GET", o.path(), "").into(success, &got); err != nil {
		return err
	}
	if got != o {
		return fmt.Errorf("PUT %s  %s\nGET %s  %s", o.path(), o, o.path(), got)
	}
	return nil
}

func (r *regulars) delete(o order) error {
	if err := straight(r.shop, "DELETE", o.path(), "").into(success, nil); err != nil {
		return err
	}
	return straight(r.shop, "GET", o.path(), "").into(refusal, nil)
}

// remember returns what was wrong with what a regular saw.
func (r *regulars) remember(number int) error {
	for _, look := range r.looks[number] {
		var got order
		if err := look.into(success, &got); err != nil {
			return err
		}
		if err := whole("GET "+r.shared.path(), got); err != nil {
			return err
		}
	}
	for _, seen := range r.lists[number] {
		var all []order
		if err := seen.list.into(success, &all); err != nil {
			return err
		}
		if err := goodList(all, seen.own); err != nil {
			return err
		}
	}
	return nil
}

// goodList returns what is wrong with a list that must have these orders.
func goodList(all, own []order) error {
	seen := map[id]bool{}
	for _, o := range all {
		if seen[o.ID] {
			return fmt.Errorf("GET /orders  has order %s twice", o.ID)
		}
		seen[o.ID] = true
		if err := whole("GET /orders  has", o); err != nil {
			return err
		}
	}
	for _, o := range own {
		if !slices.Contains(all, o) {
			return fmt.Errorf("GET /orders  has %d orders, but not\n%s\nwhich was confirmed before", len(all), o)
		}
	}
	return nil
}

// left returns what is wrong with the list after the last regular has gone.
func (r *regulars) left() error {
	var all []order
	if err := straight(r.shop, "GET", "/orders", "").into(success, &all); err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(o order) bool { return o.ID == r.shared.ID })
	if missing, extra := differ(slices.Concat(r.orders[:]...), all); missing+extra != "" {
		return fmt.Errorf("GET /orders  after all of them has %d orders%s%s", len(all), missing, extra)
	}
	return nil
}

// what returns which kind of request an error of a day begins with.
func what(err error) string {
	method, rest, _ := strings.Cut(err.Error(), " ")
	if method == "GET" && !strings.HasPrefix(rest, "/orders/") {
		return "LIST"
	}
	return method
}

// numbered makes an order's item begin with its quantity, so that a mixture of
// two changes shows.
func numbered(o order, n int) order {
	_, words, _ := strings.Cut(o.Item, " × ")
	o.Item, o.Quantity = strconv.Itoa(n)+" × "+cmp.Or(words, o.Item), n
	return o
}

func whole(where string, o order) error {
	if o != numbered(o, o.Quantity) {
		return fmt.Errorf("%s  %s\nwhich is half of one change and half of another", where, o)
	}
	return nil
}
