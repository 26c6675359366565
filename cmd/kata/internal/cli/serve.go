package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/report"
	"github.com/kata-go/kata/grader/run"
	"github.com/spf13/cobra"
)

func serveCommand(a *app) *cobra.Command {
	port := 0
	c := &cobra.Command{
		Use:   "serve",
		Short: "Show the progress page live, on this machine only",
		Long: `Show the progress page on loopback. It renews itself while kata, kata watch or
kata verify run in other terminals. Ctrl-C ends it.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			return a.serve(c.Context(), s, port)
		},
	}
	c.Flags().IntVar(&port, "port", 0, "serve at port `N` instead of a free one")
	return c
}

// serve shows the page until the context ends. A program of its own speaks
// HTTP; this process renews its file.
func (a *app) serve(ctx context.Context, s session, port int) error {
	g, err := a.grader(s.dir)
	if err != nil {
		return err
	}
	folder, err := g.Runner.NewFolder("kata-page-")
	if err != nil {
		return broken("free some space, then: kata serve", "make a folder for the page: %w", err)
	}
	defer folder.Close()
	file := filepath.Join(folder.Path, "page.html")
	if err := a.writePage(s, file); err != nil {
		return err
	}
	server, err := startPage(ctx, g, file, port)
	if err != nil {
		return err
	}
	defer server.Stop()
	a.out().Serving(server.Ready())
	return a.renew(ctx, s, file, server)
}

func startPage(ctx context.Context, g *grader.Grader, file string, port int) (*run.Process, error) {
	binary, err := g.Program(ctx, "grader/services/page")
	if err != nil {
		return nil, err
	}
	p, err := g.Runner.Start(ctx, run.Command{Path: binary, Args: []string{file, fmt.Sprintf("127.0.0.1:%d", port)}})
	if err != nil {
		return nil, broken("kata serve, without --port or with another", "serve the page: %w", err)
	}
	return p, nil
}

// renewal is how often the progress file is looked at.
const renewal = 250 * time.Millisecond

// renew writes the page again whenever the progress changed.
func (a *app) renew(ctx context.Context, s session, file string, server *run.Process) error {
	last := writtenAt(s.store.File())
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-server.Done():
			return broken("kata serve", "the page's server ended")
		case <-time.After(renewal):
		}
		now := writtenAt(s.store.File())
		if now.Equal(last) {
			continue
		}
		last = now
		state, _, err := s.store.Load()
		if err != nil {
			return err
		}
		s.state = state
		if err := a.writePage(s, file); err != nil {
			return err
		}
	}
}

// writtenAt is when a file was written last, the zero time when it is not there.
func writtenAt(name string) time.Time {
	info, err := os.Stat(name)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// writePage puts the page in its place in one step.
func (a *app) writePage(s session, file string) error {
	p, err := a.progressPage(s)
	if err != nil {
		return err
	}
	temp, err := os.Create(file + ".new")
	if err != nil {
		return broken("free some space, then: kata serve", "write the page: %w", bare(err))
	}
	err = report.HTML(temp, p)
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temp.Name(), file)
	}
	if err != nil {
		return broken("free some space, then: kata serve", "write the page: %w", bare(err))
	}
	return nil
}
