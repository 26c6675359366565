package jsonrpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/rpc/jsonrpc"
)

// 1. A call is answered by a response object with exactly jsonrpc, id, and either result, also when that is null, or error.
func TestAnswer(t *testing.T) {
	t.Run("a call by position and by name is answered with its result", func(t *testing.T) {
		n, r := start(t), kit.Rand(t)
		a, b := r.IntN(1000), r.IntN(1000)
		n.answered(fmt.Sprintf(`{"jsonrpc":"2.0","method":"subtract","params":[%d,%d],"id":1}`, a, b), fmt.Sprint(a-b), "1")
		n.answered(fmt.Sprintf(`{"jsonrpc":"2.0","method":"subtract","params":{"subtrahend":%d,"minuend":%d},"id":2}`, b, a), fmt.Sprint(a-b), "2")
	})
	t.Run("a method gets the context of its caller", func(t *testing.T) {
		n := start(t)
		type key struct{}
		n.Register("who", func(ctx context.Context, _ json.RawMessage) (any, error) { return ctx.Value(key{}), nil })
		name := kit.Word(kit.Rand(t), 6)
		for _, message := range []string{`{"jsonrpc":"2.0","method":"who","id":1}`, `[{"jsonrpc":"2.0","method":"who","id":1}]`} {
			if got := string(n.Serve(context.WithValue(context.Background(), key{}, name), []byte(message))); !strings.Contains(got, name) {
				n.fail(message+"\nwith a context that holds "+name, got, "a method that finds "+name+" in its context")
			}
		}
	})
	t.Run("a result that is null is a result", func(t *testing.T) {
		start(t).answered(`{"jsonrpc":"2.0","method":"nothing","id":1}`, "null", "1")
	})
	t.Run("a result that is zero or empty is a result", func(t *testing.T) {
		n := start(t)
		n.answered(`{"jsonrpc":"2.0","method":"subtract","params":[7,7],"id":1}`, "0", "1")
		n.answered(`{"jsonrpc":"2.0","method":"echo","params":[],"id":2}`, "[]", "2")
	})
}

// 2. The answer's id is the call's, digit by digit and of the same type.
func TestID(t *testing.T) {
	echo := func(t *testing.T, ids ...string) {
		n := start(t)
		for _, id := range ids {
			n.answered(`{"jsonrpc":"2.0","method":"subtract","params":[3,1],"id":`+id+`}`, "2", id)
		}
	}
	t.Run("a number and a text of the same digits stay what they are", func(t *testing.T) {
		id := fmt.Sprint(kit.Rand(t).IntN(100000))
		echo(t, id, `"`+id+`"`, "-"+id, "0")
	})
	t.Run("an id of many digits keeps each of them", func(t *testing.T) {
		r := kit.Rand(t)
		echo(t, "9007199254740993", fmt.Sprintf("9%018d", r.Int64N(1e17)|1), fmt.Sprintf("12345678901234567890%d", r.IntN(1000)))
	})
	t.Run("the id is echoed in an error too", func(t *testing.T) {
		id := fmt.Sprintf(`"%s"`, kit.Word(kit.Rand(t), 8))
		start(t).refused(`{"jsonrpc":"2.0","method":"foobar","id":`+id+`}`, -32601, id)
	})
}

// 3. A notification is carried out and never answered, whatever becomes of it. A call whose id is null is no notification.
func TestNotification(t *testing.T) {
	t.Run("a notification is carried out and not answered", func(t *testing.T) {
		n := start(t)
		n.silent(`{"jsonrpc":"2.0","method":"update","params":[1,2,3]}`)
		if !slices.Equal(n.done, []string{"update"}) {
			n.fail(`{"jsonrpc":"2.0","method":"update","params":[1,2,3]}`, fmt.Sprintf("methods carried out: %v", n.done), "update carried out, once")
		}
	})
	t.Run("a notification that fails is not answered", func(t *testing.T) {
		n := start(t)
		n.add("broken", func(json.RawMessage) (any, error) { return nil, errors.New("disk full") })
		n.silent(`{"jsonrpc":"2.0","method":"broken"}`)
		n.silent(`{"jsonrpc":"2.0","method":"subtract","params":["a"]}`)
		n.silent(`{"jsonrpc":"2.0","method":"foobar"}`)
	})
	t.Run("a call whose id is null is answered", func(t *testing.T) {
		start(t).answered(`{"jsonrpc":"2.0","method":"subtract","params":[9,4],"id":null}`, "5", "null")
	})
}

// 4. Errors have the codes of section 5.1: what is not JSON, what is no valid request object, an unknown method. The *Error of a method reaches the caller whole, also wrapped; any other error is an internal error whose text stays here, and so is a result that cannot be JSON.
func TestErrors(t *testing.T) {
	t.Run("what is not JSON is a parse error", func(t *testing.T) {
		n := start(t)
		for _, message := range []string{"", "hello", `{"jsonrpc":"2.0","method":"foobar,"params":"bar","baz]`, `{"jsonrpc":"2.0","method":"nothing","id":1} {}`, `[{"jsonrpc":"2.0","method":"nothing","id":1},`} {
			n.refused(message, -32700, "null")
		}
	})
	t.Run("what is no valid request object is an invalid request", func(t *testing.T) {
		n := start(t)
		for _, message := range []string{
			`1`, `"nothing"`, `null`, `{}`, `{"jsonrpc":"2.0","id":7}`,
			`{"jsonrpc":"2.0","method":1,"id":7}`, `{"jsonrpc":"2.0","method":null,"id":7}`,
			`{"method":"nothing","id":7}`, `{"jsonrpc":"1.0","method":"nothing","id":7}`, `{"jsonrpc":2.0,"method":"nothing","id":7}`,
			`{"jsonrpc":"2.0","method":"nothing","params":"bar","id":7}`, `{"jsonrpc":"2.0","method":"nothing","params":5,"id":7}`,
			`{"jsonrpc":"2.0","method":"nothing","id":{"n":7}}`, `{"jsonrpc":"2.0","method":"nothing","id":[7]}`, `{"jsonrpc":"2.0","method":"nothing","id":true}`,
		} {
			n.refused(message, -32600, "null", "7")
		}
	})
	t.Run("member names are case-sensitive", func(t *testing.T) {
		n := start(t)
		n.refused(`{"jsonrpc":"2.0","Method":"nothing","id":7}`, -32600, "null", "7")
		n.refused(`{"JsonRpc":"2.0","method":"nothing","id":7}`, -32600, "null", "7")
		n.silent(`{"jsonrpc":"2.0","method":"nothing","ID":7}`)
	})
	t.Run("an unknown method has its code", func(t *testing.T) {
		n := start(t)
		n.refused(`{"jsonrpc":"2.0","method":"`+kit.Word(kit.Rand(t), 6)+`","id":"1"}`, -32601, `"1"`)
		n.refused(`{"jsonrpc":"2.0","method":"","id":2}`, -32601, "2")
	})
	t.Run("the error of a method reaches the caller whole", func(t *testing.T) {
		n, r := start(t), kit.Rand(t)
		e := &jsonrpc.Error{Code: 1000 + r.IntN(1000), Message: kit.Word(r, 9), Data: map[string]any{"account": kit.Word(r, 5)}}
		n.add("plain", func(json.RawMessage) (any, error) { return nil, e })
		n.add("wrapped", func(json.RawMessage) (any, error) { return nil, fmt.Errorf("pay: %w", e) })
		for _, name := range []string{"plain", "wrapped"} {
			message := `{"jsonrpc":"2.0","method":"` + name + `","id":3}`
			got := n.refused(message, e.Code, "3")
			if data, _ := json.Marshal(got.Data); *got.Message != e.Message || !alike(string(data), mustJSON(e.Data)) {
				n.fail(message+"\nits method returned "+mustJSON(e), mustJSON(got), "the error as the method returned it")
			}
		}
	})
	t.Run("a result that cannot be JSON is an internal error", untold)
	t.Run("the text of any other error stays here", func(t *testing.T) {
		n := start(t)
		secret := "pq: relation " + kit.Word(kit.Rand(t), 8) + " does not exist"
		n.add("broken", func(json.RawMessage) (any, error) { return nil, errors.New(secret) })
		message := `{"jsonrpc":"2.0","method":"broken","id":4}`
		n.refused(message, -32603, "4")
		if got := n.send(message); strings.Contains(got, secret) {
			n.fail(message+"\nits method returned the error "+secret, got, "an internal error without this text")
		}
	})
}

func untold(t *testing.T) {
	n := start(t)
	n.add("strange", func(json.RawMessage) (any, error) { return func() {}, nil })
	n.refused(`{"jsonrpc":"2.0","method":"strange","id":5}`, -32603, "5")
	message := `[{"jsonrpc":"2.0","method":"strange","id":5},{"jsonrpc":"2.0","method":"sum","params":[4],"id":6}]`
	if got := n.send(message); !alike(got, `[{"jsonrpc":"2.0","error":{"code":-32603,"message":"x"},"id":5},{"jsonrpc":"2.0","result":4,"id":6}]`) {
		n.fail(message+"\nstrange returned a Go function", got, "an internal error for 5, and the result of 6")
	}
}

func mustJSON(v any) string {
	data, _ := json.Marshal(v)
	return string(data)
}

// 5. A batch is answered by one array, in which each call has its answer, in any order, and each invalid member its own. A batch of notifications is answered by nothing; an empty one is an invalid request.
func TestBatch(t *testing.T) {
	t.Run("each call of a batch has its answer in one array", func(t *testing.T) {
		n, r := start(t), kit.Rand(t)
		size, from := 2+r.IntN(5), r.IntN(1000)
		var calls []string
		for i := range size {
			calls = append(calls, fmt.Sprintf(`{"jsonrpc":"2.0","method":"sum","params":[%d,%d],"id":%d}`, i, from, from+i))
			calls = append(calls, `{"jsonrpc":"2.0","method":"notify_hello","params":[7]}`)
		}
		message := " \n[" + strings.Join(calls, ", ") + "]\n"
		got := n.send(message)
		list := n.array(message, got)
		for i := range size {
			at := slices.IndexFunc(list, func(m members) bool { return string(m["id"]) == fmt.Sprint(from+i) })
			if at < 0 || string(list[at]["result"]) != fmt.Sprint(i+from) {
				n.fail(message, got, fmt.Sprintf(`an answer with "id": %d, "result": %d among %d answers`, from+i, i+from, size))
			}
		}
		if len(list) != size || len(n.done) != 2*size {
			n.fail(message, got, fmt.Sprintf("%d answers, none for a notification, and every call carried out", size))
		}
	})
	t.Run("each invalid member of a batch has its own answer", func(t *testing.T) {
		n := start(t)
		message := `[1, {"foo":"boo"}, [], {"jsonrpc":"2.0","method":"sum","params":[1],"id":"a"}, null]`
		got := n.send(message)
		codes := map[string]int{}
		for _, m := range n.array(message, got) {
			if e, err := n.read(m); err == nil {
				codes[fmt.Sprint(*e.Code)]++
			} else {
				codes[string(m["id"])]++
			}
		}
		if codes["-32600"] != 4 || codes[`"a"`] != 1 || len(codes) != 2 {
			n.fail(message, got, `four errors with "code": -32600, and the result of "a"`)
		}
	})
	t.Run("a batch of notifications is answered by nothing", func(t *testing.T) {
		n := start(t)
		n.silent(`[{"jsonrpc":"2.0","method":"notify_sum","params":[1,2,4]},{"jsonrpc":"2.0","method":"foobar"}]`)
	})
	t.Run("an empty batch is one invalid request", func(t *testing.T) {
		start(t).refused("[ ]", -32600, "null")
	})
}

// 6. Every example in section 7 of the specification is answered as printed there.
func TestSpecification(t *testing.T) {
	examples := []struct{ sent, want string }{
		{`{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}`, `{"jsonrpc": "2.0", "result": 19, "id": 1}`},
		{`{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}`, `{"jsonrpc": "2.0", "result": -19, "id": 2}`},
		{`{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}`, `{"jsonrpc": "2.0", "result": 19, "id": 3}`},
		{`{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}`, `{"jsonrpc": "2.0", "result": 19, "id": 4}`},
		{`{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}`, ``},
		{`{"jsonrpc": "2.0", "method": "foobar"}`, ``},
		{`{"jsonrpc": "2.0", "method": "foobar", "id": "1"}`, `{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"}`},
		{`{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]`, `{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}`},
		{`{"jsonrpc": "2.0", "method": 1, "params": "bar"}`, `{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}`},
		{"[\n  {\"jsonrpc\": \"2.0\", \"method\": \"sum\", \"params\": [1,2,4], \"id\": \"1\"},\n  {\"jsonrpc\": \"2.0\", \"method\"\n]", `{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}`},
		{`[]`, `{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}`},
		{`[1]`, `[{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}]`},
		{`[1,2,3]`, `[{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}]`},
		{`[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},{"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},{"foo": "boo"},{"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},{"jsonrpc": "2.0", "method": "get_data", "id": "9"}]`,
			`[{"jsonrpc": "2.0", "result": 7, "id": "1"},{"jsonrpc": "2.0", "result": 19, "id": "2"},{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},{"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}]`},
		{`[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]`, ``},
	}
	t.Run("the examples of the specification are answered as printed", func(t *testing.T) {
		for _, x := range examples {
			n := start(t)
			if got := n.send(x.sent); !alike(got, x.want) {
				want := x.want
				if want == "" {
					want = "nothing is answered"
				}
				n.fail(x.sent, got, want)
			}
		}
	})
}
