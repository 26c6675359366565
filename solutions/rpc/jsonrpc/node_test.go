package jsonrpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/rpc/jsonrpc"
)

// node is a server with the methods of the specification's examples, and some
// of the tests' own.
type node struct {
	*jsonrpc.Server
	t    *testing.T
	done []string // the methods that were carried out
}

func start(t *testing.T) *node {
	n := &node{Server: jsonrpc.New(), t: t}
	n.add("subtract", subtract)
	n.add("sum", sum)
	n.add("get_data", func(json.RawMessage) (any, error) { return []any{"hello", 5}, nil })
	for _, name := range []string{"update", "notify_hello", "notify_sum", "nothing"} {
		n.add(name, func(json.RawMessage) (any, error) { return nil, nil })
	}
	n.add("echo", func(params json.RawMessage) (any, error) { return params, nil })
	return n
}

func (n *node) add(name string, f func(params json.RawMessage) (any, error)) {
	n.Register(name, func(_ context.Context, params json.RawMessage) (any, error) {
		n.done = append(n.done, name)
		return f(params)
	})
}

func subtract(params json.RawMessage) (any, error) {
	var positions []int
	if json.Unmarshal(params, &positions) == nil && len(positions) == 2 {
		return positions[0] - positions[1], nil
	}
	var names struct{ Minuend, Subtrahend *int }
	if json.Unmarshal(params, &names) == nil && names.Minuend != nil && names.Subtrahend != nil {
		return *names.Minuend - *names.Subtrahend, nil
	}
	return nil, &jsonrpc.Error{Code: -32602, Message: "Invalid params"}
}

func sum(params json.RawMessage) (any, error) {
	var numbers []int
	if err := json.Unmarshal(params, &numbers); err != nil {
		return nil, &jsonrpc.Error{Code: -32602, Message: "Invalid params"}
	}
	total := 0
	for _, x := range numbers {
		total += x
	}
	return total, nil
}

// send returns the answer to a message.
func (n *node) send(message string) string {
	return string(n.Serve(context.Background(), []byte(message)))
}

func (n *node) fail(sent, got, want string) {
	n.t.Helper()
	if got == "" {
		got = "nothing"
	}
	if sent == "" {
		sent = "an empty message"
	}
	kit.Fail(n.t, kit.Failure{Sent: fold(sent), Got: fold(got), Want: fold(want), At: kit.At((*jsonrpc.Server).Serve)})
}

// fold breaks long messages where JSON may be broken.
func fold(text string) string {
	var b strings.Builder
	width := 0
	for _, word := range strings.SplitAfter(text, ",") {
		if width+len(word) > 68 && width > 0 {
			b.WriteString("\n  ")
			width = 2
		}
		b.WriteString(word)
		if at := strings.LastIndexByte(word, '\n'); at >= 0 {
			width = len(word) - at
		} else {
			width += len(word)
		}
	}
	return b.String()
}

// members are those of one response object, exactly as they were sent.
type members map[string]json.RawMessage

// object reads one response object; it must be one in form.
func (n *node) object(sent, got string) members {
	n.t.Helper()
	var m members
	if err := json.Unmarshal([]byte(got), &m); err != nil {
		n.fail(sent, got, "one response object")
	}
	n.check(sent, got, m)
	return m
}

// check fails the behaviour unless m has the members of section 5.
func (n *node) check(sent, got string, m members) {
	n.t.Helper()
	names := slices.Sorted(maps.Keys(m))
	if !slices.Equal(names, []string{"id", "jsonrpc", "result"}) && !slices.Equal(names, []string{"error", "id", "jsonrpc"}) || string(m["jsonrpc"]) != `"2.0"` {
		n.fail(sent, got, `a response object: jsonrpc "2.0", an id, and either a result or an error`)
	}
}

// answered fails the behaviour unless the message is answered by that result
// and id.
func (n *node) answered(message, result, id string) {
	n.t.Helper()
	got := n.send(message)
	m := n.object(message, got)
	if string(m["result"]) != result || string(m["id"]) != id {
		n.fail(message, got, fmt.Sprintf(`"result": %s, "id": %s`, result, id))
	}
}

// failed is what an error response holds.
type failed struct {
	Code    *int
	Message *string
	Data    any
}

// refused fails the behaviour unless the message is answered by that code. It
// returns the error.
func (n *node) refused(message string, code int, ids ...string) failed {
	n.t.Helper()
	got := n.send(message)
	m := n.object(message, got)
	e, err := n.read(m)
	if err != nil || *e.Code != code || !slices.Contains(ids, string(m["id"])) {
		n.fail(message, got, fmt.Sprintf(`an error with "code": %d and a message, "id": %s`, code, strings.Join(ids, " or ")))
	}
	return e
}

func (n *node) read(m members) (e failed, err error) {
	if m["error"] == nil {
		return e, errors.New("no error")
	}
	var names map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(m["error"], &e), json.Unmarshal(m["error"], &names)); err != nil {
		return e, err
	}
	for name := range names {
		if name != "code" && name != "message" && name != "data" {
			return e, fmt.Errorf("a member %s", name)
		}
	}
	if e.Code == nil || e.Message == nil {
		return e, errors.New("no code or no message")
	}
	return e, nil
}

// silent fails the behaviour unless the message is answered by nothing.
func (n *node) silent(message string) {
	n.t.Helper()
	if got := n.send(message); got != "" {
		n.fail(message, got, "nothing: a notification is not answered")
	}
}

// array reads the answer to a batch.
func (n *node) array(sent, got string) (list []members) {
	n.t.Helper()
	if err := json.Unmarshal([]byte(got), &list); err != nil {
		n.fail(sent, got, "one array of response objects")
	}
	for _, m := range list {
		n.check(sent, got, m)
	}
	return list
}

// alike compares an answer with the specification's, whose order inside a batch
// is free.
func alike(got, want string) bool {
	if want == "" || got == "" {
		return got == want
	}
	var g, w any
	if json.Unmarshal([]byte(got), &g) != nil || json.Unmarshal([]byte(want), &w) != nil {
		return false
	}
	gs, many := g.([]any)
	ws, wanted := w.([]any)
	if many != wanted || len(gs) != len(ws) {
		return false
	}
	if !many {
		return same(g, w)
	}
	for _, x := range ws {
		at := slices.IndexFunc(gs, func(y any) bool { return same(x, y) })
		if at < 0 {
			return false
		}
		gs = slices.Delete(gs, at, at+1)
	}
	return true
}

// same compares response objects; the words of an error are free.
func same(a, b any) bool { return reflect.DeepEqual(wordless(a), wordless(b)) }

func wordless(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	m = maps.Clone(m)
	if e, ok := m["error"].(map[string]any); ok {
		text, _ := e["message"].(string)
		m["error"] = []any{e["code"], text != ""}
	}
	return m
}
