package versions_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
)

// 1. Under /v1 everything looks as it always did, member for member; 404 when there is no such product.
func TestOne(t *testing.T) {
	t.Run("a product of version 1 looks as it always did", func(t *testing.T) {
		s := open(t)
		for _, p := range s.products {
			looks(t, s.Do("GET", "/v1"+p.path()), one(p))
		}
	})
	t.Run("a list of version 1 looks as it always did", func(t *testing.T) {
		s := open(t)
		looks(t, s.Do("GET", "/v1/products"), ones(s.products))
		looks(t, shop(t, nil).Do("GET", "/v1/products"), ones(nil))
	})
	t.Run("a product that is not there answers 404 in version 1", func(t *testing.T) {
		missing(t, open(t), "/v1")
	})
}

// 2. Under /v2 everything looks like version 2; 404 when there is no such product.
func TestTwo(t *testing.T) {
	t.Run("a product of version 2 looks like version 2", func(t *testing.T) {
		s := open(t)
		for _, p := range s.products {
			looks(t, s.Do("GET", "/v2"+p.path()), two(p))
		}
	})
	t.Run("a list of version 2 looks like version 2", func(t *testing.T) {
		s := open(t)
		looks(t, s.Do("GET", "/v2/products"), twos(s.products))
		looks(t, shop(t, nil).Do("GET", "/v2/products"), twos(nil))
	})
	t.Run("a product that is not there answers 404 in version 2", func(t *testing.T) {
		missing(t, open(t), "/v2")
	})
}

const (
	typeOne = "application/vnd.shop.v1+json"
	typeTwo = "application/vnd.shop.v2+json"
)

// 3. Without a version in the path, Accept chooses it: of several, the newest that there is. A version that is not there leaves the choice to the others. The answer's media type is the one that was chosen.
func TestAccept(t *testing.T) {
	ask := func(t *testing.T, accept, mediaType string) {
		t.Helper()
		s := open(t)
		p := s.any()
		show, list := one(p), ones(s.products)
		if mediaType == typeTwo {
			show, list = two(p), twos(s.products)
		}
		a := s.Do("GET", p.path(), web.Header("Accept", accept))
		looks(t, a, show)
		hasType(t, a, mediaType)
		a = s.Do("GET", "/products", web.Header("Accept", accept))
		looks(t, a, list)
		hasType(t, a, mediaType)
	}
	t.Run("a media type chooses its version", func(t *testing.T) {
		ask(t, typeOne, typeOne)
		ask(t, typeTwo, typeTwo)
	})
	t.Run("of several media types the newest version is sent", func(t *testing.T) {
		ask(t, typeOne+", "+typeTwo, typeTwo)
		ask(t, typeTwo+","+typeOne, typeTwo)
		ask(t, "*/*, "+typeTwo, typeTwo)
		ask(t, typeTwo+", application/json", typeTwo)
	})
	t.Run("a version that is not there leaves the choice to the others", func(t *testing.T) {
		ask(t, "application/vnd.shop.v3+json, "+typeTwo, typeTwo)
		ask(t, "text/html, application/vnd.shop.v21+json, "+typeOne, typeOne)
	})
	t.Run("parameters and capitals make no other media type", func(t *testing.T) {
		ask(t, typeTwo+";q=0.9", typeTwo)
		ask(t, "text/html;q=0.9 , "+typeTwo+" ; charset=utf-8", typeTwo)
		ask(t, "Application/Vnd.Shop.V2+JSON", typeTwo)
	})
	t.Run("an Accept header in two lines is one list", func(t *testing.T) {
		s := open(t)
		p := s.any()
		a := s.Do("GET", p.path(), func(r *http.Request) { r.Header["Accept"] = []string{"text/html", typeTwo} })
		looks(t, a, two(p))
	})
}

// 4. Who accepts anything and names no version that there is, or sends no Accept, gets version 1.
func TestDefault(t *testing.T) {
	ask := func(t *testing.T, accept ...string) {
		t.Helper()
		s := open(t)
		p := s.any()
		look := func(option web.Option, path string, want any) {
			t.Helper()
			a := s.Do("GET", path, option)
			looks(t, a, want)
			hasType(t, a, "application/json", typeOne)
		}
		for _, text := range accept {
			option := web.Header("Accept", text)
			if text == "" {
				option = func(*http.Request) {}
			}
			look(option, p.path(), one(p))
			look(option, "/products", ones(s.products))
		}
	}
	t.Run("a client without an Accept header gets version 1", func(t *testing.T) { ask(t, "") })
	t.Run("a client that takes anything gets version 1", func(t *testing.T) {
		ask(t, "*/*", "application/*", "application/json", "application/json; charset=utf-8", "text/html, */*;q=0.8")
	})
	t.Run("a client of a version that is not there gets version 1 if it takes anything else", func(t *testing.T) {
		ask(t, "application/vnd.shop.v3+json, */*", "application/json, application/vnd.shop.v20+json")
	})
}

// 5. A path with another version answers 400; an Accept with nothing that there is answers 406. Both name v1 and v2 in the body.
func TestUnknown(t *testing.T) {
	refused := func(t *testing.T, a web.Answer, status int) {
		t.Helper()
		if a.Status != status || !strings.Contains(a.Body, "v1") || !strings.Contains(a.Body, "v2") || a.Note != "" {
			a.Fail(t, text(status)+" "+http.StatusText(status)+" with a body that names v1 and v2")
		}
	}
	t.Run("a path with a version that is not there answers 400", func(t *testing.T) {
		s := open(t)
		for _, version := range []string{"/v3", "/v0", "/v10", "/v21", "/v1" + text(s.rand.IntN(9))} {
			refused(t, s.Do("GET", version+s.any().path()), http.StatusBadRequest)
			refused(t, s.Do("GET", version+"/products"), http.StatusBadRequest)
		}
	})
	t.Run("an Accept with nothing that there is answers 406", func(t *testing.T) {
		s := open(t)
		for _, accept := range []string{
			"application/vnd.shop.v3+json", "application/vnd.shop.v10+json", "application/vnd.shop.v21+json", "application/vnd.shop.v2", "text/html, image/*",
			"application/vnd." + kit.Word(s.rand, 5) + ".v2+json", "application/vnd.shop.v2+xml",
		} {
			refused(t, s.Do("GET", s.any().path(), web.Header("Accept", accept)), http.StatusNotAcceptable)
			refused(t, s.Do("GET", "/products", web.Header("Accept", accept)), http.StatusNotAcceptable)
		}
	})
	t.Run("a path that has nothing to do with products answers 404", func(t *testing.T) {
		s := open(t)
		for _, path := range []string{"/", "/v1", "/" + kit.Word(s.rand, 6)} {
			if a := s.Do("GET", path); a.Status != http.StatusNotFound {
				a.Fail(t, "404 Not Found")
			}
		}
	})
}

// 6. Whatever Accept has decided says so in Vary.
func TestVary(t *testing.T) {
	ask := func(t *testing.T, accept, why string) {
		t.Helper()
		s := open(t)
		for _, path := range []string{"/products", s.any().path(), "/products/987654"} {
			a := s.Do("GET", path, web.Header("Accept", accept))
			fields := strings.ReplaceAll(strings.Join(a.Header.Values("Vary"), ","), " ", "")
			if !strings.Contains(","+strings.ToLower(fields)+",", ",accept,") {
				a.Fail(t, "a header that tells caches: "+why+"\nVary: Accept")
			}
		}
	}
	t.Run("an answer that Accept has chosen says so", func(t *testing.T) {
		ask(t, typeTwo, "Accept chose the version")
		ask(t, typeOne, "Accept chose the version")
	})
	t.Run("an answer that another Accept would have changed says so", func(t *testing.T) {
		ask(t, "*/*", "another Accept gets another answer")
	})
	t.Run("a refusal because of Accept says so", func(t *testing.T) {
		ask(t, "text/html", "another Accept would not be refused")
	})
}

// 7. Every answer of version 1, however it was chosen, has the dates of its deprecation and its sunset, and links to version 2 of the same. None of version 2 does.
func TestEnd(t *testing.T) {
	t.Run("every answer of version 1 has the date of its deprecation", func(t *testing.T) {
		everyOne(t, func(s *service, a web.Answer, _ string) {
			if want := "@" + text(int(s.plan.Deprecated.Unix())); a.Header.Get("Deprecation") != want {
				a.Fail(t, "the date "+s.plan.Deprecated.UTC().Format(moment)+" as RFC 9745 writes it\nDeprecation: "+want)
			}
		})
	})
	t.Run("every answer of version 1 has the date of its sunset", func(t *testing.T) {
		everyOne(t, func(s *service, a web.Answer, _ string) {
			if want := s.plan.Sunset.UTC().Format(http.TimeFormat); a.Header.Get("Sunset") != want {
				a.Fail(t, "the date "+s.plan.Sunset.Format(moment)+" as an HTTP date\nSunset: "+want)
			}
		})
	})
	t.Run("every answer of version 1 links to version 2 of the same", func(t *testing.T) {
		everyOne(t, func(s *service, a web.Answer, path string) {
			if !s.links(a, "/v2"+path) {
				a.Fail(t, `a link to version 2 of the same`+"\nLink: </v2"+path+`>; rel="successor-version"`)
			}
		})
	})
	t.Run("no answer of version 2 says that it ends", func(t *testing.T) {
		s := open(t)
		for _, path := range []string{"/products", s.any().path(), "/products/987654"} {
			for _, a := range []web.Answer{s.Do("GET", "/v2"+path), s.Do("GET", path, web.Header("Accept", typeTwo))} {
				for _, name := range []string{"Deprecation", "Sunset", "Link"} {
					if value := a.Header.Get(name); value != "" {
						a.Fail(t, "no "+name+", which is "+value+": version 2 stays")
					}
				}
			}
		}
	})
}
