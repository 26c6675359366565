package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/frameworks/admin"
)

// 1. The list is a table of the fields with list, one row for each entry, oldest first, with a link to its form.
func TestList(t *testing.T) {
	t.Run("the list has the fields with list of every entry", func(t *testing.T) {
		o := open(t)
		teas := o.some(3 + o.rand.IntN(3))
		o.lists("/teas/", teas...)
	})
	t.Run("its head has the names of these fields", func(t *testing.T) {
		o := open(t)
		a, root := o.page("/teas/")
		var heads []string
		for _, th := range all(root, "th") {
			heads = append(heads, text(th))
		}
		if want := []string{"Name", "Stock", "Price", "Organic", "Number"}; !slices.Equal(heads, want) {
			o.fail(a, fmt.Sprintf("th: %q", want))
		}
	})
	t.Run("the first cell of each row leads to the entry's form", func(t *testing.T) {
		o := open(t)
		teas := o.some(3)
		a, root := o.page("/teas/")
		for i, tr := range all(root, "tr")[1:] {
			links := all(all(tr, "td")[0], "a")
			if len(links) != 1 {
				o.fail(a, "one link in the first cell of each row")
			}
			href, _ := attr(links[0], "href")
			to, _ := url.Parse("/teas/")
			if to, err := to.Parse(href); err != nil {
				o.fail(a, "links that are addresses")
			} else {
				o.shows(o.Do("GET", to.Path), teas[i].values())
			}
		}
	})
	t.Run("each type has its own list", func(t *testing.T) {
		type cup struct {
			Litres float64 `admin:"list"`
			Glass  bool    `admin:"list"`
			price  int
		}
		s := admin.New()
		cups, pots := admin.Register[cup](s, "cups"), admin.Register[cup](s, "pots")
		cups.Add(cup{0.25, true, 3})
		pots.Add(cup{1.5, false, 9})
		server := web.Serve(t, s)
		for path, want := range map[string]string{"/cups/": "0.25 true", "/pots/": "1.5 false"} {
			a := server.Do("GET", path)
			var cells []string
			for _, td := range all(parse(a), "td") {
				cells = append(cells, text(td))
			}
			if got := strings.Join(cells, " "); got != want {
				a.Fail(t, "one row: "+want)
			}
		}
	})
}

// 2. A query has the list show only the entries whose fields with filter have its values.
func TestFilter(t *testing.T) {
	three := []tea{{Name: "a", Kind: "green", Stock: 7, Price: 2.5, Organic: true, Note: "x"}, {Name: "b", Kind: "black", Stock: 70, Price: 2.5, Note: "y"}, {Name: "a b", Kind: "green", Stock: 70, Price: 3, Note: "x"}}
	list := func(t *testing.T, query string, want ...tea) {
		t.Helper()
		open(t, three...).lists("/teas/?"+query, want...)
	}
	t.Run("a text is compared as a whole", func(t *testing.T) {
		list(t, "Kind=green", three[0], three[2])
		list(t, "Name=a", three[0])
		list(t, "Name=a%20b", three[2])
		list(t, "Kind=red")
	})
	t.Run("numbers and boxes are compared by their value", func(t *testing.T) {
		list(t, "Stock=70", three[1], three[2])
		list(t, "Stock=7", three[0])
		list(t, "Price=2.50", three[0], three[1])
		list(t, "Organic=true", three[0])
		list(t, "Organic=false", three[1], three[2])
	})
	t.Run("several filters go together", func(t *testing.T) {
		list(t, "Kind=green&Stock=70", three[2])
		list(t, "Kind=black&Organic=true")
	})
	t.Run("fields without filter and unknown names are ignored", func(t *testing.T) {
		list(t, "Note=y", three...)
		list(t, "Colour=red&page=2", three...)
		list(t, "secret=x&Kind=black", three[1])
	})
}

// 3. The form at new stores an entry and leads to the list.
func TestCreate(t *testing.T) {
	t.Run("the form is empty and has an input for each field", func(t *testing.T) {
		o := open(t)
		a, _ := o.page("/teas/new")
		o.shows(a, tea{}.values())
	})
	t.Run("a new entry is stored as it was filled in", func(t *testing.T) {
		o := open(t)
		old, one := o.some(2), o.draw()
		a := o.send("/teas/new", one.values())
		o.saved(a)
		one.Number, one.Batch = "", 0
		o.holds(a, old[0], old[1], one)
	})
	t.Run("a new entry without a tick is false", func(t *testing.T) {
		o := open(t)
		one := tea{Name: "x", Price: 1}
		a := o.send("/teas/new", one.values())
		o.saved(a)
		o.holds(a, one)
	})
}

// 4. The form of an entry is filled in, and changes it; 404 when there is none.
func TestEdit(t *testing.T) {
	t.Run("the form is filled in", func(t *testing.T) {
		o := open(t)
		teas := o.some(3)
		a, _ := o.page("/teas/2")
		o.shows(a, teas[1].values())
	})
	t.Run("a changed form changes this entry and no other", func(t *testing.T) {
		o := open(t)
		teas := o.some(3)
		to := o.draw()
		a := o.send("/teas/2", to.values())
		o.saved(a)
		to.Number, to.Batch = teas[1].Number, teas[1].Batch
		o.holds(a, teas[0], to, teas[2])
	})
	t.Run("a box that is no longer ticked is false", func(t *testing.T) {
		o := open(t)
		teas := o.some(1)
		a := o.send("/teas/1", map[string]string{"Organic": "false"})
		o.saved(a)
		teas[0].Organic = false
		o.holds(a, teas...)
	})
	t.Run("there is a form for entries only", func(t *testing.T) {
		o := open(t)
		teas := o.some(2)
		for _, id := range []string{"3", "0", "-1", "x", "1x", "99999999999999999999"} {
			if a := o.Do("GET", "/teas/"+id); a.Status != http.StatusNotFound {
				o.fail(a, "404 Not Found: there are two entries, 1 and 2")
			}
			a := o.Do("POST", "/teas/"+id, web.Body("application/x-www-form-urlencoded", "Name=x&Price=1&Stock=1"))
			if a.Status != http.StatusNotFound {
				o.fail(a, "404 Not Found: there are two entries, 1 and 2")
			}
			o.holds(a, teas...)
		}
	})
}

// 5. A field with readonly is shown and has no input, and no request changes or sets it.
func TestReadonly(t *testing.T) {
	t.Run("a read-only field is shown and has no input", func(t *testing.T) {
		o := open(t)
		one := o.draw()
		one.Batch = 1000 + o.rand.IntN(1000)
		o.rows.Add(one)
		a, root := o.page("/teas/1")
		if seen := text(root); !strings.Contains(seen, one.Number) || !strings.Contains(seen, fmt.Sprint(one.Batch)) {
			o.fail(a, fmt.Sprintf("Number %s and Batch %d as text", one.Number, one.Batch))
		}
		o.shows(a, one.values())
	})
	t.Run("a request that sends a read-only field changes the others", func(t *testing.T) {
		o := open(t)
		one := o.some(1)[0]
		a := o.send("/teas/1", map[string]string{"Number": "stolen", "Batch": "1", "Note": "new"})
		one.Note = "new"
		o.saved(a)
		o.holds(a, one)
	})
	t.Run("a new entry has no value in read-only fields", func(t *testing.T) {
		o := open(t)
		a := o.send("/teas/new", map[string]string{"Name": "tea", "Price": "1", "Number": "stolen", "Batch": "1"})
		o.saved(a)
		o.holds(a, tea{Name: "tea", Price: 1})
	})
}

// 6. Values of another type and empty required ones change nothing; the form comes back as it was filled in with an error for each wrong field.
func TestErrors(t *testing.T) {
	for _, path := range []string{"/teas/1", "/teas/new"} {
		t.Run("each wrong field is told "+map[string]string{"/teas/1": "on changing", "/teas/new": "on adding"}[path], func(t *testing.T) {
			o := open(t)
			teas := o.some(1)
			for _, c := range []struct {
				stock, price, name string
				wrong              []string
			}{
				{"ten", "2", "tea", []string{"Stock"}}, {"1.5", "2", "tea", []string{"Stock"}}, {"99999999999999999999", "2", "tea", []string{"Stock"}}, {"3", "cheap", "tea", []string{"Price"}},
				{"3", "2", "", []string{"Name"}}, {"3", "", "tea", []string{"Price"}}, {"many", "2,50", "", []string{"Name", "Price", "Stock"}},
			} {
				a := o.send(path, map[string]string{"Stock": c.stock, "Price": c.price, "Name": c.name, "Kind": "new"})
				o.refused(a, c.wrong...)
				o.holds(a, teas...)
			}
		})
	}
	t.Run("the form comes back as it was filled in", func(t *testing.T) {
		o := open(t)
		teas := o.some(1)
		sent := map[string]string{"Name": kit.Word(o.rand, 5), "Kind": kit.Word(o.rand, 5), "Stock": "ten", "Price": "9.75", "Organic": "false", "Note": "new"}
		a := o.send("/teas/1", sent)
		o.refused(a, "Stock")
		o.shows(a, sent)
		o.holds(a, teas...)
	})
	t.Run("zero is a value of a required number", func(t *testing.T) {
		o := open(t)
		a := o.send("/teas/new", map[string]string{"Name": "free", "Price": "0"})
		o.saved(a)
		o.holds(a, tea{Name: "free"})
	})
}

// 7. Whatever characters a value has, pages show them as text, and a form that is sent back unchanged changes nothing.
func TestText(t *testing.T) {
	hostile := []string{`<b>Tea</b>`, `"Cup" & Co`, `<script>alert(1)</script>`, `it's "both"`, `a &amp; b`, `</table></form>`, `" onfocus="alert(1)`, `{{.}} 100%`, `<!-- x`, `日本 ü`}
	t.Run("a list shows every value as text", func(t *testing.T) {
		o := open(t)
		var teas []tea
		for _, h := range hostile {
			teas = append(teas, tea{Name: h, Number: h})
			o.rows.Add(teas[len(teas)-1])
		}
		o.lists("/teas/", teas...)
		o.lists("/teas/?Name="+url.QueryEscape(hostile[0]), teas[0])
	})
	t.Run("a form shows every value as text", func(t *testing.T) {
		for _, h := range hostile {
			o := open(t, tea{Name: h, Kind: h, Number: h, Note: h})
			a, root := o.page("/teas/1")
			o.shows(a, tea{Name: h, Kind: h, Note: h}.values())
			if !strings.Contains(text(root), h) {
				o.fail(a, "the read-only Number, which a reader sees as\n"+h)
			}
		}
	})
	t.Run("a form that is sent back unchanged changes nothing", func(t *testing.T) {
		for _, h := range hostile {
			one := tea{h, h, 1 << 40, 1234567.25, true, h, 7, h}
			o := open(t, one)
			a := o.send("/teas/1", nil)
			o.saved(a)
			o.holds(a, one)
		}
	})
	t.Run("a form that comes back with errors shows what was sent as text", func(t *testing.T) {
		for _, h := range hostile {
			o := open(t)
			a := o.send("/teas/new", map[string]string{"Name": h, "Stock": h, "Price": "1", "Note": h})
			o.refused(a, "Stock")
			o.shows(a, map[string]string{"Name": h, "Kind": "", "Stock": h, "Price": "1", "Organic": "false", "Note": h})
		}
	})
}

// cup has fields that are not exported; nothing of them is on a page.
type cup struct {
	secret string `admin:"list,filter"`
	Name   string `admin:"list"`
	stock  int
	Glass  bool `admin:"list"`
}

const cupDeclared = `cups have
secret string list,filter; Name string list; stock int; Glass bool list`

// 8. Fields that are not exported are neither shown nor changed.
func TestUnexported(t *testing.T) {
	serve := func(t *testing.T) (*web.Server, *admin.Rows[cup], cup) {
		s, r := admin.New(), kit.Rand(t)
		cups, one := admin.Register[cup](s, "cups"), cup{kit.Word(r, 9), kit.Word(r, 5), 7, false}
		cups.Add(one)
		return web.Serve(t, s), cups, one
	}
	t.Run("an unexported field is on no page", func(t *testing.T) {
		server, _, one := serve(t)
		for _, p := range [][2]string{{"/cups/", one.Name}, {"/cups/1", one.Name}, {"/cups/new", "Glass"}} {
			seen, a := p[1], server.Do("GET", p[0])
			if a.Note = cupDeclared; a.Status != http.StatusOK || !strings.Contains(a.Body, seen) {
				a.Fail(t, "200 OK and the page of Name and Glass")
			}
			if strings.Contains(a.Body, one.secret) || strings.Contains(a.Body, "secret") || strings.Contains(a.Body, "stock") {
				a.Fail(t, "nothing of the fields secret, "+one.secret+", and stock")
			}
		}
	})
	t.Run("a filter by an unexported field is ignored", func(t *testing.T) {
		server, _, one := serve(t)
		a := server.Do("GET", "/cups/?secret=guess&stock=9")
		if a.Note = cupDeclared; a.Status != http.StatusOK || !strings.Contains(a.Body, one.Name) {
			a.Fail(t, "200 OK and the one cup there is, "+one.Name)
		}
	})
	t.Run("no request reaches an unexported field", func(t *testing.T) {
		server, cups, one := serve(t)
		for _, path := range []string{"/cups/1", "/cups/new"} {
			a := server.Do("POST", path, web.Body("application/x-www-form-urlencoded", "secret=stolen&stock=1&Name=new&Glass=on"))
			if a.Note = cupDeclared; a.Status != http.StatusSeeOther {
				a.Fail(t, "303 See Other: Name and Glass are changed")
			}
		}
		want := []cup{{one.secret, "new", 7, true}, {"", "new", 0, true}}
		if got := cups.All(); !slices.Equal(got, want) {
			kit.Fail(t, kit.Failure{
				Sent: "POST /cups/1 and /cups/new of secret=stolen&stock=1&Name=new&Glass=on",
				Got:  fmt.Sprintf("All() is\n%+v", got), Want: fmt.Sprintf("All() is\n%+v", want), Note: cupDeclared, At: kit.At(admin.New),
			})
		}
	})
}
