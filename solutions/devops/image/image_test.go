package image_test

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/dockerfile"
)

const (
	token  = "MODULES_TOKEN" // the variable that fetch.sh reads
	script = "fetch.sh"
	dotenv = ".env" // where the token lies on laptops
)

// sources are what developers change every day.
var sources = []string{"cmd/parcels/main.go", "cmd/parcels/routes.go"}

// 1. fetch.sh gets the token, and nothing keeps it: it is in no layer, setting or history of the image, nor of a build stage.
func TestToken(t *testing.T) {
	t.Run("no instruction carries the token in its text or its variables", func(t *testing.T) {
		f := dockerfile.Read(t, "Dockerfile")
		leaks := append(f.Declared(), f.Written()...)
		if len(leaks) == 0 {
			return
		}
		got := "it " + leaks[0].How
		for _, other := range leaks[1:] {
			got += ", as does " + other.By.At()
		}
		refuse(t, leaks[0].By, got+": the value stays in the stage's history and settings, and in what is pushed as a cache",
			"a token that is there while one command runs, and nowhere afterwards")
	})
	t.Run("no copy takes the token's .env along", func(t *testing.T) {
		f := dockerfile.Read(t, "Dockerfile")
		for _, l := range f.Copied(dockerfile.Here(t), dotenv) {
			refuse(t, l.By, "where there is one, it "+l.How+" into a layer, where it stays even if a later step deletes it", "no file with a secret in any layer")
		}
	})
	t.Run("the step that runs fetch.sh is handed the token", func(t *testing.T) {
		f := dockerfile.Read(t, "Dockerfile")
		here := dockerfile.Here(t)
		careless := append(append(f.Declared(), f.Written()...), f.Copied(here, dotenv)...) // it gets there, as the behaviours above tell
		for _, step := range fetching(t, f) {
			if len(careless) == 0 && !handed(f, here, step.Run) {
				refuse(t, step.Instruction, "nothing hands it the token: fetch.sh ends with \"MODULES_TOKEN is empty\"", "MODULES_TOKEN set while fetch.sh runs")
			}
		}
	})
	t.Run("built: fetch.sh has got the token", handedOver)
	t.Run("built: no layer, setting or history of any stage has the token", nobodyReadsIt)
}

// handed reports whether a step makes use of a mounted secret.
func handed(f *dockerfile.File, here *dockerfile.Folder, run *dockerfile.Run) bool {
	return slices.ContainsFunc(run.Mounts, func(m dockerfile.Mount) bool {
		switch {
		case m.Env == token:
			return true
		case m.Type == "secret" || f.Shows(here, m, dotenv):
			return m.Env != "" && run.Mentions(m.Env) || m.Target != "" && run.Mentions(path.Base(m.Target))
		}
		return false
	})
}

// fetching returns the steps that run fetch.sh.
func fetching(t *testing.T, f *dockerfile.File) []dockerfile.Step {
	t.Helper()
	steps := slices.DeleteFunc(f.Steps(), func(s dockerfile.Step) bool { return s.Run == nil || !s.Run.Calls(script) })
	if len(steps) == 0 {
		refuse(t, f.Final().Instruction, "no RUN of any stage runs fetch.sh", "a step that fetches the modules with fetch.sh")
	}
	return steps
}

// 2. After a change below cmd/, a build has the modules at hand and does not run fetch.sh again.
func TestCache(t *testing.T) {
	t.Run("nothing below cmd is there before fetch.sh has run", func(t *testing.T) {
		f := dockerfile.Read(t, "Dockerfile")
		for _, step := range fetching(t, f) {
			for _, source := range sources {
				if by := f.Reach(dockerfile.Here(t), step, source); len(by) > 0 {
					refuse(t, by[0], fmt.Sprintf("a change in %s changes what this brings, so everything from here on runs again, %s included (%s)", source, script, step.At()),
						"a step with fetch.sh that no file below cmd/ has a part in")
				}
			}
		}
	})
	t.Run("built twice: a changed routes.go is built without fetch.sh", fetchedOnce)
}

// 3. The image has the program, but neither the Go toolchain nor the sources.
func TestContent(t *testing.T) {
	t.Run("the image does not bring the Go toolchain", func(t *testing.T) {
		f := dockerfile.Read(t, "Dockerfile")
		const want = "an image of what is needed to run, not to build"
		if root := f.Final().Root(); hasGo(root) {
			refuse(t, root.By, "the image that is shipped is made of "+root.Ref+": a compiler, a shell, a package manager", want)
		}
		for _, step := range f.Final().Steps() {
			if c := step.Copy; c != nil && (hasGo(c.Image) || c.Stage != nil && hasGo(c.Stage.Root())) {
				if _, all := c.Lands("usr/local/go/bin/go"); all {
					refuse(t, step.Instruction, "it copies /usr/local/go, the toolchain, into the image", want)
				}
			}
		}
	})
	t.Run("the image does not bring the sources", func(t *testing.T) {
		f := dockerfile.Read(t, "Dockerfile")
		for _, source := range sources {
			for _, by := range f.Holds(dockerfile.Here(t), f.Final(), source) {
				refuse(t, by, "it puts "+source+" into the image that is shipped", "no source code for whoever pulls the image")
			}
		}
	})
	t.Run("built: no go command and no .go file is found in it", onlyTheProgram)
}

// hasGo knows the images that Go is built with.
func hasGo(i dockerfile.Image) bool {
	return i.Ref != "" && slices.Contains([]string{"golang", "go", "go-toolset"}, i.Name())
}

// 4. Started without options, the image runs as somebody else than root.
func TestUser(t *testing.T) {
	t.Run("the user that the image names is not root", func(t *testing.T) {
		f := dockerfile.Read(t, "Dockerfile")
		final := f.Final()
		user := final.User()
		const want = "an image that names a user other than root"
		switch {
		case user.By.At() == "" && final.Root().User() != "":
		case user.By.At() == "":
			refuse(t, final.Instruction, "no USER in the stage that is shipped, so it starts as root"+elsewhere(f), want)
		case user.Text == "":
			refuse(t, user.By, "the user comes out as nothing when no build argument is given, so it starts as root", want)
		case dockerfile.IsRoot(user.Text):
			refuse(t, user.By, "the last USER of what is shipped is "+user.Text+", which is root", want)
		}
	})
	t.Run("a user by name is one that the image knows", func(t *testing.T) {
		f := dockerfile.Read(t, "Dockerfile")
		final := f.Final()
		user := final.User()
		if user.Text != "" && !dockerfile.IsNumber(user.Text) && user.Text != "root" && final.Root().IsScratch() && !bringsPasswd(final) {
			refuse(t, user.By, "the image starts from nothing and has no /etc/passwd: docker run ends with \"unable to find user "+user.Text+"\"", "a user that the image can find")
		}
	})
	t.Run("built: the image's user is not number 0", notNumberZero)
}

// elsewhere names a USER that stands in another stage.
func elsewhere(f *dockerfile.File) string {
	for _, step := range f.Steps() {
		if step.Keyword == "USER" {
			return fmt.Sprintf("; %s (%s) belongs to the stage %s", step.Instruction, step.At(), step.Stage.Label())
		}
	}
	return ""
}

func bringsPasswd(s *dockerfile.Stage) bool {
	return slices.ContainsFunc(s.Steps(), func(step dockerfile.Step) bool {
		c := step.Copy
		return c != nil && (slices.Contains([]string{"/", "/etc", "/etc/", "/etc/passwd"}, c.Dest) || // "/" may bring a whole tree
			slices.ContainsFunc(c.Inlined, func(i dockerfile.Inline) bool { return i.Dest == "/etc/passwd" }))
	})
}

// 5. docker stop reaches the program and not a shell: it answers what it has begun and ends by itself, before it is killed.
func TestStop(t *testing.T) {
	t.Run("no shell stands between docker stop and the program", func(t *testing.T) {
		f := dockerfile.Read(t, "Dockerfile")
		p := f.Process(f.Final())
		const want = "the program as the process that gets the signal"
		if len(p.Args) == 0 {
			refuse(t, f.Final().Instruction, "the image says neither ENTRYPOINT nor CMD: docker run starts what the base image starts", want)
		}
		if shell := p.Shell(); shell != "" {
			refuse(t, p.By, fmt.Sprintf("docker run starts %q: the first process is %s. It gets the signal, and unless it happens to make way for its last command, it keeps the signal and waits until both are killed", p.Args, path.Base(shell)), want)
		}
	})
	t.Run("the signal is one that the program listens to", func(t *testing.T) {
		signal := dockerfile.Read(t, "Dockerfile").Final().StopSignal()
		name := strings.TrimPrefix(strings.ToUpper(signal.Text), "SIG")
		if signal.By.At() != "" && !slices.Contains([]string{"TERM", "15", "INT", "2"}, name) {
			refuse(t, signal.By, "docker stop sends "+cmp.Or(signal.Text, "nothing")+", which the program does not wait for", "SIGTERM, or SIGINT")
		}
	})
	t.Run("built and run: told to stop, it ends by itself", endsByItself)
}

// 6. Each image that the build takes from elsewhere has a tag or a digest, and is never latest, said or unsaid.
func TestVersions(t *testing.T) {
	for _, i := range dockerfile.Read(t, "Dockerfile").Images() {
		if i.Moves() {
			refuse(t, i.By, i.Ref+" is whatever was published last when the build runs", "an image with a tag or a digest that is not latest")
		}
	}
}

// 7. What the instructions name is there: the image builds, starts, and answers GET /healthz on port 8080.
func TestRuns(t *testing.T) {
	t.Run("what COPY and ADD name lies in the folder", func(t *testing.T) {
		here := dockerfile.Here(t)
		for _, step := range dockerfile.Read(t, "Dockerfile").Steps() {
			if step.Copy == nil {
				continue
			}
			if missing := here.Missing(step.Copy); len(missing) > 0 {
				refuse(t, step.Instruction, "the build ends here: "+strings.Join(missing, ", ")+" is not in the folder, or .dockerignore keeps it out", "files that the builder is sent")
			}
		}
	})
	t.Run("built and run: it answers the health check on port 8080", answers)
}

// refuse fails the behaviour with the instruction as it was written.
func refuse(t *testing.T, by dockerfile.Instruction, got, want string) {
	t.Helper()
	kit.Fail(t, kit.Failure{Sent: by.String(), Got: got, Want: want, At: by.At()})
}
