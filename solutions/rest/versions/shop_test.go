package versions_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/rest/versions"
)

// service is a catalogue behind a real server.
type service struct {
	*web.Server
	rand     *rand.Rand
	products []product
	plan     versions.Plan
}

// product is one that the catalogue was given.
type product versions.Product

func (p product) path() string { return "/products/" + text(p.ID) }

// moment is how a failure shows a date of the plan.
const moment = "2006-01-02 15:04:05 -0700"

func text(n int) string { return strconv.Itoa(n) }

// open serves some products, with prices below and above a euro.
func open(t testing.TB) *service {
	t.Helper()
	r := kit.Rand(t)
	list := []product{{1, "Salt", 5}, {2, "Butter", 305}, {3, "Olives", 1000}}
	for i := range list {
		list[i].ID += 10 * (1 + r.IntN(90))
		list[i].Name += " " + kit.Word(r, 4)
		list[i].Cents += 100 * r.IntN(3) * i
	}
	list = append(list, product{4, "Tea " + kit.Word(r, 3), 1 + r.IntN(99_999)})
	return shop(t, list)
}

func shop(t testing.TB, list []product) *service {
	t.Helper()
	r := kit.Rand(t)
	zone := time.FixedZone("", 3600*(1+r.IntN(5)))
	deprecated := time.Date(2026, time.January, 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), 0, zone)
	plan := versions.Plan{Deprecated: deprecated, Sunset: deprecated.Add(time.Duration(2000+r.IntN(5000)) * time.Hour)}
	given := make([]versions.Product, len(list))
	for i, p := range list {
		given[i] = versions.Product(p)
	}
	return &service{web.Serve(t, versions.New(given, plan)), r, list, plan}
}

func (s *service) any() product { return s.products[s.rand.IntN(len(s.products))] }

// one and its kin are what the brief shows, as encoding/json reads it.
func one(p product) any {
	return map[string]any{"id": float64(p.ID), "name": p.Name, "price": fmt.Sprintf("%d.%02d", p.Cents/100, p.Cents%100)}
}

func ones(list []product) any {
	all := make([]any, len(list))
	for i, p := range list {
		all[i] = one(p)
	}
	return all
}

func two(p product) any {
	return map[string]any{"id": float64(p.ID), "title": p.Name, "price": map[string]any{"cents": float64(p.Cents), "currency": "EUR"}}
}

func twos(list []product) any {
	all := make([]any, len(list))
	for i, p := range list {
		all[i] = two(p)
	}
	return map[string]any{"products": all}
}

// looks fails unless the answer is 200 and exactly this JSON.
func looks(t testing.TB, a web.Answer, want any) {
	t.Helper()
	var got any
	err := json.Unmarshal([]byte(a.Body), &got)
	if a.Status != http.StatusOK || err != nil || !reflect.DeepEqual(got, want) {
		b, _ := json.Marshal(want)
		a.Fail(t, "200 OK and these members, in any order\n"+web.Lines(string(b)))
	}
	hasType(t, a, "application/json", "application/vnd.shop.v1+json", "application/vnd.shop.v2+json")
}

// hasType fails unless the answer has one of the media types.
func hasType(t testing.TB, a web.Answer, types ...string) {
	t.Helper()
	if mediaType, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type")); !slices.Contains(types, mediaType) {
		a.Fail(t, "Content-Type: "+types[0])
	}
}

func missing(t testing.TB, s *service, version string) {
	t.Helper()
	for _, id := range []string{"987654", "0", "tea"} {
		if a := s.Do("GET", version+"/products/"+id); a.Status != http.StatusNotFound || strings.Contains(a.Body, "price") {
			a.Fail(t, "404 Not Found and nothing after it: there is no such product")
		}
	}
}

// everyOne calls look with an answer of version 1 for each way to get one, and
// the path without its version.
func everyOne(t testing.TB, look func(s *service, a web.Answer, path string)) {
	t.Helper()
	s := open(t)
	for _, path := range []string{"/products", s.any().path(), "/products/987654"} {
		look(s, s.Do("GET", "/v1"+path), path)
		look(s, s.Do("GET", path), path)
		look(s, s.Do("GET", path, web.Header("Accept", "application/json")), path)
		look(s, s.Do("GET", path, web.Header("Accept", typeOne)), path)
	}
}

// links reports whether a Link field of relation successor-version leads to path.
func (s *service) links(a web.Answer, path string) bool {
	base, err := url.Parse(s.URL + "/products")
	if err != nil {
		return false
	}
	for _, field := range a.Header.Values("Link") {
		for _, link := range strings.Split(field, ",") {
			target, parameters, _ := strings.Cut(link, ">")
			_, target, ok := strings.Cut(target, "<")
			u, err := base.Parse(target)
			relation := strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(parameters), `"`, ""), " ", "")
			if ok && err == nil && u.Host == base.Host && u.Path == path && strings.Contains(relation+";", ";rel=successor-version;") {
				return true
			}
		}
	}
	return false
}
