package sqldb

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFill(t *testing.T) {
	cases := []struct {
		sql  string
		args []any
		want string
	}{
		{"SELECT 1", nil, "SELECT 1"},
		{"SELECT  a.b ,\n\tc FROM d", nil, "SELECT a.b , c FROM d"},
		{"VALUES (?, ?, ?, ?, ?)", []any{nil, true, 7, int64(-8), "it's"}, "VALUES (NULL, TRUE, 7, -8, 'it''s')"},
		{"VALUES (?, ?, ?)", []any{1290.0, 0.5, 1e-7}, "VALUES (1290.0, 0.5, 0.0000001)"},
		{"SELECT '?', \"?\", ? -- ?", []any{"?"}, "SELECT '?', \"?\", '?'"},
	}
	for _, c := range cases {
		if got := fill(c.sql, c.args...); got != c.want {
			t.Errorf("fill(%q, %v) = %q, want %q", c.sql, c.args, got, c.want)
		}
	}
}

func TestFillWantsAsManyArgumentsAsQuestionMarks(t *testing.T) {
	for _, args := range [][]any{{}, {1, 2}, {struct{}{}}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("fill with %v did not panic", args)
				}
			}()
			fill("SELECT ?", args...)
		}()
	}
}

func TestFillBreaksLongStatements(t *testing.T) {
	got := fill("INSERT INTO customers (id, email, name) VALUES (?, ?, ?), (?, ?, ?)",
		17, "zoë@example.com", "Zoë", 18, "somebody.else@somewhere.example", "Somebody Else")
	want := strings.Join([]string{
		"INSERT INTO customers (id, email, name)",
		"  VALUES (17, 'zoë@example.com', 'Zoë'), (18,",
		"  'somebody.else@somewhere.example', 'Somebody Else')",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for line := range strings.Lines(got) {
		if utf8.RuneCountInString(line) > width+1 {
			t.Errorf("longer than %d: %s", width, line)
		}
	}
}

func TestSubject(t *testing.T) {
	for sql, want := range map[string]string{
		"INSERT INTO orders (id) VALUES (1)": "orders",
		"update \"main\".Orders SET id = 1":  "Orders",
		"DELETE FROM orders":                 "orders",
		"SELECT 'from x', id FROM orders o":  "orders",
		"SELECT 1":                           "",
		"INSERT INTO":                        "",
	} {
		if got := subject(sql); got != want {
			t.Errorf("subject(%q) = %q, want %q", sql, got, want)
		}
	}
}
