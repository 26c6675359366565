package services

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/run"
)

// installTime bounds a download over a slow line and its unpacking.
const installTime = time.Hour

// Installable are the services that Install knows, with the variable that names
// another repository.
func Installable() map[string]string {
	return map[string]string{"postgres": "KATA_POSTGRES_REPOSITORY"}
}

// Install fetches the programs of a service, unpacks them where the resolver
// looks first, and returns the folder. Repository and version may be empty: the
// former is then the variable's, and both else the usual ones. Progress goes to
// c.Log.
func Install(ctx context.Context, c Config, name, repository, version string) (folder string, err error) {
	variable, ok := Installable()[name]
	if !ok {
		return "", fmt.Errorf("kata cannot install %q", name)
	}
	if repository == "" {
		repository = c.variable(variable)
	}
	binary, err := c.Program(ctx, "grader/services/install")
	if err != nil {
		return "", fmt.Errorf("build the program that installs %s: %w", name, err)
	}
	said := &lastLine{to: c.Log}
	out, err := c.Runner.Run(ctx, run.Command{
		Path: binary, Args: []string{name, c.InstallDirs(name)[0], repository, version}, Env: c.fetchEnv(), Wall: installTime, Stderr: said,
	})
	switch {
	case err != nil:
		return "", err
	case out.TimedOut:
		return "", fmt.Errorf("%s is not there after %v; the next call goes on", name, installTime)
	case out.ExitCode != 0:
		return "", errors.New(said.line())
	}
	return strings.TrimSpace(string(out.Stdout)), nil
}

// fetchEnv is what a program that fetches gets of the user's environment.
func (c Config) fetchEnv() []string {
	env := c.serverEnv()
	for _, key := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		if v := c.variable(key); v != "" {
			env = append(env, key+"="+v)
		}
	}
	return env
}
