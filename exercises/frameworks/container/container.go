// Package container makes a program's components and hands each to those that
// need it.
package container

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"
)

// deepest keeps a circle of components from overflowing the stack. Nobody
// nests deeper.
const deepest = 32

// Container holds constructors, and the components that they have made.
type Container struct {
	mu           sync.Mutex
	constructors map[reflect.Type]reflect.Value
	registered   []reflect.Type
	made         map[reflect.Type]reflect.Value
}

// New returns a container without constructors.
func New() *Container {
	return &Container{
		constructors: map[reflect.Type]reflect.Value{},
		made:         map[reflect.Type]reflect.Value{},
	}
}

// Provide adds a constructor of the program: a function whose parameters are
// the components that it needs, and that returns a component, or a component
// and an error.
func (c *Container) Provide(constructor any) error { return c.add(constructor) }

// Default adds a constructor that is used where the program provides none.
func (c *Container) Default(constructor any) error {
	if t := reflect.TypeOf(constructor); t != nil && t.Kind() == reflect.Func && c.has(t.Out(0)) {
		return nil // the program's own is there already
	}
	return c.add(constructor)
}

func (c *Container) has(t reflect.Type) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.constructors[t]
	return ok
}

func (c *Container) add(constructor any) error {
	t := reflect.TypeOf(constructor)
	if t == nil || t.Kind() != reflect.Func || t.NumOut() < 1 || t.NumOut() > 2 {
		return fmt.Errorf("container: %v is no constructor", t)
	}
	if c.has(t.Out(0)) {
		return fmt.Errorf("container: there are two constructors for %v", t.Out(0))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.constructors[t.Out(0)] = reflect.ValueOf(constructor)
	c.registered = append(c.registered, t.Out(0))
	return nil
}

// Get returns the component of type T and makes it first if need be.
func Get[T any](c *Container) (T, error) {
	var component T
	v, err := c.component(reflect.TypeFor[T](), 0)
	if err != nil {
		return component, fmt.Errorf("container: cannot make %v: %v", reflect.TypeFor[T](), err)
	}
	reflect.ValueOf(&component).Elem().Set(v)
	return component, nil
}

func (c *Container) component(t reflect.Type, depth int) (reflect.Value, error) {
	if depth > deepest {
		return reflect.Value{}, errors.New("components are nested too deeply")
	}
	c.mu.Lock()
	v, made := c.made[t]
	constructor, ok := c.constructors[t]
	c.mu.Unlock() // constructors need components too
	if made {
		return v, nil
	}
	if !ok {
		return reflect.Value{}, fmt.Errorf("nothing provides %v", t)
	}
	v, err := c.make(constructor, depth)
	if err != nil {
		return reflect.Value{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made[t] = v
	return v, nil
}

func (c *Container) make(constructor reflect.Value, depth int) (reflect.Value, error) {
	var needs []reflect.Value
	for i := range constructor.Type().NumIn() {
		v, err := c.component(constructor.Type().In(i), depth+1)
		if err != nil {
			return reflect.Value{}, err
		}
		needs = append(needs, v)
	}
	results := constructor.Call(needs)
	if len(results) == 2 && !results[1].IsNil() {
		return reflect.Value{}, results[1].Interface().(error)
	}
	return results[0], nil
}

// Close closes the components that were made and have a Close method.
func (c *Container) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.registered {
		v, made := c.made[t]
		if !made {
			continue
		}
		if closer, ok := v.Interface().(io.Closer); ok {
			if err := closer.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}
