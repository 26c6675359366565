package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/workflow"
)

// 1. Each pull request, from a fork or not, and each push to main has its own code tested, with Go 1.25 and with Go 1.26.
func TestTested(t *testing.T) {
	t.Run("a pull request from a fork is tested with both versions", func(t *testing.T) {
		tested(t, pulls(t, true, "opened", "synchronize"))
	})
	t.Run("a colleague's pull request is tested with both versions", func(t *testing.T) {
		tested(t, pulls(t, false, "opened", "synchronize"))
	})
	t.Run("a push to main is tested with both versions", func(t *testing.T) {
		tested(t, []occasion{{push(t, "main")}})
	})
}

// tested fails unless each occasion has a run with both versions of Go.
func tested(t *testing.T, list []occasion) {
	t.Helper()
	f := workflow.Read(t, file)
	for _, o := range list {
		got := map[string]int{}
		note := "no run: nothing below `on` asks for it"
		for _, e := range o {
			r := f.Run(e, world(nil))
			if r.Started {
				note = ""
			}
			for _, c := range tests(r) {
				if right := c.step.Code; e.Name == "push" && right == workflow.OwnCode || right == workflow.ForeignCode {
					got[version(c)]++
				} else {
					note += fmt.Sprintf("%s tests %s\n", kit.Line(file, c.step.Line), map[bool]string{true: "without a checkout", false: "the code of main"}[right == workflow.NoCode])
				}
			}
			note += problems(r)
		}
		if got["1.25"] == 0 || got["1.26"] == 0 {
			kit.Fail(t, kit.Failure{
				Sent: o.String(), Got: fmt.Sprintf("its code is tested %s", counted(got)),
				Want: "a run of go test ./... with Go 1.25, and one with 1.26", Note: note, At: place(f, tests, o...),
			})
		}
	}
}

// 2. A test that fails makes its run fail, and deploy.sh begins only after all tests of its run have passed.
func TestOrder(t *testing.T) {
	t.Run("a failing test makes the run of a pull request fail", func(t *testing.T) {
		for _, o := range append(pulls(t, true, "opened"), pulls(t, false, "opened")...) {
			for _, e := range o {
				red(t, e)
			}
		}
	})
	t.Run("a failing test makes the run on main fail", func(t *testing.T) { red(t, push(t, "main")) })
	t.Run("a failing test keeps deploy.sh from running", func(t *testing.T) {
		f := workflow.Read(t, file)
		e := push(t, "main")
		all := tests(f.Run(e, world(nil)))
		if d := deploys(f.Run(e, world(nil))); len(d) > 0 && len(all) == 0 {
			kit.Fail(t, kit.Failure{Sent: e.String(), Got: "deploy.sh runs, and no test does", Want: "tests before deploy.sh", At: d[0].at()})
		}
		for n, failing := range all {
			if d := deploys(f.Run(e, world(&n))); len(d) > 0 {
				kit.Fail(t, kit.Failure{
					Sent: e.String() + "\ngo test fails" + failing.where(),
					Got:  "deploy.sh runs all the same" + d[0].where(), Want: "no deployment", At: d[0].at(),
				})
			}
		}
	})
}

// red fails unless each failing test makes its run fail.
func red(t *testing.T, e workflow.Event) {
	t.Helper()
	f := workflow.Read(t, file)
	for n, failing := range tests(f.Run(e, world(nil))) {
		if r := f.Run(e, world(&n)); !r.Failed {
			kit.Fail(t, kit.Failure{
				Sent: e.String() + "\ngo test fails" + failing.where(),
				Got:  "the run is green", Want: "a run that fails", At: failing.at(),
			})
		}
	}
}

// 3. deploy.sh runs once for each push to main, and not for another branch, a tag or a pull request.
func TestDeployed(t *testing.T) {
	t.Run("a push to main runs deploy.sh once", func(t *testing.T) {
		f := workflow.Read(t, file)
		e := push(t, "main")
		r := f.Run(e, world(nil))
		if d := deploys(r); len(d) != 1 || d[0].step.Code != workflow.OwnCode {
			got := fmt.Sprintf("deploy.sh runs %d times", len(d))
			if len(d) == 1 {
				got = "nothing is checked out where deploy.sh runs"
			}
			kit.Fail(t, kit.Failure{Sent: e.String(), Got: got, Want: "deploy.sh runs once, on what was pushed", Note: problems(r), At: place(f, deploys, e)})
		}
	})
	t.Run("a push of another branch or of a tag does not run deploy.sh", func(t *testing.T) {
		word := kit.Word(kit.Rand(t), 5)
		for _, branch := range []string{word, "main-" + word, word + "/main", word + "-main"} {
			quiet(t, push(t, branch))
			started := push(t, branch)
			started.Name = "workflow_dispatch"
			quiet(t, started)
		}
		tag := push(t, "")
		tag.Tag = "v1.4.0"
		quiet(t, tag)
	})
	t.Run("no pull request runs deploy.sh", func(t *testing.T) {
		for _, o := range append(pulls(t, true, "opened", "synchronize", "closed"), pulls(t, false, "opened", "synchronize")...) {
			for _, e := range o {
				quiet(t, e)
			}
		}
	})
}

// quiet fails if the event runs deploy.sh.
func quiet(t *testing.T, e workflow.Event) {
	t.Helper()
	if d := deploys(workflow.Read(t, file).Run(e, world(nil))); len(d) > 0 {
		kit.Fail(t, kit.Failure{Sent: e.String(), Got: "deploy.sh runs" + d[0].where(), Want: "no deployment", At: d[0].at()})
	}
}

// 4. deploy.sh is handed the secret, and a token of GitHub's that may write contents.
func TestHanded(t *testing.T) {
	f := workflow.Read(t, file)
	e := push(t, "main")
	for _, d := range deploys(f.Run(e, world(nil))) {
		refuse := func(got, want string) {
			t.Helper()
			kit.Fail(t, kit.Failure{Sent: e.String() + "\ndeploy.sh runs" + d.where(), Got: got, Want: want, At: d.at()})
		}
		if !strings.Contains(strings.Join(append(d.command.Args, d.command.Env["DEPLOY_TOKEN"]), " "), workflow.Mark("DEPLOY_TOKEN")) {
			refuse("it has no DEPLOY_TOKEN in its environment", "the repository's secret")
		}
		if d.command.Env["GITHUB_TOKEN"] != workflow.TokenMark {
			refuse("it has no GITHUB_TOKEN in its environment", "the token that GitHub gives the job")
		}
		if may := d.step.Job.Token.May("contents"); may != "write" {
			refuse("its GITHUB_TOKEN has the permission \"contents: "+may+"\"", "a token that can push a tag: contents: write")
		}
	}
}

// 5. No other step is handed the secret, and no other job has a token that may write anything; in the run of a pull request, none at all.
func TestRights(t *testing.T) {
	t.Run("no step but that of deploy.sh is handed the secret", func(t *testing.T) {
		f := workflow.Read(t, file)
		own := deploys(f.Run(push(t, "main"), world(nil)))
		for _, e := range everything(t) {
			for _, s := range f.Run(e, world(nil)).Steps() {
				excused := e.Name == "push" && own.any() && own[0].step.Line == s.Line
				if s.Has("DEPLOY_TOKEN") && !excused {
					kit.Fail(t, kit.Failure{Sent: e.String(), Got: "this step has DEPLOY_TOKEN: " + s.Text, Want: "DEPLOY_TOKEN for deploy.sh alone", At: kit.Line(file, s.Line)})
				}
			}
		}
	})
	t.Run("no job without deploy.sh has a token that may write", func(t *testing.T) {
		f := workflow.Read(t, file)
		own := deploys(f.Run(push(t, "main"), world(nil)))
		for _, e := range everything(t) {
			for _, j := range f.Run(e, world(nil)).Jobs {
				excused := e.Name == "push" && own.any() && own[0].step.Job.ID == j.ID
				if writes := j.Token.Writes(); len(writes) > 0 && !excused {
					kit.Fail(t, kit.Failure{
						Sent: e.String(), Got: "the token of the job " + j.ID + " may write " + strings.Join(writes, ", "),
						Want: "a token that only reads", At: kit.Line(file, j.Line),
					})
				}
			}
		}
	})
}

// 6. The code of a pull request runs only where GitHub gives it neither secrets nor the caches of main to write to.
func TestForeign(t *testing.T) {
	for _, o := range append(pulls(t, true, "opened", "synchronize"), pulls(t, false, "opened")...) {
		for _, e := range o {
			for _, s := range workflow.Read(t, file).Run(e, world(nil)).Steps() {
				if e.Name == "pull_request_target" && s.Code == workflow.ForeignCode {
					kit.Fail(t, kit.Failure{
						Sent: e.String(), Got: "the pull request's code is there, in a run\nthat has the rights of main: GitHub gives it secrets, and what it saves in a cache, main finds",
						Want: "the pull request's code in a run that is the pull request's", At: kit.Line(file, s.Line),
					})
				}
			}
		}
	}
}

// 7. Who runs the tests finds the modules in a cache that an earlier run on main has saved; after a change of go.sum, main saves them anew.
func TestCache(t *testing.T) {
	t.Run("the tests of a later run find the modules of an earlier one", func(t *testing.T) {
		f := workflow.Read(t, file)
		w := world(nil)
		f.Run(push(t, "main"), w)
		for _, o := range append(pulls(t, true, "opened"), occasion{later(t)}) {
			for _, e := range o {
				for _, c := range tests(f.Run(e, w)) {
					if !kept(c) {
						kit.Fail(t, kit.Failure{
							Sent: "a push to the branch main, then, with the same go.sum,\n" + e.String(),
							Got:  "nothing was found for ~/go/pkg/mod" + c.where() + caches(c),
							Want: "the modules that main has saved, before go test runs", At: c.at(),
						})
					}
				}
			}
		}
	})
	t.Run("main saves the modules anew when go.sum has changed", func(t *testing.T) {
		f := workflow.Read(t, file)
		w := world(nil)
		f.Run(push(t, "main"), w)
		before := w.Caches.Keys()
		e := later(t)
		e.Files["go.sum"] = kit.Word(kit.Rand(t), 7)
		r := f.Run(e, w)
		if len(w.Caches.Keys()) == len(before) && tests(r).any() {
			c := tests(r)[0]
			kit.Fail(t, kit.Failure{
				Sent: "two pushes to the branch main, the second with another go.sum",
				Got:  "the second saves nothing: an entry that is found by its whole name\nis never written again" + caches(c),
				Want: "an entry with the new modules", At: c.at(),
			})
		}
	})
}

// 8. Each action and each image is pinned to a whole commit or to a digest.
func TestPinned(t *testing.T) {
	for _, p := range workflow.Read(t, file).Parts() {
		if !p.Fixed() {
			kit.Fail(t, kit.Failure{Sent: p.Text, Got: "its owner can move this name to other code at any time", Want: "all 40 digits of a commit, or an image's digest", At: kit.Line(file, p.Line)})
		}
	}
}

// 9. actionlint finds nothing to complain about.
func TestLint(t *testing.T) {
	for _, p := range workflow.Lint(t, file) {
		kit.Fail(t, kit.Failure{Sent: "actionlint " + file, Got: p.Text, Want: "nothing", At: kit.Line(file, p.Line)})
	}
}
