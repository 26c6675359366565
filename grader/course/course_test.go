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
)

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
				Services: []string{"redis", "postgres?"}, Imports: []string{"net/http"}, After: []string{"go/leak"},
				Timeout: 90 * time.Second, Repeat: 1,
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
