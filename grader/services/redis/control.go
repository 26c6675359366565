package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// control is the control port and the instances behind it.
type control struct {
	port      *server.Server
	mu        sync.Mutex
	instances map[string]*instance // by address
}

// instance is one Redis. Its expiries and TIME follow now, which stands still
// between two KATA.ADVANCE.
type instance struct {
	redis *miniredis.Miniredis
	now   time.Time
}

func listen() (*control, error) {
	port, err := server.NewServer("127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	c := &control{port: port, instances: map[string]*instance{}}
	err = errors.Join(
		c.answer("KATA.NEW", 1, c.create),
		c.answer("KATA.ADVANCE", 2, c.advance),
		c.answer("KATA.DROP", 1, c.drop),
	)
	if err != nil {
		port.Close()
		return nil, err
	}
	return c, nil
}

// answer makes run the control command called name.
func (c *control) answer(name string, arguments int, run func([]string) (string, error)) error {
	err := c.port.Register(name, func(peer *server.Peer, _ string, given []string) {
		if len(given) != arguments {
			peer.WriteError(fmt.Sprintf("ERR %s takes %d arguments, not %d", name, arguments, len(given)))
			return
		}
		if text, err := run(given); err != nil {
			peer.WriteError("ERR " + err.Error())
		} else {
			peer.WriteBulk(text)
		}
	})
	if err != nil {
		return fmt.Errorf("register %s: %w", name, err)
	}
	return nil
}

func (c *control) addr() string { return c.port.Addr().String() }

// close ends the control port and every instance.
func (c *control) close() {
	c.port.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range c.instances {
		i.redis.Close()
	}
	clear(c.instances)
}

// create is KATA.NEW unix-ms.
func (c *control) create(arguments []string) (string, error) {
	start, err := milliseconds(arguments[0])
	if err != nil {
		return "", err
	}
	i := &instance{redis: miniredis.NewMiniRedis(), now: time.UnixMilli(start).UTC()}
	i.redis.SetTime(i.now)
	i.redis.ClockTTL(true)
	if err := i.redis.Start(); err != nil {
		return "", fmt.Errorf("start an instance: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	addr := i.redis.Addr()
	c.instances[addr] = i
	return addr, nil
}

// advance is KATA.ADVANCE addr ms.
func (c *control) advance(arguments []string) (string, error) {
	d, err := milliseconds(arguments[1])
	if err != nil {
		return "", err
	}
	if d < 0 {
		return "", fmt.Errorf("a clock moves forward only, not by %d ms", d)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	i, err := c.find(arguments[0])
	if err != nil {
		return "", err
	}
	i.now = i.now.Add(time.Duration(d) * time.Millisecond)
	i.redis.SetTime(i.now)
	return "OK", nil
}

// drop is KATA.DROP addr. It returns once the instance's connections are closed.
func (c *control) drop(arguments []string) (string, error) {
	c.mu.Lock()
	i, err := c.find(arguments[0])
	delete(c.instances, arguments[0])
	c.mu.Unlock()
	if err != nil {
		return "", err
	}
	i.redis.Close()
	return "OK", nil
}

// find needs the lock.
func (c *control) find(addr string) (*instance, error) {
	if i, ok := c.instances[addr]; ok {
		return i, nil
	}
	known := slices.Sorted(maps.Keys(c.instances))
	return nil, fmt.Errorf("no instance at %q; there are %q", addr, known)
}

func milliseconds(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number of milliseconds", s)
	}
	return n, nil
}
