package status_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
)

// 1. POST /coupons answers 201, the coupon and its address as Location.
func TestCreate(t *testing.T) {
	t.Run("a new coupon answers 201 and the coupon", func(t *testing.T) {
		s := open(t)
		for range 3 {
			c := s.draw()
			c.is(t, s.post(c), http.StatusCreated)
		}
	})
	t.Run("the Location is the address of the new coupon", func(t *testing.T) {
		s := open(t)
		s.add(2)
		c := s.draw()
		a := s.post(c)
		if s.location(a) != c.path() {
			a.Fail(t, "a header that names where the coupon is\nLocation: "+c.path())
		}
	})
	t.Run("the longest and the shortest code and the highest and the lowest percentage are possible", func(t *testing.T) {
		s := open(t)
		short, long := strings.ToUpper(kit.Word(s.rand, 3)), strings.ToUpper(kit.Word(s.rand, 12))
		for _, c := range []coupon{{short, 90}, {long, 1}, {"A-0", 2}, {"Z-9", 3}} {
			if a := s.post(c); a.Status/100 != 2 {
				a.Fail(t, "201 Created: the brief allows this coupon")
			}
		}
	})
}

// 2. GET answers 200 and JSON, HEAD as GET would, without the body.
func TestRead(t *testing.T) {
	t.Run("each of many coupons is found by its code", func(t *testing.T) {
		s := open(t)
		for _, c := range s.add(7) {
			c.is(t, s.Do("GET", c.path()), http.StatusOK)
		}
	})
	t.Run("the list has every coupon, and none in a new shop", func(t *testing.T) {
		s := open(t)
		a := s.Do("GET", "/coupons")
		if a.Status != http.StatusOK || mediaType(a) != "application/json" || strings.TrimSpace(a.Body) != "[]" {
			a.Fail(t, "200 OK and as application/json an empty array\n[]")
		}
		s.holds(s.add(5), a, "after five POSTs")
	})
	t.Run("HEAD of what is there answers what GET answers", func(t *testing.T) {
		s := open(t)
		for _, path := range []string{"/coupons", s.add(1)[0].path()} {
			get, head := s.Do("GET", path), s.Do("HEAD", path)
			if head.Status != http.StatusOK || mediaType(head) != mediaType(get) {
				head.Fail(t, "200 OK and the media type that GET gives\nContent-Type: "+get.Header.Get("Content-Type"))
			}
		}
	})
	t.Run("HEAD of what is not there answers 404", func(t *testing.T) {
		s := open(t)
		s.add(1)
		refused(t, s.Do("HEAD", s.draw().path()), http.StatusNotFound, "there is none, and HEAD answers as GET would")
	})
}

// 3. DELETE answers 204 and the coupon is gone.
func TestDelete(t *testing.T) {
	t.Run("deleting a coupon answers 204", func(t *testing.T) {
		s := open(t)
		refused(t, s.Do("DELETE", s.add(2)[1].path()), http.StatusNoContent, "it worked, and there is nothing to tell")
	})
	t.Run("a deleted coupon is gone and the others stay", func(t *testing.T) {
		s := open(t)
		list := s.add(5)
		at := s.rand.IntN(len(list))
		a := s.Do("DELETE", list[at].path())
		s.holds(slices.Delete(list, at, at+1), a, "all but the deleted one")
	})
	t.Run("the code of a deleted coupon is free again", func(t *testing.T) {
		s := open(t)
		c := s.add(2)[0]
		d := s.Do("DELETE", c.path())
		if a := s.post(c); a.Status/100 != 2 {
			a.Sent = d.Sent + "\nthen\n" + a.Sent
			a.Fail(t, "201 Created: nobody has this code any more")
		}
	})
}

// 4. A coupon that is not there and a path that is none answer 404.
func TestMissing(t *testing.T) {
	t.Run("reading a coupon that is not there answers 404", func(t *testing.T) {
		s := open(t)
		s.add(2)
		refused(t, s.Do("GET", s.draw().path()), http.StatusNotFound, "there is no such coupon")
	})
	t.Run("deleting a coupon that is not there answers 404", func(t *testing.T) {
		s := open(t)
		c := s.add(2)[0]
		refused(t, s.Do("DELETE", s.draw().path()), http.StatusNotFound, "there is no such coupon")
		s.Do("DELETE", c.path())
		a := s.Do("DELETE", c.path())
		a.Sent += "   (for the second time)"
		refused(t, a, http.StatusNotFound, "the coupon is gone already")
	})
	t.Run("a path that is none answers 404", func(t *testing.T) {
		s := open(t)
		for _, path := range []string{"/", "/" + kit.Word(s.rand, 7), s.add(1)[0].path() + "/" + kit.Word(s.rand, 4)} {
			refused(t, s.Do("GET", path), http.StatusNotFound, "the API has no such path")
		}
	})
}

// 5. A method that a path does not have answers 405, changes nothing, and Allow lists those that it has.
func TestMethods(t *testing.T) {
	t.Run("a method that a coupon does not have answers 405 and changes nothing", func(t *testing.T) {
		s := open(t)
		list := s.add(2)
		for _, method := range []string{"PUT", "PATCH", "POST"} {
			other := coupon{list[0].Code, list[0].Percent%90 + 1}
			a := s.Do(method, list[0].path(), web.JSON(other.String()))
			refused(t, a, http.StatusMethodNotAllowed, "a coupon has no "+method)
			s.holds(list, a, "405 and the coupons as before")
		}
	})
	t.Run("a method that the list does not have answers 405 and changes nothing", func(t *testing.T) {
		s := open(t)
		list := s.add(2)
		for _, method := range []string{"PUT", "PATCH", "DELETE"} {
			a := s.Do(method, "/coupons", web.JSON(s.draw().String()))
			refused(t, a, http.StatusMethodNotAllowed, "the list has no "+method)
			s.holds(list, a, "405 and the coupons as before")
		}
	})
	t.Run("the Allow header of a 405 lists the methods of the path", func(t *testing.T) {
		s := open(t)
		c := s.add(1)[0]
		allows(t, s.Do("PUT", c.path(), web.JSON(c.String())), "DELETE", "GET", "HEAD")
		allows(t, s.Do("DELETE", "/coupons"), "GET", "HEAD", "POST")
	})
}

// 6. OPTIONS of either path answers 200 or 204 and the same list.
func TestOptions(t *testing.T) {
	ask := func(t *testing.T, s *shop, path string, methods ...string) {
		t.Helper()
		a := s.Do("OPTIONS", path)
		if a.Status != http.StatusNoContent && a.Status != http.StatusOK {
			a.Fail(t, "204 No Content or 200 OK, and the list of methods in Allow")
		}
		allows(t, a, methods...)
	}
	t.Run("OPTIONS of a coupon lists its methods", func(t *testing.T) {
		s := open(t)
		ask(t, s, s.add(1)[0].path(), "DELETE", "GET", "HEAD")
	})
	t.Run("OPTIONS of the list lists its methods", func(t *testing.T) {
		ask(t, open(t), "/coupons", "GET", "HEAD", "POST")
	})
}

// 7. A code that is taken answers 409 and the old coupon stays.
func TestTaken(t *testing.T) {
	t.Run("a code that is taken answers 409", func(t *testing.T) {
		s := open(t)
		c := s.add(3)[1]
		for _, percent := range []int{c.Percent%90 + 1, c.Percent} {
			a := s.post(coupon{c.Code, percent})
			refused(t, a, http.StatusConflict, "there is a coupon of this code already, with "+fmt.Sprint(c.Percent)+" percent")
		}
	})
	t.Run("the coupon that has the code stays as it is", func(t *testing.T) {
		s := open(t)
		list := s.add(3)
		a := s.post(coupon{list[1].Code, list[1].Percent%90 + 1})
		s.holds(list, a, "the coupons as they were")
	})
}

// 8. A body of another media type answers 415, one that is not JSON 400, and JSON that is no possible coupon 422.
func TestBody(t *testing.T) {
	// each sends bodies that must be refused, and looks at what is stored.
	each := func(t *testing.T, code int, why string, bodies func(s *shop) []web.Option) {
		t.Helper()
		s := open(t)
		list := s.add(2)
		for _, body := range bodies(s) {
			a := s.Do("POST", "/coupons", body)
			refused(t, a, code, why)
			s.holds(list, a, "the coupons as before: this one was refused")
		}
	}
	t.Run("another media type answers 415", func(t *testing.T) {
		each(t, http.StatusUnsupportedMediaType, "the body is not of type application/json", func(s *shop) []web.Option {
			c := s.draw()
			return []web.Option{
				web.Body("application/x-www-form-urlencoded", fmt.Sprintf("code=%s&percent=%d", c.Code, c.Percent)),
				web.Body("text/plain", c.String()),
				web.Body("application/json-seq", c.String()),
			}
		})
	})
	t.Run("JSON is JSON in capitals and with a charset too", func(t *testing.T) {
		s := open(t)
		for _, mediaType := range []string{"application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"} {
			if a := s.Do("POST", "/coupons", web.Body(mediaType, s.draw().String())); a.Status/100 != 2 {
				a.Fail(t, "201 Created: case and parameters make no other media type")
			}
		}
	})
	t.Run("a body that is not JSON answers 400", func(t *testing.T) {
		each(t, http.StatusBadRequest, "the body is not JSON", func(s *shop) []web.Option {
			text := s.draw().String()
			return []web.Option{web.JSON(text[:len(text)-1-s.rand.IntN(8)]), web.JSON("a coupon, please"), web.JSON("")}
		})
	})
	t.Run("a code that is not possible answers 422", func(t *testing.T) {
		each(t, http.StatusUnprocessableEntity, "a code is 3 to 12 of A-Z, 0-9 and -", func(s *shop) []web.Option {
			c := s.draw()
			var bodies []web.Option
			for _, code := range []string{
				"", c.Code[:2], strings.ToUpper(kit.Word(s.rand, 13)), strings.ToLower(c.Code), c.Code + " ", " " + c.Code, c.Code + "\n",
				c.Code[:3] + "/" + c.Code[3:], c.Code[:4] + "_", c.Code[:4] + "É",
			} {
				bodies = append(bodies, web.JSON(coupon{code, c.Percent}.String()))
			}
			return append(bodies, web.JSON(fmt.Sprintf(`{"percent":%d}`, c.Percent)))
		})
	})
	t.Run("a percentage that is not possible answers 422", func(t *testing.T) {
		each(t, http.StatusUnprocessableEntity, "a percentage is 1 to 90", func(s *shop) []web.Option {
			c := s.draw()
			var bodies []web.Option
			for _, percent := range []int{0, 91, -c.Percent, 91 + s.rand.IntN(900)} {
				bodies = append(bodies, web.JSON(coupon{c.Code, percent}.String()))
			}
			return append(bodies, web.JSON(fmt.Sprintf(`{"code":%q}`, c.Code)))
		})
	})
}
