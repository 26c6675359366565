package verdict

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// diagnose says why a report is not whole; it returns nil for one that is.
func diagnose(s Stream, end Ending) *Problem {
	switch {
	case s.Tampered != "":
		return &Problem{Kind: Tampered, Message: "the report of the tests was tampered with: " + s.Tampered}
	case s.Whole:
		return nil
	case end.Flooded:
		if p := crash(end); p != nil {
			return p // with more goroutines to tell of than there was room for
		}
		return stopped(Flood, "printed more than the output limit", end)
	case end.TimedOut:
		return stopped(Timeout, "not finished after "+seconds(end.Seconds), end)
	}
	if p := crash(end); p != nil {
		return p
	}
	switch end.Signal {
	case "":
		return &Problem{Kind: Exit, Message: fmt.Sprintf("the code ended the process with status %d before the tests were over (os.Exit or log.Fatal)", end.ExitCode)}
	case "SIGKILL":
		return &Problem{Kind: Killed, Message: "the system killed the process: it took too much memory or processor time"}
	case "SIGSYS":
		return &Problem{Kind: Killed, Message: "the code asked the operating system for something that exercises may not do (SIGSYS)"}
	}
	return &Problem{Kind: Killed, Message: "the process was ended by a signal: " + line(end.Signal)}
}

// seconds writes a duration in seconds without needless digits.
func seconds(s float64) string {
	if s < 10 {
		return strconv.FormatFloat(math.Round(s*10)/10, 'f', -1, 64) + " s"
	}
	return strconv.FormatFloat(math.Round(s), 'f', 0, 64) + " s"
}

// stopped describes a process that the grader ended, with what the learner's
// code was doing if a goroutine dump tells.
func stopped(kind Kind, message string, end Ending) *Problem {
	p := &Problem{Kind: kind, Message: message}
	g, at, ok := busiest(goroutines(string(end.Stderr)))
	if !ok {
		return p
	}
	doing := " was waiting (" + line(g.state) + ")"
	if g.rank() < 2 {
		doing = " was running"
	}
	p.Message += ": " + line(at.function) + doing
	p.File, p.Line = line(at.file), at.line
	return p
}

// fatal is the beginning of what the runtime prints before it ends a process:
// an unrecovered panic or a throw (runtime/panic.go), which may explain itself
// first.
var fatal = regexp.MustCompile(`(?m)^(?:runtime: .*\n)*(?:panic|fatal error): `)

// crashStart returns where the runtime's last words begin in stderr, or -1.
func crashStart(stderr string) int {
	trace := strings.LastIndex(stderr, "\ngoroutine ")
	start := -1
	for _, at := range fatal.FindAllStringIndex(stderr, -1) {
		if at[0] < trace {
			start = at[0]
		}
	}
	return start
}

// crash describes a process that the runtime ended; nil if it did not. Such a
// process exits with status 2, or by SIGABRT under GOTRACEBACK=crash.
func crash(end Ending) *Problem {
	stderr := string(end.Stderr)
	start := crashStart(stderr)
	if start < 0 || end.ExitCode != 2 && end.Signal == "" {
		return nil
	}
	all := goroutines(stderr[start:])
	var at call
	if len(all) > 0 {
		at = all[0].where() // the one that failed comes first
	}
	if at.file == "" {
		_, at, _ = busiest(all)
	}
	kind, message := describe(lastWords(stderr[start:]), line(at.function))
	return &Problem{Kind: kind, Message: message, File: line(at.file), Line: at.line}
}

// lastWords returns the line after the runtime's explanations.
func lastWords(crash string) string {
	for strings.HasPrefix(crash, "runtime: ") {
		_, crash, _ = strings.Cut(crash, "\n")
	}
	return line(crash)
}

// describe puts the runtime's last words into a sentence.
func describe(words, function string) (Kind, string) {
	words = strings.TrimSuffix(strings.TrimSuffix(words, " [recovered]"), " [recovered, repanicked]")
	in := cmp.Or(function, "the code")
	if text, ok := strings.CutPrefix(words, "panic: "); ok {
		return Panic, fmt.Sprintf("%s panicked and took the process with it: %s", in, text)
	}
	words = strings.TrimPrefix(words, "fatal error: ")
	switch {
	case strings.HasSuffix(words, "deadlock!"):
		return Deadlock, in + " waits for ever: all goroutines are asleep, deadlock"
	case strings.HasSuffix(words, "out of memory") || strings.Contains(words, "cannot allocate memory"):
		return Memory, in + " ran out of memory"
	case words == "stack overflow":
		return Panic, in + " overflowed the stack: it calls itself without end"
	case strings.HasPrefix(words, "concurrent map "):
		return Panic, fmt.Sprintf("%s shares a map between goroutines without a lock: %s", in, words)
	}
	return Panic, fmt.Sprintf("%s broke the runtime: %s", in, words)
}

// ownWords returns stderr without the runtime's traceback.
func ownWords(end Ending) []byte {
	stderr := string(end.Stderr)
	if i := strings.Index("\n"+stderr, "\nSIGQUIT: quit"); i >= 0 {
		stderr = stderr[:i]
	}
	if i := crashStart(stderr); i >= 0 {
		stderr = stderr[:i]
	}
	return []byte(stderr)
}
