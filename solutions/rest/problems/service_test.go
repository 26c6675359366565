package problems_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"mime"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/rest/problems"
)

// service is a handler of the shop behind the learner's code and a real server.
type service struct {
	*web.Server
	t    testing.TB
	rand *rand.Rand
	log  *journal
}

// serve starts h; it looks at the log and the answers that the learner's code
// makes of h's errors.
func serve(t testing.TB, h problems.Handler) *service {
	t.Helper()
	log := new(journal)
	return &service{web.Serve(t, problems.New(h, log.logger())), t, kit.Rand(t), log}
}

// failing returns a handler that answers nothing and returns err.
func failing(err error) problems.Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

// fault is an error of a database, and the word in it that must stay in the
// house, which comes first.
func fault(r *rand.Rand) (secret string, err error) {
	word := "tbl" + kit.Word(r, 7)
	texts := []string{"dial tcp 10.0.3.7:5432: no user %s", "relation %s does not exist", "column %s of type int is out of range"}
	return word, fmt.Errorf(texts[r.IntN(len(texts))], word)
}

// journal is where the learner's code logs to: records as JSON, a line each.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// errors returns the records of level Error, and whatever the log has.
func (j *journal) errors() (list []string, all string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for line := range strings.Lines(j.text.String()) {
		var record struct{ Level slog.Level }
		if json.Unmarshal([]byte(line), &record) == nil && record.Level >= slog.LevelError {
			list = append(list, line)
		}
	}
	return list, j.text.String()
}

// logged fails unless there is one Error that has these words.
func (s *service) logged(a web.Answer, did string, words ...string) {
	s.t.Helper()
	list, all := s.log.errors()
	f := kit.Failure{Sent: a.Sent + "\n" + did, Got: "the log\n" + show(all), Note: a.Note, At: a.At}
	if len(list) != 1 {
		f.Want = fmt.Sprintf("one record of level Error, not %d", len(list))
		kit.Fail(s.t, f)
	}
	for _, w := range words {
		if !strings.Contains(list[0], w) {
			f.Want = fmt.Sprintf("the Error has %q in its message or its attributes", w)
			kit.Fail(s.t, f)
		}
	}
}

func show(log string) string {
	log = strings.ReplaceAll(strings.TrimSpace(log), `\n`, " ")
	switch {
	case log == "":
		return "(nothing)"
	case len(log) > 600:
		return log[:600] + " …"
	}
	return log
}

// document is an answer's body, by member.
type document map[string]any

// problem fails unless the answer is a problem of this status.
func problem(t testing.TB, a web.Answer, did string, status int) document {
	t.Helper()
	a.Sent += "\n" + did
	mediaType, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if a.Status != status || mediaType != "application/problem+json" {
		a.Fail(t, fmt.Sprintf("%d %s as application/problem+json", status, http.StatusText(status)))
	}
	var doc document
	a.JSON(t, &doc)
	if doc["status"] != float64(status) {
		a.Fail(t, fmt.Sprintf(`the member "status": %d`, status))
	}
	if title, ok := doc["title"].(string); !ok || title == "" {
		a.Fail(t, `the member "title", a text such as `+fmt.Sprintf("%q", http.StatusText(status)))
	}
	if id, ok := doc["request_id"].(string); !ok || id == "" || id != a.Header.Get("X-Request-Id") {
		a.Fail(t, `the member "request_id", a text, the same as the header X-Request-Id: `+a.Header.Get("X-Request-Id"))
	}
	return doc
}

// silent fails if the answer has the word anywhere.
func silent(t testing.TB, a web.Answer, did, word string) {
	t.Helper()
	a.Sent += "\n" + did
	if strings.Contains(a.Body, word) || strings.Contains(fmt.Sprint(a.Header), word) {
		a.Fail(t, fmt.Sprintf("an answer that does not have %q in it: that is nobody's business", word))
	}
}

// ids fails a test of request ids; its handler wrote what RequestID told it.
func ids(t testing.TB, a web.Answer, want string) {
	t.Helper()
	kit.Fail(t, kit.Failure{
		Sent: a.Sent, Got: fmt.Sprintf("X-Request-Id: %q\nRequestID told the handler %q", a.Header.Get("X-Request-Id"), a.Body),
		Want: want, Note: a.Note, At: kit.At(problems.New),
	})
}

// whole fails unless the client got a problem, or noticed that the connection broke.
func whole(t testing.TB, a web.Answer, err error, did string) {
	t.Helper()
	if err == nil && (a.Status != http.StatusInternalServerError || !json.Valid([]byte(a.Body))) {
		a.Sent += "\n" + did
		a.Fail(t, "a connection that breaks before the answer's end, or instead of it\n500 Internal Server Error as application/problem+json")
	}
	if err == nil {
		problem(t, a, did, http.StatusInternalServerError)
	}
}

// returned tells in a line what the shop's handler did.
func returned(err error) string {
	var p *problems.Problem
	switch {
	case err == nil:
		return "the handler answered, and returned no error"
	case errors.As(err, &p) && error(p) != err:
		return fmt.Sprintf("the handler returned, wrapped by other errors,\n&Problem{Status: %d, Detail: %q,\n  Err: %s}", p.Status, p.Detail, text(p.Err))
	case p != nil:
		return fmt.Sprintf("the handler returned\n&Problem{Status: %d, Detail: %q,\n  Err: %s}", p.Status, p.Detail, text(p.Err))
	}
	return "the handler returned the error\n" + text(err)
}

func text(err error) string {
	if err == nil {
		return "nil"
	}
	return fmt.Sprintf("%q", err.Error())
}
