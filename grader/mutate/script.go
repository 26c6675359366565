package mutate

import (
	"regexp"
	"strings"
)

// opensBlock matches lines of scripts and configurations that begin, turn or
// end a block: without them the rest would not parse.
var opensBlock = regexp.MustCompile(`[{([]\s*$|^\s*[\])}]|\b(then|do|else|repeat)\s*$|^\s*(end|done|fi|esac|else|elif|elseif|until)\b|\bfunction\b`)

// lineSteps drops each line of a text file whose format is not known, such as
// .dockerignore ("drop"). Comments and the lines that hold blocks together are
// no targets.
func lineSteps(src string) []step {
	var steps []step
	at := 0
	for line := range strings.Lines(src) {
		text := strings.TrimSpace(line)
		if text != "" && !isComment(text) && !opensBlock.MatchString(line) {
			steps = append(steps, step{operator: "drop", at: at, edits: []edit{{at, at + len(line), ""}}})
		}
		at += len(line)
	}
	return steps
}

func isComment(text string) bool {
	for _, mark := range []string{"#", "//", "--", ";"} {
		if strings.HasPrefix(text, mark) {
			return true
		}
	}
	return false
}

var (
	number = regexp.MustCompile(`(?:^|[^\w.\[])([0-9]+)(?:$|[^\w.\]])`) // an index such as KEYS[1] is none
	bound  = regexp.MustCompile(`[^<>=-]([<>]=?)[^<>=]`)
)

// scriptSteps drops lines of a script, changes its numbers and shifts its
// comparisons.
func scriptSteps(src string) []step {
	steps := lineSteps(src)
	at := 0
	for line := range strings.Lines(src) {
		if !isComment(strings.TrimSpace(line)) {
			steps = append(steps, numberSteps(line, at)...)
			steps = append(steps, boundSteps(line, at)...)
		}
		at += len(line)
	}
	return steps
}

// numberSteps changes the numbers of a line that begins at from.
func numberSteps(line string, from int) []step {
	var steps []step
	for _, m := range number.FindAllStringSubmatchIndex(line, -1) {
		for _, text := range numbers(line[m[2]:m[3]]) {
			steps = append(steps, step{operator: "constant", at: from + m[2], edits: []edit{{from + m[2], from + m[3], text}}})
		}
	}
	return steps
}

func boundSteps(line string, from int) []step {
	var steps []step
	for _, m := range bound.FindAllStringSubmatchIndex(line, -1) {
		text := shifted(line[m[2]:m[3]])
		steps = append(steps, step{operator: "comparison", at: from + m[2], edits: []edit{{from + m[2], from + m[3], text}}})
	}
	return steps
}

// shifted is a comparison with its bound moved by one.
func shifted(op string) string {
	if short, ok := strings.CutSuffix(op, "="); ok {
		return short
	}
	return op + "="
}
