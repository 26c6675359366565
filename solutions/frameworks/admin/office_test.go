package admin_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/frameworks/admin"
)

type tea struct {
	Name    string  `admin:"list,filter,required"`
	Kind    string  `admin:"filter"`
	Stock   int     `admin:"list,filter"`
	Price   float64 `admin:"list,filter,required"`
	Organic bool    `admin:"list,filter"`
	Number  string  `admin:"list,readonly"`
	Batch   int     `admin:"readonly"`
	Note    string
}

// declared is what failures show of the type.
const declared = `Name string list,filter,required; Kind string filter
Stock int list,filter; Price float64 list,filter,required
Organic bool list,filter; Number string list,readonly
Batch int readonly; Note string`

type office struct {
	*web.Server
	t    *testing.T
	rand *rand.Rand
	rows *admin.Rows[tea]
}

func open(t *testing.T, teas ...tea) *office {
	s := admin.New()
	o := &office{t: t, rand: kit.Rand(t), rows: admin.Register[tea](s, "teas")}
	for _, one := range teas {
		o.rows.Add(one)
	}
	o.Server = web.Serve(t, s)
	return o
}

// draw returns a tea with random values, none of them zero.
func (o *office) draw() tea {
	word := func() string { return kit.Word(o.rand, 6) }
	return tea{word(), word(), 1 + o.rand.IntN(90), 0.25 + float64(o.rand.IntN(40)), true, word(), 1 + o.rand.IntN(90), word()}
}

// some adds n teas and returns them.
func (o *office) some(n int) (teas []tea) {
	for range n {
		teas = append(teas, o.draw())
		o.rows.Add(teas[len(teas)-1])
	}
	return teas
}

// cells are what a list shows of a tea.
func (t tea) cells() []string {
	return []string{t.Name, fmt.Sprint(t.Stock), fmt.Sprint(t.Price), fmt.Sprint(t.Organic), t.Number}
}

// values are the fields of a tea that has an input for each, as pages have them.
func (t tea) values() map[string]string {
	return map[string]string{"Name": t.Name, "Kind": t.Kind, "Stock": fmt.Sprint(t.Stock), "Price": fmt.Sprint(t.Price), "Organic": fmt.Sprint(t.Organic), "Note": t.Note}
}

func (o *office) fail(a web.Answer, want string) {
	o.t.Helper()
	kit.Fail(o.t, kit.Failure{Sent: a.Sent, Got: fold(a.String()), Want: want, Note: "teas have\n" + declared, At: a.At})
}

// fold breaks a page at its cells and paragraphs, and shortens a long one.
func fold(page string) string {
	page = strings.NewReplacer("</td>", "</td>\n", "</p>", "</p>\n", "<tr>", "\n<tr>").Replace(page)
	if len(page) > 1500 {
		page = page[:1500] + "…"
	}
	return page
}

// holds fails unless these are all entries.
func (o *office) holds(a web.Answer, want ...tea) {
	o.t.Helper()
	if got := o.rows.All(); !slices.Equal(got, want) {
		a.Note = ""
		kit.Fail(o.t, kit.Failure{Sent: a.Sent, Got: fmt.Sprintf("%d %s\nand then All() is\n%s", a.Status, http.StatusText(a.Status), told(got)), Want: "All() is\n" + told(want), Note: "teas have\n" + declared, At: a.At})
	}
}

func told(teas []tea) string {
	var b strings.Builder
	for _, t := range teas {
		fmt.Fprintf(&b, "%q %q %d %v %t\n  %q %d %q\n", t.Name, t.Kind, t.Stock, t.Price, t.Organic, t.Number, t.Batch, t.Note)
	}
	return b.String()
}

// page reads a page as a browser does.
func (o *office) page(path string) (web.Answer, *html.Node) {
	o.t.Helper()
	a := o.Do("GET", path)
	if a.Status != http.StatusOK {
		o.fail(a, "200 OK and the page")
	}
	return a, parse(a)
}

func parse(a web.Answer) *html.Node {
	root, err := html.Parse(strings.NewReader(a.Body))
	if err != nil {
		return &html.Node{}
	}
	return root
}

// all returns the elements of a kind below n, in the order of the page.
func all(n *html.Node, kinds ...string) (found []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && slices.Contains(kinds, d.Data) {
			found = append(found, d)
		}
	}
	return found
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// text is what a reader sees of n.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// lists fails unless a list shows just these teas.
func (o *office) lists(path string, want ...tea) {
	o.t.Helper()
	a, root := o.page(path)
	var got, wanted [][]string
	for _, tr := range all(root, "tr") {
		var cells []string
		for _, td := range all(tr, "td") {
			cells = append(cells, text(td))
		}
		if cells != nil {
			got = append(got, cells)
		}
	}
	for _, t := range want {
		wanted = append(wanted, t.cells())
	}
	if !slices.EqualFunc(got, wanted, slices.Equal[[]string]) {
		var rows strings.Builder
		for _, w := range wanted {
			fmt.Fprintf(&rows, "\n%q", w)
		}
		o.fail(a, count(len(wanted))+" of td, in which a reader sees"+rows.String())
	}
}

func count(rows int) string {
	if rows == 1 {
		return "1 row"
	}
	return fmt.Sprint(rows, " rows")
}

// inputs are those of a form by their names, with their values; a box is true
// or false.
func inputs(root *html.Node) map[string]string {
	in := map[string]string{}
	for _, n := range all(root, "input", "textarea", "select") {
		name, _ := attr(n, "name")
		if kind, _ := attr(n, "type"); kind == "checkbox" {
			_, checked := attr(n, "checked")
			in[name] = fmt.Sprint(checked)
		} else if kind != "hidden" && name != "" {
			in[name], _ = attr(n, "value")
		}
	}
	return in
}

// shows fails unless a page has a form with these inputs.
func (o *office) shows(a web.Answer, want map[string]string) {
	o.t.Helper()
	got := inputs(parse(a))
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range want {
			yield(name)
		}
	}) {
		if value, there := got[name]; !there || value != want[name] {
			o.fail(a, fmt.Sprintf("an input %s that a browser shows as %q", name, want[name]))
		}
	}
	for name := range got {
		if _, there := want[name]; !there {
			o.fail(a, "no input "+name)
		}
	}
}

// send fills in the form of a page, changes some of its inputs, and sends it as
// a browser does: a box that is not ticked is not sent.
func (o *office) send(path string, changes map[string]string) web.Answer {
	o.t.Helper()
	_, root := o.page(path)
	form := url.Values{}
	for name, value := range inputs(root) {
		form.Set(name, value)
	}
	for name, value := range changes {
		form.Set(name, value)
	}
	if form.Get("Organic") == "false" {
		form.Del("Organic")
	} else if form.Get("Organic") == "true" {
		form.Set("Organic", "on")
	}
	return o.Do("POST", path, web.Body("application/x-www-form-urlencoded", form.Encode()))
}

// saved fails unless a was a 303 to the list.
func (o *office) saved(a web.Answer) {
	o.t.Helper()
	if a.Status != http.StatusSeeOther || a.Header.Get("Location") != "/teas/" {
		o.fail(a, "303 See Other\nLocation: /teas/")
	}
}

// refused fails unless a is a 422 that names just these fields.
func (o *office) refused(a web.Answer, want ...string) {
	o.t.Helper()
	var got []string
	for _, p := range all(parse(a), "p") {
		if class, _ := attr(p, "class"); class == "error" && text(p) != "" {
			name, _ := attr(p, "data-field")
			got = append(got, name)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if a.Status != http.StatusUnprocessableEntity || !slices.Equal(got, want) {
		o.fail(a, "422 and a <p class=\"error\" data-field=…> with a text, for\n"+strings.Join(want, ", "))
	}
}
