//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/kata-go/kata/grader/course"
	"golang.org/x/term"
)

// terminal is kata in a pseudo-terminal of 80 columns and 24 lines.
type terminal struct {
	*conversation
	t             *testing.T
	dir           string // the workspace
	before, after *term.State
}

// newWorkspace lays the scripts' own course out.
func newWorkspace(t *testing.T) (dir, course string) {
	t.Helper()
	course, err := filepath.Abs(filepath.Join("testdata", "course"))
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := layOut(dir, files(course)); err != nil {
		t.Fatal(err)
	}
	return dir, course
}

// open starts kata in a new workspace and a new terminal.
func open(t *testing.T, env []string, args ...string) *terminal {
	t.Helper()
	dir, course := newWorkspace(t)
	return openIn(t, dir, append(env, courseEnv+"="+course), args...)
}

func openIn(t *testing.T, dir string, env []string, args ...string) *terminal {
	t.Helper()
	screen, tty, err := pty.Open()
	if err != nil {
		t.Skipf("there is no pseudo-terminal here: %v", err)
	}
	t.Cleanup(func() { screen.Close() })
	if err := pty.Setsize(screen, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	w := &terminal{t: t, dir: dir, before: state(t, tty)}
	cmd := exec.Command("kata", args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), goSettings(t)...), "XDG_CACHE_HOME="+t.TempDir(), "TERM=xterm-256color")
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.conversation = listen(cmd, screen, screen, func() { w.after = state(t, tty); tty.Close() })
	t.Cleanup(w.kill)
	return w
}

func state(t *testing.T, tty *os.File) *term.State {
	s, err := term.GetState(int(tty.Fd()))
	if err != nil {
		t.Error(err)
	}
	return s
}

func (w *terminal) sees(patterns ...string) {
	w.t.Helper()
	for _, p := range patterns {
		if err := w.conversation.see(p); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *terminal) types(keys string) {
	w.t.Helper()
	if err := w.press(keys); err != nil {
		w.t.Fatal(err)
	}
}

// endsWith wants an exit code, and the terminal as it was before.
func (w *terminal) endsWith(code int) {
	w.t.Helper()
	got, err := w.end()
	if err != nil {
		w.t.Fatal(err)
	}
	if got != code {
		w.t.Errorf("exit code %d, want %d\n%s", got, code, w.unseen())
	}
	if !reflect.DeepEqual(w.before, w.after) {
		w.t.Errorf("the terminal was not restored: got %+v, want %+v", w.after, w.before)
	}
}

// solution is the reference's text of a file.
func solution(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "course", "solutions", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// inPlace saves as most editors do.
func (w *terminal) inPlace(name string, data []byte) {
	w.t.Helper()
	dir := filepath.Join(w.dir, "exercises")
	if err := write(dir, []course.File{{Name: name, Data: data}}); err != nil {
		w.t.Fatal(err)
	}
}

// likeVim saves as vim does: the file becomes the backup, a new one takes its
// place, the backup goes.
func (w *terminal) likeVim(name string, data []byte) {
	w.t.Helper()
	file := filepath.Join(w.dir, "exercises", filepath.FromSlash(name))
	for _, step := range []func() error{
		func() error { return os.WriteFile(filepath.Join(filepath.Dir(file), "4913"), nil, 0o666) },
		func() error { return os.Remove(filepath.Join(filepath.Dir(file), "4913")) },
		func() error { return os.Rename(file, file+"~") },
		func() error { return os.WriteFile(file, data, 0o666) },
		func() error { return os.Remove(file + "~") },
	} {
		if err := step(); err != nil {
			w.t.Fatal(err)
		}
	}
}

// likeCode saves by renaming a finished file over the old one.
func (w *terminal) likeCode(name string, data []byte) {
	w.t.Helper()
	file := filepath.Join(w.dir, "exercises", filepath.FromSlash(name))
	if err := os.WriteFile(file+".tmp", data, 0o666); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Rename(file+".tmp", file); err != nil {
		w.t.Fatal(err)
	}
}

// screens are what was shown between two clearings of the screen.
func (w *terminal) screens() []string {
	return strings.Split(string(w.said()), "\x1b[H\x1b[2J")
}

// A learner's way from the first red to the next exercise.
func TestWatchInATerminal(t *testing.T) {
	t.Parallel()
	w := open(t, nil, "watch")
	w.sees(`Edit  exercises/shop/total/total\.go`, `✗ two prices add up`, `q quit`)

	broken := []byte("package total\n\ntype Basket []int\n\nfunc Sum(b Basket) int { return totl }\n\nfunc Dearest(b Basket) int { return 9 }\n")
	w.likeVim("shop/total/total.go", broken)
	w.sees(`✗ does not compile`, `undefined: totl`, `q quit`)
	w.likeVim("shop/total/total.go", bytes.Replace(broken, []byte("totl"), []byte("0"), 1))
	w.sees(`✗ one price is the whole sum`, `q quit`)

	w.types("h")
	w.sees(`hint 1 of 3`, `q quit`)
	w.types("d")
	w.sees(`\+func Sum\(b Basket\) int \{ return 0 \}`, `q quit`)

	w.likeCode("shop/total/total.go", solution(t, "shop/total/total.go"))
	w.sees(`✓ shop/total   3/3 behaviours +[23] runs, 1 hint`, `The loop took a cent`, `q quit`)
	w.types("n")
	w.sees(`shop/stock · The shelf that forgets`, `✗ What is added is counted`, `q quit`)
	w.inPlace("shop/stock/stock.go", solution(t, "shop/stock/stock.go"))
	w.sees(`✓ shop/stock   2/2 behaviours`, `q quit`)
	w.types("q")
	w.endsWith(0)
	w.fits()
}

// fits wants lines of at most 80 columns that begin at the left, and verdicts
// that a screen holds.
func (w *terminal) fits() {
	w.t.Helper()
	for _, screen := range w.screens() {
		screen = escapes.ReplaceAllString(screen, "")
		lines := strings.Split(screen, "\n")
		for _, line := range lines[:len(lines)-1] {
			text, returned := strings.CutSuffix(line, "\r")
			if columns := utf8.RuneCountInString(text); columns > 80 || !returned {
				w.t.Errorf("%d columns, carriage return %t: %q", columns, returned, text)
			}
		}
		verdict, _, _ := strings.Cut(screen, "q quit")
		if height := strings.Count(verdict, "\n") + 1; height > 24 && !strings.Contains(screen, "Done when") {
			w.t.Errorf("a verdict of %d lines:\n%s", height, verdict)
		}
	}
}

func TestWatchEndsAndRestoresTheTerminal(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*terminal){
		"Ctrl-C":                  func(w *terminal) { w.types("\x03") },
		"a signal":                func(w *terminal) { _ = w.cmd.Process.Signal(syscall.SIGTERM) },
		"Ctrl-C after other keys": func(w *terminal) { w.types("hdl\x03") },
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t, nil, "watch")
			w.sees(`watching exercises/shop/total`, `q quit`)
			end(w)
			w.endsWith(130)
		})
	}
}

// Colours are for terminals whose owner does not mind.
func TestColours(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env  []string
		want bool
	}{
		"usual":    {nil, true},
		"NO_COLOR": {[]string{"NO_COLOR=1"}, false},
		"dumb":     {[]string{"TERM=dumb"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t, test.env, "show")
			w.endsWith(0)
			if got := bytes.Contains(w.said(), []byte("\x1b[1m")); got != test.want {
				t.Errorf("colours: %t, want %t\n%q", got, test.want, w.said())
			}
		})
	}
}

// A run that takes long says so, and takes that back.
func TestSlowRunIsAnnounced(t *testing.T) {
	t.Parallel()
	dir, course := newWorkspace(t)
	slow := bytes.Replace(solution(t, "shop/stock/stock.go"), []byte("{ s.articles"), []byte("{ time.Sleep(time.Second); s.articles"), 1)
	slow = bytes.Replace(slow, []byte("package stock\n"), []byte("package stock\n\nimport \"time\"\n"), 1)
	if err := os.WriteFile(filepath.Join(dir, "exercises/shop/stock/stock.go"), slow, 0o666); err != nil {
		t.Fatal(err)
	}
	w := openIn(t, dir, []string{courseEnv + "=" + course}, "start", "shop/stock")
	w.endsWith(0)
	w = openIn(t, dir, []string{courseEnv + "=" + course}, "next")
	w.sees(`building and running the tests`, `✓ shop/stock   2/2`)
	w.endsWith(0)
	if _, after, _ := bytes.Cut(w.said(), []byte("takes longest …")); !bytes.Contains(after, []byte("\r\x1b[K")) {
		t.Errorf("the line stays: %q", w.said())
	}
}

// A watch that nobody saves for costs nothing.
func TestIdleWatchSleeps(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the processor time of another process is read from /proc")
	}
	w := open(t, nil, "watch")
	w.sees(`✗ two prices add up`, `q quit`)
	before := w.processorTime()
	<-time.After(time.Second)
	if used := w.processorTime() - before; used > 20*time.Millisecond {
		t.Errorf("one idle second took %v of processor time, want less than 20 ms", used)
	}
	w.types("q")
	w.endsWith(0)
}

// processorTime is what all threads of the process have used so far
// (Documentation/scheduler/sched-stats.rst: the first field, in nanoseconds).
func (w *terminal) processorTime() time.Duration {
	w.t.Helper()
	threads, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(w.cmd.Process.Pid), "task", "*", "schedstat"))
	if err != nil || len(threads) == 0 {
		w.t.Skipf("this kernel does not tell the processor time of threads (%v)", err)
	}
	var total time.Duration
	for _, file := range threads {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that has just ended
		}
		first, _, _ := strings.Cut(string(data), " ")
		ns, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			w.t.Fatal(err)
		}
		total += time.Duration(ns)
	}
	return total
}
