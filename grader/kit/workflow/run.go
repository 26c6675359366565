package workflow

import (
	"maps"
	"slices"
	"strings"

	"github.com/rhysd/actionlint"
)

// World is what a run meets outside of the workflow.
type World struct {
	Secrets []string                                             // that the repository has
	Exec    func(s *Step, c Command) (stdout string, status int) // nil: every command succeeds and prints nothing
	Caches  *Caches                                              // nil: none
}

// Mark is the value of a secret in every run, so that one can see where it
// goes. TokenMark is that of the job's token.
func Mark(secret string) string { return "kata.secret." + secret }

// TokenMark is the value of secrets.GITHUB_TOKEN and github.token.
var TokenMark = Mark("GITHUB_TOKEN")

// Run is what an event set off.
type Run struct {
	Event   Event
	Started bool   // the workflow's `on` let it in
	Failed  bool   // a job failed, and was not excused
	Jobs    []*Job // that ran, in an order in which none comes before what it needs
}

// Job is one run of a job, with one combination of its matrix.
type Job struct {
	ID     string
	Matrix map[string]any
	Token  Token
	Steps  []*Step // that ran
	Failed bool
	Line   int
	saves  []string // cache entries that are kept if it succeeds
}

// Step is one run of a step.
type Step struct {
	Job      *Job
	Line     int
	Text     string // its first line
	Uses     string // the action without its version, in lower case: "actions/checkout"
	With     map[string]string
	Env      map[string]string // with those of the job and the workflow
	Script   string
	Commands []Command // of the script, in order
	Code     Code      // what lay in the working directory
	Image    string    // the container that it ran in, or ""
	Restored string    // the entry that a cache step found
	Failed   bool
	Problem  string // why, where that is known
}

// Code is what a checkout brought.
type Code string

const (
	NoCode      Code = ""
	OwnCode     Code = "the repository's"
	ForeignCode Code = "the pull request's"
)

// simulation is one run in the making.
type simulation struct {
	f       *File
	w       World
	run     *Run
	results map[string]string // of the jobs that are over
	outputs map[string]map[string]any
}

// Run plays the event.
func (f *File) Run(e Event, w World) *Run {
	if w.Exec == nil {
		w.Exec = func(*Step, Command) (string, int) { return "", 0 }
	}
	if w.Caches == nil {
		w.Caches = &Caches{}
	}
	s := &simulation{f, w, &Run{Event: e, Started: f.starts(e)}, map[string]string{}, map[string]map[string]any{}}
	if !s.run.Started {
		return s.run
	}
	for _, id := range f.order() {
		s.results[id] = s.job(id, f.tree.Jobs[id])
		s.run.Failed = s.run.Failed || s.results[id] == "failure"
	}
	return s.run
}

// Steps returns the steps of all jobs.
func (r *Run) Steps() []*Step {
	var all []*Step
	for _, j := range r.Jobs {
		all = append(all, j.Steps...)
	}
	return all
}

// Problems returns the steps that failed.
func (r *Run) Problems() []*Step {
	return slices.DeleteFunc(r.Steps(), func(s *Step) bool { return !s.Failed })
}

// scope is what a job's own settings can see.
func (s *simulation) scope(job *actionlint.Job) scope {
	secrets := map[string]any{"github_token": TokenMark}
	for _, name := range s.w.Secrets {
		if !s.run.Event.Fork || s.run.Event.Name != "pull_request" {
			secrets[strings.ToLower(name)] = Mark(name)
		}
	}
	needs := map[string]any{}
	for _, n := range job.Needs {
		id := strings.ToLower(n.Value)
		needs[id] = map[string]any{"result": s.results[id], "outputs": s.outputs[id]}
	}
	return scope{files: s.run.Event.Files, state: s.before(job), vars: map[string]any{
		"github": s.run.Event.github(), "secrets": secrets, "needs": needs,
		"runner": map[string]any{"os": "Linux", "arch": "X64", "temp": "/home/runner/tmp", "tool_cache": "/opt/tools", "name": "runner"},
	}}
}

// before tells how the jobs stand that a job waits for, directly or not.
func (s *simulation) before(job *actionlint.Job) state {
	var st state
	for _, n := range job.Needs {
		id := strings.ToLower(n.Value)
		up := s.before(s.f.tree.Jobs[id])
		st.failed = st.failed || up.failed || s.results[id] == "failure"
		st.skipped = st.skipped || up.skipped || s.results[id] == "skipped"
	}
	return st
}

// job plays a job with all combinations of its matrix and returns its result.
func (s *simulation) job(id string, job *actionlint.Job) string {
	sc := s.scope(job)
	if !sc.holds(job.If) {
		return "skipped"
	}
	result := "success"
	for _, m := range sc.matrix(job.Strategy) {
		inner := sc
		inner.vars = maps.Clone(sc.vars)
		inner.vars["matrix"], inner.vars["strategy"], inner.state = m, map[string]any{}, state{}
		j := &Job{ID: id, Matrix: m, Token: s.f.token(job, s.run.Event), Line: job.Pos.Line}
		s.run.Jobs = append(s.run.Jobs, j)
		s.steps(j, job, inner)
		if j.Failed && !inner.flag(job.ContinueOnError) {
			result = "failure"
		}
	}
	return result
}

// flag is the value of a setting that is true or false.
func (s scope) flag(b *actionlint.Bool) bool {
	switch {
	case b == nil:
		return false
	case b.Expression != nil:
		return s.text(b.Expression.Value) == "true"
	}
	return b.Value
}

// env adds the variables of a level to those that are there.
func (s scope) env(e *actionlint.Env) scope {
	vars := map[string]any{}
	if old, ok := s.vars["env"].(map[string]any); ok {
		maps.Copy(vars, old)
	}
	names := map[string]any{}
	if old, ok := s.vars["env names"].(map[string]any); ok {
		maps.Copy(names, old)
	}
	if e != nil && e.Expression != nil {
		value, _ := s.value(strings.TrimPrefix(strings.TrimSpace(e.Expression.Value), "${{"))
		if m, ok := value.(map[string]any); ok {
			for k, v := range m {
				vars[k], names[k] = toText(v), strings.ToUpper(k)
			}
		}
	} else if e != nil {
		for _, v := range e.Vars {
			vars[strings.ToLower(v.Name.Value)] = s.text(v.Value.Value)
			names[strings.ToLower(v.Name.Value)] = v.Name.Value
		}
	}
	s.vars = maps.Clone(s.vars)
	s.vars["env"], s.vars["env names"] = vars, names
	return s
}

// environment is env as programs see it.
func (s scope) environment() map[string]string {
	m := map[string]string{}
	names := s.vars["env names"].(map[string]any)
	for k, v := range s.vars["env"].(map[string]any) {
		m[toText(names[k])] = toText(v)
	}
	return m
}
