package status_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/rest/status"
)

// coupon is one as a customer's program reads it.
type coupon struct {
	Code    string `json:"code"`
	Percent int    `json:"percent"`
}

func (c coupon) String() string {
	b, _ := json.Marshal(c)
	return string(b)
}

// UnmarshalJSON takes names as they stand: encoding/json would take "Code" for
// "code", which other customers' programs do not.
func (c *coupon) UnmarshalJSON(b []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	for name, to := range map[string]any{"code": &c.Code, "percent": &c.Percent} {
		if err := json.Unmarshal(fields[name], to); err != nil {
			return fmt.Errorf("a coupon without a %s that can be read", name)
		}
	}
	return nil
}

func (c coupon) path() string { return "/coupons/" + c.Code }

// shop is a new shop behind a real server, and what a customer does with it.
// It pins no more than it must, so that one broken behaviour hides no other.
type shop struct {
	*web.Server
	t    testing.TB
	rand *rand.Rand
}

func open(t testing.TB) *shop {
	t.Helper()
	return &shop{web.Serve(t, status.New()), t, kit.Rand(t)}
}

// draw returns a possible coupon that the shop does not have.
func (s *shop) draw() coupon {
	words := []string{"TEA", "RYE-", "5-", "BAG", "X"}
	word := words[s.rand.IntN(len(words))] + strings.ToUpper(kit.Word(s.rand, 6))
	return coupon{word, 3 + s.rand.IntN(80)} // the ends of the range have a behaviour of their own
}

func (s *shop) post(c coupon) web.Answer { return s.Do("POST", "/coupons", web.JSON(c.String())) }

// add makes some coupons, which the behaviours are not about.
func (s *shop) add(n int) []coupon {
	s.t.Helper()
	list := make([]coupon, n)
	for i := range list {
		list[i] = s.draw()
		if a := s.post(list[i]); a.Status/100 != 2 {
			a.Fail(s.t, "201 Created: this coupon is possible, and new")
		}
	}
	return list
}

// holds fails unless the shop has exactly these coupons, after what a did.
func (s *shop) holds(want []coupon, a web.Answer, words string) {
	s.t.Helper()
	var got []coupon
	b := s.Do("GET", "/coupons")
	b.JSON(s.t, &got)
	byCode := func(x, y coupon) int { return strings.Compare(x.Code, y.Code) }
	want = slices.Clone(want)
	slices.SortFunc(got, byCode)
	slices.SortFunc(want, byCode)
	if !slices.Equal(got, want) {
		kit.Fail(s.t, kit.Failure{
			Sent: a.Sent + "\nthen\n" + b.Sent,
			Got:  "to the first  " + a.String() + "\nto the second " + texts(got),
			Want: words + "\n" + texts(want), Note: a.Note, At: a.At,
		})
	}
}

func texts(list []coupon) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = c.String()
	}
	if len(list) == 0 {
		return "no coupons"
	}
	return strings.Join(words, "\n")
}

// is fails unless the answer is this status and this coupon as JSON.
func (c coupon) is(t testing.TB, a web.Answer, code int) {
	t.Helper()
	want := line(code) + " and as application/json\n" + c.String()
	if a.Status != code || mediaType(a) != "application/json" {
		a.Fail(t, want)
	}
	var got coupon
	if a.JSON(t, &got); got != c {
		a.Fail(t, want)
	}
}

// refused fails unless the answer has this status and no other after it.
func refused(t testing.TB, a web.Answer, code int, why string) {
	t.Helper()
	if a.Status != code {
		a.Fail(t, line(code)+": "+why)
	}
	if a.Note != "" {
		a.Fail(t, line(code)+" and nothing after it: "+why)
	}
}

func line(code int) string {
	return fmt.Sprint(code, " ", http.StatusText(code))
}

// mediaType returns the answer's media type without parameters.
func mediaType(a web.Answer) string {
	t, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	return t
}

// location returns the path that the answer's Location leads to, or "": it may
// be relative (RFC 9110 section 10.2.2).
func (s *shop) location(a web.Answer) string {
	base, err := url.Parse(s.URL + "/coupons")
	text := a.Header.Get("Location")
	if err != nil || text == "" {
		return ""
	}
	u, err := base.Parse(text)
	if err != nil || u.Host != base.Host {
		return ""
	}
	return u.RequestURI()
}

// allows fails unless the Allow header lists exactly these methods; OPTIONS may
// be among them.
func allows(t testing.TB, a web.Answer, methods ...string) {
	t.Helper()
	got := strings.Split(strings.ReplaceAll(strings.Join(a.Header.Values("Allow"), ","), " ", ""), ",")
	got = slices.DeleteFunc(got, func(m string) bool { return m == "OPTIONS" || m == "" })
	slices.Sort(got)
	if got = slices.Compact(got); !slices.Equal(got, methods) {
		a.Fail(t, "a header that lists what this path has, with or without OPTIONS\nAllow: "+strings.Join(methods, ", "))
	}
}
