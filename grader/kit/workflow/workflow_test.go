package workflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit/workflow"
)

var onMain = workflow.Event{Name: "push", Branch: "main", Commit: strings.Repeat("1", 40), Run: 7, Files: map[string]string{"go.sum": "s1", "a/b.go": "x"}}

func parse(t *testing.T, src string) *workflow.File {
	t.Helper()
	f, err := workflow.Parse("w.yml", src)
	if err != nil {
		t.Fatalf("%v in\n%s", err, src)
	}
	return f
}

// job is a workflow with one job of these steps.
func job(steps string) string {
	return "on: [push, pull_request, pull_request_target]\njobs:\n  a:\n    runs-on: x\n    steps:\n" + steps
}

// ran plays an event and tells the commands that began, one a line.
func ran(t *testing.T, src string, e workflow.Event, fail ...string) string {
	t.Helper()
	var b strings.Builder
	parse(t, src).Run(e, workflow.World{Secrets: []string{"S"}, Exec: func(_ *workflow.Step, c workflow.Command) (string, int) {
		b.WriteString(c.String() + "\n")
		if slices.Contains(fail, c.String()) {
			return "", 1
		}
		return "", 0
	}})
	return strings.TrimSpace(b.String())
}

func TestExpressions(t *testing.T) {
	for src, want := range map[string]string{
		"github.ref": "refs/heads/main", "github.REF_NAME": "main", "github['event_name']": "push", "github.nothing.at.all": "",
		"1 == '1'": "true", "'A' == 'a'": "true", "null == 0": "true", "'x' == 0": "false", "'a' < 'b'": "true", "2 >= 10": "false",
		"true && 'yes' || 'no'": "yes", "false && 'yes' || 'no'": "no", "!''": "true", "contains('Hello', 'ELL')": "true",
		"contains(fromJSON('[\"a\", \"b\"]'), 'B')": "true", "startsWith(github.ref, 'refs/heads/')": "true", "endsWith('a/b', '/b')": "true",
		"format('{0}-{1}-{{}}', 'a', 2)": "a-2-{}", "join(fromJSON('[1, 2]'), '+')": "1+2", "fromJSON('{\"A\": {\"b\": 3}}').a.b": "3",
		"hashFiles('**/go.sum')": "[go.sum s1]", "hashFiles('nothing')": "", "hashFiles('**/*.go')": "[a/b.go x]",
		"secrets.S": workflow.Mark("S"), "secrets.other": "", "github.token": workflow.TokenMark, "1.5": "1.5", "toJSON('x')": `"x"`,
	} {
		f := parse(t, job("      - uses: o/a@v1\n        with: {v: \"${{ "+strings.ReplaceAll(src, `"`, `\"`)+" }}\"}\n"))
		if got := f.Run(onMain, workflow.World{Secrets: []string{"S"}}).Steps()[0].With["v"]; got != want {
			t.Errorf("%s is %q, want %q", src, got, want)
		}
	}
}

func TestEventsStart(t *testing.T) {
	pull := workflow.Event{Name: "pull_request", Action: "opened", Branch: "main", Paths: []string{"a.go"}}
	tag := workflow.Event{Name: "push", Tag: "v1.2"}
	side := workflow.Event{Name: "push", Branch: "fix/main", Paths: []string{"docs/a.md"}}
	for _, c := range []struct {
		on   string
		e    workflow.Event
		want bool
	}{
		{"push", onMain, true}, {"pull_request", onMain, false}, {"[push, pull_request]", pull, true},
		{"{push: {branches: [main]}}", onMain, true}, {"{push: {branches: [main]}}", side, false}, {"{push: {branches: ['*']}}", side, false},
		{"{push: {branches: ['**', '!fix/**']}}", side, false}, {"{push: {branches: ['**', '!fix/**']}}", onMain, true},
		{"{push: {branches: ['ma+in', 'mai?n']}}", onMain, true}, {"{push: {branches-ignore: [main]}}", onMain, false},
		{"push", tag, true}, {"{push: {branches: [main]}}", tag, false}, {"{push: {tags: ['v[0-9].*']}}", tag, true}, {"{push: {tags: ['v*']}}", onMain, false},
		{"{push: {paths: ['**.go']}}", side, false}, {"{push: {paths-ignore: ['docs/**']}}", side, false}, {"{push: {paths: ['**.md']}}", side, true},
		{"{pull_request: {types: [closed]}}", pull, false}, {"{pull_request: {branches: [dev]}}", pull, false}, {"{pull_request: {paths: ['*.go']}}", pull, true},
	} {
		f := parse(t, "on: "+c.on+"\njobs: {a: {runs-on: x, steps: [{run: a}]}}\n")
		if got := f.Run(c.e, workflow.World{}).Started; got != c.want {
			t.Errorf("on: %s with %s starts: %v, want %v", c.on, c.e, got, c.want)
		}
	}
}

// What runs after `bad` has failed.
func TestFailuresStopWhatFollows(t *testing.T) {
	after := func(middle string) string {
		return "on: push\njobs:\n  b:\n    needs: a\n" + middle + "    runs-on: x\n    steps: [{run: next}]\n  a:\n    runs-on: x\n    steps: [{run: bad}]\n"
	}
	for src, want := range map[string]string{
		job("      - run: bad\n      - run: next\n"):                                                                             "bad",
		job("      - run: bad\n      - run: next\n        if: always()\n"):                                                       "bad next",
		job("      - run: bad\n      - run: next\n        if: github.ref != ''\n"):                                               "bad",
		job("      - run: bad\n      - run: next\n        if: ${{ failure() }}\n"):                                               "bad next",
		job("      - run: bad\n        continue-on-error: true\n      - run: next\n"):                                            "bad next",
		job("      - {run: bad, id: i, continue-on-error: true}\n      - run: next\n        if: steps.i.outcome == 'success'\n"): "bad",
		job("      - run: bad | tee log\n      - run: next\n"):                                                                   "bad tee log next",
		job("      - {run: bad | tee log, shell: bash}\n      - run: next\n"):                                                    "bad tee log",
		job("      - {run: bad | tee log, shell: bash -o pipefail}\n      - run: next\n"):                                        "bad tee log",
		job("      - run: |\n          bad | tee log\n          exit ${PIPESTATUS[0]}\n      - run: next\n"):                     "bad tee log",
		job("      - run: |\n          tee log | bad\n          exit ${PIPESTATUS[0]}\n      - run: next\n"):                     "tee log bad",
		job("      - run: bad; two\n      - run: next\n"):                                                                        "bad",
		job("      - {run: bad; two, shell: \"bash {0}\"}\n      - run: next\n"):                                                 "bad two next",
		job("      - run: bad || true\n      - run: next\n"):                                                                     "bad next",
		job("      - run: if bad; then two; fi\n      - run: next\n"):                                                            "bad next",
		job("      - run: bash -c 'bad; two'\n      - run: next\n"):                                                              "bad two next",
		job("      - run: bash -eo pipefail -c 'bad; two'\n      - run: next\n"):                                                 "bad",
		job("      - run: /bin/bash -o pipefail -c 'bad | tee log; two'\n      - run: next\n"):                                   "bad tee log two next",
		job("      - run: bash -ec 'bad; two'\n      - run: next\n"):                                                             "bad",
		after(""):                   "bad",
		after("    if: always()\n"): "bad next",
		after("    if: needs.a.result == 'success'\n"):                                 "bad",
		after("    if: ${{ !cancelled() && needs.a.result == 'success' }}\n"):          "bad",
		strings.Replace(after(""), "    needs: a\n", "", 1):                            "next bad",
		strings.Replace(after(""), "  a:\n", "  a:\n    continue-on-error: true\n", 1): "bad next",
	} {
		got := strings.Join(strings.Split(ran(t, src, onMain, "bad"), "\n"), " ")
		// the two ends of a pipe begin in any order
		if got != want && got != strings.Replace(want, "bad tee log", "tee log bad", 1) && got != strings.Replace(want, "tee log bad", "bad tee log", 1) {
			t.Errorf("ran %q, want %q, of\n%s", got, want, src)
		}
	}
}

func TestMatrix(t *testing.T) {
	for matrix, want := range map[string]string{
		"{a: [1, 2], b: [x, y]}":                                             "1x 1y 2x 2y",
		"{a: [1, 2], b: [x, y], exclude: [{a: 1, b: y}]}":                    "1x 2x 2y",
		"{a: [1], b: [x], include: [{a: 2, b: z}]}":                          "1x 2z",
		"{a: [1, 2], include: [{a: 2, b: z}, {b: w}]}":                       "1w 2w",
		"{include: [{a: 1, b: x}, {a: 2}]}":                                  "1x 2",
		"\"${{ fromJSON('{\\\"a\\\": [1, 2], \\\"b\\\": [\\\"x\\\"]}') }}\"": "1x 2x",
		"{a: \"${{ fromJSON('[3, 4]') }}\"}":                                 "3 4",
	} {
		src := "on: push\njobs:\n  a:\n    runs-on: x\n    strategy:\n      matrix: " + matrix + "\n    steps:\n      - run: ${{ matrix.a }}${{ matrix.b }}\n"
		if got := strings.Join(strings.Split(ran(t, src, onMain), "\n"), " "); got != want {
			t.Errorf("%s ran %q, want %q", matrix, got, want)
		}
	}
}

func TestWhatCommandsSee(t *testing.T) {
	src := "on: push\nenv: {A: file, B: file}\njobs:\n  a:\n    runs-on: x\n    env: {B: job, C: \"${{ env.A }}\"}\n    steps:\n" +
		"      - {id: o, run: 'echo \"k=v\" >> \"$GITHUB_OUTPUT\"; echo D=kept >> $GITHUB_ENV'}\n      - {run: 'E=$C tool \"$A$B$D\" ${{ steps.o.outputs.k }}', env: {A: step}}\n" +
		"      - run: env F=1 timeout 5 sh ./deploy.sh now\n      - run: bash -euxo pipefail deploy.sh now\n"
	var seen []workflow.Command
	parse(t, src).Run(onMain, workflow.World{Exec: func(_ *workflow.Step, c workflow.Command) (string, int) {
		seen = append(seen, c)
		return "", 0
	}})
	if len(seen) != 3 || seen[0].String() != "tool stepjobkept v" || seen[0].Env["E"] != "file" || seen[0].Env["GITHUB_REF"] != "refs/heads/main" {
		t.Fatalf("ran %q", seen)
	}
	if !seen[1].Is("deploy.sh", "now") || seen[1].Env["F"] != "1" || seen[0].Is("deploy.sh") || !seen[2].Is("deploy.sh", "now") {
		t.Errorf("ran %q", seen[1])
	}
}

func TestSecretsAndCode(t *testing.T) {
	src := job("      - uses: actions/checkout@v4\n      - {run: a, env: {X: \"${{ secrets.S }}\"}}\n      - {uses: actions/checkout@v4, with: {ref: \"${{ github.event.pull_request.head.sha }}\"}}\n      - run: b\n")
	for _, c := range []struct {
		e    workflow.Event
		want string
	}{
		{onMain, "true the repository's the repository's"},
		{workflow.Event{Name: "pull_request", Action: "opened", Branch: "main", Commit: "c1"}, "true the pull request's the pull request's"},
		{workflow.Event{Name: "pull_request", Action: "opened", Branch: "main", Commit: "c1", Fork: true}, "false the pull request's the pull request's"},
		{workflow.Event{Name: "pull_request_target", Action: "opened", Branch: "main", Commit: "c1", Fork: true}, "true the repository's the pull request's"},
	} {
		s := parse(t, src).Run(c.e, workflow.World{Secrets: []string{"S"}}).Steps()
		if got := fmt.Sprint(s[1].Has("S"), " ", s[1].Code, " ", s[3].Code); got != c.want {
			t.Errorf("%s: %s, want %s", c.e, got, c.want)
		}
	}
}

func TestTokens(t *testing.T) {
	for permissions, want := range map[string]string{
		"": "write [everything] false", "permissions: {}\n": "none [] true", "permissions: read-all\n": "read [] false", "permissions: {contents: read}\n": "read [] false",
		"permissions: {packages: write}\n": "none [packages] true", "permissions: write-all\n": "write [everything] false",
	} {
		r := parse(t, permissions+job("      - uses: actions/checkout@v4\n")).Run(onMain, workflow.World{})
		token := r.Jobs[0].Token
		if got := fmt.Sprint(token.May("contents"), " ", token.Writes(), " ", r.Failed); got != want {
			t.Errorf("%q gives %s, want %s", permissions, got, want)
		}
	}
	fork := workflow.Event{Name: "pull_request", Action: "opened", Branch: "main", Fork: true}
	if writes := parse(t, job("      - run: a\n")).Run(fork, workflow.World{}).Jobs[0].Token.Writes(); len(writes) != 0 {
		t.Errorf("a fork may write %s", writes)
	}
}

func TestCaches(t *testing.T) {
	cache := func(key, further string) string {
		return job("      - uses: actions/cache@v4\n        with: {path: p, key: \"" + key + "\", restore-keys: \"" + further + "\"}\n")
	}
	next := onMain
	next.Commit, next.Run, next.Files = strings.Repeat("2", 40), 8, map[string]string{"go.sum": "s2"}
	for src, want := range map[string]string{
		cache("m", ""):                                                                    "m 1",
		cache("m-${{ github.sha }}", ""):                                                  " 2",
		cache("m-${{ github.sha }}", "m-"):                                                "m-" + onMain.Commit + " 2",
		cache("m-${{ hashFiles('go.sum') }}", ""):                                         " 2",
		job("      - {uses: actions/setup-go@v5, with: {go-version: 1}}\n"):               " 2",
		job("      - {uses: actions/setup-go@v5, with: {go-version: 1, cache: false}}\n"): " 0",
		job("      - {uses: actions/setup-go@v5, with: {go-version: 1, cache-dependency-path: go.mod}}\n"):             "setup-go 1  1",
		job("      - {uses: actions/cache/restore@v4, with: {key: k, path: p}}\n"):                                     " 0",
		job("      - {uses: actions/cache/save@v4, with: {key: k, path: p}}\n"):                                        " 1",
		strings.Replace(cache("m", ""), "steps:\n", "steps:\n      - {run: 'exit 1'}\n", 1) + "        if: always()\n": " 0",
	} {
		w := workflow.World{Caches: &workflow.Caches{}}
		f := parse(t, src)
		f.Run(onMain, w)
		second := f.Run(next, w).Steps()
		if got := fmt.Sprint(second[len(second)-1].Restored, " ", len(w.Caches.Keys())); got != want {
			t.Errorf("the second run found %q, want %q, of\n%s", got, want, src)
		}
	}
}

func TestParts(t *testing.T) {
	digest := "@sha256:" + strings.Repeat("a", 64)
	src := "on: push\njobs:\n  b:\n    runs-on: x\n    strategy: {matrix: {i: [postgres:17, 'postgres" + digest + "']}}\n    container: ${{ matrix.i }}\n    steps: [{run: a}]\n" +
		"  a:\n    runs-on: x\n    steps: [{uses: ./mine}, {uses: o/r@v1}, {uses: o/r@" + strings.Repeat("b", 40) + "}, {uses: o/r@bbbbbbb}, {uses: 'docker://alpine" + digest + "'}]\n"
	var got []string
	for _, p := range parse(t, src).Parts() {
		got = append(got, fmt.Sprint(strings.NewReplacer(digest, "@d", strings.Repeat("b", 40), "c").Replace(p.Ref), " ", p.Fixed()))
	}
	if want := "docker://postgres:17 false, docker://postgres@d true, o/r@v1 false, o/r@c true, o/r@bbbbbbb false, docker://alpine@d true"; strings.Join(got, ", ") != want {
		t.Errorf("got %s", strings.Join(got, ", "))
	}
}

func TestUnreadable(t *testing.T) {
	for _, src := range []string{
		"", "on: push\n", "on: push\njobs:\n  a: {runs-on: x, needs: a, steps: [{run: a}]}\n", "on: push\njobs:\n  a: {runs-on: x, needs: b, steps: [{run: a}]}\n",
		"on: push\njobs:\n  a: {uses: ./.github/workflows/b.yml}\n", "on: push\njobs:\n  a: {runs-on: x, color: red, steps: [{run: a}]}\n", "\t",
	} {
		if _, err := workflow.Parse("w.yml", src); err == nil {
			t.Errorf("read %q", src)
		}
	}
}
