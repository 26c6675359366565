package author

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/run"
)

const vetLimit = 10 * time.Minute

var vetLine = regexp.MustCompile(`^(?:vet: )?(?:\./)?((?:exercises|solutions)/[^:]+:\d+)(?::\d+)?: (.*)$`)

// vet runs go vet over both folders of every subject and files what it says
// under the rule `vet`.
func (a *Author) vet(ctx context.Context, subjects []*subject) error {
	tool, err := a.Grader.Toolchain(ctx)
	if err != nil {
		return err
	}
	env, err := tool.BuildEnv(ctx)
	if err != nil {
		return err
	}
	args := []string{"vet"}
	for _, s := range subjects {
		args = append(args, "./"+s.Dir()+"/...", "./solutions/"+s.ID()+"/...")
	}
	out, err := a.Grader.Runner.Tool(ctx, run.Command{Path: tool.Go, Args: args, Dir: a.Root, Env: env, Wall: vetLimit})
	if err != nil {
		return fmt.Errorf("run go vet: %w", err)
	}
	for line := range strings.Lines(string(out.Stderr)) {
		m := vetLine.FindStringSubmatch(strings.TrimSpace(line))
		for _, s := range subjects {
			if m != nil && strings.HasPrefix(m[1], s.Dir()+"/") {
				s.add("vet", m[1], "go vet: %s", m[2])
			} else if m != nil && strings.HasPrefix(m[1], "solutions/"+s.ID()+"/") {
				s.add("vet", m[1], "go vet: %s", m[2])
			}
		}
	}
	return nil
}
