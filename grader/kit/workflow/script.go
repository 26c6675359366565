package workflow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// Command is one program that a script started.
type Command struct {
	Args []string          // without what only starts others, such as env and timeout
	Env  map[string]string // what it could see
}

// Is reports whether the command begins with these words. A script by name
// counts however it was started: deploy.sh, ./deploy.sh, sh deploy.sh.
func (c Command) Is(words ...string) bool {
	if len(c.Args) < len(words) {
		return false
	}
	for i, w := range words {
		if c.Args[i] != w && (i > 0 || path.Base(c.Args[i]) != w) {
			return false
		}
	}
	return true
}

func (c Command) String() string { return strings.Join(c.Args, " ") }

// shell runs one script; its files are in memory.
type shell struct {
	exec     func(Command) (string, int)
	mu       sync.Mutex
	files    map[string]*bytes.Buffer
	statuses map[string]string // of the parts of the last pipeline
}

// patience is how long a script may run: its commands take no time.
const patience = 30 * time.Second

// run runs a script as GitHub does: by the line that `shell:` names, or none.
// It returns the exit status, and what is wrong with the script itself.
func (s *shell) run(by, script string, env map[string]string) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return s.interpret(ctx, options(by), script, env, io.Discard)
}

// options are those that GitHub gives a shell:
// `bash -e {0}` unless one is named, `bash --noprofile --norc -eo pipefail {0}`
// for bash, `sh -e {0}` for sh, and for anything else what stands there.
func options(by string) []string {
	words := strings.Fields(by)
	switch {
	case by == "" || by == "sh":
		return []string{"-e"}
	case by == "bash":
		return []string{"-e", "-o", "pipefail"}
	}
	var set []string
	for i, w := range words[1:] {
		short := strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--")
		if short && strings.Contains(w, "e") {
			set = append(set, "-e")
		}
		if short && strings.HasSuffix(w, "o") && i+2 < len(words) {
			set = append(set, "-o", words[i+2])
		}
	}
	return set
}

// reads reports whether a `shell:` is one that run knows.
func reads(by string) bool {
	words := strings.Fields(by)
	return len(words) == 0 || slices.Contains([]string{"bash", "sh"}, path.Base(words[0]))
}

var pipeStatus = regexp.MustCompile(`\$\{PIPESTATUS\[(\d+)\]\}`)

func (s *shell) interpret(ctx context.Context, set []string, script string, env map[string]string, out io.Writer) (int, error) {
	counted := pipeStatus.ReplaceAllString(script, "$$(kata-pipestatus $1)")
	file, err := syntax.NewParser().Parse(strings.NewReader(counted), "")
	if err != nil {
		return 2, err
	}
	if counted != script {
		count(file)
	}
	var pairs []string
	for k, v := range env {
		pairs = append(pairs, k+"="+v)
	}
	runner, err := interp.New(
		interp.Env(expand.ListEnviron(pairs...)), interp.Params(append(set, "--")...), interp.StdIO(nil, out, io.Discard),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return s.command }),
		interp.OpenHandler(s.open), interp.StatHandler(stat),
		interp.AccessHandler(func(context.Context, string, interp.AccessMode) error { return nil }),
		interp.ReadDirHandler2(func(context.Context, string) ([]fs.DirEntry, error) { return nil, nil }),
	)
	if err != nil {
		return 2, err
	}
	err = runner.Run(ctx, file)
	if status, ok := errors.AsType[interp.ExitStatus](err); ok {
		return int(status), nil
	}
	return 0, err
}

// count makes every part of every pipeline note its status, since the
// interpreter has no PIPESTATUS.
func count(file *syntax.File) {
	inner := map[syntax.Node]bool{}
	syntax.Walk(file, func(n syntax.Node) bool {
		if b, ok := n.(*syntax.BinaryCmd); ok && b.Op == syntax.Pipe && !inner[b] {
			noted(b, inner)
		}
		return true
	})
}

// noted wraps the parts of a pipeline and returns how many there are.
func noted(b *syntax.BinaryCmd, inner map[syntax.Node]bool) int {
	n := 0
	inner[b] = true
	if left, ok := b.X.Cmd.(*syntax.BinaryCmd); ok && left.Op == syntax.Pipe {
		n = noted(left, inner)
	} else {
		b.X = note(b.X, n)
		n++
	}
	b.Y = note(b.Y, n)
	return n + 1
}

func note(part *syntax.Stmt, n int) *syntax.Stmt {
	src := fmt.Sprintf("part && kata-status %d 0 || kata-status %d $?", n, n)
	file, err := syntax.NewParser().Parse(strings.NewReader(src), "")
	if err != nil {
		return part
	}
	outer := file.Stmts[0]
	outer.Cmd.(*syntax.BinaryCmd).X.Cmd.(*syntax.BinaryCmd).X = part
	return outer
}

// command is what every program that is no builtin does.
func (s *shell) command(ctx context.Context, args []string) error {
	h := interp.HandlerCtx(ctx)
	env := map[string]string{}
	h.Env.Each(func(name string, v expand.Variable) bool {
		if v.Exported {
			env[name] = v.String()
		}
		return true
	})
	switch args[0] {
	case "kata-status":
		s.mu.Lock()
		defer s.mu.Unlock()
		s.statuses[args[1]] = args[2]
		return exit(args[2])
	case "kata-pipestatus":
		s.mu.Lock()
		defer s.mu.Unlock()
		_, err := io.WriteString(h.Stdout, s.statuses[args[1]])
		return err
	}
	args = stripped(args, env)
	if len(args) == 0 {
		return nil
	}
	if name := path.Base(args[0]); name == "sh" || name == "bash" {
		set, script, rest := called(args[1:])
		if script != "" {
			status, err := s.interpret(ctx, set, script, env, h.Stdout)
			if err != nil {
				status = 2
			}
			return exit(strconv.Itoa(status))
		}
		if len(rest) > 0 {
			args = rest
		}
	}
	out, status := s.exec(Command{args, env})
	_, _ = io.WriteString(h.Stdout, out) // a reader that only pretends may be gone
	return exit(strconv.Itoa(status))
}

func exit(status string) error {
	n, _ := strconv.ParseUint(status, 10, 8)
	if n == 0 {
		return nil
	}
	return interp.ExitStatus(n)
}

// stripped takes away what only starts another program, and puts what env sets
// into the environment.
func stripped(args []string, env map[string]string) []string {
	starters := []string{"env", "sudo", "nice", "nohup", "timeout", "time", "stdbuf"}
	for len(args) > 0 && slices.Contains(starters, args[0]) {
		starter := args[0]
		args = args[1:]
		for len(args) > 0 && strings.HasPrefix(args[0], "-") {
			args = args[1:]
		}
		if starter == "timeout" && len(args) > 0 {
			args = args[1:]
		}
		for starter == "env" && len(args) > 0 && strings.Contains(args[0], "=") {
			name, value, _ := strings.Cut(args[0], "=")
			env[name], args = value, args[1:]
		}
	}
	return args
}

// called reads what a shell is started with: its options, the script behind
// -c, or the script's file with its arguments.
func called(args []string) (set []string, script string, rest []string) {
	command := false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		word := args[0]
		args = args[1:]
		if strings.HasPrefix(word, "--") {
			continue
		}
		if strings.Contains(word, "e") {
			set = append(set, "-e")
		}
		if strings.HasSuffix(word, "o") && len(args) > 0 {
			set, args = append(set, "-o", args[0]), args[1:]
		}
		command = command || strings.Contains(word, "c")
	}
	if command && len(args) > 0 {
		return set, args[0], nil
	}
	return set, "", args
}

// open gives scripts files in memory; what was never written is empty.
func (s *shell) open(_ context.Context, name string, flag int, _ os.FileMode) (io.ReadWriteCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "/dev/null" {
		return &memory{shell: s, content: &bytes.Buffer{}}, nil
	}
	if s.files[name] == nil || flag&os.O_TRUNC != 0 {
		s.files[name] = &bytes.Buffer{}
	}
	if flag&(os.O_WRONLY|os.O_RDWR) != 0 {
		return &memory{shell: s, content: s.files[name]}, nil
	}
	return &memory{shell: s, content: bytes.NewBuffer(bytes.Clone(s.files[name].Bytes()))}, nil
}

type memory struct {
	shell   *shell
	content *bytes.Buffer
}

func (m *memory) Read(p []byte) (int, error) {
	m.shell.mu.Lock()
	defer m.shell.mu.Unlock()
	return m.content.Read(p)
}

func (m *memory) Write(p []byte) (int, error) {
	m.shell.mu.Lock()
	defer m.shell.mu.Unlock()
	return m.content.Write(p)
}

func (m *memory) Close() error { return nil }

// stat finds everything that a script asks for; what has no ending is a folder.
func stat(_ context.Context, name string, _ bool) (fs.FileInfo, error) {
	return entry{path.Base(name)}, nil
}

type entry struct{ name string }

func (e entry) Name() string       { return e.name }
func (e entry) Size() int64        { return 1 }
func (e entry) ModTime() time.Time { return time.Time{} }
func (e entry) IsDir() bool        { return path.Ext(e.name) == "" }
func (e entry) Sys() any           { return nil }
func (e entry) Mode() fs.FileMode {
	if e.IsDir() {
		return fs.ModeDir | 0o755
	}
	return 0o755
}
