package harness

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strconv"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/seal"
)

// journal writes the sealed report: one line an event,
//
//	sequence kind id "argument"... mac
//
// where mac is the hex HMAC-SHA-256 (RFC 2104), under the run's secret, of the
// line before it. grader/verdict reads it.
type journal struct {
	mu     sync.Mutex
	out    seal.Inherited
	mac    hash.Hash
	seq    int
	next   int
	ids    map[string]int // testing's unique names -> behaviour ids
	quick  bool           // the run ends with its first failure
	failed bool
}

func newJournal(in seal.Inherited) *journal {
	return &journal{out: in, mac: hmac.New(sha256.New, in.Secret), next: 1, ids: map[string]int{}}
}

func (j *journal) emit(kind string, id int, arguments ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	line := strconv.AppendInt(nil, int64(j.seq), 10)
	line = append(append(line, ' '), kind...)
	line = strconv.AppendInt(append(line, ' '), int64(id), 10)
	for _, a := range arguments {
		line = strconv.AppendQuote(append(line, ' '), a)
	}
	j.mac.Reset()
	j.mac.Write(line)
	line = hex.AppendEncode(append(line, ' '), j.mac.Sum(nil))
	j.seq++
	_, _ = j.out.Write(append(line, '\n')) // a lost report is a failed run
}

func (j *journal) begin(test, parent, name string) {
	j.mu.Lock()
	id, above := j.next, j.ids[parent]
	j.next++
	j.ids[test] = id
	j.mu.Unlock()
	j.emit("run", id, strconv.Itoa(above), name)
}

func (j *journal) finish(t *testing.T) {
	kind := "pass"
	if t.Failed() {
		kind = "fail"
		j.fail()
	} else if t.Skipped() {
		kind = "skip"
	}
	j.emit(kind, j.id(t.Name()))
}

func (j *journal) fail() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failed = true
}

// stops reports whether a quick run has seen its failure.
func (j *journal) stops() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.quick && j.failed
}

func (j *journal) id(test string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.ids[test]
}

// Failure implements kit.Observer.
func (j *journal) Failure(test string, f kit.Failure) {
	j.emit("failure", j.id(test), f.Sent, f.Got, f.Want, f.Note, f.At)
}

// Absent implements kit.Observer.
func (j *journal) Absent(test, reason, mend string) {
	j.emit("absent", j.id(test), reason, mend)
}
