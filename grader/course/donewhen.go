package course

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const doneWhenMark = "**Done when**"

var numbered = regexp.MustCompile(`^ {0,2}([0-9]{1,3})[.)]\s+(.*)$`)

// isDoneWhen reports whether a line begins the list: the mark as a lead, or as
// a heading of its own.
func isDoneWhen(line string) bool {
	title := strings.TrimLeft(line, "#")
	if level := len(line) - len(title); level > 1 && strings.HasPrefix(title, " ") {
		return strings.EqualFold(strings.TrimSpace(title), strings.Trim(doneWhenMark, "*"))
	}
	n := len(doneWhenMark)
	return len(line) >= n && strings.EqualFold(line[:n], doneWhenMark)
}

// doneWhen returns the items of the numbered list under the line that starts
// with **Done when**, or the heading ## Done when. An item goes on until the
// next item, or a blank line that neither an item nor an indented line follows.
func doneWhen(t text) ([]string, error) {
	lines := strings.Split(t.body, "\n")
	start := slices.IndexFunc(lines, isDoneWhen)
	if start < 0 {
		return nil, t.wrong(-1, "expected a line that starts with %s and a numbered list under it", doneWhenMark)
	}
	var items []string
	blank := false
	for i, line := range lines[start+1:] {
		line = strings.TrimRight(line, " \t")
		item := numbered.FindStringSubmatch(line)
		if line != "" && item == nil && blank && !strings.HasPrefix(line, " ") && len(items) > 0 {
			break
		}
		switch {
		case line == "":
		case item == nil && len(items) > 0:
			items[len(items)-1] += " " + strings.TrimLeft(line, " \t")
		case item != nil && item[1] == strconv.Itoa(len(items)+1):
			items = append(items, item[2])
		case item != nil:
			return nil, t.wrong(start+1+i, "item %s of the list under %s; expected %d", item[1], doneWhenMark, len(items)+1)
		default:
			return nil, t.wrong(start+1+i, "expected the numbered list of %s here", doneWhenMark)
		}
		blank = line == ""
	}
	if len(items) == 0 {
		return nil, t.wrong(start, "expected a numbered list under %s", doneWhenMark)
	}
	return items, nil
}
