package cli

import (
	"context"
	"strings"

	"github.com/kata-go/kata/grader/services"
)

// install is kata doctor --install.
func (a *app) install(ctx context.Context, f doctorFlags) error {
	name, wanted, _ := strings.Cut(f.install, "@")
	variable, ok := services.Installable()[name]
	if !ok {
		return usage("kata doctor --install postgres", "kata installs postgres and nothing else, not %q", f.install)
	}
	g, err := a.grader(a.workspaceOrDir())
	if err != nil {
		return err
	}
	folder, err := g.InstallService(ctx, name, f.from, wanted)
	if err != nil {
		return broken("kata doctor --install "+f.install+" --from URL, or set "+variable, "install %s: %w", name, err)
	}
	a.out().Installed(name, folder)
	return nil
}

// workspaceOrDir is the workspace, or the working directory where there is none.
func (a *app) workspaceOrDir() string {
	if w, err := a.openWorkspace(); err == nil {
		return w.dir
	}
	return a.Dir
}
