package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/kata-go/kata/grader/verdict"
)

// annotations is how many GitHub shows of one step, by its documentation of
// workflow commands; those of one exercise must not use up all.
const annotations, annotationsEach = 10, 3

// GitHub writes one `::error` workflow command for what fails, at the learner's
// file and line, and a `::warning` for what could not be graded. It is what
// GitHub Actions turns into annotations of a pull request.
func GitHub(w io.Writer, d verdict.Document) error {
	var b strings.Builder
	left := annotations
	for _, r := range d.Exercises {
		list := faults(r)
		if r.Status == verdict.Error && left > 0 {
			left--
			fmt.Fprintf(&b, "::warning title=%s::%s\n", property(r.Exercise+" could not be graded"), message(r.Reason))
		}
		for _, f := range list[:min(len(list), annotationsEach, left)] {
			left--
			b.WriteString(f.annotation())
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write annotations: %w", err)
	}
	return nil
}

func (f fault) annotation() string {
	place := fmt.Sprintf("file=%s,line=%d", property(f.file), f.line)
	if f.column > 0 {
		place += fmt.Sprintf(",col=%d", f.column)
	}
	return fmt.Sprintf("::error %s,title=%s::%s\n", place, property(f.exercise+": "+f.title), message(f.text))
}

// message escapes the text of a workflow command as the runner unescapes it.
func message(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// property escapes the value of a workflow command's property.
func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(message(s))
}

// Summary writes the results as GitHub-flavoured Markdown: a table of the
// exercises and, folded, what the first failure of each says.
func Summary(w io.Writer, d verdict.Document) error {
	var b strings.Builder
	s := d.Summary
	total := len(d.Exercises)
	fmt.Fprintf(&b, "## kata: %d of %d exercises pass\n\n", s.Passed, total)
	if total > s.Unstarted {
		b.WriteString("| | exercise | behaviours | |\n|---|---|---:|---|\n")
	}
	for _, r := range d.Exercises {
		if r.Status != verdict.Unstarted {
			passed, of := r.Count()
			fmt.Fprintf(&b, "| %s | %s | %d/%d | %s |\n", marks[r.Status], r.Exercise, passed, of, cell(reasonFor(r)))
		}
	}
	for _, r := range d.Exercises {
		if list := faults(r); len(list) > 0 {
			f := list[0]
			fmt.Fprintf(&b, "\n<details><summary>%s: %s</summary>\n\n%s:%d\n%s\n</details>\n", r.Exercise, markup(f.title), cell(f.file), f.line, fenced(f.text))
		}
	}
	fmt.Fprintf(&b, "\n%s\n", provenance(d))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

var marks = map[verdict.Status]string{verdict.Pass: "✅", verdict.Fail: "❌", verdict.Skip: "⏭️", verdict.Error: "⚠️"}

// provenance says what reached the verdicts.
func provenance(d verdict.Document) string {
	text := "Graded by kata " + d.Kata + ", " + d.Go
	if d.Tests != "" {
		text += ", hidden tests " + d.Tests
	}
	var missing []string
	for _, l := range d.Containment {
		if !l.Held {
			missing = append(missing, l.Name)
		}
	}
	if len(missing) > 0 {
		text += "; without these walls around the code: " + strings.Join(missing, ", ")
	}
	return cell(text) + "."
}

// markup escapes what HTML would read as markup.
func markup(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

// cell makes untrusted text one line of Markdown that means itself.
func cell(s string) string {
	s = markup(strings.Join(strings.Fields(s), " "))
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]()#+-!|~@", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// fenced is a code block whose fence is longer than any in the text.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return "\n" + fence + "text\n" + text + "\n" + fence + "\n"
}
