// Command kata teaches backend engineering by repair.
package main

import (
	"context"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/kata-go/kata"
	"github.com/kata-go/kata/cmd/kata/internal/cli"
	"github.com/kata-go/kata/grader/run"
)

func main() {
	run.Init()
	debug.SetGCPercent(400) // most commands are over before collecting pays
	os.Exit(start(kata.Files))
}

// start runs the command line; a first interrupt asks it to end, a second ends it.
func start(files fs.FS) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return cli.Run(ctx, cli.OSWorld(files))
}
