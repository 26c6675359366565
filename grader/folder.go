package grader

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
)

// Folder is an exercise's folder in a workspace, as it was when it was read.
type Folder struct {
	Exercise *course.Exercise
	bench.Reading
	refused *bench.RefusedError // nil when the files can be taken
}

// Started reports whether the learner's files differ from the starter. A folder
// that cannot be taken differs.
func (f Folder) Started() (bool, error) {
	if f.refused != nil {
		return true, nil
	}
	starter, err := f.Exercise.Starter()
	return err == nil && !sameFiles(f.Files, starter), err
}

// Missing reports whether the workspace lacks the folder: a newer course has
// exercises that an older workspace has not.
func (f Folder) Missing() bool { return f.refused != nil && f.refused.Missing }

// Read reads the folders of some exercises, in their order.
func (g *Grader) Read(exercises []*course.Exercise) ([]Folder, error) {
	root, err := os.OpenRoot(g.Workspace)
	if err != nil {
		return nil, fmt.Errorf("open the workspace: %w", err)
	}
	defer root.Close()
	folders, problems := make([]Folder, len(exercises)), make([]error, len(exercises))
	each(len(exercises), runtime.NumCPU(), func(i int) {
		folders[i], problems[i] = readFolder(root, exercises[i])
	})
	return folders, errors.Join(problems...)
}

func readFolder(root *os.Root, e *course.Exercise) (Folder, error) {
	reading, err := bench.Read(root, e)
	f := Folder{Exercise: e, Reading: reading}
	if errors.As(err, &f.refused) {
		err = nil
	}
	return f, err
}

func (g *Grader) readOne(e *course.Exercise) (Folder, error) {
	folders, err := g.Read([]*course.Exercise{e})
	if err != nil {
		return Folder{}, err
	}
	return folders[0], nil
}

// Started reports whether the learner's files of e differ from the starter.
func (g *Grader) Started(e *course.Exercise) (bool, error) {
	f, err := g.readOne(e)
	if err != nil {
		return false, err
	}
	return f.Started()
}

// Same reports whether an exercise's files are the same in two workspaces. A
// folder that cannot be taken differs from every other.
func Same(a, b *Grader, e *course.Exercise) (bool, error) {
	x, err := a.readOne(e)
	if err != nil {
		return false, err
	}
	y, err := b.readOne(e)
	return err == nil && x.refused == nil && y.refused == nil && sameFiles(x.Files, y.Files), err
}

// sameFiles compares without the brief, which is not an answer.
func sameFiles(a, b []course.File) bool {
	index := func(files []course.File) map[string]string {
		m := map[string]string{}
		for _, f := range files {
			if f.Name != "README.md" {
				m[f.Name] = string(f.Data)
			}
		}
		return m
	}
	return maps.Equal(index(a), index(b))
}

// each calls do for the numbers below n, atOnce at a time, and returns when all
// calls have.
func each(n, atOnce int, do func(i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(max(atOnce, 1), n) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	group.Wait()
}
