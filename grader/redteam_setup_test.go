package grader_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"
)

// verbs are what an archive cannot hold. Arguments are words, or quoted as in
// Go; names are of the exercise's folder, or with a slash in front of the
// workspace's root.
var verbs = map[string]func(s *scene, args []string) error{
	"link":       func(s *scene, args []string) error { return os.Symlink(args[1], s.path(args[0])) },
	"folder":     func(s *scene, args []string) error { return os.MkdirAll(s.path(args[0]), 0o755) },
	"remove":     func(s *scene, args []string) error { return os.RemoveAll(s.path(args[0])) },
	"executable": func(s *scene, args []string) error { return os.Chmod(s.path(args[0]), 0o755) },
	"fifo":       func(s *scene, args []string) error { return makeFIFO(s.path(args[0])) },
	"socket":     func(s *scene, args []string) error { return makeSocket(s.path(args[0])) },
	"bytes":      func(s *scene, args []string) error { return s.write(args[0], []byte(args[1])) },
	"share":      share,  // NAME: a file that several attacks have, from shared/
	"sparse":     sparse, // NAME GIGABYTES: a file that is long and takes no room
	"many":       many,   // NUMBER: files of Go
	"repeat":     repeat, // NAME HEAD NUMBER TEXT TAIL: a file of HEAD, NUMBER times TEXT, TAIL
	"env": func(s *scene, args []string) error { // KEY=VALUE: in the environment that kata is started with
		s.environ = append(s.environ, args[0])
		return nil
	},
}

// scene is the place of one attack.
type scene struct {
	attack    *attack
	workspace string
	outside   string // a folder that everybody may write to, and that must stay empty
	folder    string // the exercise's, a slash path
	environ   []string
	before    map[string]string // a snapshot of the workspace
	replace   *strings.Replacer
}

func (s *scene) path(name string) string {
	if rest, ok := strings.CutPrefix(name, "/"); ok {
		return filepath.Join(s.workspace, rest)
	}
	return filepath.Join(s.workspace, s.folder, name)
}

func (s *scene) write(name string, data []byte) error {
	p := s.path(name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		return err
	}
	return os.WriteFile(p, data, 0o644)
}

// lay puts the starter and the attack's files into the workspace, and does
// what its set-up says.
func (s *scene) lay(starter []txtar.File) error {
	for _, f := range append(starter, s.attack.files...) {
		if err := s.write(f.Name, []byte(s.replace.Replace(string(f.Data)))); err != nil {
			return err
		}
	}
	for _, line := range s.attack.does {
		args, err := words(s.replace.Replace(line))
		if err != nil {
			return fmt.Errorf("setup: %s: %w", line, err)
		}
		do := verbs[args[0]]
		if do == nil {
			return fmt.Errorf("setup: %s: no such verb", line)
		}
		if err := do(s, args[1:]); err != nil {
			return fmt.Errorf("setup: %s: %w", line, err)
		}
	}
	return nil
}

// words splits a line at blanks; a word may be quoted as in Go.
func words(line string) (all []string, err error) {
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if line[0] != '"' {
			word, rest, _ := strings.Cut(line, " ")
			all, line = append(all, word), rest
			continue
		}
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, err
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, err
		}
		all, line = append(all, word), line[len(quoted):]
	}
	return all, nil
}

func share(s *scene, args []string) error {
	data, err := os.ReadFile(filepath.Join("testdata/redteam/shared", filepath.Base(args[0])+".txt"))
	if err != nil {
		return err
	}
	return s.write(args[0], data)
}

func sparse(s *scene, args []string) error {
	if err := s.write(args[0], nil); err != nil {
		return err
	}
	gigabytes, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		return err
	}
	return os.Truncate(s.path(args[0]), gigabytes<<30)
}

func many(s *scene, args []string) error {
	n, err := strconv.Atoi(args[0])
	for i := 0; err == nil && i < n; i++ {
		err = s.write(fmt.Sprintf("more%d.go", i), []byte("package sum\n"))
	}
	return err
}

func repeat(s *scene, args []string) error {
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	text := []byte(args[1])
	for i := range n {
		text = append(text, bytes.ReplaceAll(bytes.ReplaceAll([]byte(args[3]), []byte("#+"), strconv.AppendInt(nil, int64(i+1), 10)), []byte("#"), strconv.AppendInt(nil, int64(i), 10))...)
	}
	return s.write(args[0], append(text, args[4]...))
}
