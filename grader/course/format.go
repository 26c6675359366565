package course

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// FormatError is one mistake in a file of the course.
type FormatError struct {
	File    string // slash path below the course's root
	Line    int    // from 1; 0 when it is about the whole file
	Problem string // what stands there and what is expected
}

func (e *FormatError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Problem
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem)
}

// text is a file's content with its place, to report mistakes by. All parsers
// read through it, so that a checkout with Windows line endings reads the same.
type text struct {
	file  string
	first int // the number of the first line
	body  string
}

func newText(file string, data []byte) text {
	return text{file, 1, strings.ReplaceAll(string(data), "\r\n", "\n")}
}

// wrong makes a FormatError about the i-th line (from 0) of t.
func (t text) wrong(i int, format string, args ...any) error {
	return &FormatError{t.file, t.first + i, fmt.Sprintf(format, args...)}
}

// wrongKey makes a FormatError about the line that sets a TOML key.
func (t text) wrongKey(key, format string, args ...any) error {
	for i, line := range strings.Split(t.body, "\n") {
		line = strings.TrimLeft(line, " \t[\"'")
		if rest, ok := strings.CutPrefix(line, key); ok && strings.IndexAny(rest, " \t\"'=].") == 0 {
			return t.wrong(i, format, args...)
		}
	}
	return t.wrong(0, format, args...)
}

// decode reads TOML into v, which must have a field for every key; known names
// the keys, and tables those among them whose own keys are free.
func (t text) decode(v any, known, tables []string) error {
	md, err := toml.Decode(t.body, v)
	if err != nil {
		return t.wrongTOML(err)
	}
	for _, key := range md.Keys() { // md.Undecoded alone would let Title pass for title
		if !slices.Contains(known, key[0]) || len(key) > 1 && !slices.Contains(tables, key[0]) {
			return t.wrongKey(key[0], "unknown key %q; expected %s", key.String(), enumerate(known, "or"))
		}
	}
	if left := md.Undecoded(); len(left) > 0 {
		return t.wrongKey(left[0][0], "unknown key %q; expected %s", left[0].String(), enumerate(known, "or"))
	}
	return nil
}

// tomlError is the text of an error of the decoder: "toml: line 3 (last key
// "level"): incompatible types: …"; line and key may be missing.
var tomlError = regexp.MustCompile(`(?s)^toml: (?:line (\d+) ?)?(?:\(last key "([^"]*)"\))?(?:: )?(.*)$`)

// wrongTOML gives an error of the decoder its place in the file. Errors of
// types are no toml.ParseError, so that the place is in the text alone.
func (t text) wrongTOML(err error) error {
	m := tomlError.FindStringSubmatch(err.Error())
	if m == nil {
		return t.wrong(0, "%v", err)
	}
	line, key, problem := m[1], m[2], m[3]
	if key != "" {
		problem = key + ": " + problem
	}
	if n, err := strconv.Atoi(line); err == nil {
		return t.wrong(n-1, "%s", problem)
	}
	top, _, _ := strings.Cut(key, ".")
	return t.wrongKey(top, "%s", problem)
}
