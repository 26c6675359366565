package conventions_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/frameworks/conventions"
)

// 1. The plural is that of English, and only the last word has it.
func TestPlural(t *testing.T) {
	t.Run("most words add an s", func(t *testing.T) {
		tables(t, "user users", "order orders", "page pages", "month months", "path paths", "horse horses", "tree trees")
	})
	t.Run("box, bus, match and dish become boxes, buses, matches and dishes", func(t *testing.T) {
		tables(t, "box boxes", "tax taxes", "bus buses", "status statuses", "class classes", "address addresses", "match matches", "branch branches", "dish dishes", "wish wishes")
	})
	t.Run("category becomes categories, and so do words like it", func(t *testing.T) {
		tables(t, "category categories", "city cities", "company companies", "entry entries", "reply replies")
	})
	t.Run("a y after a vowel stays", func(t *testing.T) {
		tables(t, "day days", "key keys", "survey surveys", "toy toys")
	})
	t.Run("irregular words have a plural of their own", func(t *testing.T) {
		tables(t, "person people", "man men", "woman women", "child children")
	})
	t.Run("words that have no plural stay as they are", func(t *testing.T) {
		tables(t, "sheep sheep", "fish fish", "series series", "species species", "rice rice", "money money", "information information", "equipment equipment")
	})
	t.Run("only the last word is put into the plural", func(t *testing.T) {
		for _, pair := range [][2]string{
			{"SalesPerson", "sales_people"}, {"PersonRecord", "person_records"}, {"CategoryBox", "category_boxes"},
			{"ChildSeries", "child_series"}, {"SheepCompany", "sheep_companies"}, {"BusDay", "bus_days"},
		} {
			named(t, pair[0], conventions.Config{}, "Table", pair[1])
		}
	})
}

// tables checks the tables of classes, each a pair of a word and its plural,
// alone and as the last of two words.
func tables(t *testing.T, pairs ...string) {
	t.Helper()
	for _, pair := range pairs {
		var one, many string
		_, _ = fmt.Sscan(pair, &one, &many)
		named(t, capital(one), conventions.Config{}, "Table", many)
		first := kit.Word(kit.Rand(t), 4)
		named(t, capital(first)+capital(one), conventions.Config{}, "Table", first+"_"+many)
	}
}

// 2. Words of a class begin at its capitals; a run of capitals is one word; digits belong to the word before them.
func TestWords(t *testing.T) {
	t.Run("each capital after a small letter begins a word", func(t *testing.T) {
		a, b := kit.Word(kit.Rand(t), 5), kit.Word(kit.Rand(t), 3)
		files(t, map[string]string{"LineItem": "line_item", "TaxRateTable": "tax_rate_table", capital(a) + capital(b) + "Log": a + "_" + b + "_log"})
	})
	t.Run("a run of capitals is one word", func(t *testing.T) {
		files(t, map[string]string{"UserID": "user_id", "DNS": "dns", "ImportCSV": "import_csv"})
	})
	t.Run("a small letter takes the last capital of a run with it", func(t *testing.T) {
		word := kit.Word(kit.Rand(t), 5)
		files(t, map[string]string{"APIKey": "api_key", "HTTPServer": "http_server", "OldHTTPServer": "old_http_server", "URL" + capital(word): "url_" + word, "IsAUser": "is_a_user"})
	})
	t.Run("digits belong to the word before them", func(t *testing.T) {
		files(t, map[string]string{"S3Bucket": "s3_bucket", "Base64File": "base64_file", "OAuth2Token": "o_auth2_token", "Area51": "area51"})
	})
}

func files(t *testing.T, names map[string]string) {
	t.Helper()
	for _, class := range slices.Sorted(maps.Keys(names)) {
		named(t, class, conventions.Config{}, "ModelFile", "app/models/"+names[class]+".rb")
	}
}

// 3. The model's file is singular; table, controller and its file are plural.
func TestNames(t *testing.T) {
	for _, names := range [][]string{
		{"a plain class has all its names", "User", "users", "user", "UsersController", "users"},
		{"a class of two words has all its names", "LineItem", "line_items", "line_item", "LineItemsController", "line_items"},
		{"a class with a plural of its own has all its names", "Person", "people", "person", "PeopleController", "people"},
		{"a class that ends in y has all its names", "Category", "categories", "category", "CategoriesController", "categories"},
		{"a class that ends in s has all its names", "Bus", "buses", "bus", "BusesController", "buses"},
		{"a class without a plural has all its names", "Sheep", "sheep", "sheep", "SheepController", "sheep"},
		{"a class with a run of capitals has all its names", "APIKey", "api_keys", "api_key", "ApiKeysController", "api_keys"},
		{"a class with digits in its middle has all its names", "S3Bucket", "s3_buckets", "s3_bucket", "S3BucketsController", "s3_buckets"},
		{"a class of three words has all its names", "OldSalesPerson", "old_sales_people", "old_sales_person", "OldSalesPeopleController", "old_sales_people"},
	} {
		t.Run(names[0], func(t *testing.T) {
			none := conventions.Config{}
			named(t, names[1], none, "Table", names[2])
			named(t, names[1], none, "ModelFile", "app/models/"+names[3]+".rb")
			named(t, names[1], none, "Controller", names[4])
			named(t, names[1], none, "ControllerFile", "app/controllers/"+names[5]+"_controller.rb")
		})
	}
}

// 6. What the configuration says is taken as it is written, and decides only what it is for.
func TestConfig(t *testing.T) {
	t.Run("a table that is named is the table, letter by letter", func(t *testing.T) {
		for _, table := range []string{"T_USER", "legacy." + kit.Word(kit.Rand(t), 6), "person", "Users_v2"} {
			c := conventions.Config{Table: table}
			named(t, "User", c, "Table", table)
			the(t, "User", c, "app/models/user.rb", "UsersController", "users_controller.rb", "/users", "users", "user", "users")
		}
	})
	t.Run("a plural that is given is used for all that is plural", func(t *testing.T) {
		many := kit.Word(kit.Rand(t), 6)
		c := conventions.Config{Plural: many}
		named(t, "Cactus", c, "Table", many)
		the(t, "Cactus", c, "app/models/cactus.rb", capital(many)+"Controller", many+"_controller.rb", "/"+many, many, "cactus", many)
	})
	t.Run("a plural that is the singular has the helper for such words", func(t *testing.T) {
		c := conventions.Config{Plural: "staff"}
		named(t, "Staff", c, "Table", "staff")
		the(t, "Staff", c, "app/models/staff.rb", "StaffController", "staff_controller.rb", "/staff", "staff", "staff", "staff_index")
	})
	t.Run("a path that is given is in the addresses alone", func(t *testing.T) {
		path := kit.Word(kit.Rand(t), 6)
		c := conventions.Config{Path: path}
		named(t, "Person", c, "Table", "people")
		the(t, "Person", c, "app/models/person.rb", "PeopleController", "people_controller.rb", "/"+path, "people", "person", "people")
	})
	t.Run("a controller that is given decides its class, file and actions alone", func(t *testing.T) {
		name := kit.Word(kit.Rand(t), 5)
		c := conventions.Config{Controller: "old_" + name}
		named(t, "Person", c, "Table", "people")
		the(t, "Person", c, "app/models/person.rb", "Old"+capital(name)+"Controller", "old_"+name+"_controller.rb", "/people", "old_"+name, "person", "people")
	})
	t.Run("all of them together keep out of one another's way", func(t *testing.T) {
		c := conventions.Config{Plural: "mice", Table: "T_MOUSE", Path: "rodents", Controller: "cages"}
		named(t, "Mouse", c, "Table", "T_MOUSE")
		the(t, "Mouse", c, "app/models/mouse.rb", "CagesController", "cages_controller.rb", "/rodents", "cages", "mouse", "mice")
	})
}
