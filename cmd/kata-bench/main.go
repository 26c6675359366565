// Command kata-bench measures kata against the go command on one machine and
// prints ratios; BENCHMARKS.md explains them.
//
// It owns the measuring: temporary copies of the repository, generated courses,
// the timing and the table. It drives a kata binary from outside and must never
// reach into how kata grades.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/kata-go/kata/grader/run"
)

func main() {
	run.Init() // the experiment on services starts servers as kata does
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
