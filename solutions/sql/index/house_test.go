package index_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/sqldb"
)

// tables are those of the brief.
var tables = []string{
	`CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL)`,
	`CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), depot TEXT NOT NULL, status TEXT NOT NULL, placed_at TEXT NOT NULL, total_cents INTEGER NOT NULL)`,
	`CREATE TABLE order_lines (order_id INTEGER NOT NULL REFERENCES orders (id), sku TEXT NOT NULL, quantity INTEGER NOT NULL, PRIMARY KEY (order_id, sku))`,
}

// How many rows the tables get.
const (
	customers = 100
	orders    = 600
	depots    = 12
	articles  = orders
)

var rows = []string{
	series(customers, "customers (id, email, name)", `n, 'Customer' || n || '@Mail.example', 'Ann'`),
	series(orders, "orders (id, customer_id, depot, status, placed_at, total_cents)", `n, 1 + n * 7 % 100, 'depot-' || (1 + n * 5 % 12), CASE WHEN n % 40 = 0 THEN 'open' ELSE 'packed' END, '2026-' || (10 + n % 3) || '-' || (10 + n % 19) || 'T09:' || (10 + n % 50) || ':00', 100 + n`),
	series(orders, "order_lines (order_id, sku, quantity)", `n, 'SKU-' || n, 1`),
}

func series(to int, table, values string) string {
	return fmt.Sprintf("INSERT INTO %s WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < %d) SELECT %s FROM series", table, to, values)
}

// house is the filled tables with the learner's indexes, on one database.
type house struct {
	*sqldb.DB
	t      *testing.T
	r      *rand.Rand
	script *sqldb.Script
	before string // what there was beside indexes
}

// inHouse is a behaviour that f tries on every database there is.
func inHouse(f func(h *house)) func(t *testing.T) {
	return func(t *testing.T) {
		script := sqldb.Read(t, "indexes.sql")
		sqldb.Each(t, func(db *sqldb.DB) {
			h := &house{DB: db, t: t, r: kit.Rand(t), script: script}
			h.must(tables...)
			h.must(rows...)
			h.before = h.schema()
			db.Apply(script)
			h.must("ANALYZE customers", "ANALYZE orders", "ANALYZE order_lines") // the rest of the database is others'
			f(h)
		})
	}
}

// inSQLite is a behaviour of SQLite's plans alone.
func inSQLite(f func(h *house)) func(t *testing.T) {
	return inHouse(func(h *house) {
		if h.lite() {
			f(h)
		}
	})
}

func (h *house) lite() bool { return strings.HasPrefix(h.Name, "SQLite") }

// must runs the test's own statements.
func (h *house) must(statements ...string) {
	h.t.Helper()
	for _, s := range statements {
		_, err := h.Pool.Exec(s)
		h.check(s, err)
	}
}

// check fails the behaviour when a statement of the test's own was refused: the
// tables are not those of the brief any more.
func (h *house) check(statement string, err error) {
	h.t.Helper()
	if err != nil {
		kit.Fail(h.t, kit.Failure{Sent: fmt.Sprintf("%.300s", statement), Got: h.Name + ": " + err.Error(), Want: "no error: the tables are those of the brief", At: h.at("")})
	}
}

// column returns one column of what a statement of the test's own answers.
func (h *house) column(n int, statement string) []string {
	h.t.Helper()
	found, err := h.Pool.Query(statement)
	h.check(statement, err)
	defer found.Close()
	names, err := found.Columns()
	h.check(statement, err)
	var all []string
	for found.Next() {
		values := make([]any, len(names))
		for i := range values {
			values[i] = new(any)
		}
		h.check(statement, found.Scan(values...))
		all = append(all, fmt.Sprint(*values[n].(*any)))
	}
	h.check(statement, found.Err())
	return all
}

// schema lists what the database has beside indexes.
func (h *house) schema() string {
	h.t.Helper()
	if h.lite() {
		return strings.Join(h.column(0, "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE type <> 'index' AND name NOT LIKE 'sqlite_%' ORDER BY name"), "\n")
	}
	return strings.Join(h.column(0, "SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1"), "\n")
}

// query is a statement of the brief, with drawn values.
type query struct{ name, text string }

func (h *house) signIn() query {
	return query{"the sign-in", fmt.Sprintf("SELECT id, name FROM customers WHERE lower(email) = 'customer%d@mail.example'", 1+h.r.IntN(customers))}
}

func (h *house) history() query {
	return query{"the last orders", fmt.Sprintf("SELECT id, placed_at, total_cents FROM orders\nWHERE customer_id = %d ORDER BY placed_at DESC LIMIT 10", 1+h.r.IntN(customers))}
}

func (h *house) packing() query {
	return query{"the packing list", fmt.Sprintf("SELECT id, placed_at FROM orders\nWHERE status = 'open' AND depot = 'depot-%d' AND placed_at < '2026-11-%d'\nORDER BY placed_at", 1+h.r.IntN(depots), 10+h.r.IntN(20))}
}

func (h *house) recall() query {
	return query{"the recall", fmt.Sprintf("SELECT order_id, quantity FROM order_lines WHERE sku = 'SKU-%d'", 1+h.r.IntN(articles))}
}

func (h *house) queries() []query { return []query{h.signIn(), h.history(), h.packing(), h.recall()} }

// plan is what SQLite says it will do (sqlite.org/eqp.html).
type plan []string

func (h *house) plan(q query) plan {
	h.t.Helper()
	return h.column(3, "EXPLAIN QUERY PLAN "+q.text)
}

func (p plan) String() string { return strings.Join(p, "\n") }

// sorts reports whether rows are sorted after they were found.
func (p plan) sorts() bool { return strings.Contains(p.String(), "TEMP B-TREE") }

var search = regexp.MustCompile(`^SEARCH \S+ USING (?:COVERING )?INDEX (.+) \((.*)\)$`)

// index returns the one index by which the plan finds its rows, and what it
// looks for there, such as customer_id=?; "" when it reads a table otherwise.
func (p plan) index() (name string, terms []string) {
	if len(p) == 0 {
		return "", nil
	}
	m := search.FindStringSubmatch(p[0])
	if m == nil || strings.Contains(m[2], "ANY(") {
		return "", nil
	}
	return m[1], strings.Split(m[2], " AND ")
}

// made returns the indexes that the script has made.
func (h *house) made() []string {
	h.t.Helper()
	return h.column(0, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
}

// definition returns the statement that made an index, in small letters.
func (h *house) definition(index string) string {
	h.t.Helper()
	return strings.ToLower(strings.Join(h.column(0, fmt.Sprintf("SELECT coalesce(sql, '') FROM sqlite_schema WHERE name = '%s'", strings.ReplaceAll(index, "'", "''"))), ""))
}

// at returns the line of the script that names an index, else its first line.
func (h *house) at(index string) string {
	for _, s := range h.script.Statements {
		if index != "" && strings.Contains(strings.ToLower(s.Text), strings.ToLower(index)) {
			return kit.Line("indexes.sql", s.Line)
		}
	}
	return kit.Line("indexes.sql", 1)
}

// mustFind fails the behaviour unless the query finds its rows in an index by
// all of the terms; only, when it is not "", is a condition that the index may
// have instead of the term which begins so.
func (h *house) mustFind(q query, want string, only string, terms ...string) {
	h.t.Helper()
	if !h.lite() {
		h.mustUse(q, want)
		return
	}
	p := h.plan(q)
	index, found := p.index()
	for _, term := range terms {
		column, _, _ := strings.Cut(term, "=")
		instead := only == column && strings.Contains(h.definition(index), " where ") && strings.Contains(h.definition(index), only)
		if index == "" || !slices.Contains(found, term) && !instead {
			h.fail(q, p, want, index)
		}
	}
}

// mustNotSort fails the behaviour when the query sorts.
func (h *house) mustNotSort(q query) {
	h.t.Helper()
	if !h.lite() {
		return
	}
	p := h.plan(q)
	if index, _ := p.index(); p.sorts() || index == "" {
		h.fail(q, p, "the rows come in their order, without a TEMP B-TREE to sort them", index)
	}
}

func (h *house) fail(q query, p plan, want, index string) {
	h.t.Helper()
	f := kit.Failure{Sent: q.name + ":\n" + q.text, Got: "the plan of " + h.Name + ":\n" + p.String(), Want: want, At: h.at(index)}
	if d := h.definition(index); d != "" {
		f.Note = "the index: " + d
	}
	kit.Fail(h.t, f)
}

// mustUse fails the behaviour unless PostgreSQL finds an index for the query,
// when it is told to avoid reading whole tables.
func (h *house) mustUse(q query, want string) {
	h.t.Helper()
	conn, err := h.Pool.Conn(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(h.t.Context(), "SET enable_seqscan = off"); err != nil {
		h.t.Fatal(err)
	}
	found, err := conn.QueryContext(h.t.Context(), "EXPLAIN "+q.text)
	if err != nil {
		h.t.Fatal(err)
	}
	defer found.Close()
	var p plan
	for found.Next() {
		var line string
		if err := found.Scan(&line); err != nil {
			h.t.Fatal(err)
		}
		p = append(p, line)
	}
	if text := p.String(); found.Err() != nil || strings.Contains(text, "Seq Scan") || !strings.Contains(text, "Index Cond") {
		kit.Fail(h.t, kit.Failure{Sent: q.name + ":\n" + q.text, Got: "the plan of " + h.Name + ":\n" + text, Want: want, At: h.at("")})
	}
}
