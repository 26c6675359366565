package course

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

func TestPackIsDeterministicAndWhole(t *testing.T) {
	data, err := PackStarter(tree(small), "rest/crud")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if again, err := PackStarter(tree(small), "rest/crud"); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("the same files gave other bytes: %v", err)
		}
	}
	archive := txtar.Parse(data)
	if got, want := string(archive.Comment), "Made by kata author pack from exercises/rest/crud; change it there.\n"; got != want {
		t.Errorf("comment %q, want %q", got, want)
	}
	var all []string
	for _, f := range archive.Files {
		all = append(all, f.Name)
		if want := tree(small)["exercises/rest/crud/"+f.Name].Data; !bytes.Equal(f.Data, want) {
			t.Errorf("%s: packed %q, want %q", f.Name, f.Data, want)
		}
	}
	if got, want := strings.Join(all, " "), ".dockerignore README.md migrations/1.sql orders.go"; got != want {
		t.Errorf("packed %s, want %s", got, want)
	}
}

func TestPackRefusesWhatAnArchiveCannotHold(t *testing.T) {
	const dir = "exercises/rest/crud/"
	for _, c := range []struct{ name, content, want string }{
		{"a.go", "package crud", "a.go:1: the last line does not end; expected a newline at the end of the file"},
		{"a.go", "package crud\n\nvar x", "a.go:3: the last line does not end"},
		{"a.png", "\x89PNG\x00\n", "a.png: a txtar archive cannot hold a binary file; expected UTF-8 text"},
		{"a.txt", "caf\xe9\n", "a.txt: a txtar archive cannot hold a binary file; expected UTF-8 text"},
		{"a.txt", "one\n-- two --\n", `a.txt:2: "-- two --" reads as a file marker`},
		{"a.txt", "-- two --\n", `a.txt:1: "-- two --" reads as a file marker`},
		{"a.txt", "one\r\ntwo\r\n", "a.txt:1: Windows line ending"},
		{"a b.txt", "x\n", "a b.txt: a txtar archive cannot hold this name"},
		{"Orders.go", "package crud\n", "orders.go: differs from Orders.go in case alone"},
	} {
		data, err := PackStarter(with(dir+c.name, c.content), "rest/crud")
		if data != nil || !says(err, dir+c.want) {
			t.Errorf("%s, %q\ngot  %v\nwant %s", c.name, c.content, err, dir+c.want)
		}
	}
	for _, harmless := range []string{"-- two\n", "--two--\n", " -- two --\n", "--  --\n", "\n", "-- two --x\n"} {
		fsys := with(dir+"a.txt", harmless)
		data, err := PackStarter(fsys, "rest/crud")
		if err != nil || !bytes.Contains(data, []byte("-- a.txt --\n"+harmless)) {
			t.Errorf("%q: %v", harmless, err)
		}
	}
	fsys := tree(small)
	fsys[dir+"link.go"] = &fstest.MapFile{Data: []byte("orders.go"), Mode: fs.ModeSymlink}
	if _, err := PackStarter(fsys, "rest/crud"); !says(err, dir+"link.go: expected a regular file; links and devices cannot be packed") {
		t.Errorf("a link: got %v", err)
	}
}

func TestPackChecksWhatItPacks(t *testing.T) {
	fsys := replaced(t, "exercises/rest/crud/README.md", "level = 1 ", "level = 9 ")
	fsys["exercises/rest/track.toml"].Data = []byte("titel = 'x'\n")
	fsys["exercises/course.toml"].Data = []byte("title = 'x'\ntracks = ['rest']\n")
	for want, pack := range map[string]func() ([]byte, error){
		"exercises/rest/crud/README.md:3: level is 9":         func() ([]byte, error) { return PackStarter(fsys, "rest/crud") },
		"exercises/rest/track.toml:1: unknown key":            func() ([]byte, error) { return PackTrack(fsys, "rest") },
		"exercises/course.toml:2: tracks lacks":               func() ([]byte, error) { return PackCourse(fsys) },
		"exercises/../x: expected track/name":                 func() ([]byte, error) { return PackStarter(fsys, "../x") },
		"exercises/rest: expected track/name":                 func() ([]byte, error) { return PackStarter(fsys, "rest") },
		"read the course: open exercises/rest/x: ":            func() ([]byte, error) { return PackStarter(fsys, "rest/x") },
		"read the course: open exercises/nosuch/track.toml: ": func() ([]byte, error) { return PackTrack(fsys, "nosuch") },
	} {
		if data, err := pack(); len(data) > 0 || !says(err, want) {
			t.Errorf("got  %q, %v\nwant %s", data, err, want)
		}
	}
	if _, err := PackTrack(replaced(t, "exercises/rest/crud/README.md", "level = 1 ", "level = 9 "), "rest"); err != nil {
		t.Errorf("a mistake in an exercise keeps its track from being packed: %v", err)
	}
	if _, err := PackCourse(with("exercises/course.toml", "")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no course.toml: got %v, want fs.ErrNotExist", err)
	}
}
