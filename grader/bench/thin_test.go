package bench

import (
	"fmt"
	"os"
	"path"
	"testing"
	"time"
)

// grown is a build tree in dir with a program and an answer's binary in it,
// closed.
func grown(t *testing.T, dir string) (b *Bench, s Submission, program, binary string) {
	t.Helper()
	b = opened(t, dir)
	defer b.Close()
	s = answer(t, compiled(t)[0])
	program, err := b.Program(t.Context(), "grader/services/redis")
	must(t, err)
	return b, s, program, build(t, b, s).Binaries[s.ID()]
}

// reopened opens a tree once more and builds in it.
func reopened(t *testing.T, dir string, s Submission) {
	t.Helper()
	b := opened(t, dir)
	defer b.Close()
	if binary := build(t, b, s).Binaries[s.ID()]; !exists(binary) {
		t.Errorf("%s was not built again", binary)
	}
}

func TestATreeOfUsualSizeIsKept(t *testing.T) {
	dir := t.TempDir()
	_, s, program, binary := grown(t, dir)
	before := modified(t, binary)
	reopened(t, dir, s)
	if !exists(program) || !modified(t, binary).Equal(before) {
		t.Error("a small tree was thinned out")
	}
}

func TestTooManyBinariesGo(t *testing.T) {
	dir := t.TempDir()
	_, s, program, binary := grown(t, dir)
	must(t, os.Truncate(binary, mostBytes+1)) // takes no room
	reopened(t, dir, s)
	if info, err := os.Stat(binary); err == nil && info.Size() > mostBytes {
		t.Errorf("%s is still there", binary)
	}
	if !exists(program) {
		t.Errorf("%s is gone", program)
	}
}

func TestTooManyVariantsGo(t *testing.T) {
	dir := t.TempDir()
	b, s, _, _ := grown(t, dir)
	for i := range mostVariants + 1 {
		must(t, os.MkdirAll(b.tree.path(path.Join("variants", fmt.Sprint(i))), 0o755))
	}
	reopened(t, dir, s)
	left, err := b.tree.entries("variants")
	must(t, err)
	if len(left) > 0 {
		t.Errorf("%d variants are still there", len(left))
	}
}

func modified(t *testing.T, file string) time.Time {
	t.Helper()
	info, err := os.Stat(file)
	must(t, err)
	return info.ModTime()
}
