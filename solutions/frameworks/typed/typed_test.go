package typed_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
)

// 1. A request that fits calls the function with its values and answers 200 with the result as JSON, or 500 if there is an error.
func TestTaken(t *testing.T) {
	t.Run("the function gets the values of path, query and body", func(t *testing.T) {
		s := open(t)
		shop, limit, body := 2+s.rand.IntN(1000), 1+s.rand.IntN(49), text(s.draw())
		want := placing{Shop: shop, Dry: true, Limit: &limit, Tag: "a b&c"}
		_ = json.Unmarshal([]byte(body), &want.Body)
		got := s.fits(fmt.Sprintf("/shops/%d/orders?tag=a%%20b%%26c&dry=true&limit=%d", shop, limit), body)
		if !reflect.DeepEqual(got, want) {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("POST /shops/%d/orders?tag=a%%20b%%26c&dry=true&limit=%d\n%s", shop, limit, shorten(body)),
				Got:  "called with\n" + shorten(text(got)), Want: "called with\n" + shorten(text(want)),
			})
		}
	})
	t.Run("the result is the answer", func(t *testing.T) {
		s := open(t)
		body := s.draw()
		a, _ := s.post(good, text(body))
		if want := fmt.Sprintf(`{"number":7,"for":%q}`, body["customer"]); a.Status != http.StatusOK || strings.TrimSpace(a.Body) != want || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
			s.fail(a, "200 OK\nContent-Type: application/json\n"+want)
		}
	})
	t.Run("an operation without a body needs none", func(t *testing.T) {
		s := open(t)
		word := kit.Word(s.rand, 5)
		if a := s.Do("GET", "/shops/3/orders?from="+word); a.Status != http.StatusOK || strings.TrimSpace(a.Body) != `["`+word+`"]` {
			a.Fail(t, "200 OK\n[\""+word+"\"]")
		}
		if a := s.Do("GET", "/shops/3/orders?from=5&to=12"); a.Status != http.StatusOK || strings.TrimSpace(a.Body) != `["5","12"]` {
			a.Note = "the input is\nFrom  string query:\"from\"\nTo   *string query:\"to\" minLength:\"2\""
			a.Fail(t, "200 OK\n[\"5\",\"12\"]")
		}
	})
	t.Run("an error of the function answers 500 and is not told", func(t *testing.T) {
		s := open(t)
		word := kit.Word(s.rand, 9)
		a := s.Do("PUT", "/notes/5", web.JSON(text(fields{"text": "select " + word})))
		if a.Status != http.StatusInternalServerError || strings.Contains(a.Body, word) || a.Note != "" || strings.Contains(a.Body, "half") {
			a.Note += "\nthe function returned an error: select " + word
			a.Fail(t, "500 Internal Server Error, and nothing of the error or the result")
		}
	})
}

// 2. A field that is no pointer must be there, whatever its value; a pointer may be missing and is then nil.
func TestPresence(t *testing.T) {
	t.Run("zero, false and empty are values", func(t *testing.T) {
		s := open(t)
		zero := set{"express": false, "discount": 0, "note": "", "lines": []any{}, "words": []any{""}, "address.street": "", "address.floor": 0}
		in := s.fits("/shops/3/orders?dry=false&tag=&limit=0", text(zero.on(s.draw())))
		if in.Limit == nil || *in.Limit != 0 || in.Body.Note == nil || *in.Body.Note != "" {
			kit.Fail(t, kit.Failure{Sent: `limit=0 and "note": ""`, Got: "nil for one of them", Want: "a pointer to 0 and one to an empty text"})
		}
	})
	t.Run("a field that is missing is told", func(t *testing.T) {
		s := open(t)
		for _, place := range []string{"customer", "express", "discount", "lines", "words", "address", "lines.1.sku", "lines.0.count", "address.street", "address.floor", "gift.count"} {
			s.refused(good, text(set{place: gone}.on(s.draw())), "body."+place)
		}
		if a := s.Do("PUT", "/notes/5", web.JSON("{}")); a.Status != http.StatusUnprocessableEntity {
			a.Fail(t, "422: the field text is missing")
		}
		s.refused(good, "{}", "body.customer", "body.express", "body.discount", "body.lines", "body.words", "body.address")
	})
	t.Run("a parameter that is missing is told", func(t *testing.T) {
		s := open(t)
		s.refused("/shops/3/orders?dry=true", text(s.draw()), "query.tag")
		s.refused("/shops/3/orders", text(s.draw()), "query.tag", "query.dry")
	})
	t.Run("a pointer may be missing and is nil", func(t *testing.T) {
		s := open(t)
		in := s.fits(good, text(set{"note": gone, "gift": gone, "address.zip": gone}.on(s.draw())))
		if in.Limit != nil || in.Body.Note != nil || in.Body.Gift != nil || in.Body.Address.Zip != nil {
			kit.Fail(t, kit.Failure{Sent: "no limit, note, gift and zip", Got: "called with\n" + shorten(text(in)), Want: "nil for these four"})
		}
	})
	t.Run("a name is what the tag says, letter by letter", func(t *testing.T) {
		s := open(t)
		s.refused(good, text(set{"customer": gone, "Customer": "tea"}.on(s.draw())), "body.customer")
		s.refused(good, text(set{"address.street": gone, "address.STREET": "x"}.on(s.draw())), "body.address.street")
	})
	t.Run("null is no value of a required field", func(t *testing.T) {
		s := open(t)
		for _, place := range []string{"customer", "express", "discount", "lines", "address", "lines.1.sku", "words.0", "lines.2"} {
			s.refused(good, text(set{place: nil}.on(s.draw())), "body."+place)
		}
	})
}

// 3. A value of another type, outside its limits, or with too few or too many characters does not fit, in path, query and body, at any depth.
func TestValues(t *testing.T) {
	each := func(t *testing.T, changes ...set) {
		t.Helper()
		s := open(t)
		for _, c := range changes {
			s.refused(good, text(c.on(s.draw())), c.places()...)
		}
	}
	t.Run("a value of another type is told", func(t *testing.T) {
		each(t, set{"customer": 5}, set{"express": "true"}, set{"express": 1}, set{"discount": "0.1"}, set{"lines": fields{}}, set{"lines": "tea"}, set{"address": []any{}}, set{"note": false},
			set{"lines.1.count": 1.5}, set{"lines.1.count": "2"}, set{"words.1": 5}, set{"lines.0": 3}, set{"gift": "yes"}, set{"gift.sku": 1}, set{"address.zip": "1234"})
	})
	t.Run("a number outside its limits is told", func(t *testing.T) {
		each(t, set{"discount": -0.01}, set{"discount": 0.51}, set{"lines.2.count": 0}, set{"lines.0.count": 100}, set{"address.zip": 999}, set{"address.floor": -3}, set{"gift.count": -1})
	})
	t.Run("the limits themselves are inside", func(t *testing.T) {
		s := open(t)
		for _, c := range []set{{"discount": 0}, {"discount": 0.5}, {"lines.2.count": 1}, {"lines.0.count": 99}, {"address.zip": 1000}, {"address.floor": -2}, {"customer": "a"}, {"customer": "abcdefghij"}, {"lines.0.sku": "abc"}, {"lines.0.sku": "abcdefgh"}, {"note": "abcde"}} {
			s.fits(good, text(c.on(s.draw())))
		}
		s.fits("/shops/1/orders?dry=true&tag=abcdef&limit=50", text(s.draw()))
	})
	t.Run("a text that is too short or too long is told", func(t *testing.T) {
		each(t, set{"customer": ""}, set{"customer": "abcdefghijk"}, set{"lines.1.sku": "ab"}, set{"lines.1.sku": "abcdefghi"}, set{"note": "abcdef"}, set{"gift.sku": ""})
	})
	t.Run("texts are measured in characters", func(t *testing.T) {
		s := open(t)
		s.fits("/shops/3/orders?dry=true&tag=%C3%BC%C3%BC%C3%BC%C3%BC%C3%BC%C3%BC", text(set{"customer": strings.Repeat("ü", 10), "note": "日本語日本", "lines.0.sku": "ÄÖÜäöüßß"}.on(s.draw())))
		s.refused(good, text(set{"lines.0.sku": "日"}.on(s.draw())), "body.lines.0.sku")
	})
	t.Run("parameters are checked like fields", func(t *testing.T) {
		s := open(t)
		for _, c := range [][]string{
			{"/shops/0/orders?dry=true&tag=tea", "path.shop"}, {"/shops/abc/orders?dry=true&tag=tea", "path.shop"}, {"/shops/1.5/orders?dry=true&tag=tea", "path.shop"},
			{good + "&limit=ten", "query.limit"}, {good + "&limit=51", "query.limit"}, {good + "&limit=-1", "query.limit"}, {good + "&limit=", "query.limit"}, {good + "&limit=null", "query.limit"},
			{"/shops/3/orders?dry=maybe&tag=tea", "query.dry"}, {"/shops/3/orders?dry=&tag=tea", "query.dry"}, {"/shops/3/orders?dry=true&tag=abcdefg", "query.tag"},
		} {
			s.refused(c[0], text(s.draw()), c[1])
		}
	})
}

// 4. A request that does not fit answers 422 and tells every field that is wrong, each with its place, and none that is right.
func TestAll(t *testing.T) {
	t.Run("every wrong field of a body is told at once", func(t *testing.T) {
		s := open(t)
		c := set{"customer": 5, "discount": 2, "lines.0.sku": "ab", "lines.2.count": "many", "words.1": nil, "address.floor": gone, "gift.sku": "abcdefghi", "note": "abcdefg"}
		s.refused(good, text(c.on(s.draw())), c.places()...)
	})
	t.Run("some wrong fields, drawn anew, are told and no others", func(t *testing.T) {
		s := open(t)
		all := []set{{"customer": ""}, {"express": 1}, {"discount": -1}, {"lines.0.count": 0}, {"lines.1.sku": "x"}, {"lines.2.sku": gone}, {"words.0": 1}, {"address.street": nil}, {"address.zip": 1}, {"gift.count": 100}}
		order := s.rand.Perm(len(all))
		for round := range 5 { // each of them is told twice
			c := set{}
			for k := range 4 {
				maps.Copy(c, all[order[(2*round+k)%len(all)]])
			}
			s.refused(good, text(c.on(s.draw())), c.places()...)
		}
	})
	t.Run("path, query and body are told together", func(t *testing.T) {
		s := open(t)
		s.refused("/shops/none/orders?limit=99", text(set{"lines.1.count": 0}.on(s.draw())), "path.shop", "query.limit", "query.dry", "query.tag", "body.lines.1.count")
	})
	t.Run("a wrong query does not hide a body that is no JSON", func(t *testing.T) {
		s := open(t)
		s.refused("/shops/3/orders?tag=tea", `{"customer": `, "query.dry", "body")
	})
}

// 5. A body that is no JSON, or more than one, or missing, is a mistake at "body".
func TestBody(t *testing.T) {
	t.Run("what is no JSON is told", func(t *testing.T) {
		s := open(t)
		for _, body := range []string{"tea", `{"customer": "tea"`, `{"customer": tea}`, `{'customer': 1}`, text(s.draw())[:40]} {
			s.refused(good, body, "body")
		}
	})
	t.Run("a missing body is told", func(t *testing.T) {
		s := open(t)
		s.refused(good, "", "body")
		s.refused(good, "  ", "body")
	})
	t.Run("what follows the JSON is told", func(t *testing.T) {
		s := open(t)
		s.refused(good, text(s.draw())+text(s.draw()), "body")
		s.refused(good, text(s.draw())+" tea", "body")
		s.refused(good, text(s.draw())+"}", "body")
		s.fits(good, text(s.draw())+"\n \n")
	})
	t.Run("JSON that is no object is told", func(t *testing.T) {
		s := open(t)
		for _, body := range []string{"[]", `"tea"`, "null", "7"} {
			s.refused(good, body, "body")
		}
	})
}
