package kit

import (
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
)

// ownTests says that the tests are the learner's, too.
var ownTests atomic.Bool

// OwnTests has the lines of the tests count as code under test. Only the
// harness calls it, where learners write the tests.
func OwnTests() { ownTests.Store(true) }

// trees hold the code under test. The exercises' folders, track/name, lie two
// levels below, and those of variants three.
var trees = []struct {
	path  string
	depth int
}{{"/exercises/", 2}, {"/solutions/", 2}, {"/variants/", 3}}

// Owned reports whether a function's full name belongs to the code under test:
// a package below exercises/, solutions/ or variants/, but no test of one.
func Owned(function string) bool {
	if ownTests.Load() && strings.Contains(function, "github.com/kata-go/kata/hidden/") {
		return true
	}
	if strings.Contains(function, "_test.") {
		return false
	}
	for _, tree := range trees {
		if strings.Contains(function, "github.com/kata-go/kata"+tree.path) {
			return true
		}
	}
	return false
}

// Caller returns the innermost line of code under test on the calling
// goroutine's stack, as "file:line", or "". A recorder that runs below learner
// code (a ResponseWriter, a client hook) calls it to say who acted.
func Caller() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		if Owned(f.Function) {
			return place(f.File, f.Line)
		}
		if !more {
			return ""
		}
	}
}

// Entry returns the line at which the code under test last left what called it
// in, as "file:line", or "": of a handler that answers through a function of
// its own, the handler's line, where Caller returns the function's.
func Entry() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	at := ""
	for {
		f, more := frames.Next()
		if Owned(f.Function) {
			at = place(f.File, f.Line)
		} else if at != "" || !more {
			return at
		}
		if !more {
			return at
		}
	}
}

// At returns where fn, a function or method of the code under test, is
// declared, as "file:line". It returns "" for anything else.
func At(fn any) string {
	v := reflect.ValueOf(fn)
	if v.Kind() != reflect.Func || v.IsNil() {
		return ""
	}
	f := runtime.FuncForPC(v.Pointer())
	if f == nil || !Owned(f.Name()) {
		return ""
	}
	return place(f.FileLine(f.Entry()))
}

// Stuck returns a line of code under test that some goroutine is at now, as
// "file:line", or "": where to look after an answer that never came. A goroutine
// that Within waits for comes first.
func Stuck() string {
	buf := make([]byte, 1<<20)
	all := string(buf[:runtime.Stack(buf, true)])
	for trace := range strings.SplitSeq(all, "\n\n") {
		if at := FirstOwned(trace); at != "" && strings.Contains(trace, "kit.Within.func") {
			return at
		}
	}
	return FirstOwned(all)
}

// Owning returns the calls of code under test in a goroutine trace, innermost
// first and at most five, each as "function file:line".
func Owning(trace string) string {
	lines := strings.Split(trace, "\n")
	var calls []string
	for i := 0; i+1 < len(lines) && len(calls) < 5; i++ {
		if name, file, ok := ownedCall(lines[i], lines[i+1]); ok {
			calls = append(calls, name+" "+file)
		}
	}
	return strings.Join(calls, "\n")
}

// FirstOwned returns the first line of code under test in a goroutine trace,
// as "file:line", or "".
func FirstOwned(trace string) string {
	first, _, _ := strings.Cut(Owning(trace), "\n")
	return first[strings.LastIndexByte(first, ' ')+1:]
}

// ownedCall reads the two lines that a trace has for each call:
//
//	example.com/pkg.(*T).Method(0x1, ...)
//		/dir/file.go:12 +0x34
func ownedCall(call, position string) (name, file string, ok bool) {
	open := strings.LastIndexByte(call, '(')
	if open < 0 || !Owned(call[:open]) || !strings.Contains(position, ".go:") {
		return "", "", false
	}
	file, _, _ = strings.Cut(strings.TrimSpace(position), " ")
	return base(call[:open]), inFolder(file), true
}

func place(file string, line int) string { return Line(inFolder(file), line) }

// inFolder keeps what stands after the exercise's folder: files are named as the
// learner sees them from there. Of a file that is in none it keeps the name.
func inFolder(file string) string {
	last, name := -1, base(file)
	for _, tree := range trees {
		i := strings.LastIndex("/"+file, tree.path)
		if i <= last {
			continue
		}
		if parts := strings.SplitN(file[i+len(tree.path)-1:], "/", tree.depth+1); len(parts) > tree.depth {
			last, name = i, parts[tree.depth]
		}
	}
	return name
}

func base(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
