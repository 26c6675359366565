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
	devices map[string]*entry                   // those online
	waiters map[string]map[chan Device]struct{} // those who wait now; no name without a waiter
}

// entry is a device that is online until its timer fires.
type entry struct {
	Device
	timer *time.Timer
}

// New returns an empty board.
func New(ttl time.Duration) *Board {
	return &Board{
		ttl:     ttl,
		devices: make(map[string]*entry),
		waiters: make(map[string]map[chan Device]struct{}),
	}
}

// Report reads a report: a line with name and status, then readings.
func (b *Board) Report(body io.Reader) error {
	d, err := read(body)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.renew(d)
	for waiter := range b.waiters[d.Name] {
		waiter <- d // has room for it
	}
	delete(b.waiters, d.Name)
	return nil
}

// read returns what a report says. Its strings are copies: a substring would
// keep the whole report alive.
func read(body io.Reader) (Device, error) {
	report, err := io.ReadAll(body)
	if err != nil {
		return Device{}, fmt.Errorf("read a report: %w", err)
	}
	line, _, _ := strings.Cut(string(report), "\n")
	name, status, ok := strings.Cut(line, " ")
	if !ok {
		return Device{}, errors.New("a report begins with a name and a status")
	}
	return Device{Name: strings.Clone(name), Status: strings.Clone(status)}, nil
}

// renew puts d online for one ttl, in place of what was known before.
func (b *Board) renew(d Device) {
	if old, ok := b.devices[d.Name]; ok {
		old.timer.Stop()
	}
	e := &entry{Device: d}
	e.timer = time.AfterFunc(b.ttl, func() { b.expire(e) })
	b.devices[d.Name] = e
}

// expire takes e from the board, unless a report that came at the same moment
// has replaced it.
func (b *Board) expire(e *entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.devices[e.Name] == e {
		delete(b.devices, e.Name)
	}
}

// Online returns the devices that are online, by name.
func (b *Board) Online() []Device {
	b.mu.Lock()
	defer b.mu.Unlock()
	var online []Device
	for _, e := range b.devices {
		online = append(online, e.Device)
	}
	slices.SortFunc(online, func(x, y Device) int { return cmp.Compare(x.Name, y.Name) })
	return online
}

// Wait returns the next report of a device, or ctx's error.
func (b *Board) Wait(ctx context.Context, name string) (Device, error) {
	waiter := make(chan Device, 1)
	b.join(name, waiter)
	defer b.leave(name, waiter)
	select {
	case d := <-waiter:
		return d, nil
	case <-ctx.Done():
		return Device{}, ctx.Err()
	}
}

func (b *Board) join(name string, waiter chan Device) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiters[name] == nil {
		b.waiters[name] = make(map[chan Device]struct{})
	}
	b.waiters[name][waiter] = struct{}{}
}

func (b *Board) leave(name string, waiter chan Device) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.waiters[name], waiter)
	if len(b.waiters[name]) == 0 {
		delete(b.waiters, name)
	}
}
