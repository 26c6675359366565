package sqldb_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/kata-go/kata/grader/kit/sqldb"
)

func TestParse(t *testing.T) {
	type statement struct {
		Text string
		Line int
	}
	cases := []struct {
		name, sql string
		want      []statement
	}{
		{"nothing", " \n-- only a remark", nil},
		{"two statements, the last without its semicolon", "SELECT 1;\n\nSELECT\n2", []statement{{"SELECT 1", 1}, {"SELECT\n2", 3}}},
		{"a byte order mark and Windows line ends", "\ufeffSELECT 1;\r\nSELECT 2;\r\n", []statement{{"SELECT 1", 1}, {"SELECT 2", 2}}},
		{"empty statements are none", ";;SELECT 1;;", []statement{{"SELECT 1", 1}}},
		{"semicolons in comments", "SELECT 1 -- ; SELECT 2\n/* ;\n; */ + 3; SELECT 4", []statement{{"SELECT 1 -- ; SELECT 2\n/* ;\n; */ + 3", 1}, {"SELECT 4", 3}}},
		{"semicolons in quotes", `SELECT 'a;''b', "c;""d", $x$ ; $x$; SELECT 2`, []statement{{`SELECT 'a;''b', "c;""d", $x$ ; $x$`, 1}, {"SELECT 2", 1}}},
		{"a backslash escapes nothing", `SELECT 'a\'; SELECT 2`, []statement{{`SELECT 'a\'`, 1}, {"SELECT 2", 1}}},
		{"what is not closed reaches to the end", "SELECT 'a; SELECT 2;", []statement{{"SELECT 'a; SELECT 2;", 1}}},
		{"a trigger's body", "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 3; END; SELECT 4",
			[]statement{{"CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 3; END", 1}, {"SELECT 4", 1}}},
		{"a transaction is no trigger", "BEGIN; SELECT 1; END", []statement{{"BEGIN", 1}, {"SELECT 1", 1}, {"END", 1}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []statement
			for _, s := range sqldb.Parse("x.sql", c.sql).Statements {
				got = append(got, statement{s.Text, s.Line})
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAt(t *testing.T) {
	s := sqldb.Parse("x.sql", `-- CREATE TABLE birds (tree TEXT);
SELECT 'CREATE TABLE birds (tree TEXT)';
CREATE TABLE Trees (name TEXT,
    height NUMERIC(3, 1) CHECK (height IN (1, 2)), girth INTEGER,
    CONSTRAINT tall CHECK (height > girth)
);
CREATE TEMPORARY TABLE IF NOT EXISTS "main"."birds"
(
    /* its
       home */ "tree" TEXT,
    song TEXT
);
CREATE INDEX nests ON birds (tree);
CREATE TABLE copies AS SELECT 1;
`)
	cases := []struct{ table, column, want string }{
		{"trees", "", "x.sql:3"},
		{"TREES", "name", "x.sql:3"},
		{"trees", "height", "x.sql:4"},
		{"trees", "girth", "x.sql:4"},
		{"trees", "age", "x.sql:3"},
		{"birds", "", "x.sql:7"},
		{"birds", "tree", "x.sql:10"},
		{"birds", "song", "x.sql:11"},
		{"copies", "", "x.sql:14"},
		{"nests", "", ""},
	}
	for _, c := range cases {
		if got := s.At(c.table, c.column); got != c.want {
			t.Errorf("At(%q, %q) = %q, want %q", c.table, c.column, got, c.want)
		}
	}
}

// alone is SQL that SQLite takes and PostgreSQL does not.
var alone = []string{
	"CREATE TABLE a (id INTEGER) STRICT",
	"CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT, WITHOUT ROWID",
	"CREATE TABLE a (id INTEGER PRIMARY KEY) WITHOUT ROWID",
	"CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT)",
	"CREATE TABLE a (s TEXT COLLATE NOCASE)",
	"CREATE TABLE a (s TEXT COLLATE RTRIM)",
	"CREATE TABLE a (s TEXT COLLATE BINARY)",
	"CREATE TABLE a (s TEXT UNIQUE ON CONFLICT REPLACE)",
	"CREATE TABLE a (s TEXT NOT NULL ON CONFLICT IGNORE)",
	"CREATE TABLE a (n INTEGER CHECK (typeof(n) = 'integer'))",
	"CREATE TABLE a (n INTEGER CHECK (ifnull(n, 1) > 0))",
	"CREATE TABLE a (s TEXT CHECK (instr(s, '@') > 0))",
	"CREATE TABLE a (s TEXT CHECK (s GLOB '*@*'))",
	"CREATE TABLE a (s TEXT CHECK (julianday(s) > 0))",
	"CREATE TABLE a (s TEXT DEFAULT (datetime('now')))",
	"CREATE TABLE a (s TEXT DEFAULT (strftime('%Y', 'now')))",
	"CREATE TABLE `a` (s TEXT)",
	"CREATE TABLE a (d DATETIME)",
	"CREATE TABLE a (n DOUBLE)",
	"CREATE TABLE a (n TINYINT)",
	"CREATE TABLE a (n UNSIGNED BIG INT)",
	"CREATE TABLE a (n INT(11))",
	"CREATE TABLE a (s STRING)",
	"CREATE TABLE a (s BLOB)",
	"CREATE TABLE a (b INTEGER REFERENCES b (id)); CREATE TABLE b (id INTEGER PRIMARY KEY)",
	"PRAGMA foreign_keys = ON",
	"CREATE TABLE a (s TEXT); INSERT OR IGNORE INTO a (s) VALUES ('x')",
	"CREATE TABLE a (s TEXT); REPLACE INTO a (s) VALUES ('x')",
	"CREATE TABLE a (s TEXT); CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END",
}

// shared is SQL that both take, however much some of it looks like the other list.
var shared = []string{
	"CREATE TABLE a (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES a (id) ON DELETE SET NULL)",
	"CREATE TABLE a (n DOUBLE PRECISION, r REAL, f FLOAT, m NUMERIC(9, 2), d DATE, t TIMESTAMP, i INT, b BIGINT, s VARCHAR(9))",
	"CREATE TABLE a (strict INTEGER, glob TEXT, \"datetime\" TEXT, string TEXT, number INTEGER)",
	"CREATE TABLE a (s TEXT DEFAULT 'COLLATE NOCASE', /* AUTOINCREMENT */ t TEXT) -- STRICT",
	"CREATE TABLE a (s TEXT, l TEXT GENERATED ALWAYS AS (lower(s)) STORED UNIQUE)",
	"CREATE TABLE b (id INTEGER UNIQUE); CREATE TABLE a (b INTEGER REFERENCES \"b\" (id) DEFERRABLE INITIALLY DEFERRED)",
	"CREATE TABLE a (s TEXT); CREATE UNIQUE INDEX x ON a (lower(s)) WHERE s IS NOT NULL",
	"CREATE TABLE a (s TEXT UNIQUE); INSERT INTO a (s) VALUES ('x') ON CONFLICT (s) DO NOTHING",
	"BEGIN; CREATE TABLE a (s TEXT CHECK (s IN ('x', 'y'))); COMMIT",
}

func TestPortability(t *testing.T) {
	t.Setenv(sqldb.PostgresEnv, "")
	for _, script := range alone {
		if r := apply(t, script); !strings.Contains(r.failure, "SQLite and PostgreSQL both take") {
			t.Errorf("%s\nwas not found to work on SQLite alone:\n%s", script, r.failure)
		}
	}
	for _, script := range shared {
		if r := apply(t, script); r.failure != "" {
			t.Errorf("%s\nwas refused:\n%s", script, r.failure)
		}
	}
}

func apply(t *testing.T, script string) *recorder {
	return record(t, func(t testing.TB) {
		sqldb.Each(t, func(db *sqldb.DB) { db.Apply(sqldb.Parse("x.sql", script)) })
	})
}

// The lists above say the truth about both databases.
func TestPortabilityOfTheLists(t *testing.T) {
	if os.Getenv(sqldb.PostgresEnv) == "" {
		t.Skip(sqldb.PostgresEnv + " is not set")
	}
	for _, script := range slices.Concat(alone, shared) {
		sqldb.Each(t, func(db *sqldb.DB) {
			err := run(db, script)
			isAlone := strings.HasPrefix(db.Name, "PostgreSQL") && slices.Contains(alone, script)
			if (err != nil) != isAlone {
				t.Errorf("%s\n%s: %v", script, db.Name, err)
			}
		})
	}
}

func run(db *sqldb.DB, script string) error {
	db.Pool.SetMaxIdleConns(1)
	for _, s := range sqldb.Parse("x.sql", script).Statements {
		if _, err := db.Pool.Exec(s.Text); err != nil {
			return err
		}
	}
	return nil
}
