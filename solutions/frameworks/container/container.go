// Package container makes a program's components and hands each to those that
// need it.
package container

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Container holds constructors, and the components that they have made. It may
// be used by several goroutines at once.
type Container struct {
	mu       sync.Mutex
	own      map[reflect.Type]reflect.Value // constructors of the program
	defaults map[reflect.Type]reflect.Value // constructors of libraries
	made     map[reflect.Type]reflect.Value // components
	order    []reflect.Value                // the same, in the order in which they were made
}

// New returns a container without constructors.
func New() *Container {
	return &Container{
		own:      map[reflect.Type]reflect.Value{},
		defaults: map[reflect.Type]reflect.Value{},
		made:     map[reflect.Type]reflect.Value{},
	}
}

// Provide adds a constructor of the program: a function whose parameters are
// the components that it needs, and that returns a component, or a component
// and an error.
func (c *Container) Provide(constructor any) error { return c.add(c.own, constructor) }

// Default adds a constructor that is used where the program provides none.
func (c *Container) Default(constructor any) error { return c.add(c.defaults, constructor) }

var errorType = reflect.TypeFor[error]()

func (c *Container) add(to map[reflect.Type]reflect.Value, constructor any) error {
	t := reflect.TypeOf(constructor)
	if t == nil || t.Kind() != reflect.Func || t.NumOut() < 1 || t.NumOut() > 2 || t.NumOut() == 2 && t.Out(1) != errorType {
		return fmt.Errorf("container: %v is no constructor; want func(…) T or func(…) (T, error)", t)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := to[t.Out(0)]; ok {
		return fmt.Errorf("container: there are two constructors for %v", t.Out(0))
	}
	to[t.Out(0)] = reflect.ValueOf(constructor)
	return nil
}

// Get returns the component of type T and makes it first if need be.
func Get[T any](c *Container) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var component T
	v, err := c.component(reflect.TypeFor[T](), nil)
	if err == nil {
		reflect.ValueOf(&component).Elem().Set(v)
	}
	return component, err
}

// component returns the component of type t. The path leads to t: each type on
// it is being made and needs the next.
func (c *Container) component(t reflect.Type, path []reflect.Type) (reflect.Value, error) {
	if v, ok := c.made[t]; ok {
		return v, nil
	}
	from := slices.Index(path, t)
	path = append(path, t)
	if from >= 0 {
		return reflect.Value{}, fmt.Errorf("container: these need one another: %s", arrows(path[from:]))
	}
	constructor, ok := c.constructor(t)
	if !ok {
		return reflect.Value{}, fmt.Errorf("container: nothing provides %v: %s", t, arrows(path))
	}
	v, err := c.make(constructor, path)
	if err != nil {
		return reflect.Value{}, err
	}
	c.made[t] = v
	c.order = append(c.order, v)
	return v, nil
}

func (c *Container) constructor(t reflect.Type) (reflect.Value, bool) {
	if f, ok := c.own[t]; ok {
		return f, true
	}
	f, ok := c.defaults[t]
	return f, ok
}

// make gets what the constructor of the path's last type needs, and calls it.
func (c *Container) make(constructor reflect.Value, path []reflect.Type) (reflect.Value, error) {
	var needs []reflect.Value
	for i := range constructor.Type().NumIn() {
		v, err := c.component(constructor.Type().In(i), path)
		if err != nil {
			return reflect.Value{}, err
		}
		needs = append(needs, v)
	}
	results := constructor.Call(needs)
	if len(results) == 2 && !results[1].IsNil() {
		return reflect.Value{}, fmt.Errorf("container: make %s: %w", arrows(path), results[1].Interface().(error))
	}
	return results[0], nil
}

func arrows(path []reflect.Type) string {
	var names []string
	for _, t := range path {
		names = append(names, t.String())
	}
	return strings.Join(names, " → ")
}

// Close closes the components that were made and have a Close method, last
// made first. It goes on when one cannot be closed, and returns all errors.
func (c *Container) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []error
	for _, v := range slices.Backward(c.order) {
		if closer, ok := v.Interface().(io.Closer); ok {
			all = append(all, closer.Close())
		}
	}
	c.order = nil
	return errors.Join(all...)
}
