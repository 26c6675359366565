package openapi_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/rest/openapi"
)

// call is a request to the API, and what the API answers.
type call struct {
	method   string
	template string // the path as the document writes it
	code     string // in place of {code}
	query    string
	body     string
	media    string // the body's media type; application/json when empty
	status   int    // of the answer
	want     string // the answer's body, where it is fixed
}

// otherJSON is a media type that a validator can read, and the API does not.
const otherJSON = "application/vnd.api+json"

const (
	all    = "/parcels"
	single = "/parcels/{code}"
	first  = `{"code":"AB100001","to":"Ann, Mill Lane 3","grams":1200,"express":false,"status":"waiting","delivered_at":null}`
	third  = `{"code":"AB100003","to":"Chi, Quay 7","grams":1,"express":false,"status":"delivered","delivered_at":"2026-05-04T09:30:00Z"}`
)

// accepted are requests that the API does as asked, or cannot only because of
// what there is.
func accepted(t testing.TB) []call {
	r := kit.Rand(t)
	to, grams := kit.Word(r, 1+r.IntN(80)), 2+r.IntN(31_000)
	return []call{
		{method: "GET", template: all, status: 200},
		{method: "GET", template: all, query: "limit=1", status: 200, want: "[" + first + "]"},
		{method: "GET", template: all, query: "limit=100&status=delivered", status: 200, want: "[" + third + "]"},
		{method: "GET", template: all, query: "status=waiting", status: 200, want: "[" + first + "]"},
		{method: "GET", template: all, query: "status=moving", status: 200},
		{method: "POST", template: all, body: fmt.Sprintf(`{"to":%q,"grams":%d}`, to, grams), status: 201},
		{method: "POST", template: all, body: fmt.Sprintf(`{"to":%q,"grams":1,"express":true}`, strings.Repeat("é", 80)), status: 201},
		{method: "POST", template: all, body: fmt.Sprintf(`{"to":%q,"grams":31500,"express":false}`, to[:1]), status: 201},
		{method: "GET", template: single, code: "AB100001", status: 200, want: first},
		{method: "GET", template: single, code: "AB100003", status: 200, want: third},
		{method: "GET", template: single, code: "ZX999999", status: 404},
		{method: "DELETE", template: single, code: "AB100002", status: 409},
		{method: "DELETE", template: single, code: "ZX999999", status: 404},
		{method: "DELETE", template: single, code: "AB100001", status: 204},
	}
}

// refused are requests that the API does not take as they are.
func refused(t testing.TB) []call {
	r := kit.Rand(t)
	list := []call{
		{method: "POST", template: all, body: `{"to":"Ann","grams":1200}`, media: "text/plain", status: 415},
		{method: "POST", template: all, body: `{"to":"Ann","grams":1200}`, media: otherJSON, status: 415},
		{method: "POST", template: all, status: 400},
	}
	for _, query := range []string{"limit=0", "limit=101", "limit=" + kit.Word(r, 3), "limit=1.5", "status=" + kit.Word(r, 6), "status=Waiting"} {
		list = append(list, call{method: "GET", template: all, query: query, status: 400})
	}
	for _, code := range []string{"ab100001", "AB10000", "AB1000011", "A1100001", "AB10000x"} {
		list = append(list, call{method: "GET", template: single, code: code, status: 400}, call{method: "DELETE", template: single, code: code, status: 400})
	}
	for _, body := range []string{`{"grams":1200}`, `{"to":"Ann"}`, `{"to":"","grams":1200}`, `{"to":"Ann","grams":0}`, `{"to":"Ann","grams":31501}`, `{"to":"` + strings.Repeat("n", 81) + `","grams":1}`} {
		list = append(list, call{method: "POST", template: all, body: body, status: 422})
	}
	for _, body := range []string{`{"to":"Ann","grams":"1200"}`, `{"to":"Ann","grams":1.5}`, `{"to":7,"grams":1}`, `{"to":"Ann","grams":1,"express":"yes"}`, `{"to":"Ann","grams":1,"` + kit.Word(r, 5) + `":1}`, `["Ann"]`} {
		list = append(list, call{method: "POST", template: all, body: body, status: 400})
	}
	return list
}

func (c call) path() string {
	path := strings.Replace(c.template, "{code}", c.code, 1)
	if c.query != "" {
		path += "?" + c.query
	}
	return path
}

// options are what web.Server.Do takes for the call.
func (c call) options() []web.Option {
	switch {
	case c.method != http.MethodPost:
		return nil
	case c.media != "":
		return []web.Option{web.Body(c.media, c.body)}
	}
	return []web.Option{web.JSON(c.body)}
}

// request returns the call as a validator takes it.
func (c call) request(t testing.TB) *http.Request {
	t.Helper()
	r, err := http.NewRequest(c.method, "https://parcels.example.com"+c.path(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range c.options() {
		o(r)
	}
	if r.Body == nil {
		r.Body = io.NopCloser(strings.NewReader(""))
	}
	return r
}

// curl is the call as a command.
func (c call) curl(t testing.TB) string { return web.Curl(c.request(t)) }

// answer sends the call to the API. That it answers as ever is the ground that
// the rest stands on.
func (c call) answer(t testing.TB) answer {
	t.Helper()
	a := web.Serve(t, openapi.New()).Do(c.method, c.path(), c.options()...)
	if a.Status != c.status || c.want != "" && strings.TrimSpace(a.Body) != c.want {
		a.Fail(t, fmt.Sprintf("%d, as ever: parcels.go stays as it is\n%s", c.status, c.want))
	}
	return answer{a.Status, a.Header, strings.TrimSpace(a.Body)}
}

// with returns the answer with another body.
func (a answer) with(body string) answer { a.body = body; return a }

// without returns the answer without a header field.
func (a answer) without(name string) answer {
	a.header = maps.Clone(a.header)
	a.header.Del(name)
	return a
}

// members returns the names that the body's object has, or its first one's.
func (a answer) members() []string {
	var object map[string]any
	if json.Unmarshal([]byte(strings.Trim(a.body, "[]")), &object) != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(object))
}

// set returns the answer with a member replaced, or removed if value is nil.
func (a answer) set(t testing.TB, member string, value any) answer {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(strings.Trim(a.body, "[]")), &object); err != nil {
		t.Fatal(err)
	}
	if object[member] = value; value == nil {
		delete(object, member)
	}
	b, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(a.body, "[") {
		return a.with("[" + string(b) + "]")
	}
	return a.with(string(b))
}
