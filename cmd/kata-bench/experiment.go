package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// experiment is one group of rows.
type experiment struct {
	name, title string
	measure     func(*lab) ([]row, error)
}

// experiments are in the order in which they run and are shown.
func experiments() []experiment {
	generated := func(n int, rounds func(options) int) experiment {
		name := fmt.Sprintf("course%d", n)
		return experiment{name, fmt.Sprintf("A course of %d small exercises", n), func(l *lab) ([]row, error) {
			return measureGenerated(l, n, rounds(l.options))
		}}
	}
	return []experiment{
		{"edit", "From an edit to the verdict", measureEdits},
		{"broken", "From an edit to the compiler's message", measureBroken},
		{"course", "The whole course", func(l *lab) ([]row, error) { return measureCourse(l, l.model, l.options.rounds) }},
		generated(10, options.all),
		generated(60, options.all),
		generated(200, options.heavy),
		{"cold", "The first run ever", measureCold},
		{"start", "Starting", measureStart},
		{"idle", "Waiting", measureIdle},
		{"memory", "Memory of kata's own process", measureMemory},
	}
}

func experimentNames() []string {
	var names []string
	for _, e := range experiments() {
		names = append(names, e.name)
	}
	return names
}

// measure runs the wanted experiments and prints the table of each when it is
// there, and at the end what it was measured on.
func measure(ctx context.Context, o options, stdout, stderr io.Writer) (err error) {
	begun, busy := time.Now(), load()
	l, err := newLab(ctx, o, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	format := text
	if o.markdown {
		format = markdown
	}
	for _, e := range experiments() {
		if !o.wants(e.name) {
			continue
		}
		l.tell("measuring: %s", e.name)
		rows, err := e.measure(l)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		if _, err := io.WriteString(stdout, format(e.title, rows)+"\n"); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(stdout, describe(o, l.goVersion, busy, time.Since(begun)))
	return err
}
