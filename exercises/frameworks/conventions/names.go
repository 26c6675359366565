// Package conventions makes the names that Rails makes from the name of a class.
package conventions

import "strings"

// Config says where a model departs from the conventions. What is empty
// follows them.
type Config struct {
	Plural     string // plural of the model's name, "cacti": for all that is plural
	Table      string // "legacy.T_USER": the table, and nothing else
	Path       string // "members": the first part of the addresses, and nothing else
	Controller string // "accounts": AccountsController, its file and its actions
}

// Resource is all that follows from the name of a class.
type Resource struct {
	Table          string // users
	ModelFile      string // app/models/user.rb
	Controller     string // UsersController
	ControllerFile string // app/controllers/users_controller.rb
	Routes         []Route
}

// Route leads requests to an action. The router takes the first that fits.
type Route struct {
	Method  string // GET
	Pattern string // /users/:id
	Action  string // users#show
	Helper  string // user; "" for an address that another route names
}

// For returns the names that follow from a class such as LineItem.
func For(class string, config Config) Resource {
	singular := underscore(class)
	plural := pluralize(singular)
	if config.Plural != "" {
		singular = config.Plural
	}
	controller := plural
	if config.Controller != "" {
		controller = pluralize(config.Controller)
	}
	path := plural
	if config.Table != "" {
		plural = pluralize(underscore(config.Table))
	}
	return Resource{
		Table:          plural,
		ModelFile:      "app/models/" + singular + ".rb",
		Controller:     class + "sController",
		ControllerFile: "app/controllers/" + controller + "_controller.rb",
		Routes:         routes(singular, path, controller),
	}
}

func routes(singular, plural, controller string) []Route {
	list, one := "/"+plural, "/"+plural+"/:id"
	return []Route{
		{"GET", list, controller + "#index", plural},
		{"POST", list, controller + "#create", ""},
		{"GET", one, controller + "#show", singular},
		{"PUT", one, controller + "#update", ""},
		{"DELETE", one, controller + "#destroy", ""},
		{"GET", list + "/new", controller + "#new", "new_" + singular},
		{"GET", one + "/edit", controller + "#edit", "edit_" + singular},
	}
}

// underscore turns LineItem into line_item.
func underscore(class string) string {
	var b strings.Builder
	for i, c := range class {
		if i > 0 && c >= 'A' && c <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(c)
	}
	return strings.ToLower(b.String())
}

var irregular = map[string]string{
	"person": "people", "man": "men", "woman": "women", "child": "children",
	"sheep": "sheep", "fish": "fish", "series": "series", "species": "species",
	"rice": "rice", "money": "money", "information": "information", "equipment": "equipment",
}

func pluralize(word string) string {
	if plural, ok := irregular[word]; ok {
		return plural
	}
	if stem, ok := strings.CutSuffix(word, "y"); ok {
		return stem + "ies"
	}
	return word + "s"
}
