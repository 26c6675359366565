package conventions_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/frameworks/conventions"
)

// 4. Seven actions are routed as Rails does, update by PATCH and by PUT, and nothing else is.
func TestRoutes(t *testing.T) {
	id := fmt.Sprint(1 + kit.Rand(t).IntN(1000))
	name := kit.Word(kit.Rand(t), 9)
	t.Run("the list is shown and added to", func(t *testing.T) {
		routed(t, "User", conventions.Config{}, "GET /users", "users#index")
		routed(t, "User", conventions.Config{}, "POST /users", "users#create")
	})
	t.Run("new is an action and no id", func(t *testing.T) {
		routed(t, "User", conventions.Config{}, "GET /users/new", "users#new")
	})
	t.Run("one is shown, edited and destroyed", func(t *testing.T) {
		for _, one := range []string{"/users/" + id, "/users/" + name} {
			routed(t, "User", conventions.Config{}, "GET "+one, "users#show")
			routed(t, "User", conventions.Config{}, "GET "+one+"/edit", "users#edit")
			routed(t, "User", conventions.Config{}, "DELETE "+one, "users#destroy")
		}
	})
	t.Run("one is updated by PATCH and by PUT", func(t *testing.T) {
		routed(t, "User", conventions.Config{}, "PUT /users/"+id, "users#update")
		routed(t, "User", conventions.Config{}, "PATCH /users/"+id, "users#update")
	})
	t.Run("nothing else is routed", func(t *testing.T) {
		for _, request := range []string{
			"DELETE /users", "PUT /users", "PATCH /users", "POST /users/new", "POST /users/" + id, "POST /users/" + id + "/edit",
			"DELETE /users/" + id + "/edit", "GET /users/" + id + "/delete", "GET /users/" + id + "/new", "GET /user", "GET /", "GET /users/" + id + "/edit/now",
		} {
			routed(t, "User", conventions.Config{}, request, "no route")
		}
	})
	t.Run("addresses and actions carry the plural of the class", func(t *testing.T) {
		routed(t, "SalesPerson", conventions.Config{}, "GET /sales_people/new", "sales_people#new")
		routed(t, "Category", conventions.Config{}, "DELETE /categories/"+id, "categories#destroy")
		routed(t, "Sheep", conventions.Config{}, "GET /sheep", "sheep#index")
		routed(t, "APIKey", conventions.Config{}, "GET /api_keys/"+id, "api_keys#show")
	})
}

// 5. Index, new, edit and show have their own helpers, also where plural and singular are one word.
func TestHelpers(t *testing.T) {
	none := conventions.Config{}
	t.Run("the four addresses have their helpers", func(t *testing.T) {
		helped(t, "User", none, "/users", "users", "user")
		helped(t, "SalesPerson", none, "/sales_people", "sales_people", "sales_person")
		helped(t, "APIKey", none, "/api_keys", "api_keys", "api_key")
	})
	t.Run("where plural and singular are one word index has a helper of its own", func(t *testing.T) {
		helped(t, "Sheep", none, "/sheep", "sheep_index", "sheep")
		helped(t, "ChildSeries", none, "/child_series", "child_series_index", "child_series")
	})
	t.Run("no helper stands for two addresses, and there are no others", func(t *testing.T) {
		for _, class := range []string{"User", "Sheep", "Person"} {
			patterns := map[string]string{}
			for _, r := range conventions.For(class, none).Routes {
				if was, known := patterns[r.Helper]; known && was != r.Pattern && r.Helper != "" {
					fail(t, class, none, fmt.Sprintf("the helper %s of %s and of %s", r.Helper, was, r.Pattern), "a helper for each, or none")
				}
				patterns[r.Helper] = r.Pattern
			}
			delete(patterns, "")
			if len(patterns) != 4 {
				fail(t, class, none, fmt.Sprintf("%d helpers: %s", len(patterns), strings.Join(slices.Sorted(maps.Keys(patterns)), ", ")), "four helpers: of index, new, edit and show")
			}
		}
	})
}

// helped checks the helpers of a class whose addresses begin with path.
func helped(t *testing.T, class string, c conventions.Config, path, many, one string) {
	t.Helper()
	for _, pair := range [][2]string{{"GET " + path, many}, {"GET " + path + "/new", "new_" + one}, {"GET " + path + "/7/edit", "edit_" + one}, {"GET " + path + "/7", one}} {
		request, want := pair[0], pair[1]
		r, ok := find(conventions.For(class, c).Routes, request)
		if !ok || r.Helper != want {
			fail(t, class, c, fmt.Sprintf("%s has the helper %q\n%s", request, r.Helper, table(class, c, func(r conventions.Route) string { return r.Helper })), fmt.Sprintf("%s has the helper %q", request, want))
		}
	}
}

// routed fails unless the request goes to the action, or to "no route".
func routed(t *testing.T, class string, c conventions.Config, request, want string) {
	t.Helper()
	got := "no route"
	if r, ok := find(conventions.For(class, c).Routes, request); ok {
		got = r.Action
	}
	if got != want {
		fail(t, class, c, request+"  goes to  "+got+"\n"+table(class, c, func(r conventions.Route) string { return r.Action }), request+"  goes to  "+want)
	}
}

// find is the router: the first route that fits a request such as "GET /users".
func find(routes []conventions.Route, request string) (conventions.Route, bool) {
	method, path, _ := strings.Cut(request, " ")
	for _, r := range routes {
		if r.Method == method && fits(r.Pattern, path) {
			return r, true
		}
	}
	return conventions.Route{}, false
}

func fits(pattern, path string) bool {
	return slices.EqualFunc(strings.Split(pattern, "/"), strings.Split(path, "/"), func(want, got string) bool {
		return want == got || strings.HasPrefix(want, ":") && got != ""
	})
}

// table lists the routes of a class as they are, with what column says of each.
func table(class string, c conventions.Config, column func(conventions.Route) string) string {
	var b strings.Builder
	b.WriteString("of these routes, in this order:\n")
	for _, r := range conventions.For(class, c).Routes {
		fmt.Fprintf(&b, "  %-6s %-23s %s\n", r.Method, r.Pattern, column(r))
	}
	return b.String()
}

// the checks all names of a resource but the table's.
func the(t *testing.T, class string, c conventions.Config, model, controller, file, path, actions, one, index string) {
	t.Helper()
	named(t, class, c, "ModelFile", model)
	named(t, class, c, "Controller", controller)
	named(t, class, c, "ControllerFile", "app/controllers/"+file)
	routed(t, class, c, "GET "+path+"/new", actions+"#new")
	routed(t, class, c, "PUT "+path+"/7", actions+"#update")
	helped(t, class, c, path, index, one)
}

// named fails unless one of a resource's names is as wanted.
func named(t *testing.T, class string, c conventions.Config, field, want string) {
	t.Helper()
	r := conventions.For(class, c)
	got := map[string]string{"Table": r.Table, "ModelFile": r.ModelFile, "Controller": r.Controller, "ControllerFile": r.ControllerFile}[field]
	if got != want {
		fail(t, class, c, field+" "+got, field+" "+want)
	}
}

func fail(t *testing.T, class string, c conventions.Config, got, want string) {
	t.Helper()
	var set []string
	for _, f := range [][2]string{{"Plural", c.Plural}, {"Table", c.Table}, {"Path", c.Path}, {"Controller", c.Controller}} {
		if f[1] != "" {
			set = append(set, fmt.Sprintf("%s: %q", f[0], f[1]))
		}
	}
	kit.Fail(t, kit.Failure{
		Sent: fmt.Sprintf("For(%q, Config{%s})", class, strings.Join(set, ", ")),
		Got:  got, Want: want, At: kit.At(conventions.For),
	})
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
