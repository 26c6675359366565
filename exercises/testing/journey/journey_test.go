package journey_test

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/kata-go/kata/exercises/testing/journey"
)

// One site for all tests, and one browser for everybody.
var site = httptest.NewServer(journey.New())

var (
	inputs    = regexp.MustCompile(`<input[^>]*>`)
	attribute = regexp.MustCompile(`([a-z]+)="([^"]*)"`)
)

// fields returns a form's fields, as a browser would send them untouched.
func fields(page string) url.Values {
	all := url.Values{}
	for _, input := range inputs.FindAllString(page, -1) {
		a := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(input, -1) {
			a[m[1]] = html.UnescapeString(m[2])
		}
		all.Set(a["name"], a["value"])
	}
	return all
}

func TestApply(t *testing.T) {
	r, err := http.Get(site.URL + "/apply")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(r.Body)
	form := fields(string(body))
	form.Set("name", "Ada")
	form.Set("wish", "to knit")

	request, _ := http.NewRequest("POST", site.URL+"/apply", strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range r.Cookies() {
		request.AddCookie(c)
	}
	r, err = http.DefaultTransport.RoundTrip(request) // follows no redirect
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusSeeOther {
		t.Errorf("got %d", r.StatusCode)
	}
}
