package course

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

// seeds adds the files of small whose names end so.
func seeds(f *testing.F, endings ...string) {
	for name, file := range tree(small) {
		if slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(name, e) }) {
			f.Add(file.Data)
			f.Add([]byte(strings.ReplaceAll(string(file.Data), "\n", "\r\n")))
		}
	}
}

// FuzzBrief: whatever is accepted makes sense, and mistakes have a place in
// the file.
func FuzzBrief(f *testing.F) {
	seeds(f, "README.md")
	f.Add([]byte("+++\n+++\n"))
	f.Add([]byte("+++\ntitle='x'\nlevel=1\nminutes=1\nkind='code'\nskills=['x']\nedit=['x']\n+++"))
	f.Add([]byte("+++\na.b.c = 1\n[[x]]\n+++\n**Done when**\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		e := &Exercise{Track: "rest", Name: "crud"}
		if err := parseBrief(e, newText("README.md", data)); err != nil {
			placed(t, err, data)
			return
		}
		if e.Level < 1 || e.Level > 5 || e.Minutes < 1 || e.Timeout <= 0 || e.Title == "" || len(e.Edit) == 0 || len(e.DoneWhen) == 0 {
			t.Errorf("accepted %+v", e)
		}
		if !strings.Contains(strings.ReplaceAll(string(data), "\r\n", "\n"), e.Front()) {
			t.Errorf("the front %q is not in the file", e.Front())
		}
	})
}

// placed wants a FormatError with a line of the file.
func placed(t *testing.T, err error, data []byte) {
	t.Helper()
	format, ok := err.(*FormatError)
	if !ok || format.Line < 1 || format.Line > bytes.Count(data, []byte("\n"))+1 || format.Problem == "" {
		t.Errorf("got %#v for a file of %d lines", err, bytes.Count(data, []byte("\n")))
	}
}

// FuzzHints: each hint says something, and no word is lost.
func FuzzHints(f *testing.F) {
	seeds(f, "hints.md")
	f.Add([]byte("## 1\n```\n## 2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		hints, err := parseHints(newText("hints.md", data))
		if err != nil {
			placed(t, err, data)
			return
		}
		for i, h := range hints {
			if strings.TrimSpace(h) == "" {
				t.Errorf("hint %d of %d says nothing", i+1, len(hints))
			}
			for line := range strings.Lines(h) {
				if !strings.HasPrefix(line, "**") && !strings.Contains(strings.ReplaceAll(string(data), "\r\n", "\n")+"\n", line) {
					t.Errorf("hint %d has the line %q", i+1, line)
				}
			}
		}
	})
}

// FuzzAttempt: names stay inside the exercise, and the files go over a
// solution or say why not.
func FuzzAttempt(f *testing.F) {
	seeds(f, ".txtar")
	f.Add([]byte("x\n--   -a.go   --\n--  b --\ny"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, folder := range []string{"wrong", "right", "mutants"} {
			a, err := parseAttempt(newText(folder+"/x.txtar", data), folder)
			if err != nil {
				placed(t, err, data)
				continue
			}
			if (folder == "wrong") != (len(a.Fails) > 0) && folder != "mutants" {
				t.Errorf("%s: accepted with fails %q", folder, a.Fails)
			}
			files, err := a.Over([]File{{"a.go", nil}, {"b.go", nil}})
			for i, file := range files {
				if !isFileName(file.Name) || i > 0 && files[i-1].Name >= file.Name {
					t.Errorf("accepted %q", names(files))
				}
			}
			if err != nil && !strings.Contains(err.Error(), "which the solution does not have") {
				t.Error(err)
			}
		}
	})
}

// FuzzBehaviours: what is accepted is written back as it was.
func FuzzBehaviours(f *testing.F) {
	seeds(f, "behaviours.txt")
	f.Fuzz(func(t *testing.T, data []byte) {
		tree, err := parseBehaviours(newText("behaviours.txt", data))
		if err != nil {
			placed(t, err, data)
			return
		}
		out, err := FormatBehaviours(tree)
		if want := strings.TrimSuffix(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n") + "\n"; err != nil || string(out) != want {
			t.Errorf("got %q, %v; want %q", out, err, want)
		}
	})
}

// FuzzPack: what pack accepts comes out of the archive as it went in.
func FuzzPack(f *testing.F) {
	f.Add("a.go", []byte("package a\n"))
	f.Add("-- b --", []byte("-- a --\n"))
	f.Add("b", []byte("\r\n-- a --\r\n"))
	f.Add("b", []byte("-- a --"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		files := []File{{"a", []byte{}}, {name, data}, {"zz", []byte("last\n")}}
		slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
		out, err := pack("comment\n", "x", files)
		if err != nil {
			return
		}
		back, err := unpack("x", out)
		same := func(a, b File) bool { return a.Name == b.Name && bytes.Equal(a.Data, b.Data) }
		if err != nil || !slices.EqualFunc(back, files, same) {
			t.Errorf("got %q, %v; want %q", back, err, files)
		}
	})
}

// FuzzStarter: a packed starter that loads has no file outside its folder.
func FuzzStarter(f *testing.F) {
	data, err := PackStarter(tree(small), "rest/status")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		s := source{fstest.MapFS{"solutions/rest/status/starter.txtar": {Data: data}}, false}
		e, err := readExercise(s, "rest", "status")
		if err != nil {
			return
		}
		files, err := e.Starter()
		if err != nil {
			t.Error(err)
		}
		for _, file := range files {
			if !isFileName(file.Name) {
				t.Errorf("has %q", file.Name)
			}
		}
		if len(txtar.Parse(data).Files) != len(files) {
			t.Error("files are missing")
		}
	})
}
