package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// experiment is one group of rows.
type experiment struct {
	name    string
	measure func(*lab) ([]row, error)
}

// experiments are in the order in which they run and are shown.
func experiments() []experiment {
	return []experiment{
		{"edit", measureEdits},
		{"broken", measureBroken},
		{"course", func(l *lab) ([]row, error) { return measureCourse(l, l.model, l.options.rounds) }},
		{"course10", func(l *lab) ([]row, error) { return measureGenerated(l, 10, l.options.rounds) }},
		{"course60", func(l *lab) ([]row, error) { return measureGenerated(l, 60, l.options.rounds) }},
		{"course200", func(l *lab) ([]row, error) { return measureGenerated(l, 200, l.options.heavy()) }},
		{"cold", measureCold},
		{"start", measureStart},
		{"memory", measureMemory},
	}
}

func experimentNames() []string {
	var names []string
	for _, e := range experiments() {
		names = append(names, e.name)
	}
	return names
}

// measure runs the wanted experiments and prints what they found, also when
// one of them fails.
func measure(ctx context.Context, o options, stdout, stderr io.Writer) (err error) {
	l, err := newLab(ctx, o, stderr)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := l.close(); err == nil {
			err = closeErr
		}
	}()
	var rows []row
	begun, busy := time.Now(), load()
	for _, e := range experiments() {
		if !o.wants(e.name) {
			continue
		}
		l.tell("measuring: %s", e.name)
		found, err := e.measure(l)
		rows = append(rows, found...)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		l.tell("%s", table(found))
	}
	machine := describe(l.goVersion, busy, time.Since(begun))
	if o.markdown {
		_, err = fmt.Fprintf(stdout, "%s\n\n%s", machine, markdown(rows))
	} else {
		_, err = fmt.Fprintf(stdout, "%s\n\n%s", machine, table(rows))
	}
	return err
}
