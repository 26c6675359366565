package course

import (
	"regexp"
	"strconv"
	"strings"
)

const doneWhenMark = "**Done when**"

// heading begins the list: the mark as a lead, or as a heading of its own.
var heading = regexp.MustCompile(`(?mi)^(\*\*Done when\*\*|#{2,} Done when)`)

var numbered = regexp.MustCompile(`^ {0,2}([0-9]{1,3})[.)]\s+(.*)$`)

// doneWhen returns the items of the numbered list under the line that starts
// with **Done when** or the heading ## Done when. An item goes on until the next item, or a blank line
// that neither an item nor an indented line follows.
func doneWhen(t text) ([]string, error) {
	at := heading.FindStringIndex(t.body)
	if at == nil {
		return nil, t.wrong(0, "expected a line that starts with %s and a numbered list under it", doneWhenMark)
	}
	list := t.body[at[1]:]
	start := strings.Count(t.body[:at[0]], "\n") // the mark's line
	var items []string
	blank := false
	for i, line := range strings.Split(list, "\n")[1:] {
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
