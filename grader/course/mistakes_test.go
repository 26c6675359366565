package course

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// TestMistakesAreTold changes one thing in a good course and expects one
// sentence with the place.
func TestMistakesAreTold(t *testing.T) {
	const (
		crud  = "exercises/rest/crud/README.md"
		track = "exercises/rest/track.toml"
	)
	for _, m := range []struct{ file, old, new, want string }{
		{crud, "level = 1 ", "level = 0 ", "3: level is 0; expected 1 to 5"},
		{crud, "level = 1 ", "level = 6 ", "3: level is 6; expected 1 to 5"},
		{crud, "level = 1 ", "#", "2: level is 0; expected 1 to 5"},
		{crud, "level = 1 ", `level = "one"`, "3: level: incompatible types: TOML value has type string; destination has type integer"},
		{crud, "level = 1 ", "lvl = 1 ", `3: unknown key "lvl"; expected title, level,`},
		{crud, "level = 1 ", "Level = 1 ", `3: unknown key "Level"; expected title, level,`},
		{crud, "timeout = ", "[x]\ny = ", `10: unknown key "x"; expected title`},
		{crud, "level = 1 ", "level = 1 1 ", "3: expected a top-level item to end with a newline"},
		{crud, "level = 1 ", "title = \"again\" ", "3: "},
		{crud, "minutes = 10", "minutes = 0", "4: minutes is 0; expected at least 1"},
		{crud, `kind = "code"`, `kind = "quiz"`, `5: kind is "quiz"; expected code, file or tests`},
		{crud, `title = "Orders that forget"`, `title = " "`, "2: title: expected one line of text"},
		{crud, `skills = ["RESTful APIs", "Go"]`, `skills = []`, "6: skills: expected at least one entry of the skill list"},
		{crud, `"RESTful APIs", "Go"`, `"Go", "Go"`, `6: skills has "Go" twice`},
		{crud, `["orders.go", "migrations/"]`, `[]`, "7: edit: expected at least one file that the learner changes"},
		{crud, `["orders.go", `, `["order.go", `, `7: edit has "order.go", and the exercise's folder has no such file`},
		{crud, `"migrations/"`, `"migration/"`, `7: edit has "migration/", and the exercise's folder has no such file`},
		{crud, `"migrations/"`, `"migrations"`, `7: edit has "migrations", and the exercise's folder has no such file`},
		{crud, `"migrations/"`, `"../crud/orders.go"`, `7: edit has "../crud/orders.go"; expected a slash path inside`},
		{crud, `"migrations/"`, `"README.md"`, `7: edit has "README.md"; expected a slash path inside`},
		{crud, `"redis", "postgres?"`, `"redis", "oracle"`, `8: services has "oracle"; expected one of sql, postgres, redis`},
		{crud, `["net/http"]`, `["net http"]`, `9: imports has "net http"; expected an import path`},
		{crud, `"1m30s"`, `"90"`, `10: timeout is "90"; expected a duration such as "20s"`},
		{crud, `"1m30s"`, `"-1s"`, `10: timeout is "-1s"; expected a duration such as "20s"`},
		{crud, `"1m30s"`, "\"1m30s\"\nrepeat = 3", "11: repeat is 3; expected 1 to 50, for kind tests alone"},
		{crud, `"1m30s"`, `90`, "10: timeout: incompatible types"},
		{crud, `["go/leak"]`, `["leak"]`, `11: after has "leak"; expected "track/name"`},
		{crud, `["go/leak"]`, `["go/leaks"]`, `11: after: there is no exercise "go/leaks"; did you mean go/leak?`},
		{crud, `["go/leak"]`, `["rest/crud"]`, "11: these wait for each other: rest/crud after rest/crud"},
		{crud, "+++\ntitle", "++\ntitle", "1: expected +++, then the front matter in TOML, then +++"},
		{crud, "+++\n\n# Orders", "\n# Orders", "1: the front matter does not end: expected a line +++"},
		{crud, "**Done when**", "**Ready**", "12: expected a line that starts with **Done when** and a numbered list under it"},
		{crud, "1. POST", "- POST", "20: expected the numbered list of **Done when** here"},
		{crud, "2. Two", "3. Two", "22: item 3 of the list under **Done when**; expected 2"},
		{track, "title = ", "name = ", `1: unknown key "name"; expected title, about, exercises or was`},
		{track, `"HTTP APIs"`, `""`, "1: title: expected the name of the track"},
		{track, "rely on,\n", "rely on,\n\n", "2: about: expected one paragraph"},
		{track, `["status", "crud"]`, `["status", "crud", "crud"]`, `5: exercises has "crud" twice`},
		{track, `["status", "crud"]`, `["status", "crud", "etag"]`, `5: exercises has "etag", and there is no such folder`},
		{track, `["status", "crud"]`, `["status"]`, `5: exercises lacks "crud", whose folder is there`},
		{track, `"status", `, `"Status", `, `5: exercises has "Status"; expected one lower-case word`},
		{track, `"status", `, `"range", `, `5: exercises has "range"; expected one lower-case word`},
		{track, `orders = "crud"`, `orders = "crud/"`, `6: was has "crud/"; expected name = "track/name"`},
		{track, `orders = "crud"`, `orders.x = "crud"`, "6: was.orders: incompatible types"},
		{track, `orders = "crud"`, `orders = "orders"`, ` was leads from "rest/orders" to "rest/orders"; expected an exercise that is there today`},
		{track, `orders = "crud"`, `status = "crud"`, ` was has "rest/status", and there is such an exercise today`},
		{"exercises/course.toml", `"rest", "go"`, `"rest"`, `2: tracks lacks "go", whose folder is there; add it where it belongs in the order`},
		{"exercises/course.toml", `"rest", "go"`, `"rest", "go", "sql"`, `2: tracks has "sql", and there is no such folder`},
		{"exercises/course.toml", `title = "Small"`, `titel = "Small"`, `1: unknown key "titel"; expected title or tracks`},
		{"exercises/course.toml", `title = "Small"`, ``, "1: title: expected the name of the course"},
	} {
		_, err := LoadTrees(replaced(t, m.file, m.old, m.new))
		if want := m.file + ":" + m.want; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s in place of %s\ngot  %v\nwant %s", m.new, m.old, err, want)
		}
		var format *FormatError
		if !errors.As(err, &format) {
			t.Errorf("%s: got a %T", m.new, err)
		}
	}
}

func TestCircleOfPrerequisites(t *testing.T) {
	fsys := replaced(t, "exercises/go/leak/README.md", `edit = ["leak_test.go"]`, `edit = ["leak_test.go"]`+"\n"+`after = ["rest/status"]`)
	_, err := LoadTrees(fsys)
	if want := "exercises/go/leak/README.md:8: these wait for each other: rest/status after rest/crud after go/leak after rest/status"; fmt.Sprint(err) != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestAllMistakesAreToldAndTheRestIsRead(t *testing.T) {
	fsys := replaced(t, "exercises/rest/crud/README.md", "level = 1 ", "level = 9 ")
	fsys["exercises/go/track.toml"].Data = []byte("title = 1\n")
	fsys["exercises/rest/new/README.md"] = fsys["exercises/rest/crud/README.md"]
	c, err := LoadTrees(fsys)
	for _, want := range []string{"exercises/rest/crud/README.md:3:", "exercises/go/track.toml:1:", `lacks "new"`} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("got %v, want %s in it", err, want)
		}
	}
	if got := ids(Order(c)); len(got) != 1 || got[0] != "rest/status" {
		t.Errorf("read %v, want rest/status", got)
	}
	if c, err := Load(fstest.MapFS{}); err != nil || len(c.Tracks) != 0 {
		t.Errorf("an empty folder: got %v, %v", c, err)
	}
}

func TestMistakesInPackedCourses(t *testing.T) {
	for _, m := range []struct{ file, content, want string }{
		{"solutions/rest/track.txtar", "title = 1\n", "solutions/rest/track.txtar: expected an archive with track.toml, as kata author pack makes it"},
		{"solutions/rest/crud/starter.txtar", "-- orders.go --\n", "exercises/rest/crud: the starter has no README.md"},
		{"solutions/rest/crud/starter.txtar", "-- ../../x --\n", `solutions/rest/crud/starter.txtar: the archive has a file "../../x"; expected a slash path inside`},
		{"solutions/rest/crud/starter.txtar", "-- /etc/x --\n", `solutions/rest/crud/starter.txtar: the archive has a file "/etc/x"; expected`},
		{"solutions/rest/crud/starter.txtar", "-- a\\b --\n", `solutions/rest/crud/starter.txtar: the archive has a file "a\\b"; expected`},
		{"solutions/rest/crud/starter.txtar", "-- a --\n-- a --\n", "solutions/rest/crud/starter.txtar: the archive has a twice"},
		{"solutions/rest/crud/starter.txtar", "-- README.md --\nhello\n", "exercises/rest/crud/README.md:1: expected +++"},
		{"solutions/course.txtar", "-- course.toml --\ntitle = 'x'\ntracks = ['rest']\n", `exercises/course.toml:2: tracks lacks "go"`},
	} {
		fsys := packedOnly(t, tree(small))
		fsys[m.file] = &fstest.MapFile{Data: []byte(m.content)}
		if c, err := Load(fsys); c != nil || !strings.Contains(fmt.Sprint(err), m.want) {
			t.Errorf("got  %v\nwant %s", err, m.want)
		}
	}
	fsys := packedOnly(t, tree(small))
	delete(fsys, "solutions/rest/crud/starter.txtar")
	if _, err := Load(fsys); !strings.Contains(fmt.Sprint(err), "read the course: open solutions/rest/crud/starter.txtar") {
		t.Errorf("got %v", err)
	}
}

func TestBadFolderName(t *testing.T) {
	fsys := with("exercises/course.toml", "")
	for name, f := range tree(small) {
		if rest, ok := strings.CutPrefix(name, "exercises/go/"); ok {
			delete(fsys, name)
			fsys["exercises/go-lang/"+rest] = f
		}
	}
	if _, err := LoadTrees(fsys); !strings.Contains(fmt.Sprint(err), `exercises/go-lang/track.toml:1: the folder is called "go-lang"; expected one lower-case word`) {
		t.Errorf("got %v", err)
	}
}
