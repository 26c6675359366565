package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long a text on the screen may take to come.
const patience = 60 * time.Second

// conversation is a process that is typed to and listened to.
type conversation struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	ended chan struct{} // closed once the process is over and its output is read

	mu   sync.Mutex
	text []byte
	seen int           // of text, what see has passed over
	more chan struct{} // has a value after new text
}

// listen begins a conversation with a started process. after is called at its
// end, and then, at the latest, out must end.
func listen(cmd *exec.Cmd, in io.WriteCloser, out io.Reader, after func()) *conversation {
	c := &conversation{cmd: cmd, in: in, ended: make(chan struct{}), more: make(chan struct{}, 1)}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = cmd.Wait() // the exit code is ProcessState's
		after()
	}()
	go func() {
		defer close(c.ended)
		_, _ = io.Copy(c, out) // a terminal ends with an error
		<-over
	}()
	return c
}

// Write takes what the process says.
func (c *conversation) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.text = append(c.text, p...)
	c.mu.Unlock()
	select {
	case c.more <- struct{}{}:
	default:
	}
	return len(p), nil
}

// escapes are the control sequences of a terminal (ECMA-48 5.4).
var escapes = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]")

// see waits until the process has said what matches pattern, after what was
// seen before.
func (c *conversation) see(pattern string) error {
	wanted, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for over := false; ; {
		if c.sees(wanted) {
			return nil
		}
		if over {
			return fmt.Errorf("never seen: %s\n%s", pattern, c.unseen())
		}
		select {
		case <-c.more:
		case <-c.ended:
			over = true // look once more
		case <-deadline.C:
			over = true
		}
	}
}

func (c *conversation) sees(wanted *regexp.Regexp) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	// A sequence must not be cut by what was seen: offsets are of the text
	// without any.
	plain := escapes.ReplaceAll(c.text, nil)
	at := wanted.FindIndex(plain[c.seen:])
	if at == nil {
		return false
	}
	c.seen += at[1]
	return true
}

func (c *conversation) unseen() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(escapes.ReplaceAll(c.text, nil)[c.seen:])
}

// said is all that the process has written.
func (c *conversation) said() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.text)
}

func (c *conversation) press(keys string) error {
	_, err := io.WriteString(c.in, keys)
	return err
}

// end waits for the end of the process and returns its exit code.
func (c *conversation) end() (int, error) {
	select {
	case <-c.ended:
		return c.cmd.ProcessState.ExitCode(), nil
	case <-time.After(patience):
		return 0, fmt.Errorf("the process does not end\n%s", c.unseen())
	}
}

// kill ends a process that a failed test left behind.
func (c *conversation) kill() {
	_ = c.cmd.Process.Kill()
	<-c.ended
}

// conversationKey is where a script keeps its process, a **conversation.
const conversationKey = "conversation"

func current(ts *testscript.TestScript) *conversation {
	c := *ts.Value(conversationKey).(**conversation)
	if c == nil {
		ts.Fatalf("there is no process; say: watch, or talk ARGS...")
	}
	return c
}

// watch [ARGS...] starts kata watch with pipes.
func startWatch(ts *testscript.TestScript, neg bool, args []string) {
	talk(ts, neg, append([]string{"watch"}, args...))
}

// talk ARGS... starts kata with pipes, for see, press and so on.
func talk(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command(ts.Getenv("KATA"), args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = scriptEnv(ts)
	in, err := cmd.StdinPipe()
	ts.Check(err)
	out, from, err := os.Pipe()
	ts.Check(err)
	cmd.Stdout, cmd.Stderr = from, from
	ts.Check(cmd.Start())
	from.Close()
	c := listen(cmd, in, out, func() {})
	ts.Defer(func() { c.kill(); out.Close() })
	*ts.Value(conversationKey).(**conversation) = c
}

// scriptEnv is what kata needs of a script's environment.
func scriptEnv(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "TMP", "SystemRoot", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GOFLAGS", "XDG_CACHE_HOME", courseEnv} {
		if v := ts.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// see REGEXP waits for a text of the process.
func see(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(current(ts).see(strings.Join(args, " ")))
}

// press KEYS types to the process.
func press(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(current(ts).press(strings.Join(args, "")))
}

// hangup closes the process's input.
func hangup(ts *testscript.TestScript, _ bool, _ []string) { ts.Check(current(ts).in.Close()) }

func interrupt(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(current(ts).cmd.Process.Signal(os.Interrupt))
}

// ended CODE waits for the process's end; what it said is in stdout then.
func ended(ts *testscript.TestScript, _ bool, args []string) {
	c := current(ts)
	code, err := c.end()
	ts.Check(err)
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("kata exited with %d, want %s", code, args[0])
	}
	fmt.Fprintf(ts.Stdout(), "%s", c.said())
}
