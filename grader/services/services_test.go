package services

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/run"
	"github.com/kata-go/kata/grader/services/pulse"
)

// noProgram fails whoever would build a server.
func noProgram(context.Context, string) (string, error) {
	return "", errors.New("nothing may be built here")
}

// bare is a machine with no server on it.
func bare(choice Choice, environ []string) Config {
	environ = append([]string{"DOCKER_HOST=unix:///nowhere/docker.sock"}, environ...)
	return Config{Choice: choice, Environ: environ, Runner: run.New(), Program: noProgram, CacheDir: "/nowhere", SystemDir: "/nowhere",
		Places: map[string][]string{"postgres": {"/nowhere"}}}
}

func TestResolve(t *testing.T) {
	tests := []struct {
		name    string
		choice  Choice
		environ []string
		names   []string
		env     []string
		outside bool
		missing string // what a *MissingError says
		fails   string // what another error says
	}{
		{name: "nothing is needed"},
		{name: "SQLite needs no server", names: []string{"sql"}},
		{name: "an address is handed on", environ: []string{"KATA_REDIS=redis://127.0.0.1:1"}, names: []string{"redis"}, env: []string{"KATA_REDIS=redis://127.0.0.1:1"}, outside: true},
		{name: "an address may be called a URL", environ: []string{"KATA_REDIS_URL=redis://127.0.0.1:1"}, names: []string{"redis"}, env: []string{"KATA_REDIS=redis://127.0.0.1:1"}, outside: true},
		{name: "sql takes PostgreSQL along", environ: []string{"KATA_POSTGRES=postgres://127.0.0.1:1"}, names: []string{"sql"}, env: []string{"KATA_POSTGRES=postgres://127.0.0.1:1"}, outside: true},
		{name: "embedded passes over addresses", choice: Embedded, environ: []string{"KATA_REDIS=redis://127.0.0.1:1"}, names: []string{"redis"}, fails: "nothing may be built"},
		{name: "env without an address", choice: Env, names: []string{"redis"}, missing: "set KATA_REDIS"},
		{name: "a source that is not there", choice: Docker, names: []string{"redis"}, missing: "no container engine answers at unix:///nowhere/docker.sock"},
		{name: "a program that is not there", choice: Local, names: []string{"redis"}, missing: "no redis-server or valkey-server on this machine"},
		{name: "a program that kata cannot start", choice: Local, names: []string{"mongo"}, missing: "no local source of mongo"},
		{name: "sql under a wish for a program", choice: Local, names: []string{"sql"}, missing: "kata doctor --install postgres"},
		{name: "a wish leaves alone what has one source", choice: Local, names: []string{"bucket"}},
		{name: "a tool is handed on as its path", choice: Docker, environ: []string{"KATA_GIT=/usr/bin/git"}, names: []string{"git"}, env: []string{"KATA_GIT=/usr/bin/git"}},
		{name: "a tool that is not there", choice: Embedded, names: []string{"git"}, missing: "install git"},
		{name: "an engine only when asked", names: []string{"engine"}, missing: "--services docker"},
		{name: "an optional engine may be absent", names: []string{"engine?"}},
		{name: "an engine when asked", choice: Docker, names: []string{"engine?"}, env: []string{"KATA_ENGINE=docker"}},
		{name: "a service that nobody offers", names: []string{"postgres"}, missing: "needs a PostgreSQL server: kata doctor --install postgres"},
		{name: "a service that nobody knows", names: []string{"oracle"}, fails: `no service called "oracle"`},
		{name: "an address under another name", environ: []string{"KATA_MONGODB_URL=mongodb://127.0.0.1:1"}, names: []string{"mongo"}, env: []string{"KATA_MONGO=mongodb://127.0.0.1:1"}, outside: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := New(bare(test.choice, test.environ))
			defer r.Close()
			served, err := r.Resolve(t.Context(), test.names)
			var missing *MissingError
			switch {
			case test.missing != "":
				if !errors.As(err, &missing) || !strings.Contains(err.Error(), test.missing) {
					t.Errorf("got %v, want a missing service and %q", err, test.missing)
				}
			case test.fails != "":
				if err == nil || errors.As(err, &missing) || !strings.Contains(err.Error(), test.fails) {
					t.Errorf("got %v, want an error with %q", err, test.fails)
				}
			case err != nil:
				t.Errorf("got %v", err)
			case !slices.Equal(served.Env, test.env) || served.Outside != test.outside:
				t.Errorf("got %q outside=%v, want %q outside=%v", served.Env, served.Outside, test.env, test.outside)
			}
		})
	}
}

func TestParseChoice(t *testing.T) {
	for _, s := range []string{"", "env", "docker", "local", "embedded"} {
		if c, err := ParseChoice(s); err != nil || string(c) != s {
			t.Errorf("ParseChoice(%q) = %q, %v", s, c, err)
		}
	}
	if _, err := ParseChoice("cloud"); err == nil || !strings.Contains(err.Error(), "env, docker, local or embedded") {
		t.Errorf("ParseChoice(cloud): got %v, want the choices", err)
	}
}

// Another server is another verdict.
func TestGiven(t *testing.T) {
	one := Given(bare(Auto, []string{"KATA_REDIS=a"}), []string{"redis"})
	for name, other := range map[string]string{
		"another address": Given(bare(Auto, []string{"KATA_REDIS=b"}), []string{"redis"}),
		"no address":      Given(bare(Auto, nil), []string{"redis"}),
		"another choice":  Given(bare(Embedded, []string{"KATA_REDIS=a"}), []string{"redis"}),
	} {
		if other == one {
			t.Errorf("%s: the same as with the first address", name)
		}
	}
	if Given(bare(Auto, []string{"KATA_REDIS=a"}), []string{"sql"}) != Given(bare(Auto, nil), []string{"sql"}) {
		t.Error("an address of a service that is not needed changes the verdict's key")
	}
}

func TestLost(t *testing.T) {
	for name, test := range map[string]struct{ does, want string }{
		"one that serves":             {"serve", ""},
		"one whose server is gone":    {"lament", "the redis server ended during the run: it is gone; run it again"},
		"one that complains and ends": {"end", "the redis server ended during the run: out of tea; run it again"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := run.New().Start(t.Context(), run.Command{Path: os.Args[0], Env: []string{actor + "=" + test.does}})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Stop()
			r := New(bare(Auto, nil))
			r.known["redis"] = answer{process: p}
			got := ""
			if err := r.Lost([]string{"redis"}); err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("Lost says %q, want %q", got, test.want)
			}
			if over(p) != (test.want != "") {
				t.Error("a lost server must be stopped, another must not")
			}
		})
	}
}

// actor makes the test binary a server program.
const actor = "KATA_SERVICES_ACTOR"

func act(does string) {
	fmt.Println("redis://nowhere")
	switch does {
	case "serve":
		_ = pulse.Answer(os.Stdin, os.Stdout, nil)
	case "lament":
		_ = pulse.Answer(os.Stdin, os.Stdout, func() error { return errors.New("it is gone") })
	case "end":
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		fmt.Fprintln(os.Stderr, "out of tea")
	}
}

func TestMain(m *testing.M) {
	if does := os.Getenv(actor); does != "" {
		act(does)
		return
	}
	run.Init() // this binary stands in for kata's
	os.Exit(m.Run())
}
