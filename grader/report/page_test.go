package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/kata-go/kata/grader/verdict"
)

// samplePage has a passed, a begun and an open exercise, one after another.
func samplePage() Page {
	passed := time.Date(2026, 3, 3, 10, 22, 0, 0, time.UTC)
	run := verdict.NewDocument("v1", "go1.26.1", []verdict.Result{hostile().Exercises[0]})
	return Page{
		Course: "kata: <backend> & more", Now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Run: &run,
		Tracks: []Track{
			{"rest", "HTTP APIs", []Listed{
				{Name: "rest/crud", Title: "Orders </script><script>alert(1)</script>", Level: 1, Minutes: 15, Skills: []string{"RESTful APIs"}, Status: "pass", Attempts: 3, Hints: 1, Passed: &passed},
				{Name: "rest/status", Title: "Everything is fine", Level: 2, Minutes: 10, Status: "fail", Current: true, Attempts: 1},
			}},
			{"redis", "Redis", []Listed{{Name: "redis/ratelimit", Title: "A hundred", Level: 3, Minutes: 25, Status: "unstarted"}}},
		},
		Known: map[string]Known{
			"rest/crud":       {Started: passed.Add(-22 * time.Minute), Passed: 8, Total: 8},
			"redis/ratelimit": {After: []string{"rest/crud", "no/such"}},
		},
	}
}

func page(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, samplePage()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements are the start tags of a page as a parser sees them.
func elements(t *testing.T, text string) []*html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var list []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			list = append(list, n)
		}
	}
	return list
}

func attributes(n *html.Node) map[string]string {
	m := map[string]string{}
	for _, a := range n.Attr {
		m[a.Key] = a.Val
	}
	return m
}

// The page is one file: every link leads to a place in it, every id is there
// once, and hostile texts are texts.
func TestPageIsWhole(t *testing.T) {
	ids, links, scripts := map[string]int{}, map[string]bool{}, 0
	for _, n := range elements(t, page(t)) {
		a := attributes(n)
		if id := a["id"]; id != "" {
			ids[id]++
		}
		if n.Data == "script" {
			scripts++
		}
		for _, key := range []string{"href", "src", "action", "srcset"} {
			if v, ok := a[key]; ok && v != "data:," {
				links[v] = true
			}
		}
	}
	if scripts != 1 {
		t.Errorf("%d scripts", scripts)
	}
	for _, link := range slices.Sorted(maps.Keys(links)) {
		if ids[strings.TrimPrefix(link, "#")] != 1 || !strings.HasPrefix(link, "#") {
			t.Errorf("the link %q leads out of the page", link)
		}
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("the id %q is there %d times", id, n)
		}
	}
	if len(links) != 3 {
		t.Errorf("%d exercises can be reached, want 3", len(links))
	}
}

// A parser that balances nothing by itself reads the page's tags as they stand.
func TestPageIsBalanced(t *testing.T) {
	void := []string{"meta", "link", "br"}
	var open []string
	z := html.NewTokenizer(strings.NewReader(page(t)))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) || len(open) > 0 {
				t.Errorf("%v, still open: %q", z.Err(), open)
			}
			return
		case html.StartTagToken:
			if name, _ := z.TagName(); !slices.Contains(void, string(name)) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Fatalf("</%s> ends %q", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func TestPageSays(t *testing.T) {
	text := page(t)
	for _, want := range []string{
		"1 of 3 exercises passed", "22 minutes", "✓ passed", "◐ begun", "○ open", "you are here", `aria-valuenow="1"`,
		"2026-03-03: 1 passed", "rest/crud, Orders",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(text, `<path d="M`); n != 1 {
		t.Errorf("%d prerequisites are drawn, want 1", n)
	}
}

func TestCalendarEndsToday(t *testing.T) {
	cells := samplePage().Cells()
	if last := cells[len(cells)-1]; last.Date != "2026-03-04" || last.Y != 2*13 {
		t.Errorf("the last day is %+v, want Wednesday 2026-03-04", last)
	}
	if first := cells[0]; first.Y != 0 || first.Date != "2025-09-08" {
		t.Errorf("the first day is %+v, want Monday 2025-09-08", first)
	}
}

// The badge is well-formed XML with a name for readers that do not see it.
func TestBadge(t *testing.T) {
	var b bytes.Buffer
	if err := Badge(&b, 12, 54); err != nil {
		t.Fatal(err)
	}
	var badge struct {
		XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
		Label   string   `xml:"aria-label,attr"`
		Title   string   `xml:"title"`
		Texts   []string `xml:"g>text"`
	}
	if err := xml.Unmarshal(b.Bytes(), &badge); err != nil {
		t.Fatal(err)
	}
	if badge.Label != "kata: 12/54 exercises passed" || badge.Title != badge.Label || !slices.Equal(badge.Texts, []string{"kata", "12/54"}) {
		t.Errorf("%+v", badge)
	}
}

func TestProgressTable(t *testing.T) {
	var b bytes.Buffer
	if err := Progress(&b, samplePage()); err != nil {
		t.Fatal(err)
	}
	golden(t, "formats/progress.md", b.String())
}

func TestTook(t *testing.T) {
	from := time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		-time.Second: "", 30 * time.Second: "under a minute", 61 * time.Second: "1 minute",
		119 * time.Minute: "119 minutes", 3 * time.Hour: "3 hours", 50 * time.Hour: "2 days",
	} {
		if got := took(from, from.Add(d)); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
	if got := took(time.Time{}, from); got != "" {
		t.Errorf("an unknown beginning gives %q", got)
	}
}
