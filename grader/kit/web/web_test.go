package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit/web"
)

func TestSecondStatusIsNoted(t *testing.T) {
	s := web.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no", http.StatusBadRequest)
		w.WriteHeader(http.StatusCreated)
	}))
	a := s.Do("POST", "/", web.JSON("{}"))
	if a.Status != http.StatusBadRequest || !strings.Contains(a.Note, "second status, 201") {
		t.Errorf("status %d, note %q; want 400 and a note about 201", a.Status, a.Note)
	}
}

func TestPanicIsTheErrorAndTheServerGoesOn(t *testing.T) {
	s := web.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			panic("out of tea")
		}
	}))
	if _, err := s.Try("GET", "/bad"); err == nil || err.Error() != "the handler panicked: out of tea" {
		t.Errorf("error %v, want the panic", err)
	}
	if a := s.Do("GET", "/good"); a.Status != http.StatusOK || a.Note != "" {
		t.Errorf("the next request answers %d, note %q; want 200 and none", a.Status, a.Note)
	}
}

func TestCurl(t *testing.T) {
	for _, c := range []struct {
		name, method, path string
		options            []web.Option
		want               string
	}{
		{"a plain GET", "GET", "/orders?page=2", nil, `curl -i ':8080/orders?page=2'`},
		{"a short body stays on the line", "PUT", "/a", []web.Option{web.Body("", "x")}, `curl -i -X PUT ':8080/a' -d 'x'`},
		{"fields are sorted", "GET", "/", []web.Option{web.Header("B", "2"), web.Header("A", "1")}, `curl -i ':8080/' -H 'A: 1' -H 'B: 2'`},
		{"a field in two lines is sent twice", "GET", "/", []web.Option{func(r *http.Request) { r.Header["A"] = []string{"1", "2"} }}, `curl -i ':8080/' -H 'A: 1' -H 'A: 2'`},
		{"a quote stays in its word", "GET", "/?q=it's", []web.Option{web.Header("A", "O'Hara")}, `curl -i ':8080/?q=it'\''s' -H 'A: O'\''Hara'`},
		{"a long line is broken", "POST", "/orders", []web.Option{web.JSON(`{"item":"tea"}`)},
			"curl -i -X POST ':8080/orders' \\\n  -H 'Content-Type: application/json' \\\n  -d '{\"item\":\"tea\"}'"},
		{"a long body is cut between characters and says so", "PUT", "/a", []web.Option{web.Body("", "x"+strings.Repeat("ü", 200))},
			"curl -i -X PUT ':8080/a' \\\n  -d 'x" + strings.Repeat("ü", 199) + "…' # 401 bytes in all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequest(c.method, "http://shop"+c.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range c.options {
				o(r)
			}
			if got := web.Curl(r); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
