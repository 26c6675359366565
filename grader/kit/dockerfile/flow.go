package dockerfile

import "strings"

// Reach returns the instructions through which a change of the folder's file
// called name makes step run again, in the file's order: the copies that put
// it where the step, or one before it, starts from, and the mounts that show
// it. Copies out of another stage count when what they copy holds the file;
// what a RUN makes of a file is not followed.
func (f *File) Reach(here *Folder, step Step, name string) []Instruction {
	var found []Instruction
	for _, s := range step.Stage.Steps() {
		if f.brings(here, s, name) {
			found = append(found, s.Instruction)
		}
		if s.Line == step.Line {
			break
		}
	}
	return found
}

// Holds returns the instructions that put the folder's file called name into
// the stage's image, in the file's order.
func (f *File) Holds(here *Folder, s *Stage, name string) []Instruction {
	var found []Instruction
	for _, step := range s.Steps() {
		if step.Copy != nil && len(f.placed(here, step, name)) > 0 {
			found = append(found, step.Instruction)
		}
	}
	return found
}

func (f *File) brings(here *Folder, step Step, name string) bool {
	if step.Copy != nil {
		return len(f.placed(here, step, name)) > 0
	}
	if step.Run == nil {
		return false
	}
	for _, m := range step.Run.Mounts {
		if f.Shows(here, m, name) {
			return true
		}
	}
	return false
}

// Shows reports whether a bind mount shows the folder's file called name to
// its RUN.
func (f *File) Shows(here *Folder, m Mount, name string) bool {
	switch {
	case m.Type != "bind" || m.Image.Ref != "":
		return false
	case m.Stage == nil:
		_, ok := under(m.Source, name)
		return ok && here.Sends(name)
	}
	for _, at := range f.places(here, m.Stage, name) {
		if _, ok := under(m.Source, at); ok {
			return true
		}
	}
	return false
}

// placed returns where one COPY or ADD puts the file, without leading slash.
func (f *File) placed(here *Folder, step Step, name string) []string {
	c := step.Copy
	if dest, ok := c.Takes(here, name); ok {
		return []string{strings.TrimPrefix(dest, "/")}
	}
	var places []string
	for _, at := range f.places(here, c.Stage, name) {
		if dest, ok := c.Lands(at); ok {
			places = append(places, strings.TrimPrefix(dest, "/"))
		}
	}
	return places
}

// places returns where in a stage's image the file lies.
func (f *File) places(here *Folder, s *Stage, name string) []string {
	var places []string
	for _, step := range s.Steps() {
		if step.Copy != nil {
			places = append(places, f.placed(here, step, name)...)
		}
	}
	return places
}
