package cli

import (
	"bytes"
	"os"
	"path"
	"slices"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"
)

func diffCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "diff [NAME]",
		Short:             "Show what you changed since the starter",
		Args:              oneArg,
		ValidArgsFunction: completeNames(a),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			e, err := s.exercise(args)
			if err != nil {
				return err
			}
			return a.diff(s, e)
		},
	}
}

func (a *app) diff(s session, e *course.Exercise) error {
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return broken("kata doctor", "open the workspace: %w", err)
	}
	defer root.Close()
	mine, err := bench.Read(root, e)
	if err != nil {
		return broken("kata reset "+e.ID(), "%w", err)
	}
	starter, err := e.Starter()
	if err != nil {
		return err
	}
	text := unified(e, starter, mine.Files)
	if len(text) == 0 {
		a.out().Note(e.ID() + " is as it was at the start")
		return nil
	}
	a.out().Diff(string(text))
	return nil
}

// unified is the unified diff from the starter to the learner's files.
func unified(e *course.Exercise, starter, mine []course.File) []byte {
	old, now := index(starter), index(mine)
	var names []string
	for name := range old {
		names = append(names, name)
	}
	for name := range now {
		if _, ok := old[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var b bytes.Buffer
	for _, name := range names {
		p := path.Join(e.Dir(), name)
		b.Write(stripHeader(diff.Diff(side("a/"+p, name, old), old[name], side("b/"+p, name, now), now[name])))
	}
	return b.Bytes()
}

// side names one side of a file's difference, as git does.
func side(p, name string, files map[string][]byte) string {
	if _, there := files[name]; !there {
		return "/dev/null"
	}
	return p
}

// stripHeader drops the "diff old new" line, which no tool needs.
func stripHeader(d []byte) []byte {
	if rest, ok := bytes.CutPrefix(d, []byte("diff ")); ok {
		_, rest, _ = bytes.Cut(rest, []byte("\n"))
		return rest
	}
	return d
}

func index(files []course.File) map[string][]byte {
	m := make(map[string][]byte, len(files))
	for _, f := range files {
		m[f.Name] = f.Data
	}
	return m
}
