package image_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/dockerfile"
	"github.com/kata-go/kata/grader/kit/engine"
)

const (
	secret    = "kata-e1c4a9f07b2d-module-token" // the same in every run: what an engine kept of an earlier build counts too
	fetched   = "fetch.sh: fetching the modules" // what fetch.sh prints
	complaint = "fetch.sh: MODULES_TOKEN is empty"
	grace     = 5 * time.Second // the program itself takes at most three
)

// yard is a copy of the learner's folder that an engine builds from.
type yard struct {
	t   *testing.T
	e   *engine.Engine
	f   *dockerfile.File
	dir string
}

// open skips the behaviour where no engine may be used, and otherwise lays the
// folder out as on a laptop: with the token's .env.
func open(t *testing.T) *yard {
	t.Helper()
	e := engine.Use(t, "devops/image")
	y := &yard{t: t, e: e, f: dockerfile.Read(t, "Dockerfile")}
	for _, i := range y.f.Images() {
		e.Need(i.Ref)
	}
	if y.f.Syntax != "" {
		e.Need(y.f.Syntax)
	}
	dir, err := e.Copy()
	y.dir = dir
	y.check(err)
	y.append(dotenv, token+"="+secret+"\n")
	y.append(script, "# built by kata verify\n") // so that no layer of the learner's own builds is taken
	return y
}

// check fails the behaviour for an error that is not the learner's.
func (y *yard) check(err error) {
	y.t.Helper()
	if err != nil {
		kit.Fail(y.t, kit.Failure{Got: err.Error(), Want: "an engine that does what it is asked"})
	}
}

func (y *yard) append(name, text string) {
	y.t.Helper()
	file, err := os.OpenFile(filepath.Join(y.dir, filepath.FromSlash(name)), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o755)
	y.check(err)
	_, err = file.WriteString(text)
	y.check(errors.Join(err, file.Close()))
}

// try builds the Dockerfile at path, "" for the learner's own, and hands the
// token over in each way that the file may ask for.
func (y *yard) try(file string) (*engine.Image, error) {
	y.t.Helper()
	b := engine.Build{Dir: y.dir, File: file, Args: map[string]string{token: secret}, Secrets: map[string]string{}}
	for _, l := range y.f.Declared() {
		b.Args[l.Name] = secret
	}
	for _, step := range y.f.Steps() {
		if step.Run == nil {
			continue
		}
		for _, m := range step.Run.Mounts {
			if m.Type == "secret" {
				b.Secrets[m.ID] = content(m)
			}
		}
	}
	i, err := y.e.Build(b)
	var failed *engine.BuildError
	if errors.As(err, &failed) && failed.Outdated() {
		kit.Skip(y.t, "this engine is too old for the Dockerfile: "+failed.Tail(1), "a first line # syntax=docker/dockerfile:1, or Docker 23 and later")
	}
	return i, err
}

// content is what an owner of the command line would hand over: the token, or
// for a file that is named as one, a .env.
func content(m dockerfile.Mount) string {
	if strings.HasSuffix(path.Base(m.Target), "env") {
		return token + "=" + secret + "\n"
	}
	return secret
}

// build is try for behaviours that have nothing to say about an image that
// does not build: one behaviour fails for that.
func (y *yard) build(file string) *engine.Image {
	y.t.Helper()
	i, err := y.try(file)
	var failed *engine.BuildError
	if errors.As(err, &failed) {
		kit.Skip(y.t, "the image does not build", "behaviours 1 and 7 say why")
	}
	y.check(err)
	return i
}

// start starts the image as an operator would, and waits until it answers.
func (y *yard) start(i *engine.Image) (*engine.Container, error) {
	y.t.Helper()
	c, err := i.Start(8080)
	if err != nil {
		return nil, err
	}
	status, err := c.Get("/healthz", 20*time.Second)
	if err == nil && status != 200 {
		err = fmt.Errorf("it answered %d", status)
	}
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, c.Log())
	}
	return c, nil
}

// handedOver fails for the one reason that a build can end for at fetch.sh.
func handedOver(t *testing.T) {
	y := open(t)
	_, err := y.try("")
	if empty(err) {
		kit.Fail(t, kit.Failure{Sent: "docker build, with the token", Got: complaint, Want: "MODULES_TOKEN set while fetch.sh runs", At: fetching(t, y.f)[0].At()})
	}
}

func empty(err error) bool {
	var failed *engine.BuildError
	return errors.As(err, &failed) && strings.Contains(failed.Log, complaint)
}

func answers(t *testing.T) {
	y := open(t)
	i, err := y.try("")
	var failed *engine.BuildError
	switch {
	case empty(err):
		kit.Skip(t, "the image does not build", "behaviour 1 says why")
	case errors.As(err, &failed):
		kit.Fail(t, kit.Failure{Sent: "docker build .", Got: failed.Tail(12), Want: "an image"})
	}
	y.check(err)
	if _, _, err := i.User(); err != nil {
		kit.Skip(t, "the image does not start as its user", "behaviour 4 says why")
	}
	if _, err := y.start(i); err != nil {
		p := y.f.Process(y.f.Final())
		kit.Fail(t, kit.Failure{Sent: "docker run -p 8080:8080, then curl -i :8080/healthz", Got: err.Error(), Want: "200 OK", At: p.By.At()})
	}
}

func nobodyReadsIt(t *testing.T) {
	y := open(t)
	for _, s := range y.f.Leaves() {
		file := ""
		if s != y.f.Final() {
			file = y.upTo(y.f.Stages[s.Index+1].Line - 1)
		}
		err := y.build(file).Contents(func(e engine.Entry) error {
			hit, err := engine.Contains(e.Content, secret)
			if hit {
				kit.Fail(t, kit.Failure{
					Sent: "docker build, with the token; docker save of the stage " + s.Label() + " (" + s.At() + ")",
					Got:  "the token, in " + described(e), Want: "the token in nothing that was built", At: s.At(),
				})
			}
			return err
		})
		y.check(err)
	}
}

func described(e engine.Entry) string {
	if e.Name == "" {
		return "the settings or the history"
	}
	return "the file /" + e.Name + " of a layer"
}

// upTo writes a Dockerfile that ends with the line of that number, so that a
// stage without a name, or a part of one, can be built, and returns its path.
func (y *yard) upTo(line int) string {
	y.t.Helper()
	lines := strings.SplitAfter(kit.File(y.t, "Dockerfile"), "\n")
	file := filepath.Join(y.t.TempDir(), "Dockerfile")
	y.check(os.WriteFile(file, []byte(strings.Join(lines[:line], "")), 0o644))
	return file
}

func fetchedOnce(t *testing.T) {
	y := open(t)
	change := "// " + kit.Word(kit.Rand(t), 12)
	var files []string
	for _, step := range fetching(t, y.f) {
		file := y.upTo(step.Line + strings.Count(step.Text, "\n"))
		y.build(file)
		files = append(files, file)
	}
	y.append("cmd/parcels/routes.go", change+"\n")
	for n, file := range files {
		if strings.Contains(y.build(file).Log, fetched) {
			kit.Fail(t, kit.Failure{
				Sent: "docker build; echo '" + change + "' >> cmd/parcels/routes.go; docker build",
				Got:  "the second build ran fetch.sh again", Want: "a second build that takes the modules from the cache", At: fetching(t, y.f)[n].At(),
			})
		}
	}
}

func onlyTheProgram(t *testing.T) {
	y := open(t)
	found := map[string]bool{}
	y.check(y.build("").Contents(func(e engine.Entry) error {
		if path.Ext(e.Name) == ".go" || strings.HasSuffix("/"+e.Name, "/bin/go") {
			found["/"+e.Name] = true
		}
		return nil
	}))
	if len(found) > 0 {
		names := slices.Sorted(maps.Keys(found))
		kit.Fail(t, kit.Failure{
			Sent: "docker build; docker save", Got: fmt.Sprintf("%d such files: %s", len(names), strings.Join(names[:min(5, len(names))], ", ")),
			Want: "an image without toolchain and sources", At: y.f.Final().At(),
		})
	}
}

func notNumberZero(t *testing.T) {
	y := open(t)
	uid, said, err := y.build("").User()
	at := cmp.Or(y.f.Final().User().By.At(), y.f.Final().At())
	if err != nil {
		kit.Fail(t, kit.Failure{Sent: "docker run", Got: err.Error(), Want: "a user that the image knows", At: at})
	}
	if uid == 0 {
		kit.Fail(t, kit.Failure{Sent: "docker image inspect -f {{.Config.User}}", Got: fmt.Sprintf("%q, which is number 0", said), Want: "any other number", At: at})
	}
}

func endsByItself(t *testing.T) {
	y := open(t)
	c, err := y.start(y.build(""))
	if err != nil {
		kit.Skip(t, "the container does not answer", "behaviours 4 and 7 say why")
	}
	code, err := c.Stop(grace)
	y.check(err)
	if code != 0 && code != 128+15 { // 143: a wrapper that reports the signal itself
		p := y.f.Process(y.f.Final())
		got := fmt.Sprintf("exit code %d", code)
		if code == 128+9 {
			got = fmt.Sprintf("killed after %s (exit code 137)", grace)
		}
		kit.Fail(t, kit.Failure{Sent: fmt.Sprintf("docker run; docker stop -t %d", int(grace.Seconds())), Got: got, Want: "an end by itself, with code 0", Note: "its log: " + c.Log(), At: p.By.At()})
	}
}
