package report

import (
	"time"

	"github.com/kata-go/kata/grader/verdict"
)

func behaviour(number int, s verdict.Status, name string, parts ...verdict.Behaviour) verdict.Behaviour {
	return verdict.Behaviour{Number: number, Name: name, Status: s, Parts: parts}
}

// failing is the DESIGN's example: one behaviour fails, the next is not reached.
func failing() verdict.Result {
	second := behaviour(2, verdict.Fail, "two clients never get the same id")
	second.Failure = &verdict.Failure{
		Sent: "50 clients each sent\ncurl -X POST :8080/orders -d '{\"item\":\"tea\"}'",
		Got:  "37 different ids, 17 twice", Want: "50 different ids", At: "orders.go:31",
	}
	return verdict.Result{
		Exercise: "rest/crud", Status: verdict.Fail, Seed: 4211, Seconds: 0.31,
		Reason: "two clients never get the same id: 37 different ids, 17 twice, want 50 different ids",
		Behaviours: []verdict.Behaviour{
			behaviour(1, verdict.Pass, "create answers 201 with Location"), second,
			behaviour(3, verdict.Unreached, "deleting what is not there answers 404"),
		},
	}
}

// nested fails in one part of a number; its texts are long.
func nested() verdict.Result {
	part := behaviour(0, verdict.Fail, "an order with a quantity of more than a hundred is refused with a problem document that names the field")
	part.Failure = &verdict.Failure{
		Sent: `curl -i -X POST ':8080/orders?dry-run=true&verbose=yes' -H 'Content-Type: application/json' -H 'Idempotency-Key: 4f2a' -d '{"item":"a - b -c","quantity":101}'`,
		Got:  "201 Created\nContent-Type: application/json\nLocation: /orders/17\n{\"id\":17,\"item\":\"a - b -c\",\"quantity\":101,\"customer\":\"nobody at all\",\"notes\":[\"one\",\"two\"]}",
		Want: "422 Unprocessable Content and application/problem+json (RFC 9457 section 3) with a detail that names quantity",
		Note: "the store held 1 order afterwards\n  id 17  item a - b -c",
		At:   "orders.go:128",
	}
	r := failing()
	r.Behaviours = []verdict.Behaviour{
		behaviour(9, verdict.Pass, "listing is paged", behaviour(0, verdict.Pass, "the first page")),
		behaviour(10, verdict.Fail, "bad orders are refused, each with a problem document of its own that says which field is wrong",
			behaviour(0, verdict.Pass, "an empty item is refused"), part, behaviour(0, verdict.Unreached, "an unknown field is refused")),
		behaviour(11, verdict.Unreached, "never ran", behaviour(0, verdict.Unreached, "its part")),
		{Number: 12, Name: "it also works on PostgreSQL", Status: verdict.Skip, Reason: "needs PostgreSQL: kata doctor --install postgres"},
		behaviour(0, verdict.Fail, "TestUnexpected"),
	}
	r.Ignored = []string{"exercises/rest/crud/go.work: only the course's go.mod counts", "exercises/rest/crud/orders_test.go: tests of your own are not part of the answer; go test runs them"}
	r.Output = "creating an order\n" + "another line\n"
	return r
}

func died(p verdict.Problem) verdict.Result {
	r := failing()
	r.Behaviours = []verdict.Behaviour{
		behaviour(1, verdict.Pass, "create answers 201 with Location"),
		behaviour(2, verdict.Fail, "two clients never get the same id"),
		behaviour(3, verdict.Unreached, "deleting what is not there answers 404"),
	}
	r.Problem, r.Reason = &p, p.Brief()
	return r
}

func unjudged(p verdict.Problem) verdict.Result {
	r := died(p)
	for i := range r.Behaviours {
		r.Behaviours[i].Status = verdict.Unreached
	}
	return r
}

// samples are results of every kind, by the name of their golden.
func samples() map[string]verdict.Result {
	const file = "exercises/rest/crud/orders.go"
	plain := failing()
	plain.Behaviours[1].Failure = nil
	passed := failing()
	passed.Status, passed.Reason = verdict.Pass, ""
	for i := range passed.Behaviours {
		passed.Behaviours[i].Status, passed.Behaviours[i].Failure = verdict.Pass, nil
	}
	chatty := failing()
	for range 40 {
		chatty.Output += "2026/03/04 05:06:07 GET /orders/17 answered after 1.2 ms to 127.0.0.1 with the user agent curl/8.5\n"
	}
	chatty.Output += "the end"
	missing := failing()
	missing.Behaviours[1] = behaviour(2, verdict.Unreached, "two clients never get the same id")
	missing.Reason = "never reported: two clients never get the same id"
	skipped := unjudged(verdict.Problem{Kind: verdict.Service, Message: "needs PostgreSQL", Next: "kata doctor --install postgres"})
	skipped.Status, skipped.Reason = verdict.Skip, "needs PostgreSQL: kata doctor --install postgres"
	part := failing()
	part.Status, part.Reason = verdict.Skip, "needs Redis: kata doctor"
	part.Behaviours = []verdict.Behaviour{behaviour(1, verdict.Pass, "a"), {Number: 2, Name: "b", Status: verdict.Skip, Reason: "needs Redis: kata doctor"}}
	return map[string]verdict.Result{
		"failure": failing(), "nested": nested(), "without_failure": plain, "pass": passed, "chatty": chatty, "missing": missing,
		"skip_all": skipped, "skip_part": part,
		"error":     {Exercise: "rest/crud", Status: verdict.Error, Reason: "start the test process: no space left on device"},
		"unstarted": {Exercise: "rest/crud", Status: verdict.Unstarted},
		"compile":   unjudged(verdict.Problem{Kind: verdict.Compile, Message: "undefined: stroe", File: file, Line: 31, Column: 9, Source: "\treturn stroe.All()"}),
		"compile_api": unjudged(verdict.Problem{Kind: verdict.Compile, Message: "the tests cannot use this package: undefined: crud.New",
			File: "exercises/rest/crud", Want: "rest/crud must export  func New() http.Handler"}),
		"compile_long": unjudged(verdict.Problem{Kind: verdict.Compile, Message: "not enough arguments in call to s.store\nhave (string)\nwant (context.Context, string)", File: file, Line: 1031, Column: 104,
			Source: "\t\t\t\t\t\t" + `if err := s.check(r.Context(), "é", order); err != nil || order.Quantity > 100 || !known(order.Item) && s.store(order.Item) != nil {`}),
		"rule": unjudged(verdict.Problem{Kind: verdict.Rule, Message: "imports os/exec", File: file, Line: 6, Column: 2, Source: "\t\"os/exec\"",
			Want: "packages that the exercise's front matter names: net/http", Next: "kata show rest/crud"}),
		"timeout":  died(verdict.Problem{Kind: verdict.Timeout, Message: "not finished after 20 s: (*Store).create was waiting (sync.Mutex.Lock)", File: file, Line: 54, Source: "\ts.mu.Lock()"}),
		"panic":    died(verdict.Problem{Kind: verdict.Panic, Message: "(*Store).create.func1 panicked and took the process with it: runtime error: index out of range [5] with length 0", File: file, Line: 44}),
		"exit":     died(verdict.Problem{Kind: verdict.Exit, Message: "the code ended the process with status 1 before the tests were over (os.Exit or log.Fatal)"}),
		"tampered": died(verdict.Problem{Kind: verdict.Tampered, Message: "the report of the tests was tampered with: line 3 was not written by the tests"}),
		"new_kind": died(verdict.Problem{Kind: "novelty", Message: "something new"}),
	}
}

// document holds results of every status.
func document() verdict.Document {
	all := samples()
	slow := verdict.Result{Exercise: "redis/ratelimit", Status: verdict.Pass, Cached: true, Seconds: 12, Behaviours: []verdict.Behaviour{behaviour(1, verdict.Pass, "a")}}
	for i := 2; i <= 14; i++ {
		slow.Behaviours = append(slow.Behaviours, behaviour(i, verdict.Pass, "a"))
	}
	renamed := func(r verdict.Result, name string) verdict.Result { r.Exercise = name; return r }
	d := verdict.NewDocument("v0.1.0", "go1.26.1", []verdict.Result{
		all["pass"], all["failure"], slow, renamed(all["compile"], "rest/crud"), renamed(all["skip_all"], "sql/jobs"),
		renamed(all["error"], "nats/replay"), renamed(all["timeout"], "go/cancel"), renamed(all["unstarted"], "go/leak"),
	})
	d.Platform, d.Time = "linux/amd64", time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	d.Containment = []verdict.Layer{{Name: "network", Held: true}, {Name: "seccomp", Reason: "not on this system"}}
	return d
}
