package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
)

// options are the wishes of one run.
type options struct {
	rounds   int
	only     []string // names of experiments; none: all
	course   []string // exercises to measure with; none: all
	markdown bool
	cpu      bool
	class    int    // checkouts of the class
	seed     uint64 // of the class
	cache    string // Go build cache to use; "": a temporary one
}

// execute measures and prints; it returns the process's exit code.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "error:", err)
		return 2
	}
	if err := measure(ctx, o, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "error:", err)
		return 1
	}
	return 0
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	var only, exercises string
	flags := flag.NewFlagSet("kata-bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.rounds, "n", 10, "`rounds`; a third of them where one takes minutes")
	flags.StringVar(&only, "only", "", "`names`, with commas, of: "+strings.Join(experimentNames(), ", "))
	flags.StringVar(&exercises, "exercises", "", "measure with these `ids` of the course, with commas, and not with all")
	flags.BoolVar(&o.markdown, "markdown", false, "print the table as Markdown")
	flags.BoolVar(&o.cpu, "cpu", false, "measure processor time instead of time, for a busy machine")
	flags.IntVar(&o.class, "class", 40, "grade `checkouts` in the experiments on a class; go test is tried in as many as there are rounds")
	flags.Uint64Var(&o.seed, "seed", 0, "draw the class's answers from this `number` (default: another one each time; it is printed)")
	flags.StringVar(&o.cache, "gocache", "", "keep compiled packages in this `folder` (default: a temporary one)")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	comma := func(r rune) bool { return r == ',' }
	if o.seed == 0 {
		o.seed = rand.Uint64N(99999) + 1
	}
	o.only, o.course = strings.FieldsFunc(only, comma), strings.FieldsFunc(exercises, comma)
	return o, o.check(flags.Args())
}

func (o options) check(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("unknown argument %q: kata-bench takes flags only", rest[0])
	}
	if o.class < 1 {
		return fmt.Errorf("-class is %d: at least one checkout is needed", o.class)
	}
	if o.rounds < 1 {
		return fmt.Errorf("-n is %d: at least one round is needed", o.rounds)
	}
	for _, name := range o.only {
		if !slices.Contains(experimentNames(), name) {
			return fmt.Errorf("-only has %q: there are %s", name, strings.Join(experimentNames(), ", "))
		}
	}
	return nil
}

// all is the rounds of most experiments.
func (o options) all() int { return o.rounds }

// heavy is the rounds of an experiment whose rounds take minutes.
func (o options) heavy() int { return (o.rounds + 2) / 3 }

func (o options) wants(name string) bool { return len(o.only) == 0 || slices.Contains(o.only, name) }

// method says how it was measured.
func (o options) method() string {
	if o.cpu {
		return fmt.Sprintf("processor time of all processes, %d rounds", o.rounds)
	}
	return fmt.Sprintf("%d rounds", o.rounds)
}
