package container_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/frameworks/container"
)

// 5. Components that need one another are an error that names the types of the circle, in order, from one back to the same. Any depth without a circle is fine.
func TestCircles(t *testing.T) {
	t.Run("a circle is an error that shows it", func(t *testing.T) {
		for _, length := range []int{1, 2, 3, 5} {
			circle(start(t), length)
		}
	})
	t.Run("a circle through what was asked for is one too", func(t *testing.T) {
		for _, length := range []int{0, 1, 4} {
			through(start(t), length)
		}
	})
	t.Run("a program of any depth is made", func(t *testing.T) {
		p := start(t)
		depth := 150 + p.rand.IntN(100)
		for i := 1; i <= depth; i++ {
			p.provides(link(i, i-1))
		}
		p.provides(reflect.MakeFunc(reflect.FuncOf(nil, []reflect.Type{level(0)}, false), func([]reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.New(level(0).Elem())}
		}).Interface())
		p.provides(reflect.MakeFunc(reflect.FuncOf([]reflect.Type{level(depth)}, []reflect.Type{reflect.TypeFor[*Config]()}, false), func([]reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(&Config{})}
		}).Interface())
		if _, err := container.Get[*Config](p.Container); err != nil {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("%s, made from one component, made from\none other, and so on: %d in all", asked[*Config](), depth+2),
				Got:  kit.Said(err), Want: "the component: there is no circle", At: p.at,
			})
		}
	})
	t.Run("two that need the same third are no circle", func(t *testing.T) {
		p := start(t)
		p.whole()
		get[*Server](p)
	})
}

// level returns one of any number of component types: *[n]container_test.Config.
func level(n int) reflect.Type {
	return reflect.PointerTo(reflect.ArrayOf(n, reflect.TypeFor[Config]()))
}

// link is a constructor of level made that needs level from.
func link(made, from int) any {
	t := reflect.FuncOf([]reflect.Type{level(from)}, []reflect.Type{level(made)}, false)
	return reflect.MakeFunc(t, func([]reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.New(level(made).Elem())}
	}).Interface()
}

// circle asks for a Config that needs level 20, which is on a circle of so
// many types, and fails unless the error shows it from one type back to it.
func circle(p *program, length int) {
	p.t.Helper()
	last := 20 + length - 1
	for i := 20; i < last; i++ {
		p.provides(link(i, i+1))
	}
	p.provides(link(last, 20), between(level(20), config))
	p.mustShow(length, nil)
}

// through asks for a Config that needs itself by way of so many others.
func through(p *program, length int) {
	p.t.Helper()
	for i := 20; i < 20+length-1; i++ {
		p.provides(link(i, i+1))
	}
	if length == 0 {
		p.provides(between(config, config))
	} else {
		p.provides(between(config, level(20+length-1)), between(level(20), config))
	}
	p.mustShow(length, []string{config.String()})
}

var config = reflect.TypeFor[*Config]()

// between is a constructor of one type that needs another. It is on a circle,
// so nobody ever calls it.
func between(needs, makes reflect.Type) any {
	return reflect.MakeFunc(reflect.FuncOf([]reflect.Type{needs}, []reflect.Type{makes}, false), nil).Interface()
}

// mustShow asks for a Config and fails unless the error shows the circle of
// these types and so many levels from 20.
func (p *program) mustShow(length int, around []string) {
	p.t.Helper()
	var err error
	kit.Within(p.t, 20*time.Second, asked[*Config]()+", which needs a component on a circle", func() { _, err = container.Get[*Config](p.Container) })
	for i := range length {
		around = append(around, level(20+i).String())
	}
	if err != nil && shows(err.Error(), around) {
		return
	}
	kit.Fail(p.t, kit.Failure{
		Sent: asked[*Config]() + "; it is on this circle or needs one\nthat is (A → B: A needs B):\n" + wrapped(append(around, around[0])),
		Got:  kit.Said(err), Want: "an error that names the types of the circle in this order,\nfrom any of them back to the same", At: p.at,
	})
}

// shows reports whether the text has the circle, begun anywhere and closed.
func shows(text string, around []string) bool {
	for range around {
		rest, whole := text, true
		for _, name := range append(slices.Clone(around), around[0]) {
			_, after, found := strings.Cut(rest, name)
			whole, rest = whole && found, after
		}
		if whole {
			return true
		}
		around = append(around[1:], around[0])
	}
	return false
}

func wrapped(names []string) string {
	text := kit.Said(errors.New(strings.Join(names, " → ")))
	return strings.TrimPrefix(text, "the error ")
}
