package routes_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/frameworks/routes"
)

// 1. <int:id> is digits alone and gives its view that int; any other path fits no rule and is answered 404.
func TestVariables(t *testing.T) {
	t.Run("digits reach the view as that int", func(t *testing.T) {
		s := open(t)
		s.route("/shops/<int:shop>/orders/<int:id>")
		for range 3 {
			shop, id := s.rand.IntN(1000), 1000+s.rand.IntN(1000000)
			a := s.serve().Do("GET", fmt.Sprintf("/shops/%d/orders/%d", shop, id))
			s.answered(a, fmt.Sprintf("GET /shops/<int:shop>/orders/<int:id> id=int(%d) shop=int(%d)", id, shop))
		}
	})
	t.Run("what is not digits answers 404 and meets no view", func(t *testing.T) {
		s := open(t)
		s.route("/orders/<int:id>")
		n := s.rand.IntN(1000)
		for _, bad := range []string{kit.Word(s.rand, 3), fmt.Sprint(-n), fmt.Sprint("+", n), fmt.Sprint(n, "a"), fmt.Sprint("0x", n), fmt.Sprint(n, ".5"), fmt.Sprint(n, "_0"), fmt.Sprint("%20", n), ""} {
			s.missed(s.serve().Do("GET", "/orders/"+bad))
		}
	})
	t.Run("a number that no int holds answers 404", func(t *testing.T) {
		s := open(t)
		s.route("/orders/<int:id>")
		s.missed(s.serve().Do("GET", fmt.Sprintf("/orders/%d00000000000000000000", 1+s.rand.IntN(1000))))
	})
	t.Run("a path that an int rule refuses may fit a later rule", func(t *testing.T) {
		s := open(t)
		s.route("/orders/<int:id>")
		s.route("/orders/<name>")
		name := kit.Word(s.rand, 5)
		s.answered(s.serve().Do("GET", "/orders/"+name), "GET /orders/<name> name=string("+name+")")
	})
	t.Run("text reaches the view unescaped", func(t *testing.T) {
		s := open(t)
		s.route("/teas/<name>")
		word := kit.Word(s.rand, 4)
		a := s.serve().Do("GET", "/teas/"+word+"%20%26%3Fcaf%C3%A9")
		s.answered(a, "GET /teas/<name> name=string("+word+" &?café)")
	})
	t.Run("a path that is longer, shorter or other than a rule answers 404", func(t *testing.T) {
		s := open(t)
		s.route("/teas/<name>/price")
		for _, path := range []string{"/", "/teas/", "/teas/green", "/teas//price", "/teas/green/prices", "/teas/green/price/now", "/tea/green/price"} {
			s.missed(s.serve().Do("GET", path))
		}
	})
}

// 2. A request goes to the first rule that fits its path and method; a path that lacks the method answers 405 and Allow names those it has.
func TestMethods(t *testing.T) {
	t.Run("a method that a path does not have answers 405", func(t *testing.T) {
		s := open(t)
		s.route("/orders", "GET")
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
			if a := s.serve().Do(method, "/orders"); a.Status != http.StatusMethodNotAllowed {
				a.Fail(t, "405 Method Not Allowed: the path is right, the method is not")
			}
		}
	})
	t.Run("Allow names the methods of every rule that fits the path", func(t *testing.T) {
		s := open(t)
		s.route("/orders/<int:id>")
		s.route("/orders/<word>", "PUT", "DELETE")
		s.route("/other", "PATCH")
		s.allows(s.serve().Do("POST", fmt.Sprint("/orders/", s.rand.IntN(100))), "GET", "PUT", "DELETE")
		s.allows(s.serve().Do("POST", "/orders/"+kit.Word(s.rand, 3)), "PUT", "DELETE")
	})
	t.Run("a path without a rule answers 404 whatever the method", func(t *testing.T) {
		s := open(t)
		s.route("/orders/<int:id>", "GET", "POST")
		for _, method := range []string{"GET", "POST", "DELETE"} {
			s.missed(s.serve().Do(method, "/orders/"+kit.Word(s.rand, 3)))
		}
	})
	t.Run("each method of a path finds its own rule", func(t *testing.T) {
		s := open(t)
		s.route("/orders/<int:id>")
		s.route("/orders/<int:number>", "POST", "PUT")
		s.route("/orders/<word>", "PUT", "DELETE")
		n := s.rand.IntN(1000)
		for method, rule := range map[string]string{
			"GET":    "/orders/<int:id> id=int",
			"POST":   "/orders/<int:number> number=int",
			"PUT":    "/orders/<int:number> number=int",
			"DELETE": "/orders/<word> word=string",
		} {
			s.answered(s.serve().Do(method, fmt.Sprint("/orders/", n)), fmt.Sprintf("%s %s(%d)", method, rule, n))
		}
	})
	t.Run("HEAD is answered where GET is", func(t *testing.T) {
		s := open(t)
		s.route("/orders")
		if a := s.serve().Do("HEAD", "/orders"); a.Status != http.StatusOK || a.Body != "" {
			a.Fail(t, "200 OK without a body")
		}
	})
}

// 3. A rule that ends in a slash, asked for without it, sends the client there with method, body and query.
func TestSlash(t *testing.T) {
	t.Run("a POST without the slash arrives as a POST with its body", func(t *testing.T) {
		s := open(t)
		s.route("/orders/", "GET", "POST")
		tea := `{"item":"` + kit.Word(s.rand, 6) + `"}`
		s.answered(s.follow("POST", "/orders", tea), "POST /orders/ "+tea)
	})
	t.Run("the query arrives", func(t *testing.T) {
		s := open(t)
		s.route("/orders/")
		query := "q=" + kit.Word(s.rand, 5) + "%20%26&page=2"
		s.answered(s.follow("GET", "/orders?"+query, ""), "GET /orders/?"+query)
	})
	t.Run("a rule with a variable is found without its slash too", func(t *testing.T) {
		s := open(t)
		s.route("/teas/<name>/")
		word := kit.Word(s.rand, 4)
		s.answered(s.follow("GET", "/teas/"+word, ""), "GET /teas/<name>/ name=string("+word+")")
		s.answered(s.follow("GET", "/teas/"+word+"%3Fcaf%C3%A9%25", ""), "GET /teas/<name>/ name=string("+word+"?café%)")
	})
	t.Run("with the slash the view answers at once", func(t *testing.T) {
		s := open(t)
		s.route("/")
		s.route("/orders/")
		s.answered(s.serve().Do("GET", "/orders/"), "GET /orders/")
		s.answered(s.serve().Do("GET", "/"), "GET /")
	})
	t.Run("a rule without the slash does not fit a path that has one", func(t *testing.T) {
		s := open(t)
		s.route("/about")
		s.route("/teas/<name>")
		s.missed(s.serve().Do("GET", "/about/"))
		s.missed(s.serve().Do("GET", "/teas/"+kit.Word(s.rand, 4)+"/"))
	})
}

// 6. An error is answered with the status of an Abort in it, else 500, by the error page for that status or a text that tells nothing.
func TestErrors(t *testing.T) {
	secret := "SELECT name FROM people"
	fails := func(s *site, err error) {
		s.app.Route("/broken", func(*http.Request, routes.Args) (routes.Response, error) {
			return routes.Response{Body: "half an answer"}, err
		})
	}
	t.Run("a view's Abort decides the status, wrapped or not", func(t *testing.T) {
		status := []int{400, 403, 404, 409, 410, 503}[kit.Rand(t).IntN(6)]
		for _, err := range []error{routes.Abort(status), fmt.Errorf("%s: %w", secret, routes.Abort(status))} {
			s := open(t)
			fails(s, err)
			s.told(s.serve().Do("GET", "/broken"), status, secret, fmt.Sprintf("the view returned %q, in it Abort(%d)", err, status))
		}
	})
	t.Run("any other error answers 500 and stays inside", func(t *testing.T) {
		s := open(t)
		fails(s, fmt.Errorf("%s: out of memory", secret))
		s.told(s.serve().Do("GET", "/broken"), http.StatusInternalServerError, secret, "the view returned an error about "+secret)
	})
	t.Run("the error page for its status answers an error", func(t *testing.T) {
		s := open(t)
		status := []int{403, 404, 409, 410}[s.rand.IntN(4)]
		fails(s, fmt.Errorf("order 7: %w", routes.Abort(status)))
		s.page(status)
		s.page(418)
		s.page(500)
		s.paged(s.serve().Do("GET", "/broken"), status, fmt.Sprintf("the view returned an error with Abort(%d) in it", status))
	})
	t.Run("error pages answer also what fits no rule or lacks the method", func(t *testing.T) {
		s := open(t)
		s.route("/orders")
		s.page(404)
		s.page(405)
		s.paged(s.serve().Do("GET", "/"+kit.Word(s.rand, 5)), 404, "there is no such path")
		s.paged(s.serve().Do("POST", "/orders"), 405, "the path has GET only")
	})
	t.Run("an error of a before hook ends the request like one of a view", func(t *testing.T) {
		s := open(t)
		s.route("/orders")
		s.app.Before(func(*http.Request) (*routes.Response, error) { return nil, routes.Abort(403) })
		s.page(403)
		s.paged(s.serve().Do("GET", "/orders"), 403, "a before hook returned Abort(403)")
	})
	t.Run("the page for 500 is given the error itself and may choose the status", func(t *testing.T) {
		s := open(t)
		boom := fmt.Errorf("%s: out of memory", secret)
		fails(s, boom)
		var given error
		s.app.OnError(500, func(_ *http.Request, err error) routes.Response {
			given = err
			return routes.Response{Status: 503, Body: "later"}
		})
		a := s.serve().Do("GET", "/broken")
		if given != boom || a.Status != 503 || a.Body != "later" {
			a.Note = fmt.Sprintf("the page was given %v", given)
			a.Fail(t, "503, as the page says, and the page given the view's error")
		}
	})
}
