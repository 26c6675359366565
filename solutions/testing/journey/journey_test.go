package journey_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/kata-go/kata/solutions/testing/journey"
)

// browser is a visitor's: it keeps cookies and follows redirects.
type browser struct {
	t      *testing.T
	client *http.Client
	site   string
}

// page is what a browser shows.
type page struct {
	status int
	path   string
	html   string
}

// open starts a site that ends with the test, and opens a browser.
func open(t *testing.T) browser {
	t.Helper()
	server := httptest.NewServer(journey.New())
	t.Cleanup(server.Close)
	return visit(t, server.URL)
}

// visit opens another browser, which shares no cookie with any.
func visit(t *testing.T, site string) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return browser{t, &http.Client{Jar: jar}, site}
}

func (b browser) other() browser { return visit(b.t, b.site) }

func (b browser) read(r *http.Response, err error) page {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{r.StatusCode, r.Request.URL.Path, string(body)}
}

func (b browser) get(path string) page {
	b.t.Helper()
	return b.read(b.client.Get(b.site + path))
}

func (b browser) post(fields url.Values) page {
	b.t.Helper()
	return b.read(b.client.PostForm(b.site+"/apply", fields))
}

var (
	inputs    = regexp.MustCompile(`<input[^>]*>`)
	attribute = regexp.MustCompile(`([a-z]+)="([^"]*)"`)
	tag       = regexp.MustCompile(`<[^>]*>`)
	items     = regexp.MustCompile(`(?s)<li>(.*?)</li>`)
)

// fields returns the form's fields, as a browser would send them untouched.
func (p page) fields() url.Values {
	all := url.Values{}
	for _, input := range inputs.FindAllString(p.html, -1) {
		a := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(input, -1) {
			a[m[1]] = html.UnescapeString(m[2])
		}
		all.Set(a["name"], a["value"])
	}
	return all
}

// fill gets the form and fills it in.
func (b browser) fill(name, wish string) url.Values {
	b.t.Helper()
	p := b.get("/apply")
	b.whole(p, http.StatusOK)
	fields := p.fields()
	fields.Set("name", name)
	fields.Set("wish", wish)
	return fields
}

// whole fails unless a page came whole, with this status.
func (b browser) whole(p page, status int) {
	b.t.Helper()
	if p.status != status || !strings.HasSuffix(strings.TrimSpace(p.html), "</html>") {
		b.t.Fatalf("%s answers %d\n%s\nwant %d and a whole page", p.path, p.status, p.html, status)
	}
}

// shows fails unless a page shows these texts, as they were typed: between its
// tags, and however it escapes them.
func (b browser) shows(p page, texts ...string) {
	b.t.Helper()
	text := html.UnescapeString(tag.ReplaceAllString(p.html, ""))
	for _, want := range texts {
		if !strings.Contains(text, want) {
			b.t.Fatalf("%s shows\n%s\nwant %q there", p.path, p.html, want)
		}
	}
}

// has fails unless the visitor's list has so many entries, the last with these texts.
func (b browser) has(n int, texts ...string) {
	b.t.Helper()
	p := b.get("/applications")
	b.whole(p, http.StatusOK)
	all := items.FindAllString(p.html, -1)
	if len(all) != n {
		b.t.Fatalf("the list has %d entries, want %d\n%s", len(all), n, p.html)
	}
	if n > 0 {
		b.shows(page{html: all[n-1], path: p.path}, texts...)
	}
}

func TestApplyAndLook(t *testing.T) {
	b := open(t)
	for n, who := range []string{"Ada", "Ida"} {
		wish := who + "'s <b>wish</b> & \"more\""
		p := b.post(b.fill(who, wish))
		b.whole(p, http.StatusOK)
		b.shows(p, who, wish)
		if p.path == "/apply" {
			t.Fatal("no redirect")
		}
		for range 2 {
			again := b.get(p.path)
			b.whole(again, http.StatusOK)
			b.shows(again, who, wish)
		}
		b.has(n+1, who, wish)
	}
}

func TestOthersSeeNothing(t *testing.T) {
	b := open(t)
	p := b.post(b.fill("Ada", "to knit"))
	o := b.other()
	o.has(0)
	if got := o.get(p.path); got.status != http.StatusNotFound {
		t.Fatalf("another visitor gets %d\n%s", got.status, got.html)
	}
	o.post(o.fill("Ida", "to sew"))
	o.has(1, "Ida", "to sew")
	b.has(1, "Ada", "to knit")
}

func TestForeignForms(t *testing.T) {
	b := open(t)
	b.fill("", "")
	bare := url.Values{"name": {"Ada"}, "wish": {"to knit"}}
	if p := b.post(bare); p.status != http.StatusForbidden {
		t.Errorf("without the hidden fields: %d", p.status)
	}
	if p := b.post(b.other().fill("Ada", "to knit")); p.status != http.StatusForbidden {
		t.Errorf("with another visitor's: %d", p.status)
	}
	b.has(0)
}

func TestTwice(t *testing.T) {
	b := open(t)
	f := b.fill("Ada", "to knit")
	first, second := b.post(f), b.post(f)
	b.whole(second, http.StatusOK)
	if first.path != second.path {
		t.Errorf("the second time leads to %s, want %s", second.path, first.path)
	}
	b.has(1, "Ada", "to knit")
}

func TestRefused(t *testing.T) {
	for _, typed := range [][2]string{{"", `to "knit"`}, {`Ada "A"`, ""}} {
		b := open(t)
		p := b.post(b.fill(typed[0], typed[1]))
		b.whole(p, http.StatusUnprocessableEntity)
		if f := p.fields(); f.Get("name") != typed[0] || f.Get("wish") != typed[1] {
			t.Errorf("typed %q, and the form shows %v", typed, f)
		}
		b.has(0)
		f := p.fields()
		f.Set("name", "Ada")
		f.Set("wish", "to knit")
		b.whole(b.post(f), http.StatusOK)
		b.has(1, "Ada", "to knit")
	}
}
