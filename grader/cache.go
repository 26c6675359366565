package grader

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
)

// key hashes everything that a verdict depends on.
func (b *batch) key(s bench.Submission) (string, error) {
	judging, err := s.Exercise.Judging()
	if err != nil {
		return "", err
	}
	parts := [][]byte{
		fmt.Append(nil, b.Quick, b.Seed, s.Tests != nil, s.Woven != nil, len(s.Files), len(s.Tests)),
		[]byte(b.Version), []byte(b.digest), []byte(b.tool.Version), []byte(s.ID()), []byte(s.Exercise.Front()),
		[]byte(services.Given(b.config, s.Exercise.Services)),
	}
	for _, f := range slices.Concat(s.Files, s.Tests, judging) {
		parts = append(parts, []byte(f.Name), f.Data)
	}
	return verdict.Key(parts...), nil
}

// recall returns the known verdict for key.
func (b *batch) recall(key string) (verdict.Result, bool) {
	if b.Fresh || b.Strict {
		return verdict.Result{}, false
	}
	data, err := os.ReadFile(b.verdictFile(key))
	if err != nil {
		return verdict.Result{}, false
	}
	var r verdict.Result
	if json.Unmarshal(data, &r) != nil {
		return verdict.Result{}, false
	}
	r.Cached = true
	return r, true
}

// remember keeps a verdict that would come out the same again.
func (b *batch) remember(key string, r verdict.Result) {
	if repeatable(r) && !(b.Crowd && strangers(r)) {
		b.keep(key, r)
	}
}

// keep writes a verdict down, unless something was left out because of the
// machine. It is only a cache: failing to write it is no error.
func (b *batch) keep(key string, r verdict.Result) {
	if b.Strict || skips(r.Behaviours) {
		return
	}
	data, err := json.Marshal(r)
	if err != nil {
		return
	}
	file := b.verdictFile(key)
	if os.MkdirAll(filepath.Dir(file), 0o755) != nil {
		return
	}
	temp, err := os.CreateTemp(filepath.Dir(file), "new-")
	if err != nil {
		return
	}
	_, err = temp.Write(data)
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), file)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
}

func (b *batch) verdictFile(key string) string {
	return filepath.Join(b.CacheDir, "verdicts", key[:2], key+".json")
}

// repeatable is false for verdicts that the machine's load or a service may
// have had a part in.
func repeatable(r verdict.Result) bool {
	if skips(r.Behaviours) {
		return false
	}
	if r.Status == verdict.Pass {
		return true
	}
	return r.Status == verdict.Fail && (r.Problem == nil || r.Problem.Kind == verdict.Compile)
}

// strangers says whether code of others in the same binary may be why something
// does not pass. Each package compiles, or does not, by itself.
func strangers(r verdict.Result) bool {
	return r.Status != verdict.Pass && (r.Problem == nil || r.Problem.Kind != verdict.Compile)
}

// skips says whether anything was left out because of the machine.
func skips(list []verdict.Behaviour) bool {
	return slices.ContainsFunc(list, func(b verdict.Behaviour) bool { return b.Status == verdict.Skip || skips(b.Parts) })
}

// assetsDigest identifies what every build takes from the binary.
func assetsDigest(assets fs.FS) (string, error) {
	var names []string
	err := fs.WalkDir(assets, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return skipContent(p)
		case matters(p):
			names = append(names, p)
		}
		return nil
	})
	parts, problems := make([][]byte, len(names)), make([]error, len(names))
	each(len(names), runtime.NumCPU(), func(i int) {
		var data []byte
		data, problems[i] = fs.ReadFile(assets, names[i])
		parts[i] = []byte(verdict.Key([]byte(names[i]), data))
	})
	return verdict.Key(parts...), errors.Join(append(problems, err)...)
}

// matters reports whether a verdict may depend on a file: the module's two, and
// the code of the engine, the kit and the server programs. A binary embeds no
// more than the last two of these; a checkout has all.
func matters(p string) bool {
	return p == "go.mod" || p == "go.sum" || strings.HasPrefix(p, "grader/") && !strings.HasSuffix(p, "_test.go")
}

// onlookers are the parts of a checkout that see verdicts and make none.
var onlookers = []string{"grader/author", "grader/mutate", "grader/progress", "grader/report", "grader/update", "grader/watch"}

func skipContent(p string) error {
	if p == "solutions" || p == "exercises" || p == "cmd" || path.Base(p) == "testdata" || slices.Contains(onlookers, p) {
		return fs.SkipDir
	}
	return nil
}

// Digest identifies the course and the engine's part of every build: the
// hidden tests, the kit, the server programs and the module files.
func Digest(files fs.FS) (string, error) {
	var parts [][]byte
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, p)
		parts = append(parts, []byte(p), data)
		return err
	})
	return verdict.Key(parts...), err
}
