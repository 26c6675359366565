package course

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Behaviour is one sentence that holds or does not, and its parts.
type Behaviour struct {
	Number int    // the brief's; 0 below the top level
	Test   string // the top-level Test function's name; "" below the top level
	Name   string // the sentence
	Parts  []Behaviour
}

const indentation = "  "

var topBehaviour = regexp.MustCompile(`^(Test\w*): ([0-9]+)\. (\S.*)$`)

// parseBehaviours reads behaviours.txt: one behaviour a line, two spaces of
// indentation a level, the top level as "TestName: 1. Sentence".
func parseBehaviours(t text) ([]Behaviour, error) {
	var root Behaviour
	open := []*Behaviour{&root} // the last behaviour of each level
	for i, line := range strings.Split(strings.TrimSuffix(t.body, "\n"), "\n") {
		b := Behaviour{Name: line}
		level := 0
		for strings.HasPrefix(b.Name, indentation) {
			level, b.Name = level+1, b.Name[len(indentation):]
		}
		switch {
		case b.Name == "" || strings.TrimSpace(b.Name) != b.Name:
			return nil, t.wrong(i, "expected a sentence, indented by two spaces for each level")
		case level >= len(open):
			return nil, t.wrong(i, "indented deeper than a part of the line above may be")
		}
		if level == 0 {
			m := topBehaviour.FindStringSubmatch(b.Name)
			want := len(root.Parts) + 1
			if m == nil || m[2] != strconv.Itoa(want) {
				return nil, t.wrong(i, "expected TestName: %d. Sentence", want)
			}
			b = Behaviour{Number: want, Test: m[1], Name: m[3]}
		}
		above := open[level]
		above.Parts = append(above.Parts, b)
		open = append(open[:level+1], &above.Parts[len(above.Parts)-1])
	}
	return root.Parts, nil
}

// FormatBehaviours returns the content of behaviours.txt for a tree as a run
// of the solution reported it. Numbers must go up from 1; the error names a
// sentence that a line cannot hold.
func FormatBehaviours(tree []Behaviour) ([]byte, error) {
	var out bytes.Buffer
	for _, b := range tree {
		fmt.Fprintf(&out, "%s: %d. %s\n", b.Test, b.Number, b.Name)
		formatParts(&out, b.Parts, 1)
	}
	if _, err := parseBehaviours(newText("behaviours.txt", out.Bytes())); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func formatParts(out *bytes.Buffer, parts []Behaviour, level int) {
	for _, b := range parts {
		fmt.Fprintf(out, "%s%s\n", strings.Repeat(indentation, level), b.Name)
		formatParts(out, b.Parts, level+1)
	}
}
