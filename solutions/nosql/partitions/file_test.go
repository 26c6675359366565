package partitions_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
)

const (
	tables  = "tables.cql"
	queries = "queries.cql"
)

// statement is one of a file's, without comments.
type statement struct {
	text string
	at   string // "file:line"
}

// parts are a file's strings, names in quotes, comments, and all else in pieces
// of one character, as CQL has them.
var parts = regexp.MustCompile(`(?s)'(?:[^']|'')*'|"[^"]*"|--[^\n]*|//[^\n]*|/\*.*?\*/|.`)

// split returns the statements of CQL that begins at a line; a batch is one.
func split(name, cql string, line int) (all []statement) {
	var b strings.Builder
	begin := line
	end := func() {
		if text := strings.TrimSpace(b.String()); text != "" {
			all = append(all, statement{text, kit.Line(name, begin)})
		}
		b.Reset()
	}
	for _, p := range parts.FindAllString(cql, -1) {
		comment := strings.HasPrefix(p, "--") || strings.HasPrefix(p, "//") || strings.HasPrefix(p, "/*")
		switch {
		case p == ";" && !inBatch(b.String()):
			end()
		case comment:
			b.WriteByte(' ')
		default:
			if strings.TrimSpace(b.String()) == "" {
				begin = line
			}
			b.WriteString(p)
		}
		line += strings.Count(p, "\n")
	}
	end()
	return all
}

var (
	batchBegins = regexp.MustCompile(`(?i)^\s*BEGIN\b`)
	batchEnds   = regexp.MustCompile(`(?i)\bAPPLY\s+BATCH\s*$`)
)

func inBatch(text string) bool { return batchBegins.MatchString(text) && !batchEnds.MatchString(text) }

// query is what stands under a name.
type query struct {
	statements []statement
	at         string
}

var named = regexp.MustCompile(`(?m)^[ \t]*--[ \t]*name:[ \t]*(\w+)[ \t\r]*$`)

// read returns the statements of the tables, and the queries by their names.
func read(t testing.TB) (made []statement, asked map[string]query) {
	t.Helper()
	made = split(tables, kit.File(t, tables), 1)
	text := kit.File(t, queries)
	asked = map[string]query{}
	heads := named.FindAllStringSubmatchIndex(text, -1)
	for i, h := range heads {
		end := len(text)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		line := 1 + strings.Count(text[:h[1]], "\n")
		asked[text[h[2]:h[3]]] = query{split(queries, text[h[1]:end], line), kit.Line(queries, line)}
	}
	for _, name := range []string{"save", "frost", "day", "last", "overview", "frosts"} {
		if _, ok := asked[name]; !ok {
			kit.Fail(t, kit.Failure{Sent: "read " + queries, Got: "no line \"-- name: " + name + "\"", Want: "the six names of the brief", At: kit.Line(queries, 1)})
		}
	}
	return made, asked
}

// value is what a query gets for a parameter.
type value struct {
	told  string // as people type it
	bound any    // as the driver sends it
}

// filled returns a statement with its parameters replaced: by ? as it is sent,
// with what is bound to them, and by their values as people read it.
func (s statement) filled(t testing.TB, values map[string]value) (sent string, bound []any, told string) {
	t.Helper()
	var text, shown strings.Builder
	for rest := s.text; rest != ""; {
		piece := parts.FindString(rest)
		name := marker.FindString(rest)
		if piece != ":" || name == "" {
			text.WriteString(piece)
			shown.WriteString(piece)
			rest = rest[len(piece):]
			continue
		}
		v, ok := values[name[1:]]
		if !ok {
			kit.Fail(t, kit.Failure{Sent: kit.Wrap(s.text), Got: "the parameter " + name, Want: "of this query's parameters: " + strings.Join(names(values), " "), At: s.at})
		}
		text.WriteByte('?')
		shown.WriteString(v.told)
		bound = append(bound, v.bound)
		rest = rest[len(name):]
	}
	return text.String(), bound, kit.Wrap(shown.String())
}

var marker = regexp.MustCompile(`^:[A-Za-z_]\w*`)

func names(values map[string]value) (all []string) {
	for name := range values {
		all = append(all, ":"+name)
	}
	slices.Sort(all)
	return all
}

// quoted is a text as CQL writes it.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
