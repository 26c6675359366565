// Package conventions makes the names that Rails makes from the name of a class.
package conventions

import "cmp"

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
	plural := cmp.Or(config.Plural, pluralize(singular))
	controller := cmp.Or(config.Controller, plural)
	return Resource{
		Table:          cmp.Or(config.Table, plural),
		ModelFile:      "app/models/" + singular + ".rb",
		Controller:     camelize(controller) + "Controller",
		ControllerFile: "app/controllers/" + controller + "_controller.rb",
		Routes:         routes("/"+cmp.Or(config.Path, plural), controller, singular, index(singular, plural)),
	}
}

// index is the helper of the list, which must not be that of a single one.
func index(singular, plural string) string {
	if singular == plural {
		return plural + "_index"
	}
	return plural
}

// routes puts new before show, for which "new" would be an id.
func routes(path, controller, singular, index string) []Route {
	one := path + "/:id"
	return []Route{
		{"GET", path, controller + "#index", index},
		{"POST", path, controller + "#create", ""},
		{"GET", path + "/new", controller + "#new", "new_" + singular},
		{"GET", one + "/edit", controller + "#edit", "edit_" + singular},
		{"GET", one, controller + "#show", singular},
		{"PATCH", one, controller + "#update", ""},
		{"PUT", one, controller + "#update", ""},
		{"DELETE", one, controller + "#destroy", ""},
	}
}
