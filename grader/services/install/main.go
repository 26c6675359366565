// Program install fetches the programs of a server from a repository and
// unpacks them for the resolver to find.
//
//	install postgres DIR [REPOSITORY [VERSION]]
//
// It makes DIR/VERSION, whole or not at all, and prints its path. What it does
// meanwhile it says on standard error, a line at a time; the last line is the
// reason when it fails. A download that was cut off is taken up again by the
// next call. It must never run what it fetched, beyond asking its version.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	folder, err := install(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(folder)
}

func install(ctx context.Context, args []string) (folder string, err error) {
	if len(args) < 2 || len(args) > 4 || args[0] != "postgres" {
		return "", errors.New("usage: install postgres DIR [REPOSITORY [VERSION]]")
	}
	args = append(args, "", "")
	repository, version := defaults()
	a, err := newArchive(cmp.Or(args[2], repository), cmp.Or(args[3], version))
	if err != nil {
		return "", err
	}
	return a.install(ctx, args[1])
}
