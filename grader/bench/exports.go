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

// Exports stages a submission and returns the compiled packages that its code
// may import, by import path: what a type checker has to read. The packages are
// compiled by the very build that Build does, so that little is done twice.
func (b *Bench) Exports(ctx context.Context, s Submission) (map[string]string, error) {
	if _, err := b.stageOne(s); err != nil {
		return nil, err
	}
	env, err := b.tool.BuildEnv(ctx)
	if err != nil {
		return nil, err
	}
	args := append([]string{"list", "-deps", "-export", "-json=ImportPath,Export"}, append(sameBuild(), "./"+s.folder()+"/...")...)
	out, err := b.runner.Tool(ctx, run.Command{Path: b.tool.Go, Dir: b.tree.dir, Env: env, Wall: buildLimit, Args: args, OutputCap: 64 << 20})
	if err != nil {
		return nil, err
	}
	if out.ExitCode != 0 {
		return nil, buildError(out)
	}
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out.Stdout)); ; {
		var p struct{ ImportPath, Export string }
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return exports, nil
		} else if err != nil {
			return nil, fmt.Errorf("read what go list says: %w", err)
		}
		if p.Export != "" { // unsafe has none
			exports[p.ImportPath] = p.Export
		}
	}
}
