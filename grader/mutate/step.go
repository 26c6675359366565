package mutate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// edit replaces src[at:end] by text.
type edit struct {
	at, end int
	text    string
}

// step is one small change of a file.
type step struct {
	operator string
	at       int    // offset of what is changed
	in       string // what is around it
	edits    []edit // apart from each other
}

// apply returns src as the step changes it.
func (s step) apply(src string) string { return splice(src, 0, len(src), s.sorted()) }

func (s step) sorted() []edit {
	return slices.SortedFunc(slices.Values(s.edits), func(a, b edit) int { return cmp.Compare(a.at, b.at) })
}

// splice returns src[at:end] with its edits, which are sorted.
func splice(src string, at, end int, edits []edit) string {
	var b strings.Builder
	for _, e := range edits {
		b.WriteString(src[at:e.at] + e.text)
		at = e.end
	}
	return b.String() + src[at:end]
}

// hunk is a run of whole lines, src[at:end], and what is edited in it.
type hunk struct {
	at, end int
	edits   []edit
}

// hunks widens the edits to whole lines and joins those that touch.
func (s step) hunks(src string) []hunk {
	var list []hunk
	for _, e := range s.sorted() {
		at, end := lineStart(src, e.at), lineEnd(src, e.end)
		if n := len(list) - 1; n >= 0 && at <= list[n].end {
			list[n].edits = append(list[n].edits, e)
			list[n].end = max(end, list[n].end)
			continue
		}
		list = append(list, hunk{at, end, []edit{e}})
	}
	return list
}

// diff is the change as unified hunks with a line of context.
func (s step) diff(src string) string {
	var b strings.Builder
	shift := 0
	for _, h := range s.hunks(src) {
		old, now := lines(src[h.at:h.end]), lines(splice(src, h.at, h.end, h.edits))
		old, now, from := trimCommon(old, now, 1+strings.Count(src[:h.at], "\n"))
		all := lines(src)
		first, last := max(from-1, 1), min(from+len(old), len(all)) // with context
		fmt.Fprintf(&b, "@@ -%d,%d +%d,%d @@\n", first, last-first+1, first+shift, last-first+1-len(old)+len(now))
		writeLines(&b, " ", all[first-1:from-1])
		writeLines(&b, "-", old)
		writeLines(&b, "+", now)
		writeLines(&b, " ", all[min(from-1+len(old), last):last])
		shift += len(now) - len(old)
	}
	return b.String()
}

// trimCommon drops the lines that both begin or end with; from is the number
// of old's first line.
func trimCommon(old, now []string, from int) ([]string, []string, int) {
	for len(old) > 0 && len(now) > 0 && old[0] == now[0] {
		old, now, from = old[1:], now[1:], from+1
	}
	for len(old) > 0 && len(now) > 0 && old[len(old)-1] == now[len(now)-1] {
		old, now = old[:len(old)-1], now[:len(now)-1]
	}
	return old, now, from
}

func writeLines(b *strings.Builder, sign string, list []string) {
	for _, l := range list {
		b.WriteString(sign + l + "\n")
	}
}

// lines splits a text; the end of its last line is optional.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// lineStart is where the line around offset begins.
func lineStart(src string, offset int) int { return strings.LastIndexByte(src[:offset], '\n') + 1 }

// lineEnd is behind the line around offset, its end included.
func lineEnd(src string, offset int) int {
	if i := strings.IndexByte(src[offset:], '\n'); i >= 0 {
		return offset + i + 1
	}
	return len(src)
}

// cut removes src[at:end], and with it the line that would be left empty, or
// else the blanks before it.
func cut(src string, at, end int) edit {
	start, stop := lineStart(src, at), lineEnd(src, end)
	if strings.TrimSpace(src[start:at]) == "" && strings.TrimSpace(src[end:stop]) == "" {
		return edit{start, stop, ""}
	}
	for at > start && (src[at-1] == ' ' || src[at-1] == '\t') && strings.TrimSpace(src[start:at]) != "" {
		at--
	}
	return edit{at, end, ""}
}
