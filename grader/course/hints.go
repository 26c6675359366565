package course

import (
	"regexp"
	"strconv"
	"strings"
)

var hintHeading = regexp.MustCompile(`^## ([0-9]+)(?:[.:)]|[ \t]|$)[ \t–—-]*(.*)$`)

// parseHints splits hints.md at its headings "## 1", "## 2" …; a heading's
// title becomes the hint's first line. Before the first heading only a
// first-level heading may stand.
func parseHints(t text) ([]string, error) {
	var hints []string
	var hint strings.Builder
	code := false
	begun := 0 // the line of the current hint's heading
	finish := func() error {
		if len(hints) > 0 && strings.TrimSpace(hint.String()) == "" {
			return t.wrong(begun, "hint %d says nothing", len(hints))
		}
		if len(hints) > 0 {
			hints[len(hints)-1] = strings.Trim(hint.String(), "\n") + "\n"
		}
		hint.Reset()
		return nil
	}
	for i, line := range strings.Split(t.body, "\n") {
		if strings.HasPrefix(strings.TrimLeft(line, " "), "```") {
			code = !code
		}
		switch {
		case !code && strings.HasPrefix(line, "## "):
			if err := finish(); err != nil {
				return nil, err
			}
			m := hintHeading.FindStringSubmatch(line)
			if m == nil || m[1] != strconv.Itoa(len(hints)+1) {
				return nil, t.wrong(i, "expected the heading ## %d, optionally with a title", len(hints)+1)
			}
			hints, begun = append(hints, ""), i
			if title := strings.TrimSpace(m[2]); title != "" {
				hint.WriteString("**" + title + "**\n\n")
			}
		case len(hints) > 0:
			hint.WriteString(line + "\n")
		case strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "# "):
			return nil, t.wrong(i, "nobody is shown what stands before the first hint; expected the heading ## 1")
		}
	}
	if len(hints) == 0 {
		return nil, t.wrong(0, "expected hints under the headings ## 1, ## 2 and so on")
	}
	return hints, finish()
}
