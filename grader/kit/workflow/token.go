package workflow

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rhysd/actionlint"
)

// Token is what a job's token may do: "read", "write" or "none" by scope. The
// scope "" stands for all that are not named.
type Token map[string]string

// May returns "read", "write" or "none".
func (t Token) May(scope string) string {
	if v, ok := t[scope]; ok {
		return v
	}
	return cmp.Or(t[""], "none")
}

// Writes returns the scopes that the token may write, or "everything".
func (t Token) Writes() []string {
	if t[""] == "write" {
		return []string{"everything"}
	}
	var list []string
	for scope, v := range t {
		if v == "write" {
			list = append(list, scope)
		}
	}
	slices.Sort(list)
	return list
}

// token returns what the job's token may do. Without a word in the file that is
// everything, as where a repository's default was never narrowed. A pull
// request from a fork may never write.
func (f *File) token(job *actionlint.Job, e Event) Token {
	p := job.Permissions
	if p == nil {
		p = f.tree.Permissions
	}
	t := Token{"": "write"}
	switch {
	case p != nil && p.All != nil:
		t[""] = strings.TrimSuffix(p.All.Value, "-all")
	case p != nil:
		t = Token{"": "none"}
		for _, s := range p.Scopes {
			t[strings.ToLower(s.Name.Value)] = s.Value.Value
		}
	}
	if e.Fork && e.Name == "pull_request" {
		for scope, v := range t {
			if v == "write" {
				t[scope] = "read"
			}
		}
	}
	return t
}

// Caches are the entries that runs have saved and that later runs find.
type Caches struct{ keys []string }

func (c *Caches) keep(keys []string) {
	for _, k := range keys {
		if k != "" && !slices.Contains(c.keys, k) {
			c.keys = append(c.keys, k)
		}
	}
}

// Keys returns the names of all entries, the oldest first.
func (c *Caches) Keys() []string { return slices.Clone(c.keys) }

// find returns the entry for a key, or the newest that begins with it or with
// one of the further keys, or "".
func (c *Caches) find(key, further string) string {
	if slices.Contains(c.keys, key) {
		return key
	}
	for _, prefix := range append([]string{key}, strings.Split(further, "\n")...) {
		prefix = strings.TrimSpace(prefix)
		for _, k := range slices.Backward(c.keys) {
			if prefix != "" && strings.HasPrefix(k, prefix) {
				return k
			}
		}
	}
	return ""
}

// cache looks for an entry and, if save is set, has the job save one under the
// key unless it was there.
func (s *simulation) cache(one *Step, key, further string, save bool) map[string]any {
	one.Restored = s.w.Caches.find(key, further)
	hit := one.Restored == key && key != ""
	if save && !hit {
		one.Job.saves = append(one.Job.saves, key)
	}
	word := ""
	if one.Restored != "" {
		word = map[bool]string{true: "true", false: "false"}[hit]
	}
	return map[string]any{"cache-hit": word, "cache-primary-key": key, "cache-matched-key": one.Restored}
}
