package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/kata-go/kata/grader/run"
)

// Compile compiles ahead of time what gradings of the submissions compile: the
// standard library, their hidden tests' dependencies and their own. Nothing is
// linked. Submissions that do not compile are no error.
func (b *Bench) Compile(ctx context.Context, subs []Submission) error {
	suites, _, err := b.stage(subs)
	if err != nil {
		return err
	}
	packages := []string{"std", module + "/grader/kit/harness"}
	for _, s := range suites {
		packages = append(packages, s.importPath)
	}
	_, err = b.goBuild(ctx, "", packages...)
	return err
}

// FetchModules downloads every module that go.mod names and returns how many
// there are. The error is a *BuildError that names the first one that could not
// be had.
func (b *Bench) FetchModules(ctx context.Context) (int, error) {
	env, err := b.tool.BuildEnv(ctx)
	if err != nil {
		return 0, err
	}
	out, err := b.runner.Tool(ctx, run.Command{Path: b.tool.Go, Args: []string{"mod", "download", "-json"}, Dir: b.tree.dir, Env: env, Wall: buildLimit})
	if err != nil {
		return 0, fmt.Errorf("run go mod download: %w", err)
	}
	n, failed := readDownloads(out.Stdout)
	switch {
	case failed != "":
		return n, &BuildError{failed, "kata doctor --prefetch, with the network or GOPROXY that has it"}
	case out.TimedOut || out.ExitCode != 0:
		return n, buildError(out)
	}
	return n, nil
}

// readDownloads counts what `go mod download -json` lists, and returns the first
// error in it.
func readDownloads(text []byte) (n int, failed string) {
	for d := json.NewDecoder(bytes.NewReader(text)); ; n++ {
		var m struct{ Path, Version, Error string }
		if err := d.Decode(&m); errors.Is(err, io.EOF) || err != nil {
			return n, failed
		}
		if m.Error != "" && failed == "" {
			failed = fmt.Sprintf("the module %s %s cannot be had: %s", m.Path, m.Version, m.Error)
		}
	}
}
