package mutate

import (
	"regexp"
	"slices"
	"strings"
)

// hcl is a file of HashiCorp's configuration language being searched for steps.
type hcl struct {
	src   string
	steps []step
}

// hclSteps drops a block or an argument ("drop"), and weakens values.
func hclSteps(src string) []step {
	h := hcl{src: src}
	h.body(0, len(src), "")
	return h.steps
}

func (h *hcl) add(operator, in string, at int, e edit) {
	h.steps = append(h.steps, step{operator, at, in, []edit{e}})
}

var (
	hclName  = regexp.MustCompile(`^[A-Za-z_][\w-]*`)
	hclLabel = regexp.MustCompile(`^[ \t]+("(?:[^"\\]|\\.)*"|[A-Za-z_][\w-]*)`)
)

// body finds the arguments and blocks in src[at:end], which is in the block
// called in.
func (h *hcl) body(at, end int, in string) {
	for at < end {
		at = h.space(at, end)
		name := hclName.FindString(h.src[at:end])
		if name == "" {
			at++
			continue
		}
		next := at + len(name)
		path := strings.TrimPrefix(in+"."+name, ".")
		if assigns := blanks(h.src[next:end]); strings.HasPrefix(h.src[next+assigns:end], "=") {
			from := next + assigns + 1
			from += blanks(h.src[from:end])
			to := h.value(from, end)
			if name != "description" {
				h.add("drop", in, at, edit{h.lineOf(at), lineEnd(h.src, to), ""})
			}
			h.weaken(path, name, from, to)
			at = to
			continue
		}
		for m := hclLabel.FindStringSubmatchIndex(h.src[next:end]); m != nil; m = hclLabel.FindStringSubmatchIndex(h.src[next:end]) {
			path += "." + strings.Trim(h.src[next+m[2]:next+m[3]], `"`)
			next += m[1]
		}
		next += blanks(h.src[next:end])
		if next >= end || h.src[next] != '{' {
			at = next
			continue
		}
		closed := h.closing(next, end)
		h.add("drop", in, at, edit{h.lineOf(at), lineEnd(h.src, closed), ""})
		h.body(next+1, max(next+1, closed-1), path)
		at = closed
	}
}

// lineOf is the start of the line of at, if nothing but space is between.
func (h *hcl) lineOf(at int) int {
	if start := lineStart(h.src, at); strings.TrimSpace(h.src[start:at]) == "" {
		return start
	}
	return at
}

// space is behind white space and comments.
func (h *hcl) space(at, end int) int {
	for at < end {
		switch rest := h.src[at:end]; {
		case strings.IndexByte(" \t\r\n,", rest[0]) >= 0:
			at++
		case h.comment(at, end) > at:
			at = h.comment(at, end)
		default:
			return at
		}
	}
	return at
}

// comment is behind the comment at at, or at itself.
func (h *hcl) comment(at, end int) int {
	switch rest := h.src[at:end]; {
	case rest[0] == '#' || strings.HasPrefix(rest, "//"):
		return at + untilLine(rest)
	case strings.HasPrefix(rest, "/*"):
		if i := strings.Index(rest, "*/"); i >= 0 {
			return at + i + 2
		}
		return end
	}
	return at
}

func untilLine(text string) int {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return i
	}
	return len(text)
}

// value is behind the expression at at: where its line ends outside of all
// brackets, texts and comments.
func (h *hcl) value(at, end int) int {
	depth := 0
	last := at
	for at < end {
		next := h.token(at, end)
		switch c := h.src[at]; {
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
			if depth < 0 {
				return last
			}
		case c == '\n' && depth == 0:
			return last
		}
		if h.comment(at, end) == at && strings.TrimSpace(h.src[at:next]) != "" {
			last = next
		}
		at = next
	}
	return last
}

var heredocStart = regexp.MustCompile(`^<<[-~]?([A-Za-z_]\w*)\r?\n`)

// token is behind the text, comment, heredoc or single character at at.
func (h *hcl) token(at, end int) int {
	rest := h.src[at:end]
	switch {
	case rest[0] == '"':
		return at + text(rest)
	case h.comment(at, end) > at:
		return h.comment(at, end)
	}
	if m := heredocStart.FindStringSubmatch(rest); m != nil {
		stop := regexp.MustCompile(`(?m)^[ \t]*` + m[1] + `[ \t]*\r?$`).FindStringIndex(rest)
		if stop != nil {
			return at + stop[1]
		}
		return end
	}
	return at + 1
}

// text is the length of the quoted text that s begins with; quotes inside of
// ${ } belong to it.
func text(s string) int {
	for i, depth := 1, 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case strings.HasPrefix(s[i:], "${"):
			depth++
		case s[i] == '}' && depth > 0:
			depth--
		case s[i] == '"' && depth > 0:
			i += text(s[i:]) - 1
		case s[i] == '"':
			return i + 1
		}
	}
	return len(s)
}

// closing is behind the bracket that closes the one at at.
func (h *hcl) closing(at, end int) int {
	depth := 0
	for at < end {
		switch c := h.src[at]; {
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		}
		if at = h.token(at, end); depth == 0 {
			return at
		}
	}
	return end
}

// spoken are arguments that only people read.
var spoken = []string{"description", "error_message"}

var hclInside = regexp.MustCompile(`\$\{[^{}]*\}`)

// weaken changes truth values, numbers and texts ("constant"), comparisons
// ("comparison"), conditions ("condition") and !, && and || ("logic"), drops
// what is inside of a text ("interpolation") and the elements of a list
// ("element"), and opens ranges of addresses to everybody ("open").
func (h *hcl) weaken(in, name string, from, to int) {
	if slices.Contains(spoken, name) {
		return
	}
	if strings.Contains(name, "cidr_blocks") || strings.HasPrefix(name, "cidr_ip") {
		h.open(in, from, to)
	}
	for at := from; at < to; {
		next := min(h.token(at, to), to)
		if h.comment(at, to) == at {
			h.word(in, at, next, to)
			h.sign(in, at, to)
		}
		if word := hclName.FindString(h.src[at:to]); word != "" {
			next = at + len(word)
		}
		if m := hclDigits.FindString(h.src[at:to]); m != "" {
			next = at + len(m)
		}
		at = next
	}
}

func (h *hcl) open(in string, from, to int) {
	everybody := `"0.0.0.0/0"`
	if h.src[from] != '"' {
		everybody = "[" + everybody + "]"
	}
	h.add("open", in, from, edit{from, to, everybody})
}

var hclDigits = regexp.MustCompile(`^[0-9]+`)

// word weakens a text, a number or a truth value.
func (h *hcl) word(in string, at, next, to int) {
	switch token := h.src[at:next]; {
	case token[0] == '"':
		inside := hclInside.FindAllStringIndex(token, -1)
		for _, m := range inside {
			h.add("interpolation", in, at, edit{at + m[0], at + m[1], ""})
		}
		if len(inside) == 0 {
			h.add("constant", in, at, edit{at, next, map[bool]string{true: `"x"`, false: `""`}[token == `""`]})
		}
	case hclDigits.MatchString(h.src[at:to]):
		digits := hclDigits.FindString(h.src[at:to])
		for _, n := range numbers(digits) {
			h.add("constant", in, at, edit{at, at + len(digits), n})
		}
	default:
		if word := hclName.FindString(h.src[at:to]); word == "true" || word == "false" {
			h.add("constant", in, at, edit{at, at + len(word), map[string]string{"true": "false", "false": "true"}[word]})
		}
	}
}

var hclSigns = []struct{ operator, sign, other string }{
	{"comparison", "==", "!="}, {"comparison", "!=", "=="}, {"comparison", "<=", "<"}, {"comparison", ">=", ">"},
	{"logic", "&&", "||"}, {"logic", "||", "&&"},
}

// sign weakens what stands between values.
func (h *hcl) sign(in string, at, to int) {
	rest := h.src[at:to]
	for _, s := range hclSigns {
		if strings.HasPrefix(rest, s.sign) {
			h.add(s.operator, in, at, edit{at, at + len(s.sign), s.other})
			return
		}
	}
	switch {
	case rest[0] == '!':
		h.add("logic", in, at, edit{at, at + 1, ""})
	case rest[0] == '?':
		h.add("condition", in, at, edit{at, at + 1, "|| true ?"})
		h.add("condition", in, at, edit{at, at + 1, "&& false ?"})
	case rest[0] == '[':
		h.elements(in, at, h.closing(at, to))
	}
}

// elements drops each element of a list of several.
func (h *hcl) elements(in string, at, end int) {
	from := at + 1
	var parts [][2]int
	for i := from; i < end; {
		next := h.token(i, end)
		switch c := h.src[i]; {
		case strings.IndexByte("([{", c) >= 0:
			next = h.closing(i, end)
		case c == ',' || c == ']':
			parts = append(parts, [2]int{from, i})
			from = next
		}
		i = next
	}
	for _, p := range parts {
		if len(parts) > 1 && strings.TrimSpace(h.src[p[0]:p[1]]) != "" {
			end := p[1]
			if h.src[end] == ',' {
				end++
			}
			h.add("element", in, p[0], edit{p[0], end, ""})
		}
	}
}
