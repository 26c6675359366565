// Package engine lets hidden tests build an image and run it, through the
// docker command line of a machine whose owner asked for that.
//
// It owns the limits and labels of what it makes, and takes it all away again.
// It knows neither Dockerfiles nor what an image should be like; what the
// machine lacks ends a behaviour in kit.Skip, never in a failure.
package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
)

// Env names the environment variable by which the grader allows the use of an
// engine; its value is the docker program, by name or by path.
const Env = "KATA_ENGINE"

// label marks what this package makes; its value is the time in Unix seconds.
const label = "io.github.kata-go.made"

// abandoned is the age at which a labelled thing belongs to a run that died.
const abandoned = time.Hour

// Engine is a Docker engine that answers and can build with BuildKit.
type Engine struct {
	t       testing.TB
	program string
	modern  bool // docker build is docker buildx build: since Docker 23
}

// Use returns the engine that the learner allowed, and ends the behaviour
// without a verdict when there is none. The exercise is told in the command
// that mends it.
func Use(t testing.TB, exercise string) *Engine {
	t.Helper()
	asked := os.Getenv(Env)
	if asked == "" {
		kit.Skip(t, "builds with a Docker engine only when asked", "kata verify "+exercise+" --services docker")
	}
	reason := "there is no program called " + asked + " here"
	for _, program := range candidates(asked) {
		e := &Engine{t: t, program: program}
		err := e.probe()
		if err == nil {
			e.sweep()
			return e
		}
		reason = err.Error()
	}
	lack(t, reason, "docker version, docker buildx version: both must answer")
	return nil
}

// promised names the variable that says, with the value 1, that an engine and
// its images are here: what is missing then fails the tests, as in CI.
const promised = "KATA_TEST_ENGINE"

// lack ends the behaviour because of the machine.
func lack(t testing.TB, reason, mend string) {
	t.Helper()
	if os.Getenv(promised) == "1" {
		t.Fatalf("%s is 1, and %s: %s", promised, reason, mend)
	}
	kit.Skip(t, reason, mend)
}

// candidates are the programs that a name may mean. The grader's clean
// environment may have no PATH.
func candidates(asked string) []string {
	if strings.ContainsAny(asked, `/\`) {
		return []string{asked}
	}
	dirs := append(filepath.SplitList(os.Getenv("PATH")), usual...)
	if runtime.GOOS == "windows" {
		asked += ".exe"
	}
	var found []string
	for _, dir := range dirs {
		p := filepath.Join(dir, asked)
		if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
			found = append(found, p)
		}
	}
	return found
}

var usual = []string{
	"/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin", "/snap/bin",
	"/Applications/Docker.app/Contents/Resources/bin", `C:\Program Files\Docker\Docker\resources\bin`,
}

// probe asks whether the engine answers and whether BuildKit is there: built
// into the command until Docker 22, a plug-in of its own since.
func (e *Engine) probe() error {
	out, err := e.docker(10*time.Second, "version", "--format", "{{.Client.Version}} {{.Server.Version}}")
	if err != nil {
		return fmt.Errorf("no Docker engine answers %s: %w", e.program, err)
	}
	major, _, _ := strings.Cut(out, ".")
	if n, err := strconv.Atoi(major); err == nil && n < 23 {
		return nil
	}
	e.modern = true
	if _, err := e.docker(10*time.Second, "buildx", "version"); err != nil {
		return fmt.Errorf("%s cannot build with BuildKit: %w", e.program, err)
	}
	return nil
}

// sweep removes what earlier runs left that were killed.
func (e *Engine) sweep() {
	out, _ := e.docker(10*time.Second, "ps", "-a", "--filter", "label="+label, "--format", `{{.ID}} {{.Label "`+label+`"}}`)
	for line := range strings.Lines(out) {
		id, made, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n, err := strconv.ParseInt(made, 10, 64); err == nil && time.Since(time.Unix(n, 0)) > abandoned {
			_, _ = e.docker(10*time.Second, "rm", "-fv", id)
		}
	}
	_, _ = e.docker(10*time.Second, "image", "prune", "-f", "--filter", "label="+label, "--filter", "until="+abandoned.String())
}

func made() string { return label + "=" + strconv.FormatInt(time.Now().Unix(), 10) }

// Need ends the behaviour without a verdict when the engine has not and cannot
// get one of the images.
func (e *Engine) Need(refs ...string) {
	e.t.Helper()
	for _, ref := range refs {
		if _, err := e.docker(10*time.Second, "image", "inspect", ref); err == nil {
			continue
		}
		if _, err := e.docker(3*time.Minute, "pull", "-q", ref); err != nil {
			lack(e.t, fmt.Sprintf("the image %s is not here and cannot be had: %v", ref, err), "docker pull "+ref)
		}
	}
}

// docker runs one command and returns what it printed, without the last line
// break. The error is the last line that it complained with.
func (e *Engine) docker(limit time.Duration, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var out, complaint bytes.Buffer
	cmd := e.command(ctx, args...)
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	if ctx.Err() != nil {
		return "", fmt.Errorf("docker %s: no answer in %s", args[0], limit)
	}
	if line := lastLine(complaint.String()); err != nil && line != "" {
		err = errors.New(line)
	}
	return strings.TrimRight(out.String(), "\r\n"), err
}

func (e *Engine) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, e.program, args...)
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), "DOCKER_BUILDKIT=1", "BUILDKIT_PROGRESS=plain", "BUILDX_NO_DEFAULT_ATTESTATIONS=1", "DOCKER_CLI_HINTS=false")
	if os.Getenv("PATH") == "" { // plug-ins and credential programs are looked up in it
		cmd.Env = append(cmd.Env, "PATH="+strings.Join(usual, string(os.PathListSeparator)))
	}
	return cmd
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}
