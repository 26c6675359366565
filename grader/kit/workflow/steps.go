package workflow

import (
	"bytes"
	"maps"
	"strings"

	"github.com/rhysd/actionlint"
)

// steps plays the steps of one job.
func (s *simulation) steps(j *Job, job *actionlint.Job, sc scope) {
	sc = sc.env(s.f.tree.Env).env(job.Env)
	done := map[string]any{}
	sc.vars["steps"] = done
	code, image := NoCode, ""
	if job.Container != nil && job.Container.Image != nil {
		image = sc.text(job.Container.Image.Value)
	}
	extra := map[string]string{} // what scripts have written to GITHUB_ENV
	for _, step := range job.Steps {
		in := sc.env(step.Env)
		in.state.failed = j.Failed
		if !in.holds(step.If) {
			continue
		}
		one := &Step{Job: j, Line: step.Pos.Line, Text: s.f.line(step.Pos.Line), Env: in.environment(), Code: code, Image: image}
		for k, v := range extra {
			if _, own := one.Env[k]; !own {
				one.Env[k] = v
			}
		}
		j.Steps = append(j.Steps, one)
		outputs := s.play(one, step, job, in, extra)
		code = one.Code
		s.conclude(one, step, in, outputs, done)
	}
	if !j.Failed {
		s.w.Caches.keep(j.saves)
	}
	out := map[string]any{}
	for name, o := range job.Outputs {
		out[strings.ToLower(name)] = sc.text(o.Value.Value)
	}
	s.outputs[j.ID] = out
}

// conclude notes how a step ended.
func (s *simulation) conclude(one *Step, step *actionlint.Step, in scope, outputs map[string]any, done map[string]any) {
	words := map[bool]string{true: "failure", false: "success"}
	excused := one.Failed && in.flag(step.ContinueOnError)
	one.Job.Failed = one.Job.Failed || one.Failed && !excused
	if step.ID != nil {
		done[strings.ToLower(step.ID.Value)] = map[string]any{"outcome": words[one.Failed], "conclusion": words[one.Failed && !excused], "outputs": outputs}
	}
}

// play runs a step and returns its outputs.
func (s *simulation) play(one *Step, step *actionlint.Step, job *actionlint.Job, in scope, extra map[string]string) map[string]any {
	switch x := step.Exec.(type) {
	case *actionlint.ExecAction:
		action, _, _ := strings.Cut(in.text(x.Uses.Value), "@")
		one.Uses = strings.ToLower(action)
		one.With = map[string]string{}
		for name, i := range x.Inputs {
			one.With[strings.ToLower(name)] = in.text(i.Value.Value)
		}
		return s.action(one, in)
	case *actionlint.ExecRun:
		return s.script(one, x, job, in, extra)
	}
	return nil
}

// action knows what checkouts and caches do.
func (s *simulation) action(one *Step, in scope) map[string]any {
	switch one.Uses {
	case "actions/checkout":
		s.checkout(one)
	case "actions/setup-go":
		if one.With["cache"] != "false" {
			depends := one.With["cache-dependency-path"]
			if depends == "" {
				depends = "**/go.sum"
			}
			var patterns []any
			for _, p := range strings.Fields(depends) {
				patterns = append(patterns, p)
			}
			return s.cache(one, "setup-go "+one.With["go-version"]+" "+in.hash(patterns), "", true)
		}
	case "actions/cache":
		return s.cache(one, one.With["key"], one.With["restore-keys"], true)
	case "actions/cache/restore":
		return s.cache(one, one.With["key"], one.With["restore-keys"], false)
	case "actions/cache/save":
		s.w.Caches.keep([]string{one.With["key"]})
	}
	return map[string]any{}
}

func (s *simulation) checkout(one *Step) {
	if one.With["token"] == "" && one.Job.Token.May("contents") == "none" {
		one.Failed, one.Problem = true, "the job's token may not read contents, so checkout finds no repository"
		return
	}
	if other := one.With["repository"]; other != "" && !strings.EqualFold(other, Repository) && !s.run.Event.pull() {
		return
	}
	one.Code = OwnCode
	if s.run.Event.foreign(one.With["ref"]) {
		one.Code = ForeignCode
	}
}

func (s *simulation) script(one *Step, x *actionlint.ExecRun, job *actionlint.Job, in scope, extra map[string]string) map[string]any {
	one.Script = in.text(x.Run.Value)
	by := ""
	for _, d := range []*actionlint.Defaults{s.f.tree.Defaults, job.Defaults} {
		if d != nil && d.Run != nil && d.Run.Shell != nil {
			by = in.text(d.Run.Shell.Value)
		}
	}
	if x.Shell != nil {
		by = in.text(x.Shell.Value)
	}
	if !reads(by) {
		return map[string]any{}
	}
	sh := &shell{files: map[string]*bytes.Buffer{}, statuses: map[string]string{}, exec: func(c Command) (string, int) {
		one.Commands = append(one.Commands, c)
		return s.w.Exec(one, c)
	}}
	status, err := sh.run(by, one.Script, s.environ(one))
	if one.Failed = status != 0 || err != nil; err != nil {
		one.Problem = err.Error()
	}
	maps.Copy(extra, sh.pairs(envFile))
	outputs := map[string]any{}
	for k, v := range sh.pairs(outputFile) {
		outputs[strings.ToLower(k)] = v
	}
	return outputs
}

// Where scripts write what later steps shall see.
const (
	envFile    = "/home/runner/files/env"
	outputFile = "/home/runner/files/output"
)

// environ is what a script sees.
func (s *simulation) environ(one *Step) map[string]string {
	e := s.run.Event
	env := map[string]string{
		"CI": "true", "GITHUB_ACTIONS": "true", "HOME": "/home/runner", "PATH": "/usr/bin:/bin", "RUNNER_OS": "Linux", "RUNNER_TEMP": "/home/runner/tmp",
		"GITHUB_EVENT_NAME": e.Name, "GITHUB_REPOSITORY": Repository, "GITHUB_WORKSPACE": "/home/runner/work",
		"GITHUB_ENV": envFile, "GITHUB_OUTPUT": outputFile, "GITHUB_PATH": "/home/runner/files/path", "GITHUB_STEP_SUMMARY": "/home/runner/files/summary",
	}
	for _, name := range []string{"ref", "ref_name", "ref_type", "sha", "head_ref", "base_ref", "run_id", "run_number", "actor"} {
		env["GITHUB_"+strings.ToUpper(name)] = toText(e.github()[name])
	}
	maps.Copy(env, one.Env)
	return env
}

// pairs reads lines "name=value".
func (s *shell) pairs(file string) map[string]string {
	m := map[string]string{}
	if b := s.files[file]; b != nil {
		for line := range strings.Lines(b.String()) {
			if k, v, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "="); ok {
				m[k] = v
			}
		}
	}
	return m
}

// Has reports whether a secret is anywhere in what the step was handed.
func (s *Step) Has(secret string) bool {
	mark := Mark(secret)
	for _, list := range []map[string]string{s.Env, s.With} {
		for _, v := range list {
			if strings.Contains(v, mark) {
				return true
			}
		}
	}
	return strings.Contains(s.Script, mark)
}
