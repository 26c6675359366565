package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
)

// actor makes the test binary the program itself.
const actor = "KATA_CONTAINER_ACTOR"

func TestMain(m *testing.M) {
	if os.Getenv(actor) != "" {
		main()
		return
	}
	if err := quiet(); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// needEngine skips where no engine is promised. Where it is, as in CI, an
// engine that does not answer fails the tests.
func needEngine(t *testing.T) {
	t.Helper()
	if os.Getenv("KATA_TEST_ENGINE") != "1" {
		t.Skip("KATA_TEST_ENGINE is not 1; .ci/engine.sh starts an engine with the images")
	}
}

func postgresSpec() spec {
	return spec{Service: "postgres", Ref: "postgres:16-alpine", Port: 5432, Env: []string{"POSTGRES_PASSWORD=kata"},
		Log: "database system is ready to accept connections", Times: 2, Address: "postgres://postgres:kata@%s/postgres?sslmode=disable"}
}

// helper is the program at work.
type helper struct {
	*exec.Cmd
	stdin    io.WriteCloser
	out      *bufio.Reader
	temp     string
	address  string
	complain *bytes.Buffer
}

func begun(t *testing.T, s spec) *helper {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	h := &helper{Cmd: exec.Command(os.Args[0], string(text)), temp: t.TempDir(), complain: &bytes.Buffer{}}
	h.Env = append(os.Environ(), actor+"=1", "TMPDIR="+h.temp)
	h.Stderr = h.complain
	if h.stdin, err = h.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := h.StdoutPipe()
	if err == nil {
		err = h.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.stdin.Close(); _ = h.Wait() })
	h.out = bufio.NewReader(out)
	h.address = h.line()
	return h
}

func (h *helper) line() string {
	line, _ := h.out.ReadString('\n')
	return strings.TrimSpace(line)
}

// owner is the value of the containers' label.
func (h *helper) owner(t *testing.T) string {
	t.Helper()
	folders, _ := filepath.Glob(filepath.Join(h.temp, prefix+"*"))
	if len(folders) != 1 {
		t.Fatalf("found %q: %s", folders, h.complain)
	}
	return folders[0]
}

func containers(t *testing.T, owner string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	engine, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	found, err := engine.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: client.Filters{}.Add("label", ownerLabel+"="+owner)})
	if err != nil {
		t.Fatal(err)
	}
	return len(found.Items)
}

// gone wants the container and the folder to be gone soon.
func gone(t *testing.T, h *helper, owner string) {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < 30*time.Second; time.Sleep(50 * time.Millisecond) {
		if left, _ := os.ReadDir(h.temp); len(left) == 0 && containers(t, owner) == 0 {
			return
		}
	}
	t.Errorf("containers or folders of %s are left", owner)
}

func TestPostgres(t *testing.T) {
	needEngine(t)
	h := begun(t, postgresSpec())
	if h.address == "" {
		t.Fatal(h.complain)
	}
	owner := h.owner(t)
	conn, err := pgx.Connect(t.Context(), h.address)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := conn.QueryRow(t.Context(), "SELECT 41 + 1").Scan(&n); err != nil || n != 42 {
		t.Errorf("got %d, %v", n, err)
	}
	_ = conn.Close(t.Context())
	wrong := strings.Replace(h.address, ":kata@", ":wrong@", 1)
	if _, err := pgx.Connect(t.Context(), wrong); err == nil || !strings.Contains(err.Error(), "password authentication failed") {
		t.Errorf("with a wrong password: %v", err)
	}
	_ = h.stdin.Close()
	gone(t, h, owner)
}

func TestNothingIsLeftAfterKill(t *testing.T) {
	needEngine(t)
	h := begun(t, spec{Service: "redis", Ref: "redis:7", Port: 6379, Log: "Ready to accept connections", Address: "redis://%s"})
	u, err := url.Parse(h.address)
	if err != nil || u.Scheme != "redis" {
		t.Fatalf("%q: %s", h.address, h.complain)
	}
	owner := h.owner(t)
	if n := containers(t, owner); n != 1 {
		t.Fatalf("%d containers", n)
	}
	_ = h.Process.Kill()
	gone(t, h, owner)
}

func TestDockerfileOfOnesOwn(t *testing.T) {
	needEngine(t)
	folder, err := filepath.Abs("testdata/image")
	if err != nil {
		t.Fatal(err)
	}
	h := begun(t, spec{Service: "page", Build: folder, Port: 8080, Address: "http://%s/"})
	if h.address == "" {
		t.Fatal(h.complain)
	}
	answer, err := http.Get(h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); string(text) != "built here\n" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestSweepRemovesWhatNobodyHolds(t *testing.T) {
	needEngine(t)
	s := spec{Service: "redis", Ref: "redis:7", Port: 6379, Address: "redis://%s"}
	abandoned := filepath.Join(t.TempDir(), prefix+"abandoned")
	if _, _, err := start(t.Context(), s, abandoned); err != nil {
		t.Fatal(err)
	}
	if n := containers(t, abandoned); n != 1 {
		t.Fatalf("%d containers before", n)
	}
	sweep(t.Context())
	if n := containers(t, abandoned); n != 0 {
		t.Errorf("%d containers are left", n)
	}
}

func TestAContainerThatEndedIsTold(t *testing.T) {
	needEngine(t)
	h := begun(t, spec{Service: "redis", Ref: "redis:7", Port: 6379, Address: "redis://%s"})
	ask := func() string { _, _ = h.stdin.Write([]byte("\n")); return h.line() }
	if said := ask(); said != "" || h.address == "" {
		t.Fatalf("a running one: %q %s", said, h.complain)
	}
	mine := h.owner(t)
	if err := remove(t.Context(), func(owner string) bool { return owner == mine }); err != nil {
		t.Fatal(err)
	}
	if said := ask(); !strings.Contains(said, "No such container") {
		t.Errorf("one that was removed: %q", said)
	}
}

func TestWhatCannotRun(t *testing.T) {
	needEngine(t)
	for name, test := range map[string]struct {
		spec spec
		says string
	}{
		"an image that nobody has": {spec{Service: "redis", Ref: "localhost:1/no/such:image", Port: 1}, "cannot be had"},
		"a server that ends":       {spec{Service: "redis", Ref: "alpine:3.20", Args: []string{"false"}, Port: 1, Log: "x"}, "container exited with code 1"},
		"a set-up that goes wrong": {spec{Service: "redis", Ref: "redis:7", Port: 6379, Exec: []string{"sh", "-c", "echo no luck; exit 3"}}, "sh ended with 3: no luck"},
	} {
		t.Run(name, func(t *testing.T) {
			h := begun(t, test.spec)
			_ = h.Wait()
			if text := h.complain.String(); !strings.Contains(text, test.says) || strings.Count(text, "\n") != 1 {
				t.Errorf("said %q, want one line with %q", text, test.says)
			}
			if left, _ := os.ReadDir(h.temp); len(left) > 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}

// Katas with other temporary folders, as other users have, let each other be.
func TestSweepSparesOthers(t *testing.T) {
	needEngine(t)
	s := spec{Service: "redis", Ref: "redis:7", Port: 6379, Log: "Ready to accept connections", Address: "redis://%s"}
	one := begun(t, s)
	owner := one.owner(t)
	two := begun(t, s) // sweeps first
	if one.address == "" || two.address == "" {
		t.Fatalf("%s%s", one.complain, two.complain)
	}
	if n := containers(t, owner); n != 1 {
		t.Errorf("%d containers of the first are left", n)
	}
}

// engineAgain starts the engine of .ci/engine.sh after it was killed.
func engineAgain(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("../../../.ci/engine.sh").CombinedOutput(); err != nil {
		t.Fatalf("start the engine again: %v\n%s", err, out)
	}
}

// When the engine is killed in mid-run nobody hangs, and the first start after it
// is back removes what it could not.
func TestEngineIsKilled(t *testing.T) {
	needEngine(t)
	if os.Getenv("KATA_TEST_ENGINE_KILL") != "1" {
		t.Skip("KATA_TEST_ENGINE_KILL is not 1: the engine may be somebody's")
	}
	s := spec{Service: "redis", Ref: "redis:7", Port: 6379, Log: "Ready to accept connections", Address: "redis://%s"}
	h := begun(t, s)
	if h.address == "" {
		t.Fatal(h.complain)
	}
	owner := h.owner(t)
	text, err := os.ReadFile("/var/run/docker.pid")
	if err != nil {
		t.Fatal(err)
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	if p, err := os.FindProcess(pid); pid < 2 || err != nil || p.Kill() != nil {
		t.Fatalf("cannot kill the engine %d", pid)
	}
	t.Cleanup(func() { engineAgain(t) })
	began := time.Now()
	_ = h.stdin.Close()
	_ = h.Wait()
	late := begun(t, s)
	if _ = late.Wait(); late.address != "" || !strings.Contains(late.complain.String(), "the container engine does not answer") {
		t.Errorf("without an engine: %q, said %q", late.address, late.complain)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("both took %v to notice", took)
	}
	if left, _ := os.ReadDir(h.temp); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	engineAgain(t)
	if next := begun(t, s); next.address == "" {
		t.Errorf("after the engine came back: %s", next.complain)
	}
	if n := containers(t, owner); n != 0 {
		t.Errorf("%d containers of before are left", n)
	}
}
