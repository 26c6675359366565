package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// Start is what an ENTRYPOINT or a CMD says.
type Start struct {
	Args      []string // what is executed; the shell form as the shell that gets it
	ShellForm bool
}

func newStart(c instructions.ShellDependantCmdLine, shell []string) *Start {
	if !c.PrependShell {
		return &Start{Args: slices.Clone(c.CmdLine)}
	}
	line := strings.Join(c.CmdLine, " ")
	if line == "" {
		return &Start{}
	}
	return &Start{Args: append(slices.Clone(shell), line), ShellForm: true}
}

// Process is the first process of a container that is started without
// arguments of its own.
type Process struct {
	Args []string    // empty when the file leaves it to the base image
	By   Instruction // the ENTRYPOINT, or the CMD when there is none
	file *File
}

// Process returns what the lineage's ENTRYPOINT and CMD add up to: a CMD is
// appended to an exec-form ENTRYPOINT, and an ENTRYPOINT forgets the CMD of
// the stages below it.
func (f *File) Process(s *Stage) Process {
	var entry, cmd, cmdStage = Step{}, Step{}, (*Stage)(nil)
	for _, step := range s.Steps() {
		switch {
		case step.Keyword == "ENTRYPOINT":
			if entry = step; cmdStage != step.Stage {
				cmd = Step{}
			}
		case step.Keyword == "CMD":
			cmd, cmdStage = step, step.Stage
		}
	}
	p := Process{file: f}
	for _, step := range []Step{entry, cmd} {
		if step.Start == nil || len(step.Start.Args) == 0 {
			continue
		}
		if p.By.file == "" {
			p.By = step.Instruction
		}
		p.Args = append(p.Args, step.Start.Args...)
		if step.Keyword == "ENTRYPOINT" && step.Start.ShellForm {
			break
		}
	}
	return p
}

// Shell returns the shell that keeps being the first process while the program
// runs as its child, or "" when the program takes the shell's place, gets
// signals passed on, or when the file cannot tell. A shell passes no signal on
// while it waits for a child.
func (p Process) Shell() string { return p.shell(p.Args, 0) }

const deepest = 5 // shells within shells

func (p Process) shell(args []string, depth int) string {
	args = afterInit(args)
	if len(args) == 0 || depth == deepest {
		return ""
	}
	command := Command{Words: args}
	script, ok := command.shellScript()
	if !isShell(args[0]) && !(path.Base(args[0]) == "busybox" && len(args) > 1 && isShell(args[1])) {
		script, ok = p.inlined(args[0])
	} else if !ok && len(args) > 1 {
		script, ok = p.inlined(args[1])
	}
	if !ok {
		return ""
	}
	return p.keeper(script, args, depth)
}

// keeper judges a script by its last command: only exec makes the shell go.
func (p Process) keeper(script string, args []string, depth int) string {
	commands := Commands(script)
	var last Command
	for _, c := range commands {
		programs := c.Programs()
		if len(programs) > 0 && programs[0] == "trap" {
			return "" // it takes signals into its own hands
		}
		if len(programs) > 0 {
			last = c
		}
	}
	programs := last.Programs()
	if len(programs) == 0 {
		return ""
	}
	if programs[0] != "exec" {
		return path.Base(args[0])
	}
	at := slices.Index(last.Words, "exec")
	return p.shell(last.Words[at+1:], depth+1)
}

// inlined returns the content of a script that the Dockerfile holds itself.
func (p Process) inlined(name string) (string, bool) {
	for _, step := range p.file.Steps() {
		if step.Copy == nil {
			continue
		}
		for _, f := range step.Copy.Inlined {
			if path.Base(f.Dest) == path.Base(name) {
				return f.Content, true
			}
		}
	}
	return "", false
}

// afterInit takes a small init process off, which hands its signals to its
// only child; one that signals the whole process group reaches the program
// through any shell, and nothing is left.
func afterInit(args []string) []string {
	if len(args) == 0 {
		return nil
	}
	switch name := path.Base(args[0]); name {
	case "dumb-init":
		return nil
	case "tini", "tini-static", "docker-init", "catatonit":
		rest := args[1:]
		for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
			if rest[0] == "-g" {
				return nil
			}
			rest = rest[1:]
		}
		return rest
	}
	return args
}
