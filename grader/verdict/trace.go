package verdict

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// module is the import path below which the bench stages submissions.
const module = "github.com/kata-go/kata/"

// call is one line of learner code on a goroutine's stack.
type call struct {
	function string // as in "(*Store).Create"; empty when nothing is known
	file     string // relative to the workspace
	line     int    // 0 when unknown
}

// goroutine is one section of a runtime traceback.
type goroutine struct {
	state string // as in "running", "chan receive" or "sync.Mutex.Lock"
	body  []string
}

var goroutineHeader = regexp.MustCompile(`^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[([^],]*).*\]:$`)

// goroutines splits a traceback as the runtime prints it after a fatal error or
// SIGQUIT.
func goroutines(trace string) []goroutine {
	var all []goroutine
	inside := false
	for text := range strings.Lines(trace) {
		text = strings.TrimRight(text, "\r\n")
		if m := goroutineHeader.FindStringSubmatch(text); m != nil {
			all = append(all, goroutine{state: m[1]})
			inside = true
		} else if text == "" {
			inside = false
		} else if inside {
			g := &all[len(all)-1]
			g.body = append(g.body, text)
		}
	}
	return all
}

// where returns the innermost call of learner code on the stack; failing that,
// the one that started the goroutine.
func (g goroutine) where() call {
	for i := 0; i+1 < len(g.body); i++ {
		if c, ok := learnerCall(g.body[i], g.body[i+1]); ok {
			return c
		}
	}
	return call{}
}

// learnerCall reads the two lines that a traceback has for each call:
//
//	example.com/pkg.(*T).Method(0x1, ...)
//		/dir/file.go:12 +0x34
func learnerCall(name, position string) (call, bool) {
	name = strings.TrimPrefix(name, "created by ")
	tail, ok := strings.CutPrefix(name, module)
	place, isPlace := strings.CutPrefix(position, "\t")
	if !ok || !isPlace || !staged(tail) {
		return call{}, false
	}
	place, _, _ = strings.Cut(place, " ")
	colon := strings.LastIndexByte(place, ':')
	if colon < 0 {
		return call{}, false
	}
	line, err := strconv.Atoi(place[colon+1:])
	file, ok := workspacePath(place[:colon])
	if err != nil || !ok {
		return call{}, false
	}
	if line == 1 { // a jump that the compiler gave no line: no code stands on the first
		line = 0
	}
	return call{function: functionName(tail), file: file, line: line}, true
}

// staged reports whether an import path below the module is a submission's.
func staged(path string) bool {
	return slices.ContainsFunc(submissionTrees, func(tree string) bool { return strings.HasPrefix(path, tree) })
}

var submissionTrees = []string{"exercises/", "variants/", "solutions/"}

// workspacePath cuts what stands before the submission's folder in a file name
// of a traceback. Files that the bench wrote are nobody's.
func workspacePath(file string) (string, bool) {
	file = strings.ReplaceAll(file, `\`, "/")
	if strings.HasSuffix(file, "_hidden.go") || strings.HasSuffix(file, "/kata_seal.go") {
		return "", false
	}
	for _, tree := range submissionTrees {
		if i := strings.LastIndex("/"+file, "/"+tree); i >= 0 {
			return file[i:], true
		}
	}
	return "", false
}

// functionName shortens exercises/rest/crud.(*Store).Create(0x1) to
// (*Store).Create.
func functionName(name string) string {
	name, _, _ = strings.Cut(name, " in goroutine ")
	if open := strings.LastIndexByte(name, '('); open >= 0 && strings.HasSuffix(name, ")") {
		name = name[:open]
	}
	name = name[strings.LastIndexByte(name, '/')+1:]
	if _, after, ok := strings.Cut(name, "."); ok {
		name = after
	}
	return strings.TrimSuffix(name, "-fm")
}

// busiest returns the goroutine of learner code that says most about why a run
// did not end, and whether there is one.
func busiest(all []goroutine) (goroutine, call, bool) {
	var best goroutine
	var at call
	lowest := len(ranks) + 1
	for _, g := range all {
		c := g.where()
		if rank := g.rank(); c.file != "" && rank < lowest {
			best, at, lowest = g, c, rank
		}
	}
	return best, at, at.file != ""
}

// ranks orders goroutines: what computes, before what a test or a request waits
// for, before what runs in the background.
var ranks = []func(goroutine) bool{
	func(g goroutine) bool { return g.state == "running" },
	func(g goroutine) bool { return g.state == "runnable" || g.state == "syscall" },
	func(g goroutine) bool { return g.calls("testing.tRunner(") },
	func(g goroutine) bool { return g.calls("net/http.(*conn).serve(") },
}

func (g goroutine) rank() int {
	for i, is := range ranks {
		if is(g) {
			return i
		}
	}
	return len(ranks)
}

func (g goroutine) calls(function string) bool {
	return slices.ContainsFunc(g.body, func(line string) bool { return strings.HasPrefix(line, function) })
}
