package dockerfile

import (
	"path"
	"strconv"
	"strings"
)

// Stage is what stands between one FROM and the next.
type Stage struct {
	Instruction        // the FROM
	Index       int    // 0 for the first
	Name        string // as FROM … AS gives it, in lower case, or ""
	Base        string // what FROM names, variables expanded
	Parent      *Stage // the earlier stage that FROM names, or nil
	Own         []Step // the stage's own instructions
}

// Label returns the stage's name, or its number when it has none: what
// docker build --target and COPY --from take.
func (s *Stage) Label() string {
	if s.Name != "" {
		return s.Name
	}
	return strconv.Itoa(s.Index)
}

// Lineage returns the stages that s consists of: the one that starts from an
// image first, s last.
func (s *Stage) Lineage() []*Stage {
	if s == nil {
		return nil
	}
	return append(s.Parent.Lineage(), s)
}

// Steps returns the instructions of the whole lineage, in build order.
func (s *Stage) Steps() []Step {
	var steps []Step
	for _, l := range s.Lineage() {
		steps = append(steps, l.Own...)
	}
	return steps
}

// Root returns the image below the lineage.
func (s *Stage) Root() Image {
	first := s.Lineage()[0]
	return newImage(first.Base, first.Instruction)
}

// Step is one instruction of a stage with what it means where it stands; what
// does not belong to its keyword is empty.
type Step struct {
	Instruction
	Stage    *Stage
	Values   []Value // ARG and ENV
	Copy     *Copy   // COPY and ADD
	Run      *Run    // RUN
	Start    *Start  // ENTRYPOINT and CMD
	Argument string  // of USER, WORKDIR (absolute) and STOPSIGNAL, expanded
}

// Value is one name of an ARG or ENV instruction.
type Value struct {
	Name string
	Text string // expanded
	Set  bool   // false for an ARG without a default
}

// Copy is what a COPY or ADD takes from where. Inline files have no source.
type Copy struct {
	Sources  []string // as written, expanded
	Dest     string   // absolute, as far as the file tells the working directory; it ends in / when a folder is meant
	Stage    *Stage   // --from that names an earlier stage
	Image    Image    // --from that names anything else
	Exclude  []string
	Parents  bool
	Inlined  []Inline
	fromHere bool // neither stage nor image: the build's folder
}

// FromFolder reports whether the files come from the build's folder.
func (c *Copy) FromFolder() bool { return c.fromHere }

// Inline is a file that the Dockerfile holds itself, as a heredoc.
type Inline struct{ Dest, Content string }

// Setting is the last word on something that one instruction decides.
type Setting struct {
	Text string
	By   Instruction // zero when nothing in the file says so
}

// User returns what the last USER of the lineage says, with the group if one
// is given; Text is "" when there is none and the base image decides.
func (s *Stage) User() Setting { return s.last("USER") }

// StopSignal returns what the last STOPSIGNAL of the lineage says.
func (s *Stage) StopSignal() Setting { return s.last("STOPSIGNAL") }

func (s *Stage) last(keyword string) Setting {
	var found Setting
	for _, step := range s.Steps() {
		if step.Keyword == keyword {
			found = Setting{step.Argument, step.Instruction}
		}
	}
	return found
}

// IsRoot reports whether a USER argument means the superuser: by the name
// root or the number 0, with or without a group.
func IsRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	if n, err := strconv.Atoi(name); err == nil {
		return n == 0
	}
	return name == "root" || name == ""
}

// IsNumber reports whether a USER argument is a number, which no /etc/passwd
// has to explain.
func IsNumber(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	_, err := strconv.Atoi(name)
	return err == nil
}

// join makes a path of the image absolute and keeps a trailing slash.
func join(workdir, p string) string {
	full := p
	if !path.IsAbs(p) {
		full = path.Join("/", workdir, p)
	}
	slash := strings.HasSuffix(p, "/") || p == "." || strings.HasSuffix(p, "/.") || p == ".."
	if full = path.Clean(full); slash && full != "/" {
		full += "/"
	}
	return full
}
