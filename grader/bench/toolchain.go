package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/run"
)

// Toolchain is the go command that builds submissions.
type Toolchain struct {
	Go      string // path of the go command
	Version string // as in "go1.26.1"
	environ []string
	cache   string
	runner  *run.Runner
}

// ToolchainError says why no submission can be built on this machine.
type ToolchainError struct{ Problem, Hint string }

func (e *ToolchainError) Error() string { return e.Problem }

// installHint ends every complaint about the go command.
const installHint = "install Go from go.dev/dl and put its bin folder on PATH, then: kata doctor"

// FindToolchain looks the go command up on the PATH of environ (as os.Environ
// returns it) and reads its version without starting it where that is
// possible. cache is kata's cache folder. Errors are *ToolchainError.
func FindToolchain(ctx context.Context, runner *run.Runner, environ []string, cache string) (*Toolchain, error) {
	goCommand, ok := lookPath("go", lookup(environ, "PATH"))
	if !ok {
		return nil, &ToolchainError{"no go command on PATH", installHint}
	}
	t := &Toolchain{Go: goCommand, environ: environ, cache: cache, runner: runner}
	if t.Version = versionFile(goCommand); t.Version != "" {
		return t, nil
	}
	out, err := t.env(ctx, "GOVERSION")
	if err != nil {
		return nil, &ToolchainError{fmt.Sprintf("%s does not answer: %v", goCommand, err), installHint}
	}
	t.Version = out["GOVERSION"]
	return t, nil
}

// Environ returns the user's settings of some variables, as KEY=value, those
// that are set.
func (t *Toolchain) Environ(keys ...string) []string { return t.pass(keys) }

// Require fails with a *ToolchainError when the toolchain is older than want,
// a go.mod's go line such as "1.26.0".
func (t *Toolchain) Require(want string) error {
	if version.Compare(t.Version, "go"+want) >= 0 {
		return nil
	}
	return &ToolchainError{
		fmt.Sprintf("%s is %s, but the exercises need Go %s or newer", t.Go, t.Version, want),
		installHint,
	}
}

// lookPath is exec.LookPath over a given PATH instead of the process's.
func lookPath(file, path string) (string, bool) {
	for _, dir := range filepath.SplitList(path) {
		if dir == "" || !filepath.IsAbs(dir) {
			continue
		}
		if found, err := exec.LookPath(filepath.Join(dir, file)); err == nil {
			return found, true
		}
	}
	return "", false
}

// versionFile reads the VERSION file that stands beside a distribution's bin
// folder; it returns "" where there is none.
func versionFile(goCommand string) string {
	real, err := filepath.EvalSymlinks(goCommand)
	if err != nil {
		return ""
	}
	b, err := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(real)), "VERSION"))
	if err != nil {
		return ""
	}
	v, _, _ := strings.Cut(string(b), "\n")
	if v = strings.TrimSpace(v); !version.IsValid(v) {
		return ""
	}
	return v
}

// network names the settings that say where modules come from. Only these
// are taken over from the user; GOFLAGS, GOENV, GOWORK and the like are not.
var network = []string{"GOPROXY", "GOSUMDB", "GONOSUMDB", "GONOPROXY", "GOPRIVATE", "GOINSECURE", "GOAUTH", "GOMODCACHE", "GOCACHE", "GOPATH"}

// system names the variables without which tools do not start or fetch.
var system = []string{"HOME", "PATH", "TMPDIR", "TMP", "TEMP", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "SYSTEMROOT", "SystemRoot", "SYSTEMDRIVE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"}

// BuildEnv returns the environment for builds: the user's module sources and
// nothing else that could change what is built.
func (t *Toolchain) BuildEnv(ctx context.Context) ([]string, error) {
	settings, err := t.settings(ctx)
	if err != nil {
		return nil, err
	}
	env := t.pass(system)
	for _, key := range network {
		if settings[key] != "" {
			env = append(env, key+"="+settings[key])
		}
	}
	if c := settings["GOCACHE"]; c == "" || c == "off" {
		env = append(env, "GOCACHE="+filepath.Join(t.cache, "go-build"))
	}
	return append(env, "GOFLAGS=", "GOENV=off", "GOWORK=off", "GOTOOLCHAIN=local", "GO111MODULE=on", "CGO_ENABLED=0", "GOTELEMETRY=off",
		"GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH), nil
}

// settings asks the go command once and remembers the answer beside what it
// depended on.
func (t *Toolchain) settings(ctx context.Context) (map[string]string, error) {
	file := filepath.Join(t.cache, "go-env.json")
	stamp := t.stamp()
	var kept struct {
		Stamp    string
		Settings map[string]string
	}
	if b, err := os.ReadFile(file); err == nil && json.Unmarshal(b, &kept) == nil && kept.Stamp == stamp {
		return kept.Settings, nil
	}
	settings, err := t.env(ctx, network...)
	if err != nil {
		return nil, &ToolchainError{fmt.Sprintf("%s env does not answer: %v", t.Go, err), installHint}
	}
	kept.Stamp, kept.Settings = stamp, settings
	if b, err := json.Marshal(kept); err == nil {
		_ = os.WriteFile(file, b, 0o644) // only a cache
	}
	return settings, nil
}

// stamp changes whenever the answer of `go env` may have changed.
func (t *Toolchain) stamp() string {
	var b strings.Builder
	fmt.Fprintln(&b, t.Go, t.Version)
	for _, key := range append(append([]string{"GOENV", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"}, network...), system...) {
		fmt.Fprintln(&b, key, lookup(t.environ, key))
	}
	file := lookup(t.environ, "GOENV")
	if file == "" {
		if dir, err := os.UserConfigDir(); err == nil {
			file = filepath.Join(dir, "go", "env")
		}
	}
	if info, err := os.Stat(file); err == nil {
		fmt.Fprintln(&b, info.Size(), info.ModTime().UnixNano())
	}
	return b.String()
}

func (t *Toolchain) env(ctx context.Context, names ...string) (map[string]string, error) {
	env := append(t.pass(append(append([]string{"GOENV", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"}, system...), network...)), "GOTOOLCHAIN=local", "GOFLAGS=", "TEST_TELEMETRY_DIR="+filepath.Join(t.cache, "telemetry")) // else in the user's configuration
	out, err := t.runner.Tool(ctx, run.Command{Path: t.Go, Args: append([]string{"env", "-json"}, names...), Dir: t.cache, Env: env, Wall: 30 * time.Second})
	if err != nil {
		return nil, err
	}
	if out.ExitCode != 0 {
		return nil, errors.New(strings.TrimSpace(string(out.Stderr)))
	}
	settings := map[string]string{}
	return settings, json.Unmarshal(out.Stdout, &settings)
}

func (t *Toolchain) pass(names []string) []string {
	var env []string
	for _, key := range names {
		if v := lookup(t.environ, key); v != "" {
			env = append(env, key+"="+v)
		}
	}
	return env
}

func lookup(environ []string, key string) string {
	for i := len(environ) - 1; i >= 0; i-- {
		if k, v, ok := strings.Cut(environ[i], "="); ok && k == key {
			return v
		}
	}
	return ""
}
