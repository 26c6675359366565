package mutate

import (
	"encoding/json"
	"regexp"
	"strings"
)

// docker is a Dockerfile being searched for steps.
type docker struct {
	src   string
	steps []step
}

// dockerfileSteps drops or weakens one instruction, or a part of one.
func dockerfileSteps(src string) []step {
	d := docker{src: src}
	list := instructions(src)
	for i, x := range list {
		if !x.first || x.word != "FROM" {
			d.add("drop", x, edit{x.at, lineEnd(src, x.end), ""})
		}
		d.flags(x)
		switch x.word {
		case "FROM":
			d.base(x, list[:i])
		case "USER":
			d.rest("user", x, "root")
		case "CMD", "ENTRYPOINT":
			d.shell(x)
		case "RUN":
			d.command(x)
		case "COPY", "ADD":
			d.widen(x)
		case "EXPOSE", "HEALTHCHECK":
			d.numbers(x)
		}
		if i > 0 {
			d.order(list[i-1], x)
		}
	}
	return d.steps
}

func (d *docker) add(operator string, x instruction, edits ...edit) {
	d.steps = append(d.steps, step{operator, x.at, x.stage, edits})
}

// rest replaces all of an instruction's arguments.
func (d *docker) rest(operator string, x instruction, text string) {
	d.add(operator, x, edit{x.args, x.end, " " + text})
}

var flag = regexp.MustCompile(`^[\s\\]*(--[\w-]+(?:=(?:"[^"]*"|\S+))?)`)

// flags drops each flag in front of the arguments ("flag"), and each option of
// a --mount ("option").
func (d *docker) flags(x instruction) {
	for at := x.args; ; {
		m := flag.FindStringSubmatchIndex(d.src[at:x.end])
		if m == nil {
			return
		}
		from, to := at+m[2], at+m[3]
		d.add("flag", x, edit{from, to + blanks(d.src[to:x.end]), ""})
		if value, ok := strings.CutPrefix(d.src[from:to], "--mount="); ok {
			d.options(x, to-len(value), value)
		}
		at = to
	}
}

func blanks(text string) int { return len(text) - len(strings.TrimLeft(text, " \t")) }

// options drops each entry of a list with commas, which begins at from.
func (d *docker) options(x instruction, from int, list string) {
	entries := strings.Split(list, ",")
	for i := range entries {
		if len(entries) > 1 {
			left := append(append([]string{}, entries[:i]...), entries[i+1:]...)
			d.add("option", x, edit{from, from + len(list), strings.Join(left, ",")})
		}
	}
}

var image = regexp.MustCompile(`^\s+(?:--\S+\s+)*([^\s:@]+(?::[0-9]+/[^\s:@]+)?)(:[^\s@]+)?(@\S+)?`)

// base takes another image to begin with: the newest instead of a version
// ("tag"), or an earlier stage with all that is in it ("base"). Without its
// name a stage cannot be copied from ("name").
func (d *docker) base(x instruction, before []instruction) {
	m := image.FindStringSubmatchIndex(d.src[x.args:x.end])
	if m == nil {
		return
	}
	at := func(i int) int { return x.args + m[i] }
	end := at(3)
	for _, group := range []int{4, 6} {
		if m[group] >= 0 {
			end = at(group + 1)
		}
	}
	if end > at(3) {
		d.add("tag", x, edit{at(3), end, ":latest"})
	}
	for _, stage := range stagesOf(before) {
		if stage != d.src[at(2):at(3)] {
			d.add("base", x, edit{at(2), end, stage})
		}
	}
	if m := stageName.FindStringIndex(d.src[x.at:x.end]); m != nil {
		d.add("name", x, edit{x.at + m[0], x.end, ""})
	}
}

// stagesOf names the stages that the FROMs among the instructions begin.
func stagesOf(list []instruction) []string {
	var names []string
	for _, x := range list {
		if x.word == "FROM" {
			names = append(names, x.stage)
		}
	}
	return names
}

// shell writes a command in exec form in shell form, which wraps it in a shell
// that keeps signals to itself ("shell").
func (d *docker) shell(x instruction) {
	var words []string
	if json.Unmarshal([]byte(d.src[x.args:x.end]), &words) == nil {
		d.rest("shell", x, strings.Join(words, " "))
	}
}

// behindFlags is where an instruction's arguments begin, its flags skipped.
func (d *docker) behindFlags(x instruction) int {
	at := x.args
	for {
		m := flag.FindStringIndex(d.src[at:x.end])
		if m == nil {
			return at
		}
		at += m[1]
	}
}

var assignment = regexp.MustCompile(`(?:^|[\s(;])([A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"']+)[ \t]+)[^\s&|;]`)

// command drops a part of `a && b` ("part") and a variable in front of a
// command ("variable").
func (d *docker) command(x instruction) {
	from := d.behindFlags(x)
	text := d.src[from:x.end]
	if heredoc.MatchString(text) {
		return
	}
	for _, m := range assignment.FindAllStringSubmatchIndex(text, -1) {
		d.add("variable", x, edit{from + m[2], from + m[3], ""})
	}
	parts := strings.Split(text, "&&")
	at := from
	for i, part := range parts {
		switch {
		case len(parts) == 1:
		case i == 0:
			lead := len(part) - len(strings.TrimLeft(part, " \t\\\n"))
			end := at + len(part) + len("&&")
			d.add("part", x, edit{at + lead, end + blanks(d.src[end:x.end]), ""})
		default:
			end := len(strings.TrimRight(part, " \t\\\n"))
			d.add("part", x, edit{at - len("&&"), at + end, ""})
		}
		at += len(part) + len("&&")
	}
}

// widen copies everything there is instead of what is named ("widen").
func (d *docker) widen(x instruction) {
	from := d.behindFlags(x)
	if heredoc.MatchString(d.src[from:x.end]) {
		return
	}
	everything := " . ."
	if strings.Contains(d.src[x.args:from], "--from=") {
		everything = " / /"
	}
	d.add("widen", x, edit{from, x.end, everything})
}

var digits = regexp.MustCompile(`[0-9]+`)

func (d *docker) numbers(x instruction) {
	for _, m := range digits.FindAllStringIndex(d.src[x.args:x.end], -1) {
		for _, n := range numbers(d.src[x.args+m[0] : x.args+m[1]]) {
			d.add("constant", x, edit{x.args + m[0], x.args + m[1], n})
		}
	}
}

// order swaps a copy with the command beside it, which then lacks a file or is
// run again whenever one changes ("order").
func (d *docker) order(a, b instruction) {
	copies := func(x instruction) bool { return x.word == "COPY" || x.word == "ADD" }
	if a.stage == b.stage && (copies(a) && b.word == "RUN" || a.word == "RUN" && copies(b)) {
		d.add("order", a, edit{a.at, a.end, d.src[b.at:b.end]}, edit{b.at, b.end, d.src[a.at:a.end]})
	}
}
