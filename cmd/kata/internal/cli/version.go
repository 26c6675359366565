package cli

import (
	"context"
	"runtime"
	"runtime/debug"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/spf13/cobra"
)

func versionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of kata and of its course",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			all, err := a.loadCourse()
			if err != nil {
				return err
			}
			digest, err := grader.Digest(a.Files)
			if err != nil {
				return err
			}
			a.out().Version(version(), runtime.Version(), digest[:12], len(course.Order(all)))
			return nil
		},
	}
}

// version is the module version that the binary was built from, or "devel"
// with the revision.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	return "devel"
}

// platform is what code is graded on, such as linux/amd64.
func platform() string { return runtime.GOOS + "/" + runtime.GOARCH }

// goVersion is the version of the Go that grades, "" when there is none.
func goVersion(ctx context.Context, g *grader.Grader) string {
	tool, err := g.Toolchain(ctx)
	if err != nil {
		return ""
	}
	return tool.Version
}
