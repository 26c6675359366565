package workflow

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/rhysd/actionlint"
)

// Event is something that happens in a repository whose default branch is main.
type Event struct {
	Name   string // "push", "pull_request", "pull_request_target", "workflow_dispatch", …
	Action string // of a pull request: "opened", "synchronize"
	Branch string // pushed to, or that a pull request wants to go to
	Tag    string // pushed, instead of a branch
	Fork   bool   // the pull request comes from somebody else's copy

	Commit string            // the pushed one, or the pull request's last one; a number in hexadecimal
	Files  map[string]string // what is in the repository, and a word that changes with the content
	Paths  []string          // what the commits changed
	Run    int               // counts up from run to run
}

// What belongs to every event.
const (
	Repository = "harbour/parcels"
	HeadBranch = "topic" // a pull request's own
	baseCommit = "ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e"
	mergedRef  = "refs/pull/7/merge"
)

// pull reports whether the event is a pull request's.
func (e Event) pull() bool { return strings.HasPrefix(e.Name, "pull_request") }

// String tells the event to people.
func (e Event) String() string {
	switch {
	case e.pull() && e.Fork:
		return "a pull request from a fork (" + e.Name + ", " + e.Action + ")"
	case e.pull():
		return "a colleague's pull request (" + e.Name + ", " + e.Action + ")"
	case e.Tag != "":
		return "a push of the tag " + e.Tag
	case e.Name == "push":
		return "a push to the branch " + e.Branch
	}
	return e.Name + " on the branch " + e.Branch
}

// Starts returns the names of the events that the workflow asks for.
func (f *File) Starts() []string {
	var list []string
	for _, on := range f.tree.On {
		list = append(list, on.EventName())
	}
	slices.Sort(list)
	return list
}

// starts reports whether the workflow's `on` lets the event in.
func (f *File) starts(e Event) bool {
	for _, on := range f.tree.On {
		if on.EventName() != e.Name {
			continue
		}
		hook, ok := on.(*actionlint.WebhookEvent)
		return !ok || admits(hook, e)
	}
	return false
}

func admits(on *actionlint.WebhookEvent, e Event) bool {
	types := texts(on.Types)
	if e.pull() && len(types) > 0 && !slices.Contains(types, e.Action) {
		return false
	}
	branches, tags := on.Branches != nil || on.BranchesIgnore != nil, on.Tags != nil || on.TagsIgnore != nil
	switch {
	case e.Tag != "":
		return (tags || !branches) && passes(on.Tags, on.TagsIgnore, e.Tag) // paths do not count for tags
	case e.Branch != "" && tags && !branches:
		return false
	}
	return passes(on.Branches, on.BranchesIgnore, e.Branch) &&
		(len(e.Paths) == 0 || slices.ContainsFunc(e.Paths, func(p string) bool { return passes(on.Paths, on.PathsIgnore, p) }))
}

// passes applies a filter and its opposite, of which a file has at most one.
func passes(want, ignore *actionlint.WebhookEventFilter, name string) bool {
	if ignore != nil {
		return !slices.ContainsFunc(texts(ignore.Values), func(p string) bool { return matches(p, name) })
	}
	if want == nil {
		return true
	}
	in := false
	for _, p := range texts(want.Values) {
		if not, ok := strings.CutPrefix(p, "!"); ok {
			in = in && !matches(not, name)
		} else {
			in = in || matches(p, name)
		}
	}
	return in
}

func texts(list []*actionlint.String) []string {
	var all []string
	for _, s := range list {
		all = append(all, s.Value)
	}
	return all
}

// matches applies a pattern as GitHub's filter pattern cheat sheet has it.
func matches(pattern, name string) bool {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**/"):
			b.WriteString("(?:.*/)?")
			i += 2
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case strings.IndexByte("?+[]", c) >= 0:
			b.WriteByte(c)
		case c == '\\' && i+1 < len(pattern):
			i++
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		case c == '-':
			b.WriteByte(c) // a range inside brackets
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	re, err := regexp.Compile("^(?:" + b.String() + ")$")
	return err == nil && re.MatchString(name)
}

// github is the context of that name.
func (e Event) github() map[string]any {
	g := map[string]any{
		"event_name": e.Name, "repository": Repository, "repository_owner": "harbour", "sha": e.sha(), "ref": e.ref(), "ref_type": "branch",
		"run_id": float64(9000 + e.Run), "run_number": float64(e.Run), "run_attempt": "1", "workflow": "ship", "actor": "somebody", "triggering_actor": "somebody",
		"token": TokenMark, "server_url": "https://github.com", "api_url": "https://api.github.com", "workspace": "/home/runner/work", "event": e.payload(),
	}
	g["ref_name"] = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(e.ref(), "refs/heads/"), "refs/tags/"), "refs/pull/")
	if e.Tag != "" {
		g["ref_type"] = "tag"
	}
	if e.pull() {
		g["head_ref"], g["base_ref"] = HeadBranch, e.Branch
	}
	return g
}

// ref is what the run is about: of pull_request_target, the branch that the
// pull request wants to go to.
func (e Event) ref() string {
	switch {
	case e.pull() && e.Name != "pull_request_target":
		return mergedRef
	case e.Tag != "":
		return "refs/tags/" + e.Tag
	}
	return "refs/heads/" + e.Branch
}

func (e Event) sha() string {
	if e.Name == "pull_request_target" {
		return baseCommit
	}
	return e.Commit
}

func (e Event) payload() map[string]any {
	repository := map[string]any{"full_name": Repository, "default_branch": "main", "fork": false, "private": true, "name": "parcels"}
	if !e.pull() {
		return map[string]any{"ref": e.ref(), "repository": repository, "after": e.Commit, "created": e.Tag != "", "deleted": false, "forced": false, "head_commit": map[string]any{"id": e.Commit, "message": "change parcels"}}
	}
	head := maps.Clone(repository)
	if e.Fork {
		head["full_name"], head["fork"] = "stranger/parcels", true
	}
	return map[string]any{"action": e.Action, "number": 7.0, "repository": repository, "pull_request": map[string]any{
		"number": 7.0, "title": "change parcels", "draft": false, "merged": false, "state": "open",
		"head": map[string]any{"sha": e.Commit, "ref": HeadBranch, "repo": head}, "base": map[string]any{"sha": baseCommit, "ref": e.Branch, "repo": repository},
	}}
}

// foreign reports whether a checkout with that ref brings the pull request's
// code.
func (e Event) foreign(ref string) bool {
	if ref == "" {
		return e.pull() && e.Name != "pull_request_target"
	}
	return e.pull() && (ref == e.Commit || ref == HeadBranch || ref == "refs/heads/"+HeadBranch || strings.HasPrefix(strings.TrimPrefix(ref, "refs/"), "pull/7/"))
}
