package course

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/tools/txtar"
)

// small is a course of two tracks as an author has it.
const small = `
-- exercises/course.toml --
title = "Small"
tracks = ["rest", "go"]
-- exercises/rest/track.toml --
title = "HTTP APIs"
about = """
What a client may rely on,
line by line."""
exercises = ["status", "crud"]
[was]
orders = "crud"
"http/codes" = "rest/status"
-- exercises/rest/status/README.md --
+++
title = "Everything is fine"
level = 2
minutes = 15
kind = "code"
skills = ["RESTful APIs"]
edit = ["status.go"]
after = ["rest/crud"]
+++
# Everything is fine

**Done when**
1. It says so.
-- exercises/rest/status/status.go --
package status
-- exercises/rest/crud/README.md --
+++
title = "Orders that forget"
level = 1                       # 1-5
minutes = 10
kind = "code"
skills = ["RESTful APIs", "Go"]
edit = ["orders.go", "migrations/"]
services = ["redis", "postgres"]
imports = ["net/http"]
timeout = "1m30s"
after = ["go/leak"]
+++

# Orders that forget

Support says: "I delete an order".

**Done when**

1. POST answers 201,
   a Location and the stored order.
2. Two clients never get the same id.

**Keep** New.
-- exercises/rest/crud/orders.go --
package crud
-- exercises/rest/crud/.dockerignore --
-- exercises/rest/crud/migrations/1.sql --
SELECT 1;
-- exercises/go/track.toml --
title = "Go for servers"
about = "What leaks."
exercises = ["leak"]
-- exercises/go/leak/README.md --
+++
title = "Leak"
level = 5
minutes = 30
kind = "tests"
skills = ["memory leaks"]
edit = ["leak_test.go"]
+++
**Done when** all of it holds:
1. Nothing leaks.
-- exercises/go/leak/leak_test.go --
package leak
-- solutions/rest/crud/orders.go --
package crud

// fixed
-- solutions/rest/crud/internal/ids/ids.go --
package ids
-- solutions/rest/crud/migrations/1.sql --
SELECT 2;
-- solutions/rest/crud/orders_test.go --
package crud_test
-- solutions/rest/crud/testdata/golden_test.go --
package golden
-- solutions/rest/crud/hints.md --
# Hints

## 1
How many?

## 2 The lock
Who?
-- solutions/rest/crud/notes.md --
# Why
-- solutions/rest/crud/behaviours.txt --
TestCreate: 1. POST answers 201
  with a body
    of JSON
  without a body
TestIDs: 2. Two clients never get the same id
-- solutions/rest/crud/starter.txtar --
stale
-- solutions/rest/crud/wrong/counter.txtar --
A counter without a lock.
fails: Two clients never get the same id
fails: with a body
=-= orders.go =-=
package crud // wrong
=-= -migrations/1.sql =-=
-- solutions/rest/crud/wrong/README.md --
not an attempt
-- solutions/rest/crud/right/script.txtar --
In one script.
=-= script.go =-=
package crud
-- solutions/rest/status/status.go --
package status
-- solutions/go/leak/leak.go --
package leak
-- solutions/go/leak/leak_test.go --
package leak
-- solutions/go/leak/hidden_test.go --
package leak_test
-- solutions/go/leak/mutants/early.txtar --
Returns early.
=-= leak.go =-=
package leak // broken
`

// tree makes a file system of a txtar archive. Within its files, =-= stands
// for the -- of archives inside the archive.
func tree(archive string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		data := strings.NewReplacer("=-= ", "-- ", " =-=", " --").Replace(string(f.Data))
		fsys[f.Name] = &fstest.MapFile{Data: []byte(data)}
	}
	return fsys
}

// with returns a copy of small in which one file is another, or, for the
// content "", is not there.
func with(name, content string) fstest.MapFS {
	fsys := tree(small)
	if fsys[name] = (&fstest.MapFile{Data: []byte(content)}); content == "" {
		delete(fsys, name)
	}
	return fsys
}

// replaced returns a copy of small with a part of one file replaced.
func replaced(t *testing.T, name, old, new string) fstest.MapFS {
	t.Helper()
	content := string(tree(small)[name].Data)
	if strings.Count(content, old) != 1 {
		t.Fatalf("%s has %q %d times", name, old, strings.Count(content, old))
	}
	return with(name, strings.Replace(content, old, new, 1))
}

// packedOnly packs a course and returns what a binary embeds of it.
func packedOnly(t testing.TB, trees fstest.MapFS) fstest.MapFS {
	t.Helper()
	c, err := LoadTrees(trees)
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for name, f := range trees {
		if strings.HasPrefix(name, "solutions/") {
			fsys[name] = f
		}
	}
	put := func(name string, data []byte, err error) {
		t.Helper()
		if errors.Is(err, fs.ErrNotExist) && name == "solutions/course.txtar" {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		fsys[name] = &fstest.MapFile{Data: data}
	}
	data, err := PackCourse(trees)
	put("solutions/course.txtar", data, err)
	for _, track := range c.Tracks {
		data, err := PackTrack(trees, track.Name)
		put("solutions/"+track.Name+"/track.txtar", data, err)
	}
	for _, e := range Order(c) {
		data, err := PackStarter(trees, e.ID())
		put("solutions/"+e.ID()+"/starter.txtar", data, err)
	}
	return fsys
}

func loadSmall(t *testing.T) *Course {
	t.Helper()
	c, err := Load(packedOnly(t, tree(small)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustFind(t *testing.T, c *Course, id string) *Exercise {
	t.Helper()
	e, err := c.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestLoad(t *testing.T) {
	trees := tree(small)
	for name, load := range map[string]func() (*Course, error){
		"packed":                    func() (*Course, error) { return Load(packedOnly(t, trees)) },
		"trees":                     func() (*Course, error) { return LoadTrees(trees) },
		"trees with Windows's ends": func() (*Course, error) { return LoadTrees(windows(trees)) },
		"packed with Windows's":     func() (*Course, error) { return Load(windows(packedOnly(t, trees))) },
	} {
		t.Run(name, func(t *testing.T) {
			c, err := load()
			if err != nil {
				t.Fatal(err)
			}
			if got := ids(Order(c)); c.Title != "Small" || !slices.Equal(got, []string{"rest/status", "rest/crud", "go/leak"}) {
				t.Errorf("%q: got the order %v", c.Title, got)
			}
			rest := c.Tracks[0]
			if rest.Name != "rest" || rest.Title != "HTTP APIs" || rest.About != "What a client may rely on, line by line." {
				t.Errorf("got %+v", rest)
			}
			if want := map[string]string{"rest/orders": "rest/crud", "http/codes": "rest/status"}; !maps.Equal(c.Renames(), want) {
				t.Errorf("renames: got %v, want %v", c.Renames(), want)
			}
			e := mustFind(t, c, "rest/crud")
			got := *e
			got.files, got.front, got.Brief = source{}, "", ""
			want := Exercise{
				Track: "rest", Name: "crud", Title: "Orders that forget", Level: 1, Minutes: 10, Kind: KindCode,
				Skills: []string{"RESTful APIs", "Go"}, Edit: []string{"orders.go", "migrations/"},
				Services: []string{"redis", "postgres"}, Imports: []string{"net/http"}, After: []string{"go/leak"},
				Timeout:  90 * time.Second,
				DoneWhen: []string{"POST answers 201, a Location and the stored order.", "Two clients never get the same id."},
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if !strings.HasPrefix(e.Brief, "# Orders that forget\n\nSupport") || !strings.HasSuffix(e.Brief, "\n**Keep** New.\n") {
				t.Errorf("brief:\n%s", e.Brief)
			}
			if !strings.HasPrefix(e.Front(), "title = \"Orders") || !strings.HasSuffix(e.Front(), "after = [\"go/leak\"]\n") {
				t.Errorf("front:\n%s", e.Front())
			}
			if leak := mustFind(t, c, "go/leak"); leak.Timeout != 20*time.Second || leak.Dir() != "exercises/go/leak" {
				t.Errorf("got %v, %s", leak.Timeout, leak.Dir())
			}
		})
	}
}

func windows(fsys fstest.MapFS) fstest.MapFS {
	converted := fstest.MapFS{}
	for name, f := range fsys {
		converted[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(f.Data), "\n", "\r\n"))}
	}
	return converted
}

func TestTracksWithoutAnOrderAreSorted(t *testing.T) {
	trees := with("exercises/course.toml", "")
	for name, fsys := range map[string]fstest.MapFS{"trees": trees, "packed": packedOnly(t, trees)} {
		load := LoadTrees
		if name == "packed" {
			load = Load
		}
		c, err := load(fsys)
		if err != nil || c.Title != "" || c.Tracks[0].Name != "go" || c.Tracks[1].Name != "rest" {
			t.Errorf("%s: got %+v, %v", name, c, err)
		}
	}
}

func TestLoadNeverLooksAtExercises(t *testing.T) {
	fsys := packedOnly(t, tree(small))
	for name, f := range tree(small) {
		if strings.HasPrefix(name, "exercises/") {
			f.Data = []byte("the learner's own")
			fsys[name] = f
		}
	}
	c, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	starter, err := mustFind(t, c, "rest/crud").Starter()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range starter {
		if strings.Contains(string(f.Data), "learner") {
			t.Errorf("%s comes from exercises/", f.Name)
		}
	}
}

func TestFiles(t *testing.T) {
	trees := tree(small)
	for how, load := range map[string]func() (*Course, error){
		"packed": func() (*Course, error) { return Load(packedOnly(t, trees)) },
		"trees":  func() (*Course, error) { return LoadTrees(trees) },
	} {
		c, err := load()
		if err != nil {
			t.Fatal(err)
		}
		crud, leak := mustFind(t, c, "crud"), mustFind(t, c, "leak")
		for _, want := range []struct {
			what  string
			read  func() ([]File, error)
			names string
		}{
			{"starter", crud.Starter, ".dockerignore README.md migrations/1.sql orders.go"},
			{"solution", crud.Solution, "internal/ids/ids.go migrations/1.sql orders.go"},
			{"hidden tests", crud.HiddenTests, "orders_test.go testdata/golden_test.go"},
			{"starter of tests", leak.Starter, "README.md leak_test.go"},
			{"solution of tests", leak.Solution, "leak.go leak_test.go"},
			{"hidden tests of tests", leak.HiddenTests, "hidden_test.go"},
		} {
			files, err := want.read()
			if got := names(files); err != nil || got != want.names {
				t.Errorf("%s, %s: got %s, %v; want %s", how, want.what, got, err, want.names)
			}
			for _, f := range files {
				place := "solutions/"
				if strings.HasPrefix(want.what, "starter") {
					place = "exercises/"
				}
				id := "rest/crud/"
				if strings.HasSuffix(want.what, "of tests") {
					id = "go/leak/"
				}
				if string(f.Data) != string(trees[place+id+f.Name].Data) {
					t.Errorf("%s, %s: %s holds %q", how, want.what, f.Name, f.Data)
				}
			}
		}
	}
}

func names(files []File) string {
	var all []string
	for _, f := range files {
		all = append(all, f.Name)
	}
	return strings.Join(all, " ")
}

func TestHiddenTestsInASubfolderAreRefused(t *testing.T) {
	c, err := LoadTrees(with("solutions/rest/crud/internal/ids/ids_test.go", "package ids\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = mustFind(t, c, "crud").HiddenTests()
	if want := "solutions/rest/crud/internal/ids/ids_test.go: expected hidden tests in the exercise's own folder only"; fmt.Sprint(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestMissingFilesAreNamed(t *testing.T) {
	status := mustFind(t, loadSmall(t), "status")
	for _, read := range []func() error{
		func() error { _, err := status.Hints(); return err },
		func() error { _, err := status.Notes(); return err },
		func() error { _, err := status.Behaviours(); return err },
	} {
		if err := read(); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "solutions/rest/status/") {
			t.Errorf("got %v", err)
		}
	}
	for _, read := range []func() ([]Attempt, error){status.Wrong, status.Right, status.Mutants} {
		if all, err := read(); len(all) != 0 || err != nil {
			t.Errorf("got %v, %v; want none", all, err)
		}
	}
}

func TestNext(t *testing.T) {
	c := loadSmall(t)
	for _, test := range []struct{ after, done, want string }{
		{"", "", "rest/status"},
		{"no/such", "rest/status", "rest/crud"},
		{"rest/status", "", "rest/crud"},
		{"rest/status", "rest/crud", "go/leak"},
		{"go/leak", "", "rest/status"},
		{"go/leak", "rest/status", "rest/crud"},
		{"rest/crud", "rest/status go/leak", ""},
		{"rest/crud", "rest/status go/leak rest/crud", ""},
	} {
		got := ""
		if e := Next(c, test.after, func(id string) bool { return slices.Contains(strings.Fields(test.done), id) }); e != nil {
			got = e.ID()
		}
		if got != test.want {
			t.Errorf("after %s, done %s: got %q, want %q", test.after, test.done, got, test.want)
		}
	}
	if Next(&Course{}, "rest/crud", func(string) bool { return false }) != nil {
		t.Error("an empty course has a next exercise")
	}
	if got := ids(Order(c)); !slices.Equal(got, []string{"rest/status", "rest/crud", "go/leak"}) {
		t.Errorf("Next changed the order to %v", got)
	}
}
