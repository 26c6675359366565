// Package seal takes over, at process start, what the grader gives to a test
// process alone: the secret that authenticates the report, the plan of the run
// and the descriptor that the report goes to.
//
// It imports nothing but syscall, and the bench makes every learner package
// import it, so by the language's initialisation order it has read and closed
// the descriptor before the first line of learner code runs. It must never
// learn what a test or a verdict is.
package seal

import "syscall"

// Env names the environment variable that carries the two inherited
// descriptors (handles on Windows), decimal and comma separated: the one to
// read the plan from and the one to write the report to.
const Env = "KATA_SEAL"

// SecretSize is the length of the secret in bytes.
const SecretSize = 32

// maxPlan bounds what is read from the grader.
const maxPlan = 1 << 16

// Inherited is what the grader handed over.
type Inherited struct {
	Secret []byte
	Plan   []byte // the rest of the message; the harness knows its format
	fd     int
}

var taken, present = take()

// Take returns what was inherited; ok is false in a process that no grader
// started, such as a plain `go test`.
func Take() (in Inherited, ok bool) { return taken, present }

// Write sends the whole of p to the grader.
func (in Inherited) Write(p []byte) (int, error) {
	for n := 0; n < len(p); {
		m, err := write(in.fd, p[n:])
		if err != nil {
			return n, err
		}
		n += m
	}
	return len(p), nil
}

func take() (Inherited, bool) {
	value, ok := syscall.Getenv(Env)
	if !ok {
		return Inherited{}, false
	}
	syscall.Unsetenv(Env)
	from, to, ok := descriptors(value)
	if !ok {
		return Inherited{}, false
	}
	message := readAll(from)
	if len(message) < SecretSize {
		return Inherited{}, false
	}
	return Inherited{Secret: message[:SecretSize], Plan: message[SecretSize:], fd: to}, true
}

func readAll(fd int) []byte {
	message := make([]byte, 0, 512)
	buf := make([]byte, 512)
	for len(message) < maxPlan {
		n, err := read(fd, buf)
		if n <= 0 || err != nil {
			break
		}
		message = append(message, buf[:n]...)
	}
	closeFD(fd)
	return message
}

func descriptors(s string) (from, to int, ok bool) {
	for i := range len(s) {
		if s[i] == ',' {
			from, okFrom := number(s[:i])
			to, okTo := number(s[i+1:])
			return from, to, okFrom && okTo
		}
	}
	return 0, 0, false
}

func number(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || n > 1<<30 {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != ""
}
