package dockerfile

import (
	"path"
	"regexp"
	"strings"
)

// Leak is an instruction that writes a secret into a layer, into the image's
// settings or into its history, and how.
type Leak struct {
	By   Instruction
	Name string // of the variable or the file
	How  string // a sentence's end: "carries MODULES_TOKEN"
}

// The names are those of BuildKit's own check SecretsUsedInArgOrEnv.
var (
	secretName = regexp.MustCompile(`(?i)(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)`)
	harmless   = regexp.MustCompile(`(?i)(?:_|^)(?:public|file|path|id|version|ttl)(?:_|$)`)
	secretFile = regexp.MustCompile(`(?i)^(?:\.env(?:\..+)?|[._]netrc|\.npmrc|\.pypirc|\.git-credentials|\.?pgpass|id_(?:rsa|dsa|ecdsa|ed25519)|.*\.(?:pem|key|p12|pfx|jks|kdbx)|.*(?:token|secret|password|credential)s?(?:\.(?:txt|json|ya?ml|env))?)$`)
	sample     = regexp.MustCompile(`(?i)\.(?:example|sample|template|dist|pub)$`)
)

// SecretName reports whether a variable's name says that its value is a
// secret, not where one is found.
func SecretName(name string) bool { return secretName.MatchString(name) && !harmless.MatchString(name) }

// SecretFile reports whether a file's name says that it holds a secret.
func SecretFile(name string) bool {
	base := path.Base(name)
	return secretFile.MatchString(base) && !sample.MatchString(base)
}

// Declared returns the ARG and ENV instructions, before the first FROM or in
// any stage, that carry a secret: by their own name, or because a RUN gives
// their value to a variable with such a name.
func (f *File) Declared() []Leak {
	var leaks []Leak
	given := f.given()
	for _, step := range f.withGlobal() {
		for _, v := range step.Values {
			switch secret, ok := given[v.Name]; {
			case SecretName(v.Name):
				leaks = append(leaks, Leak{step.Instruction, v.Name, "carries " + v.Name})
			case ok:
				leaks = append(leaks, Leak{step.Instruction, v.Name, "carries " + v.Name + ", which a RUN below gives to " + secret})
			}
		}
	}
	return leaks
}

func (f *File) withGlobal() []Step { return append(append([]Step(nil), f.global...), f.Steps()...) }

// given returns the variables whose value some RUN assigns to a variable with
// a secret's name.
func (f *File) given() map[string]string {
	names := map[string]string{}
	for _, a := range f.assigned() {
		for _, used := range variables(a.value.Text) {
			names[used] = a.value.Name
		}
	}
	return names
}

// Written returns the RUN instructions that hold a secret as text.
func (f *File) Written() []Leak {
	var leaks []Leak
	for _, a := range f.assigned() {
		if !strings.ContainsAny(a.value.Text, "$`") && a.value.Text != "" {
			leaks = append(leaks, Leak{a.step.Instruction, a.value.Name, "holds the value of " + a.value.Name + " itself"})
		}
	}
	return leaks
}

type assignment struct {
	step  Step
	value Value
}

// assigned returns what RUN commands assign to names of secrets.
func (f *File) assigned() []assignment {
	var all []assignment
	for _, step := range f.Steps() {
		if step.Run == nil {
			continue
		}
		for _, c := range step.Run.Commands {
			for _, v := range c.Assignments() {
				if SecretName(v.Name) {
					all = append(all, assignment{step, v})
				}
			}
		}
	}
	return all
}

var (
	substitution = regexp.MustCompile("`[^`]*`" + `|\$\([^()]*\)`)
	variable     = regexp.MustCompile(`\$\{?([A-Za-z_][A-Za-z0-9_]*)`)
)

// variables returns the names that a word uses outside $(…) and backquotes:
// what those print is not the variable's value.
func variables(word string) []string {
	var names []string
	for _, m := range variable.FindAllStringSubmatch(substitution.ReplaceAllString(word, ""), -1) {
		names = append(names, m[1])
	}
	return names
}

// Copied returns the instructions of any stage that copy a secret's file out
// of the folder: one named in the instruction, or one of the named files,
// which may lie in the folder on some machine, inside what is copied.
func (f *File) Copied(here *Folder, names ...string) []Leak {
	var leaks []Leak
	for _, step := range f.Steps() {
		if step.Copy == nil {
			continue
		}
		if name := step.Copy.secret(here, names); name != "" {
			leaks = append(leaks, Leak{step.Instruction, name, "copies " + name})
		}
	}
	return leaks
}

func (c *Copy) secret(here *Folder, names []string) string {
	for _, f := range c.Inlined {
		if SecretFile(f.Dest) {
			return f.Dest
		}
	}
	for _, n := range names {
		if _, ok := c.Takes(here, n); ok {
			return n
		}
	}
	for _, s := range c.Sources {
		if c.FromFolder() && SecretFile(s) && here.Sends(clean(s)) {
			return s
		}
	}
	return ""
}
