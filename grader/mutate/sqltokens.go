package mutate

import (
	"regexp"
	"slices"
	"strings"
)

// sqlToken is a word, number, literal, quoted name or sign of a statement.
type sqlToken struct {
	at, end int
	text    string // as written
	word    string // in capitals, "" for what is no keyword or plain name
	depth   int    // of parentheses
}

// statement is the tokens of one statement, without its semicolon.
type sqlStatement struct {
	src    string
	tokens []sqlToken
	end    int // behind the semicolon
	in     string
	steps  *[]step
}

var sqlPart = regexp.MustCompile(`(?s)--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"[^"]*"|\$[0-9]+|\$\w*\$.*?\$\w*\$|[A-Za-z_]\w*|[0-9][0-9_.]*|<>|<=|>=|!=|\|\||::|->>?|\S`)

// sqlStatements splits a script into the tokens of its statements. Comments
// are skipped; a dollar-quoted body is one token.
func sqlStatements(src string) []sqlStatement {
	var list []sqlStatement
	var now sqlStatement
	depth := 0
	for _, m := range sqlPart.FindAllStringIndex(src, -1) {
		t := sqlToken{at: m[0], end: m[1], text: src[m[0]:m[1]]}
		switch c := t.text[0]; {
		case strings.HasPrefix(t.text, "--"), strings.HasPrefix(t.text, "/*"):
			continue
		case t.text == ";" && depth == 0:
			now.end = t.end
			list = append(list, now)
			now = sqlStatement{}
			continue
		case t.text == ")":
			depth--
		case c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z':
			t.word = strings.ToUpper(t.text)
		}
		t.depth = depth
		if t.text == "(" {
			depth++
		}
		now.tokens, now.end = append(now.tokens, t), t.end
	}
	list = append(list, now)
	list = slices.DeleteFunc(list, func(s sqlStatement) bool { return len(s.tokens) == 0 })
	for i := range list {
		list[i].src = src
		list[i].in = list[i].name()
	}
	return list
}

// is reports whether the words stand at token i.
func (s sqlStatement) is(i int, words ...string) bool {
	if i < 0 || i+len(words) > len(s.tokens) {
		return false
	}
	for k, w := range words {
		if s.tokens[i+k].word != w {
			return false
		}
	}
	return true
}

func (s sqlStatement) sign(i int, text string) bool {
	return i >= 0 && i < len(s.tokens) && s.tokens[i].text == text
}

// closing is the index of the parenthesis that closes the one at i.
func (s sqlStatement) closing(i int) int {
	for k := i + 1; k < len(s.tokens); k++ {
		if s.tokens[k].text == ")" && s.tokens[k].depth == s.tokens[i].depth {
			return k
		}
	}
	return len(s.tokens) - 1
}

var sqlName = regexp.MustCompile(`(?i)^\s*(?:CREATE\s+(?:UNIQUE\s+)?(?:TABLE|INDEX|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?|ALTER\s+TABLE\s+|INSERT\s+INTO\s+|UPDATE\s+|DELETE\s+FROM\s+)([\w."]+)`)

// name is the table or index that the statement is about.
func (s sqlStatement) name() string {
	if m := sqlName.FindStringSubmatch(s.src[s.tokens[0].at:]); m != nil {
		return m[1]
	}
	return ""
}

// add records a step that replaces tokens [i,j) by text; "" cuts them out.
func (s sqlStatement) add(operator string, i, j int, text string) {
	at, end := s.tokens[i].at, s.tokens[j-1].end
	e := edit{at, end, text}
	if text == "" {
		e = cut(s.src, at, end)
	}
	*s.steps = append(*s.steps, step{operator, at, s.in, []edit{e}})
}

// item is a part of a list in parentheses: tokens [from,to).
type item struct{ from, to int }

// items splits the list whose parenthesis opens at i.
func (s sqlStatement) items(i int) []item {
	end := s.closing(i)
	list := []item{}
	from := i + 1
	for k := from; k <= end; k++ {
		if k == end || s.tokens[k].text == "," && s.tokens[k].depth == s.tokens[i].depth+1 {
			if k > from {
				list = append(list, item{from, k})
			}
			from = k + 1
		}
	}
	return list
}

// dropItem takes an item out of a list of several, with one comma.
func (s sqlStatement) dropItem(operator string, list []item, i int) {
	if len(list) < 2 {
		return
	}
	first, last := s.tokens[list[i].from], s.tokens[list[i].to-1]
	e := edit{first.at, last.end, ""}
	if i == 0 {
		e.end = s.tokens[list[1].from].at
	} else {
		e.at = s.tokens[list[i-1].to-1].end
	}
	*s.steps = append(*s.steps, step{operator, first.at, s.in, []edit{e}})
}
