package sqldb_test

import (
	"os"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit/sqldb"
)

const tables = `
CREATE TABLE trees (
    name   TEXT NOT NULL PRIMARY KEY,
    height INTEGER NOT NULL CHECK (height > 0)
);
CREATE TABLE birds (
    id   INTEGER NOT NULL PRIMARY KEY,
    -- where it lives
    tree TEXT NOT NULL REFERENCES trees (name)
);
`

const (
	addTree = "INSERT INTO trees (name, height) VALUES (?, ?)"
	addBird = "INSERT INTO birds (id, tree) VALUES (?, ?)"
)

// onSQLite runs a behaviour on SQLite alone, whatever the environment says.
func onSQLite(t *testing.T, script string, f func(db *sqldb.DB)) *recorder {
	t.Setenv(sqldb.PostgresEnv, "")
	return record(t, func(t testing.TB) {
		sqldb.Each(t, func(db *sqldb.DB) {
			db.Apply(sqldb.Parse("forest.sql", script))
			f(db)
		})
	})
}

func TestFailures(t *testing.T) {
	cases := []struct {
		name string
		f    func(db *sqldb.DB)
		want string
	}{
		{"what may be accepted is accepted, what may not be is refused", func(db *sqldb.DB) {
			db.Accepts("a tree", addTree, "oak", 12)
			db.Refuses("a second oak", addTree, "oak", 13)
			db.Refuses("no such tree", addBird, 1, "elm")
			db.Refuses("no height", addTree, "elm", nil)
			db.Refuses("a height below nothing", addTree, "elm", -1)
			db.Refuses("a number that is none", addBird, "x", "oak")
			db.Tries(addTree, "elm", 0)
			db.Finds(1, "the oak", "SELECT * FROM trees")
		}, ""},
		{"a bad row is accepted", func(db *sqldb.DB) {
			db.Accepts("a tree", addTree, "oak", 12)
			db.Blame("trees", "name").Refuses("names differ by more than capitals", addTree, "OAK", 3)
		}, lines(
			"sent    INSERT INTO trees (name, height) VALUES ('OAK', 3);",
			"got     accepted, 1 row (SQLite X)",
			"want    refused by the database: names differ by more than capitals",
			"note    before it",
			"        INSERT INTO trees (name, height) VALUES ('oak', 12);",
			"at      forest.sql:3")},
		{"a good row is refused", func(db *sqldb.DB) {
			db.Accepts("a seed", addTree, "ash", 0)
		}, lines(
			"sent    INSERT INTO trees (name, height) VALUES ('ash', 0);",
			"got     SQLite X: CHECK constraint failed: height > 0",
			"want    accepted: a seed",
			"at      forest.sql:2")},
		{"a statement that touches nothing is not accepted", func(db *sqldb.DB) {
			db.Accepts("a taller tree", "UPDATE trees SET height = 9 WHERE name = ?", "oak")
		}, lines(
			"sent    UPDATE trees SET height = 9 WHERE name = 'oak';",
			"got     accepted, 0 rows (SQLite X)",
			"want    accepted: a taller tree",
			"at      forest.sql:2")},
		{"an error that judges no value is no refusal", func(db *sqldb.DB) {
			db.Refuses("no such tree", "INSERT INTO birds (id, tree, song) VALUES (?, ?, ?)", 1, "elm", "tweet")
		}, lines(
			"sent    INSERT INTO birds (id, tree, song) VALUES (1, 'elm', 'tweet');",
			"got     SQLite X: table birds has no column named song",
			"want    a statement that can run, and is refused for its values: no such tree",
			"at      forest.sql:6")},
		{"nor is it anything to try", func(db *sqldb.DB) {
			db.Tries("DELETE FROM nests")
		}, lines(
			"sent    DELETE FROM nests;",
			"got     SQLite X: no such table: nests",
			"want    a statement that can run")},
		{"other rows are found than wanted", func(db *sqldb.DB) {
			db.Accepts("a tree", addTree, "Adam's apple", 12)
			db.Tries("UPDATE trees SET height = height / 8.0")
			db.Blame("trees", "height").Finds(0, "whole heights", "SELECT name, height, NULL FROM trees WHERE height <> CAST(height AS INTEGER)")
		}, lines(
			"sent    UPDATE trees SET height = height / 8.0; -- accepted",
			"        SELECT name, height, NULL",
			"          FROM trees",
			"          WHERE height <> CAST(height AS INTEGER);",
			"got     1 row (SQLite X)",
			"        Adam's apple | 1.5 | NULL",
			"want    whole heights",
			"note    before it",
			"        INSERT INTO trees (name, height) VALUES ('Adam''s apple', 12);",
			"at      forest.sql:4")},
		{"a query that cannot run", func(db *sqldb.DB) {
			db.Finds(0, "no song", "SELECT song FROM birds")
		}, lines(
			"sent    SELECT song FROM birds;",
			"got     SQLite X: no such column: song",
			"want    no song",
			"at      forest.sql:6")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := onSQLite(t, tables, c.f).failure; got != c.want {
				t.Errorf("failure:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

func TestApply(t *testing.T) {
	cases := []struct{ name, script, want string }{
		{"a script that runs", tables, ""},
		{"no script at all", "-- nothing yet\n", ""},
		{"a statement that does not run", "CREATE TABLE a (id INTEGER);\n\n-- b\nCREATE TABLE b (id INTEGER,);\n", lines(
			"sent    CREATE TABLE b (id INTEGER,)",
			`got     SQLite X: near ")": syntax error`,
			"want    a script that runs from its first line to its last",
			"at      forest.sql:4")},
		{"a word that SQLite names is looked for", "CREATE TABLE a (\n  id INTEGER,\n  CHECK (idd > 0)\n);", lines(
			"sent    CREATE TABLE a (",
			"          id INTEGER,",
			"          CHECK (idd > 0)",
			"        )",
			"got     SQLite X: no such column: idd",
			"want    a script that runs from its first line to its last",
			"at      forest.sql:3")},
		{"but not when it stands there twice", "CREATE TABLE a (\n  id INTEGER,\n  CHECK (idd > 0 AND idd < 9)\n);", lines(
			"sent    CREATE TABLE a (",
			"          id INTEGER,",
			"          CHECK (idd > 0 AND idd < 9)",
			"        )",
			"got     SQLite X: no such column: idd",
			"want    a script that runs from its first line to its last",
			"at      forest.sql:1")},
		{"a string in double quotes, which PostgreSQL takes for a name", `CREATE TABLE a (s TEXT CHECK (s <> "x"));`, lines(
			`sent    CREATE TABLE a (s TEXT CHECK (s <> "x"))`,
			`got     SQLite X: no such column: "x" - should this be a string literal in single-quotes?`,
			"want    a script that runs from its first line to its last",
			"at      forest.sql:1")},
		{"what works on SQLite alone", "CREATE TABLE a (\n  id INTEGER PRIMARY KEY AUTOINCREMENT\n);", lines(
			"sent    forest.sql to PostgreSQL: line 2 has AUTOINCREMENT",
			"got     only SQLite has AUTOINCREMENT",
			"want    one script that SQLite and PostgreSQL both take",
			"at      forest.sql:2")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := onSQLite(t, c.script, func(*sqldb.DB) {}).failure; got != c.want {
				t.Errorf("failure:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

func TestAnOpenTransactionEndsWithTheScript(t *testing.T) {
	sqldb.Each(t, func(db *sqldb.DB) {
		db.Apply(sqldb.Parse("forest.sql", "CREATE TABLE a (id INTEGER); BEGIN; CREATE TABLE b (id INTEGER);"))
		db.Accepts("a stays", "INSERT INTO a (id) VALUES (1)")
		if _, err := db.Pool.Exec("INSERT INTO b (id) VALUES (1)"); err == nil {
			t.Errorf("%s: table b is there, although its transaction was never committed", db.Name)
		}
	})
}

func TestDatabasesAreEmptyAndApart(t *testing.T) {
	for range 2 {
		sqldb.Each(t, func(db *sqldb.DB) {
			db.Apply(sqldb.Parse("forest.sql", tables))
			db.Finds(0, "a new forest", "SELECT * FROM trees")
			db.Accepts("a tree", addTree, "oak", 12)
			sqldb.Each(t, func(other *sqldb.DB) {
				other.Apply(sqldb.Parse("forest.sql", tables))
				other.Finds(0, "another forest", "SELECT * FROM trees")
			})
		})
	}
}

func TestForeignKeysHoldOnEveryConnection(t *testing.T) {
	sqldb.Each(t, func(db *sqldb.DB) {
		db.Apply(sqldb.Parse("forest.sql", tables))
		for range 3 {
			conn, err := db.Pool.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.ExecContext(t.Context(), "INSERT INTO birds (id, tree) VALUES (1, 'elm')"); err == nil {
				t.Errorf("%s: a bird without a tree", db.Name)
			}
		}
	})
}

func TestPostgresThatDoesNotAnswerSkips(t *testing.T) {
	t.Setenv(sqldb.PostgresEnv, "postgres://kata:secret@127.0.0.1:1/kata?sslmode=disable")
	var asked []string
	r := record(t, func(t testing.TB) {
		sqldb.Each(t, func(db *sqldb.DB) { asked = append(asked, db.Name) })
	})
	if len(asked) != 1 || !strings.HasPrefix(asked[0], "SQLite 3.") {
		t.Errorf("asked %q, want SQLite alone", asked)
	}
	if !strings.Contains(r.skip, sqldb.PostgresEnv) || strings.Contains(r.skip, "secret") || strings.Contains(r.skip, "\n") {
		t.Errorf("skipped with %q, want a line with the variable's name and without the password", r.skip)
	}
}

func TestPostgres(t *testing.T) {
	if os.Getenv(sqldb.PostgresEnv) == "" {
		t.Skip(sqldb.PostgresEnv + " is not set")
	}
	const left = "SELECT nspname FROM pg_namespace WHERE nspname = current_schema()"
	var schema string
	var asked []string
	sqldb.Each(t, func(db *sqldb.DB) {
		asked = append(asked, db.Name)
		if len(asked) == 2 {
			if err := db.Pool.QueryRow(left).Scan(&schema); err != nil {
				t.Error(err)
			}
		}
	})
	if len(asked) != 2 || !strings.HasPrefix(asked[1], "PostgreSQL 1") {
		t.Errorf("asked %q, want SQLite and PostgreSQL", asked)
	}
	asked = nil
	sqldb.Each(t, func(db *sqldb.DB) {
		asked = append(asked, db.Name)
		if len(asked) == 2 {
			db.Finds(0, "the schema of the behaviour before is gone", "SELECT nspname FROM pg_namespace WHERE nspname = ?", schema)
		}
	})
}

func TestPostgresFailures(t *testing.T) {
	if os.Getenv(sqldb.PostgresEnv) == "" {
		t.Skip(sqldb.PostgresEnv + " is not set")
	}
	r := record(t, func(t testing.TB) {
		sqldb.Each(t, func(db *sqldb.DB) {
			if strings.HasPrefix(db.Name, "SQLite") {
				return
			}
			db.Apply(sqldb.Parse("forest.sql", tables))
			db.Accepts("a tree", addTree, "oak", 12)
			db.Refuses("a second oak", addTree, "oak", 13)
			db.Refuses("no such tree", addBird, 1, "elm")
			db.Refuses("no height", addTree, "elm", nil)
			db.Refuses("a height in words", addTree, "elm", "high")
			db.Accepts("a second oak", addTree, "oak", 14)
		})
	})
	want := lines(
		"sent    INSERT INTO trees (name, height) VALUES ('oak', 14);",
		`got     PostgreSQL X: duplicate key value violates unique constraint "trees_pkey"`,
		"        Key (name)=(oak) already exists.",
		"want    accepted: a second oak",
		"note    before it",
		"        INSERT INTO trees (name, height) VALUES ('oak', 13); -- refused",
		"        INSERT INTO birds (id, tree) VALUES (1, 'elm'); -- refused",
		"        INSERT INTO trees (name, height) VALUES ('elm', NULL); -- refused",
		"        INSERT INTO trees (name, height) VALUES ('elm', 'high');",
		"          -- refused",
		"at      forest.sql:2")
	if r.failure != want {
		t.Errorf("failure:\n%s\nwant:\n%s", r.failure, want)
	}
}

func TestPostgresTellsTheLine(t *testing.T) {
	if os.Getenv(sqldb.PostgresEnv) == "" {
		t.Skip(sqldb.PostgresEnv + " is not set")
	}
	r := record(t, func(t testing.TB) {
		sqldb.Each(t, func(db *sqldb.DB) {
			db.Apply(sqldb.Parse("forest.sql", "CREATE TABLE a (\n  é TEXT,\n  price CENTS\n);"))
		})
	})
	want := lines(
		"sent    CREATE TABLE a (",
		"          é TEXT,",
		"          price CENTS",
		"        )",
		`got     PostgreSQL X: type "cents" does not exist`,
		"want    a script that runs from its first line to its last",
		"at      forest.sql:3")
	if r.failure != want {
		t.Errorf("failure:\n%s\nwant:\n%s", r.failure, want)
	}
}
