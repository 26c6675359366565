package mutate

import (
	"regexp"
	"strings"
)

// yamlLine is one line of a YAML file that says something.
type yamlLine struct {
	at, end int // with the end of the line
	indent  int // of its key; behind the dash of a list's entry
	dash    int // where the dash stands, -1 without one
	key     string
	value   int // where the value begins, 0 without one
	literal bool
}

var yamlKey = regexp.MustCompile(`^(\s*)((?:- +)*)(?:("[^"]*"|'[^']*'|[\w./$<-][^\s:#"']*(?: [^\s:#]+)*):(?:\s+|$))?`)

// yamlLines splits a file. Lines of a block of text (after | or >) are marked
// literal.
func yamlLines(src string) []yamlLine {
	var list []yamlLine
	block := -1 // the indentation above which lines are text
	for at := 0; at < len(src); {
		end := lineEnd(src, at)
		line := strings.TrimRight(src[at:end], "\r\n")
		text := strings.TrimSpace(line)
		indent := len(line) - len(strings.TrimLeft(line, " "))
		y := yamlLine{at: at, end: end, indent: indent, dash: -1}
		at = end
		if text == "" || block < 0 && (text[0] == '#' || text == "---") {
			continue
		}
		if block >= 0 && indent > block {
			y.literal = true
			list = append(list, y)
			continue
		}
		block = -1
		m := yamlKey.FindStringSubmatchIndex(line)
		if m[5] > m[4] {
			y.dash, y.indent = indent, m[5]
		}
		if m[6] >= 0 {
			y.key = line[m[6]:m[7]]
		}
		if value := strings.TrimSpace(line[m[1]:]); value != "" && value[0] != '#' {
			y.value = y.at + m[1]
			if value[0] == '|' || value[0] == '>' {
				block, y.value = indent, 0
			}
		}
		list = append(list, y)
	}
	return list
}

// yamlSteps drops a key, an entry of a list or a line of a script with all that
// is below it ("drop"), and weakens values.
func yamlSteps(src string) []step {
	var steps []step
	list := yamlLines(src)
	for i, y := range list {
		add := func(operator string, at int, e edit) {
			steps = append(steps, step{operator, at, yamlPath(list, i), []edit{e}})
		}
		if y.literal {
			for _, s := range scriptSteps(src[y.at:y.end]) {
				e := s.edits[0]
				add(s.operator, y.at+s.at, edit{y.at + e.at, y.at + e.end, e.text})
			}
			continue
		}
		if y.dash >= 0 {
			add("drop", y.at, edit{y.at, below(list, i, y.dash), ""})
		} else if y.key != "" {
			add("drop", y.at, edit{y.at, below(list, i, y.indent), ""})
		}
		if y.value > 0 {
			for _, w := range weaker(strings.TrimRight(src[y.value:y.end], "\r\n")) {
				add(w.operator, y.value, edit{y.value, y.value + w.length, w.text})
			}
		}
	}
	return steps
}

// below is behind everything that belongs to line i, whose key or dash stands
// at indent.
func below(list []yamlLine, i, indent int) int {
	end := list[i].end
	for _, y := range list[i+1:] {
		start := y.indent
		if y.dash >= 0 {
			start = y.dash
		}
		sameList := list[i].dash < 0 && y.dash == indent // entries may stand below their key
		if start < indent || start == indent && !sameList {
			break
		}
		end = y.end
	}
	return end
}

// yamlPath is the keys above a line, with dots.
func yamlPath(list []yamlLine, i int) string {
	var keys []string
	for indent := list[i].indent + 1; i >= 0; i-- {
		if y := list[i]; y.key != "" && y.indent < indent {
			keys = append([]string{y.key}, keys...)
			indent = y.indent
		}
	}
	return strings.Join(keys, ".")
}

// weaker is another value in place of the first length bytes.
type weakerValue struct {
	operator, text string
	length         int
}

var (
	yamlBool    = regexp.MustCompile(`^(true|false)\b`)
	yamlNumber  = regexp.MustCompile(`^[0-9]+(?:[ \t]|$)`)
	yamlTagged  = regexp.MustCompile(`^([\w.-]+(?:[.:][\w.-]+)*/)?[\w./-]+([:@])([\w.:-]+)`)
	yamlVersion = regexp.MustCompile(`^(v?[0-9]|sha256)`)
)

// weaker returns the values that a value is replaced by: a number's
// neighbours, the other truth value, no version.
func weaker(value string) []weakerValue {
	switch {
	case yamlBool.MatchString(value):
		word := yamlBool.FindString(value)
		return []weakerValue{{"constant", map[string]string{"true": "false", "false": "true"}[word], len(word)}}
	case yamlNumber.MatchString(value):
		digits := strings.TrimRight(yamlNumber.FindString(value), " \t")
		var list []weakerValue
		for _, n := range numbers(digits) {
			list = append(list, weakerValue{"constant", n, len(digits)})
		}
		return list
	}
	m := yamlTagged.FindStringSubmatchIndex(value)
	if m == nil || !yamlVersion.MatchString(value[m[6]:]) {
		return nil
	}
	latest := map[string]string{":": ":latest", "@": "@main"}[value[m[4]:m[5]]]
	return []weakerValue{{"tag", value[:m[4]] + latest, m[7]}}
}
