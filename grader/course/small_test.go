package course

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

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
services = ["redis", "postgres?"]
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
