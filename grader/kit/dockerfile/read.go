package dockerfile

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// reader turns BuildKit's instructions into stages. It follows the rules of
// BuildKit's dockerfile2llb, which decides the same for a real build.
type reader struct {
	name   string
	lines  []string
	lexer  *shell.Lex
	file   *File
	global scope
	ends   []ending // of each stage, where the next may go on
	inline []Inline // scripts that RUN may call
}

// ending is what a stage leaves to those that start from it.
type ending struct {
	values  scope
	workdir string
	shell   []string
}

func (r *reader) stages(args []instructions.ArgCommand, stages []instructions.Stage) error {
	r.global = platform()
	for _, a := range args {
		values, err := r.declare(&a, &r.global, scope{})
		if err != nil {
			return r.at(err, a.Location())
		}
		r.file.global = append(r.file.global, Step{Instruction: r.instruction("ARG", a.Location()), Values: values})
	}
	for i := range stages {
		s, err := r.from(&stages[i])
		if err != nil {
			return r.at(err, stages[i].Location)
		}
		state := r.begin(s)
		for _, c := range stages[i].Commands {
			step, err := r.step(s, c, &state)
			if err != nil {
				return r.at(err, c.Location())
			}
			s.Own = append(s.Own, step)
		}
		r.ends = append(r.ends, state)
		r.file.Stages = append(r.file.Stages, s)
	}
	return nil
}

// platform returns the arguments that BuildKit sets for every FROM.
func platform() scope {
	var s scope
	for _, p := range []string{"BUILD", "TARGET"} {
		s.set(p+"PLATFORM", "linux/"+runtime.GOARCH)
		s.set(p+"OS", "linux")
		s.set(p+"ARCH", runtime.GOARCH)
		s.set(p+"VARIANT", "")
	}
	return s
}

func (r *reader) from(st *instructions.Stage) (*Stage, error) {
	base, err := r.expand(st.BaseName, r.global)
	if err == nil && (base == "" || strings.HasSuffix(base, ":") || strings.HasSuffix(base, "@")) {
		err = fmt.Errorf("the image's name comes out as %q when no build argument is given", base)
	}
	if err != nil {
		return nil, err
	}
	parent, err := r.file.stage(base, false)
	return &Stage{
		Instruction: r.instruction("FROM", st.Location), Index: len(r.file.Stages),
		Name: st.Name, Base: base, Parent: parent,
	}, err
}

func (r *reader) begin(s *Stage) ending {
	if s.Parent == nil {
		return ending{workdir: "/", shell: []string{"/bin/sh", "-c"}}
	}
	e := r.ends[s.Parent.Index]
	return ending{values: e.values.clone(), workdir: e.workdir, shell: e.shell}
}

// step reads one instruction and moves the stage's state on.
func (r *reader) step(s *Stage, c instructions.Command, state *ending) (Step, error) {
	step := Step{Instruction: r.instruction(c.Name(), c.Location()), Stage: s}
	if _, isArg := c.(*instructions.ArgCommand); !isArg {
		if err := r.expandAll(c, state.values); err != nil {
			return step, err
		}
	}
	var err error
	switch c := c.(type) {
	case *instructions.ArgCommand:
		step.Values, err = r.declare(c, &state.values, r.global)
	case *instructions.EnvCommand:
		for _, kv := range c.Env {
			state.values.set(kv.Key, kv.Value)
			step.Values = append(step.Values, Value{Name: kv.Key, Text: kv.Value, Set: true})
		}
	case *instructions.WorkdirCommand:
		state.workdir = join(state.workdir, c.Path)
		step.Argument = state.workdir
	case *instructions.UserCommand:
		step.Argument = c.User
	case *instructions.StopSignalCommand:
		step.Argument = c.Signal
	case *instructions.ShellCommand:
		state.shell = c.Shell
	case *instructions.CopyCommand:
		step.Copy, err = r.copied(step.Instruction, c.SourcesAndDest, c.From, state.workdir)
		if err == nil {
			step.Copy.Exclude, step.Copy.Parents = c.ExcludePatterns, c.Parents
		}
	case *instructions.AddCommand:
		step.Copy, err = r.copied(step.Instruction, c.SourcesAndDest, "", state.workdir)
		if err == nil {
			step.Copy.Exclude = c.ExcludePatterns
		}
	case *instructions.RunCommand:
		step.Run, err = r.run(step.Instruction, c, state)
	case *instructions.EntrypointCommand:
		step.Start = newStart(c.ShellDependantCmdLine, state.shell)
	case *instructions.CmdCommand:
		step.Start = newStart(c.ShellDependantCmdLine, state.shell)
	}
	return step, err
}

// declare reads an ARG; one without a default takes the value of the same name
// before the first FROM.
func (r *reader) declare(c *instructions.ArgCommand, into *scope, outer scope) ([]Value, error) {
	var values []Value
	for _, a := range c.Args {
		v := Value{Name: a.Key}
		if a.Value != nil {
			text, err := r.expand(*a.Value, *into)
			if err != nil {
				return nil, err
			}
			v.Text, v.Set = text, true
		} else if text, ok := outer.Get(a.Key); ok {
			v.Text, v.Set = text, true
		}
		if v.Set {
			into.set(v.Name, v.Text)
		}
		values = append(values, v)
	}
	return values, nil
}

func (r *reader) copied(by Instruction, c instructions.SourcesAndDest, from, workdir string) (*Copy, error) {
	copied := &Copy{Sources: slices.Clone(c.SourcePaths), Dest: join(workdir, c.DestPath), fromHere: from == ""}
	for _, content := range c.SourceContents {
		dest := copied.Dest
		if strings.HasSuffix(dest, "/") {
			dest += content.Path
		}
		copied.Inlined = append(copied.Inlined, Inline{dest, content.Data})
	}
	r.inline = append(r.inline, copied.Inlined...)
	if from == "" {
		return copied, nil
	}
	stage, err := r.file.stage(from, true)
	if copied.Stage = stage; stage == nil {
		copied.Image = newImage(from, by)
	}
	return copied, err
}

func (r *reader) expandAll(c instructions.Command, values scope) error {
	if e, ok := c.(instructions.SupportsSingleWordExpansion); ok {
		return e.Expand(func(word string) (string, error) { return r.expand(word, values) })
	}
	return nil
}

func (r *reader) expand(word string, values scope) (string, error) {
	text, _, err := r.lexer.ProcessWord(word, values)
	return text, err
}

// instruction takes the text from the source: BuildKit's own copy of it has
// lost its line breaks.
func (r *reader) instruction(keyword string, where []parser.Range) Instruction {
	i := Instruction{Keyword: strings.ToUpper(keyword), file: r.name}
	if len(where) > 0 {
		first, last := where[0].Start.Line, where[len(where)-1].End.Line
		i.Line = first
		i.Text = strings.Join(r.lines[max(first-1, 0):min(max(first, last), len(r.lines))], "\n")
	}
	return i
}

func (r *reader) at(err error, where []parser.Range) error {
	return r.syntaxError(parser.WithLocation(err, where))
}

// syntaxError takes the line out of BuildKit's error and its wrapping off.
func (r *reader) syntaxError(err error) error {
	e := &SyntaxError{File: r.name, Err: err}
	var located *parser.LocationError
	if !errors.As(err, &located) {
		return e
	}
	e.Err = located.Unwrap()
	if len(located.Locations) > 0 && len(located.Locations[0]) > 0 {
		e.Line = located.Locations[0][0].Start.Line
	}
	if e.Line > 0 && e.Line <= len(r.lines) {
		e.Text = r.lines[e.Line-1]
	}
	return e
}
