package grpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"

	"github.com/kata-go/kata/grader/kit"
	shop "github.com/kata-go/kata/solutions/rpc/grpc"
)

// 1. Place, Get and Watch do what orders.proto says; an order's customer is the one of its caller's token, whatever the order says.
func TestCalls(t *testing.T) {
	t.Run("an order that is placed belongs to the caller", func(t *testing.T) {
		o, r := open(t), kit.Rand(t)
		item, quantity := kit.Word(r, 7), 1+r.IntN(1000)
		sent := fmt.Sprintf(`Place({"item": %q, "quantity": %d, "customer": "rival"})`, item, quantity)
		id, err := o.place(o.allowed(), map[string]any{"item": item, "quantity": quantity, "customer": "rival"})
		o.code(sent, err, codes.OK)
		want := shop.Order{Item: item, Quantity: quantity, Customer: o.customer}
		if id != "order-1" || len(o.placed) != 1 || o.placed[0] != want {
			o.fail(sent, fmt.Sprintf("the id %q; the store got %+v", id, o.placed), fmt.Sprintf("the id of the store, %q, and in the store\n%+v", "order-1", want))
		}
	})
	t.Run("an order with a quantity of 1 or of 1000 is taken", func(t *testing.T) {
		o := open(t)
		for _, quantity := range []int{1, 1000} {
			_, err := o.place(o.allowed(), map[string]any{"item": "tea", "quantity": quantity})
			o.code(fmt.Sprintf("Place of %d", quantity), err, codes.OK)
		}
	})
	t.Run("an order is shown with its fields", func(t *testing.T) {
		o := open(t)
		id := kit.Word(kit.Rand(t), 8)
		out, err := o.get(o.allowed(), id)
		o.code(fmt.Sprintf("Get(%q)", id), err, codes.OK)
		want := map[string]any{"id": id, "item": "tea", "quantity": 7.0, "customer": o.customer}
		if !maps.Equal(out.AsMap(), want) {
			o.fail(fmt.Sprintf("Get(%q)", id), fmt.Sprint(out.AsMap()), fmt.Sprint(want))
		}
	})
	t.Run("a watched order tells each state", func(t *testing.T) {
		o := open(t)
		next := o.watch(o.allowed(), "order-1")
		want := []string{"paid", "packed", "sent"}
		var got []string
		var err error
		sent := "Watch; the order comes to three states"
		kit.Within(t, patience, sent, func() {
			for _, state := range want {
				o.states <- state
				var told string
				if told, err = next(); err != nil {
					return
				}
				got = append(got, told)
			}
		})
		if err != nil || !slices.Equal(got, want) {
			o.fail(sent, fmt.Sprintf("%q, then %s", got, said(err)), fmt.Sprintf("%q, each as it comes", want))
		}
	})
}

// 2. An order that cannot be taken is InvalidArgument with a BadRequest detail that lists every wrong field by its name: item must be a text that is not blank, quantity a whole number from 1 to 1000.
func TestInvalid(t *testing.T) {
	wrong := func(t *testing.T, order map[string]any, fields ...string) {
		t.Helper()
		o := open(t)
		sent := "Place(" + asJSON(order) + ")"
		_, err := o.place(o.allowed(), order)
		st := o.code(sent, err, codes.InvalidArgument)
		var got []string
		for _, d := range st.Details() {
			if bad, ok := d.(*errdetails.BadRequest); ok {
				for _, v := range bad.GetFieldViolations() {
					got = append(got, v.GetField())
				}
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, fields) {
			o.fail(sent, said(err)+fmt.Sprintf("; and violations of the fields %q", got), fmt.Sprintf("InvalidArgument and a BadRequest with violations of %q", fields))
		}
		if len(o.calls) > 0 {
			o.fail(sent, "the store was called", "the order is refused before")
		}
	}
	t.Run("a wrong item is named", func(t *testing.T) {
		for _, item := range []any{"", "  \t", 5, nil} {
			wrong(t, map[string]any{"item": item, "quantity": 2}, "item")
		}
		wrong(t, map[string]any{"quantity": 2}, "item")
	})
	t.Run("a wrong quantity is named", func(t *testing.T) {
		for _, quantity := range []any{0, -1, 1001, 1.5, 2000000, "2", nil} {
			wrong(t, map[string]any{"item": "tea", "quantity": quantity}, "quantity")
		}
		wrong(t, map[string]any{"item": "tea"}, "quantity")
	})
	t.Run("every wrong field is named at once", func(t *testing.T) {
		wrong(t, map[string]any{"item": "", "quantity": 0.5}, "item", "quantity")
		wrong(t, nil, "item", "quantity")
	})
}

// 3. ErrNotFound is NotFound, ErrSoldOut FailedPrecondition, a store that gave up DeadlineExceeded or Canceled, also when they come wrapped. Anything else is Internal, and its text stays here.
func TestCodes(t *testing.T) {
	becomes := func(t *testing.T, err error, want codes.Code) {
		t.Helper()
		for _, e := range []error{err, fmt.Errorf("select from orders_%s: %w", kit.Word(kit.Rand(t), 5), err)} {
			for _, name := range rpcs() {
				o := open(t)
				o.err = e
				sent := fmt.Sprintf("%s; the store returns the error\n%q", name, e)
				var got error
				kit.Within(t, patience, sent, func() { got = o.each()[name](o.allowed()) })
				st := o.code(sent, got, want)
				if strings.Contains(st.Message(), "orders_") {
					o.fail(sent, said(got), "a message without the text of the store's error")
				}
			}
		}
	}
	t.Run("what is not there is NotFound", func(t *testing.T) { becomes(t, shop.ErrNotFound, codes.NotFound) })
	t.Run("what is sold out is FailedPrecondition", func(t *testing.T) { becomes(t, shop.ErrSoldOut, codes.FailedPrecondition) })
	t.Run("a store that gave up is DeadlineExceeded or Canceled", func(t *testing.T) {
		becomes(t, context.DeadlineExceeded, codes.DeadlineExceeded)
		becomes(t, context.Canceled, codes.Canceled)
	})
	t.Run("anything else is Internal and its text stays here", func(t *testing.T) {
		becomes(t, errors.New("relation orders_old does not exist"), codes.Internal)
	})
}

// 4. The store's context ends when the caller's does and has the caller's deadline, in all three calls.
func TestContext(t *testing.T) {
	t.Run("the store has the caller's deadline", func(t *testing.T) {
		for _, name := range rpcs() {
			o := open(t)
			ctx, cancel := context.WithTimeout(o.allowed(), 30*time.Minute)
			defer cancel()
			end := make(chan struct{})
			go func() { defer close(end); _ = o.each()[name](ctx) }()
			o.awaits(name)
			o.mu.Lock()
			got, ok := o.ctx.Deadline()
			o.mu.Unlock()
			want, _ := ctx.Deadline()
			if off := got.Sub(want).Abs(); !ok || off > 5*time.Minute {
				o.fail(name+" with a deadline in 30 minutes", deadline(ok, off), "the store's context has the caller's deadline")
			}
			cancel()
			<-end
		}
	})
	t.Run("the store's context ends when the caller gives up", func(t *testing.T) {
		for _, name := range rpcs() {
			o := open(t)
			o.block = true
			ctx, cancel := context.WithCancel(o.allowed())
			go func() { _ = o.each()[name](ctx) }()
			o.awaits(name)
			o.mu.Lock()
			inner := o.ctx
			o.mu.Unlock()
			cancel()
			o.over(inner, name+"; the caller gives up while the store works")
		}
	})
}

// over fails the behaviour unless the store's context ends.
func (o *office) over(ctx context.Context, sent string) {
	o.t.Helper()
	select {
	case <-ctx.Done():
	case <-time.After(patience / 2):
		o.fail(sent, "the store's context goes on", "it ends with the caller's")
	}
}

// 5. A stream ends without an error after the last state, and at once when its caller goes away.
func TestStream(t *testing.T) {
	t.Run("a stream ends after the last state", func(t *testing.T) {
		o := open(t)
		next := o.watch(o.allowed(), "order-1")
		var got []string
		var err error
		sent := "Watch; the store tells \"sent\", \"delivered\", and the end"
		kit.Within(t, patience/2, sent, func() {
			go func() {
				o.states <- "sent"
				o.states <- "delivered"
				close(o.states)
			}()
			for err == nil {
				var state string
				if state, err = next(); err == nil {
					got = append(got, state)
				}
			}
		})
		if !errors.Is(err, io.EOF) || !slices.Equal(got, []string{"sent", "delivered"}) {
			o.fail(sent, fmt.Sprintf("%q, then %s", got, kit.Said(err)), `"sent", "delivered", then the end without an error`)
		}
	})
	t.Run("a stream ends when its caller goes away", func(t *testing.T) {
		o := open(t)
		ctx, cancel := context.WithCancel(o.allowed())
		next := o.watch(ctx, "order-1")
		sent := "Watch; after one state the caller goes away"
		kit.Within(t, patience, sent, func() {
			o.states <- "paid"
			_, _ = next()
		})
		o.mu.Lock()
		inner := o.ctx
		o.mu.Unlock()
		cancel()
		o.over(inner, sent)
		ended := make(chan struct{})
		go func() { defer close(ended); o.stop() }()
		select {
		case <-ended:
		case <-time.After(patience / 2):
			o.fail(sent, "the handler still waits for the next state", "it returns")
		}
	})
}

// 6. Without the metadata authorization: Bearer TOKEN and a known token, every call is Unauthenticated and never reaches the store.
func TestToken(t *testing.T) {
	refused := func(t *testing.T, sent string, authorization func(o *office) string) {
		for _, name := range rpcs() {
			o := open(t)
			o.err = errors.New("reached")
			var err error
			kit.Within(t, patience, name+sent, func() { err = o.each()[name](o.with(authorization(o))) })
			o.code(name+sent, err, codes.Unauthenticated)
			if len(o.calls) > 0 {
				o.fail(name+sent, "the store was called", "Unauthenticated, and the store never hears of it")
			}
		}
	}
	t.Run("a call without a token is refused", func(t *testing.T) {
		refused(t, " without metadata", func(*office) string { return "" })
	})
	t.Run("a call with an unknown token is refused", func(t *testing.T) {
		refused(t, " with an unknown token", func(o *office) string { return "Bearer " + o.token[1:] })
		refused(t, " with an empty token", func(*office) string { return "Bearer " })
	})
	t.Run("a token without Bearer is refused", func(t *testing.T) {
		refused(t, " with authorization: TOKEN", func(o *office) string { return o.token })
		refused(t, " with authorization: Basic TOKEN", func(o *office) string { return "Basic " + o.token })
	})
}
