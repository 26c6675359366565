// Command kata teaches backend engineering by repair.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/kata-go/kata"
	"github.com/kata-go/kata/cmd/kata/internal/cli"
	"github.com/kata-go/kata/grader/run"
)

func main() {
	run.Init()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends kata at once
	code := cli.Run(ctx, cli.OSWorld(kata.Files))
	stop()
	os.Exit(code)
}
