package verdict

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
)

// maxStream bounds a report in bytes; what comes after it is not read, so the
// report is not whole.
const maxStream = 32 << 20

// Event is one line of a sealed report, as grader/kit/harness writes it.
type Event struct {
	Kind string // run, pass, fail, skip, failure, absent or end
	ID   int    // the behaviour's; 0 for end
	Args []string
}

// Stream is what could be read of a sealed report.
type Stream struct {
	Events   []Event // up to the first line that is not the harness's
	Whole    bool    // the end was reported, and before it that the canary failed
	Tampered string  // what is wrong with the report; empty when nothing is
}

// arity is the number of arguments that each kind of event carries.
var arity = map[string]int{"run": 2, "pass": 0, "fail": 0, "skip": 0, "failure": 5, "absent": 2, "end": 0}

// Parse reads a sealed report: lines of `sequence kind id "argument"... mac`,
// where mac is the hex HMAC-SHA-256 (RFC 2104) of the line before it. A line
// that is not authentic or out of sequence ends the reading and marks the
// stream as tampered with; a report that stops early is merely not whole. The
// error is r's, never the report's.
func Parse(r io.Reader, secret []byte) (Stream, error) {
	var s Stream
	in := bufio.NewReader(io.LimitReader(r, maxStream))
	for s.Tampered == "" {
		line, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return s, fmt.Errorf("read the report: %w", err)
		}
		if err == io.EOF { // at most the beginning of a line
			if s.ended() && len(line) > 0 {
				s.Tampered = "something was written after its end"
			}
			break
		}
		s.add(line[:len(line)-1], secret)
	}
	if s.Tampered == "" && s.ended() && !s.canaryFailed() {
		s.Tampered = "the test that must fail was not reported as failed"
	}
	s.Whole = s.Tampered == "" && s.ended()
	return s, nil
}

// add checks one line and appends its event.
func (s *Stream) add(line, secret []byte) {
	cut := bytes.LastIndexByte(line, ' ')
	if cut < 0 || !authentic(line[:cut], line[cut+1:], secret) {
		s.Tampered = fmt.Sprintf("line %d was not written by the tests", len(s.Events)+1)
		return
	}
	sequence, event, ok := parseLine(line[:cut])
	switch {
	case !ok:
		s.Tampered = fmt.Sprintf("line %d makes no sense", len(s.Events)+1)
	case sequence < len(s.Events):
		s.Tampered = fmt.Sprintf("line %d was sent twice", sequence+1)
	case sequence > len(s.Events):
		s.Tampered = fmt.Sprintf("line %d is missing", len(s.Events)+1)
	case s.ended():
		s.Tampered = "something was written after its end"
	default:
		s.Events = append(s.Events, event)
	}
}

func authentic(line, mac, secret []byte) bool {
	sum, err := hex.DecodeString(string(mac))
	if err != nil {
		return false
	}
	h := hmac.New(sha256.New, secret)
	h.Write(line)
	return hmac.Equal(sum, h.Sum(nil))
}

// parseLine reads `sequence kind id "argument"...`.
func parseLine(line []byte) (sequence int, e Event, ok bool) {
	fields := bytes.SplitN(line, []byte(" "), 4)
	if len(fields) < 3 {
		return 0, Event{}, false
	}
	sequence, err := strconv.Atoi(string(fields[0]))
	if err != nil || sequence < 0 {
		return 0, Event{}, false
	}
	e.Kind = string(fields[1])
	if e.ID, err = strconv.Atoi(string(fields[2])); err != nil || e.ID < 0 {
		return 0, Event{}, false
	}
	if len(fields) == 4 {
		if e.Args, ok = quoted(string(fields[3])); !ok {
			return 0, Event{}, false
		}
	}
	n, known := arity[e.Kind]
	return sequence, e, known && n == len(e.Args)
}

// quoted reads strings in Go syntax, separated by single spaces.
func quoted(text string) (args []string, ok bool) {
	for {
		q, err := strconv.QuotedPrefix(text)
		if err != nil {
			return nil, false
		}
		arg, err := strconv.Unquote(q)
		if err != nil {
			return nil, false
		}
		args = append(args, arg)
		if text = text[len(q):]; text == "" {
			return args, true
		}
		if text[0] != ' ' {
			return nil, false
		}
		text = text[1:]
	}
}

func (s *Stream) ended() bool {
	return len(s.Events) > 0 && s.Events[len(s.Events)-1].Kind == "end"
}

// canaryFailed reports whether the test that must fail did so.
func (s *Stream) canaryFailed() bool {
	id := 0
	for _, e := range s.Events {
		if e.Kind == "run" && e.Args[0] == "0" && e.Args[1] == canary {
			id = e.ID
		}
		if e.Kind == "fail" && e.ID == id && id > 0 {
			return true
		}
	}
	return false
}

// canary is the name of the test that must fail, as in grader/kit/harness.
const canary = "canary"
