package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// experiment is one group of rows, or some tables.
type experiment struct {
	name, title string
	measure     func(*lab) ([]row, error)
	tables      func(*lab) ([]table, error) // instead of rows
}

// run returns what there is to print.
func (e experiment) run(l *lab) ([]table, error) {
	if e.tables != nil {
		return e.tables(l)
	}
	rows, err := e.measure(l)
	if len(rows) == 0 {
		return nil, err
	}
	return []table{{e.title, grid(rows)}}, err
}

// experiments are in the order in which they run and are shown.
func experiments() []experiment {
	generated := func(n int, rounds func(options) int) experiment {
		name := fmt.Sprintf("course%d", n)
		return experiment{name: name, title: fmt.Sprintf("A course of %d small exercises", n), measure: func(l *lab) ([]row, error) {
			return measureGenerated(l, n, rounds(l.options))
		}}
	}
	return []experiment{
		{name: "edit", title: "From an edit to the verdict", measure: measureEdits},
		{name: "broken", title: "From an edit to the compiler's message", measure: measureBroken},
		{name: "course", title: "The whole course", measure: func(l *lab) ([]row, error) { return measureCourse(l, l.model, l.options.rounds, idleReal) }},
		generated(10, options.all),
		generated(60, options.all),
		generated(200, options.heavy),
		{name: "cold", title: "The first run ever", measure: measureCold},
		{name: "start", title: "Starting", measure: measureStart},
		{name: "idle", title: "Waiting", measure: measureIdle},
		{name: "memory", title: "Memory of kata's own process", measure: measureMemory},
		{name: "class", title: "A class, each learner at another place of the course", measure: func(l *lab) ([]row, error) { return measureClass(l, spreadOut) }},
		{name: "solved", title: "A class in which everybody solved everything", measure: func(l *lab) ([]row, error) { return measureClass(l, allSolved) }},
		{name: "services", tables: measureServices},
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
		tables, problem := e.run(l)
		for _, t := range tables {
			if _, err := io.WriteString(stdout, format(t.title, t.lines)+"\n"); err != nil {
				return err
			}
		}
		if problem != nil { // what was measured until then may have taken an hour
			return fmt.Errorf("%s: %w", e.name, problem)
		}
	}
	_, err = fmt.Fprintln(stdout, describe(o, l.goVersion, busy, time.Since(begun)))
	return err
}
