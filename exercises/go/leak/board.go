// Package leak keeps a board of the devices that are online.
package leak

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// Device is what the last report of a device said.
type Device struct {
	Name   string
	Status string
}

// Board shows who has reported within the last ttl.
type Board struct {
	ttl time.Duration

	mu      sync.Mutex
	devices map[string]Device
	offline map[string]bool
	waiters map[string][]chan Device
}

// New returns an empty board.
func New(ttl time.Duration) *Board {
	return &Board{
		ttl:     ttl,
		devices: make(map[string]Device),
		offline: make(map[string]bool),
		waiters: make(map[string][]chan Device),
	}
}

// Report reads a report: a line with name and status, then readings.
func (b *Board) Report(body io.Reader) error {
	report, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("read a report: %w", err)
	}
	line, _, _ := strings.Cut(string(report), "\n") // the readings are not kept
	name, status, ok := strings.Cut(line, " ")
	if !ok {
		return errors.New("a report begins with a name and a status")
	}
	d := Device{Name: name, Status: status}

	b.mu.Lock()
	defer b.mu.Unlock()
	b.devices[name] = d
	b.offline[name] = false
	time.AfterFunc(b.ttl, func() { b.expire(name) })
	for _, waiter := range b.waiters[name] {
		go func() { waiter <- d }() // a slow waiter must not hold up the report
	}
	b.waiters[name] = nil
	return nil
}

func (b *Board) expire(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.offline[name] = true
}

// Online returns the devices that are online, by name.
func (b *Board) Online() []Device {
	b.mu.Lock()
	defer b.mu.Unlock()
	var online []Device
	for name, d := range b.devices {
		if !b.offline[name] {
			online = append(online, d)
		}
	}
	slices.SortFunc(online, func(x, y Device) int { return cmp.Compare(x.Name, y.Name) })
	return online
}

// Wait returns the next report of a device, or ctx's error.
func (b *Board) Wait(ctx context.Context, name string) (Device, error) {
	waiter := make(chan Device)
	b.mu.Lock()
	b.waiters[name] = append(b.waiters[name], waiter)
	b.mu.Unlock()
	select {
	case d := <-waiter:
		return d, nil
	case <-ctx.Done():
		return Device{}, ctx.Err()
	}
}
