package services

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/run"
)

// versionTime bounds a program that is asked for its version.
const versionTime = 2 * time.Second

var firstVersion = regexp.MustCompile(`\d+(\.\d+)+`)

// version is what an installed program says of itself, else what its path says.
func (r *Resolver) version(ctx context.Context, p installed) string {
	out, err := r.Runner.Tool(ctx, run.Command{Path: p.path, Args: []string{"--version"}, Env: r.serverEnv(), Wall: versionTime})
	if err == nil && out.ExitCode == 0 {
		if v := firstVersion.FindString(string(out.Stdout)); v != "" {
			return v
		}
	}
	return p.version
}

// embeddedVersion is that of the module that the embedded form is, as go.mod
// requires it, or the one that a simulator claims.
func (c Config) embeddedVersion(s service) string {
	for line := range strings.Lines(c.GoMod) {
		words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(words) > 1 && words[0] == s.module {
			return strings.TrimPrefix(words[1], "v")
		}
	}
	return s.speaks
}
