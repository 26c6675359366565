package typed_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/frameworks/typed"
)

// placing is the input of the operation under test.
type placing struct {
	Shop  int    `path:"shop" min:"1"`
	Dry   bool   `query:"dry"`
	Limit *int   `query:"limit" min:"0" max:"50"`
	Tag   string `query:"tag" maxLength:"6"`
	Body  order  `body:"json"`
}

type order struct {
	Customer string   `json:"customer" minLength:"1" maxLength:"10"`
	Express  bool     `json:"express"`
	Discount float64  `json:"discount" min:"0" max:"0.5"`
	Note     *string  `json:"note" maxLength:"5"`
	Lines    []line   `json:"lines"`
	Words    []string `json:"words"`
	Address  address  `json:"address"`
	Gift     *line    `json:"gift"`
}

type line struct {
	SKU   string `json:"sku" minLength:"3" maxLength:"8"`
	Count int    `json:"count" min:"1" max:"99"`
}

type address struct {
	Street string `json:"street"`
	Zip    *int   `json:"zip" min:"1000"`
	Floor  int    `json:"floor" min:"-2"`
}

// listing is the input of the operation beside it.
type listing struct {
	Shop int     `path:"shop"`
	From string  `query:"from"`
	To   *string `query:"to" minLength:"2"`
}

// declared is what failures show of these types.
var declared = map[string]string{"POST": `Shop  int    path:"shop" min:"1"
Dry   bool   query:"dry"
Limit *int   query:"limit" min:"0" max:"50"
Tag   string query:"tag" maxLength:"6"
Body  {customer string minLength:"1" maxLength:"10", express bool,
  discount float64 min:"0" max:"0.5", note *string maxLength:"5",
  lines []{sku string minLength:"3" maxLength:"8",
           count int min:"1" max:"99"},
  words []string, address {street string, zip *int min:"1000",
  floor int min:"-2"}, gift *{sku, count as in lines}}`, "GET": `Shop int     path:"shop"
From string  query:"from"
To   *string query:"to" minLength:"2"`}

// shop is an API with two operations, which keep what they were called with.
type shop struct {
	*web.Server
	t     *testing.T
	rand  *rand.Rand
	mu    sync.Mutex
	calls []placing
}

// receipt is the operation's result.
type receipt struct {
	Number int    `json:"number"`
	For    string `json:"for"`
}

// open serves an API with all operations.
func open(t *testing.T) *shop { return only(t, "POST", "GET", "PUT") }

// only serves an API with the operations of these methods.
func only(t *testing.T, methods ...string) *shop {
	s := &shop{t: t, rand: kit.Rand(t)}
	a := typed.New("shop")
	add := map[string]func(){
		"POST": func() { typed.Handle(a, "POST", orders, s.take) },
		"GET":  func() { typed.Handle(a, "GET", orders, list) },
		"PUT":  func() { typed.Handle(a, "PUT", "/notes/{id}", refuse) },
	}
	for _, m := range methods {
		add[m]()
	}
	s.Server = web.Serve(t, a)
	return s
}

func (s *shop) take(_ context.Context, in placing) (receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, in)
	return receipt{7, in.Body.Customer}, nil
}

func list(_ context.Context, in listing) ([]string, error) {
	if in.To != nil {
		return []string{in.From, *in.To}, nil
	}
	return []string{in.From}, nil
}

func refuse(_ context.Context, in struct {
	ID   string `path:"id"`
	Body struct {
		Text string `json:"text"`
	} `body:"json"`
}) (string, error) {
	return "half a result", errors.New(in.Body.Text)
}

// fields is a JSON object that a test changes before it sends it.
type fields = map[string]any

// draw returns a body that fits, with no value that is zero or at a limit.
func (s *shop) draw() fields {
	sku := func() fields {
		return fields{"sku": kit.Word(s.rand, 4+s.rand.IntN(4)), "count": 2 + s.rand.IntN(97)}
	}
	return fields{
		"customer": kit.Word(s.rand, 2+s.rand.IntN(8)), "express": true, "discount": float64(1+s.rand.IntN(7)) / 16,
		"note": kit.Word(s.rand, 1+s.rand.IntN(4)), "lines": []any{sku(), sku(), sku()}, "words": []any{kit.Word(s.rand, 4), "tea"},
		"address": fields{"street": kit.Word(s.rand, 12), "zip": 1001 + s.rand.IntN(9000), "floor": 1 + s.rand.IntN(5)}, "gift": sku(),
	}
}

func text(body any) string {
	b, _ := json.Marshal(body)
	return string(b)
}

const good = "/shops/3/orders?dry=true&tag=tea"

// post sends a body as it is, and returns also the calls that it led to.
func (s *shop) post(path, body string) (web.Answer, []placing) {
	s.t.Helper()
	s.mu.Lock()
	s.calls = nil
	s.mu.Unlock()
	a := s.Do("POST", path, web.JSON(body))
	if line, _, cut := strings.Cut(a.Sent, "-d '"); cut {
		a.Sent = line + "-d '" + strings.ReplaceAll(body, "'", `'\''`) + "'" // the whole of it
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return a, s.calls
}

// fits fails unless a request is taken.
func (s *shop) fits(path, body string) placing {
	s.t.Helper()
	a, calls := s.post(path, body)
	if a.Status != http.StatusOK || len(calls) != 1 {
		s.fail(a, "200 OK: the request fits")
	}
	return calls[0]
}

// refused fails unless the answer is 422 and has these places, each written
// like "body.lines.0.sku", and no others.
func (s *shop) refused(path, body string, want ...string) {
	s.t.Helper()
	a, calls := s.post(path, body)
	slices.Sort(want)
	wanted := "422 with the places\n" + strings.Join(want, "\n")
	var answer struct{ Detail []map[string]any } // a map, for it keeps the letters of its keys
	if a.Status != http.StatusUnprocessableEntity || json.Unmarshal([]byte(a.Body), &answer) != nil {
		s.fail(a, wanted)
	}
	if len(calls) > 0 {
		s.fail(a, "a request that does not fit calls nothing")
	}
	var got []string
	for _, d := range answer.Detail {
		loc, _ := d["loc"].([]any)
		got = append(got, place(loc))
		if msg, _ := d["msg"].(string); msg == "" {
			s.fail(a, "a msg beside each loc")
		}
	}
	slices.Sort(got)
	if got = slices.Compact(got); !slices.Equal(got, want) {
		s.fail(a, wanted)
	}
}

// place joins a loc with dots; an index must be a number.
func place(loc []any) string {
	var words []string
	for _, l := range loc {
		if n, ok := l.(string); ok && strings.Trim(n, "0123456789") == "" {
			l = fmt.Sprintf("%q", n)
		}
		words = append(words, fmt.Sprint(l))
	}
	return strings.Join(words, ".")
}

func (s *shop) fail(a web.Answer, want string) {
	s.t.Helper()
	kit.Fail(s.t, kit.Failure{Sent: shorten(a.Sent), Got: pretty(a), Want: want, Note: "the input is\n" + declared["POST"], At: a.At})
}

// shorten breaks the long line of a JSON body.
func shorten(sent string) string {
	var b strings.Builder
	width := 0
	for _, c := range sent {
		b.WriteRune(c)
		if width++; c == '\n' || width > 44 && c == ',' {
			if c != '\n' {
				b.WriteString("\n    ")
			}
			width = 0
		}
	}
	return b.String()
}

// pretty shows the places of a 422, one a line.
func pretty(a web.Answer) string {
	var detail struct{ Detail []json.RawMessage }
	if json.Unmarshal([]byte(a.Body), &detail) != nil || len(detail.Detail) == 0 {
		return shorten(a.String())
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d with the detail", a.Status)
	for _, d := range detail.Detail {
		b.WriteString("\n" + string(d))
	}
	return b.String()
}

// clone copies a body deeply.
func clone(body fields) fields {
	var c fields
	_ = json.Unmarshal([]byte(text(body)), &c)
	return c
}

// on returns body with the changes made; a place is a path such as "lines.0.sku".
func (f set) on(body fields) fields {
	body = clone(body)
	for path, value := range f {
		parts := strings.Split(path, ".")
		var v any = body
		for _, p := range parts[:len(parts)-1] {
			switch in := v.(type) {
			case fields:
				v = in[p]
			case []any:
				v = in[int(p[0]-'0')]
			}
		}
		last := parts[len(parts)-1]
		switch in := v.(type) {
		case fields:
			if in[last] = value; value == gone {
				delete(in, last)
			}
		case []any:
			in[int(last[0]-'0')] = value
		}
	}
	return body
}

// set is a change of a body: a value for each place.
type set map[string]any

// gone removes a field.
const gone = "\x00gone"

// places are those of a change, as a 422 tells them.
func (f set) places() (places []string) {
	for _, p := range slices.Sorted(maps.Keys(f)) {
		places = append(places, "body."+p)
	}
	return places
}
