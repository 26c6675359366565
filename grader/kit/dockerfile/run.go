package dockerfile

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// Run is what a RUN does.
type Run struct {
	Commands []Command // the simple commands, also those inside sh -c, heredocs and scripts that the Dockerfile holds
	Mounts   []Mount
}

// Mount is one --mount of a RUN. Nothing of it stays in the layer, except what
// is written through a bind or cache and copied elsewhere.
type Mount struct {
	Type   string // bind, cache, tmpfs, secret, ssh
	ID     string // of a secret, as docker build --secret id= names it
	Source string // of a bind: below the build's folder, the stage or the image
	Target string // absolute; "" for a secret that is an environment variable only
	Env    string // the environment variable that carries a secret
	Stage  *Stage
	Image  Image
}

func (r *reader) run(by Instruction, c *instructions.RunCommand, state *ending) (*Run, error) {
	run := &Run{}
	for _, m := range instructions.GetMounts(c) {
		mount, err := r.mount(by, m, state.workdir)
		if err != nil {
			return nil, err
		}
		run.Mounts = append(run.Mounts, mount)
	}
	if c.PrependShell {
		run.Commands = script(strings.Join(c.CmdLine, " "), c.Files)
	} else {
		run.Commands = nested(Command{Words: slices.Clone(c.CmdLine)})
	}
	for _, f := range r.inline {
		if run.Calls(path.Base(f.Dest)) {
			run.Commands = append(run.Commands, Commands(f.Content)...)
		}
	}
	return run, nil
}

func (r *reader) mount(by Instruction, m *instructions.Mount, workdir string) (Mount, error) {
	mount := Mount{Type: string(m.Type), Source: m.Source, Target: m.Target}
	if m.Env != nil {
		mount.Env = *m.Env
	}
	if m.Type == instructions.MountTypeSecret {
		mount.ID = cmp.Or(m.Source, m.CacheID, path.Base(m.Target))
		if mount.Target == "" && m.Env == nil {
			mount.Target = "/run/secrets/" + path.Base(mount.ID)
		}
		return mount, nil
	}
	mount.Target = join(workdir, m.Target)
	if m.From == "" {
		return mount, nil
	}
	stage, err := r.file.stage(m.From, true)
	if mount.Stage = stage; stage == nil {
		mount.Image = newImage(m.From, by)
	}
	return mount, err
}

// Calls reports whether the step runs the program or script called name,
// wherever it lies, directly or through a shell.
func (r *Run) Calls(name string) bool {
	return slices.ContainsFunc(r.Commands, func(c Command) bool {
		return slices.ContainsFunc(c.Programs(), func(p string) bool { return path.Base(p) == name })
	})
}

// Mentions reports whether any word of any command contains text.
func (r *Run) Mentions(text string) bool {
	return slices.ContainsFunc(r.Commands, func(c Command) bool {
		return slices.ContainsFunc(c.Words, func(w string) bool { return strings.Contains(w, text) })
	})
}

// script splits a shell-form RUN. A heredoc without a command of its own, or
// given to a shell, is the script.
func script(line string, files []instructions.ShellInlineFile) []Command {
	commands := Commands(line)
	for _, f := range files {
		if len(commands) == 0 || commands[0].Words[0] == "<" || isShell(commands[0].Words[0]) {
			commands = append(commands, Commands(f.Data)...)
		}
	}
	var all []Command
	for _, c := range commands {
		all = append(all, nested(c)...)
	}
	return all
}

// nested returns the command and, for a shell with -c, the commands of its
// argument.
func nested(c Command) []Command {
	all := []Command{c}
	if text, ok := c.shellScript(); ok {
		for _, inner := range Commands(text) {
			all = append(all, nested(inner)...)
		}
	}
	return all
}
