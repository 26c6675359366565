package database_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit/sqldb"
	"github.com/kata-go/kata/solutions/testing/database"
)

// club is an API with a database of its own.
type club struct {
	*testing.T
	http.Handler
	db *sql.DB
}

func open(t *testing.T) club {
	db := sqldb.Open(t).DB
	if _, err := db.Exec(database.Schema); err != nil {
		t.Fatal(err)
	}
	return club{t, database.New(db), db}
}

// ask sends a request and reads the answer into v, unless that is nil. Whatever
// was asked, no connection may stay in use.
func (c club) ask(method, path, body string, status int, v any) {
	c.Helper()
	w := httptest.NewRecorder()
	c.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	if w.Code != status {
		c.Fatalf("%s %s %s\ngot %d %s\nwant %d", method, path, body, w.Code, w.Body, status)
	}
	if v != nil {
		if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
			c.Fatalf("%s %s %s\ngot %s: %v", method, path, body, w.Body, err)
		}
	}
	if n := c.db.Stats().InUse; n != 0 {
		c.Fatalf("%s %s %s\n%d connections are still in use", method, path, body, n)
	}
}

// join adds n members, named after their number, and returns them.
func (c club) join(n int) []database.Member {
	c.Helper()
	var all []database.Member
	for i := range n {
		var m database.Member
		c.ask("POST", "/members", fmt.Sprintf(`{"email":"%d@example.org","name":"N%d"}`, i, i), http.StatusCreated, &m)
		all = append(all, m)
	}
	return all
}

// stored is what a query of the test's own finds, in the order of the ids.
func (c club) stored() []database.Member {
	c.Helper()
	rows, err := c.db.Query(`SELECT id, email, name FROM members ORDER BY id`)
	if err != nil {
		c.Fatal(err)
	}
	defer rows.Close()
	var all []database.Member
	for rows.Next() {
		var m database.Member
		if err := rows.Scan(&m.ID, &m.Email, &m.Name); err != nil {
			c.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

// holds fails unless the table has just these members.
func (c club) holds(want []database.Member) {
	c.Helper()
	if got := c.stored(); !reflect.DeepEqual(got, want) {
		c.Fatalf("stored are %v\nwant %v", got, want)
	}
}

func path(m database.Member) string { return fmt.Sprintf("/members/%d", m.ID) }

func TestCreate(t *testing.T) {
	c := open(t)
	var got database.Member
	c.ask("POST", "/members", `{"email":"ada@example.org","name":"Ada"}`, http.StatusCreated, &got)
	want := database.Member{ID: got.ID, Email: "ada@example.org", Name: "Ada"}
	if got != want || got.ID == 0 {
		t.Fatalf("got %v, want %v and an id", got, want)
	}
	c.holds([]database.Member{want})
	var raw map[string]any
	c.ask("GET", path(want), "", http.StatusOK, &raw)
	if len(raw) != 3 || raw["id"] != float64(got.ID) || raw["email"] != want.Email || raw["name"] != want.Name {
		t.Errorf("got %v, want %v", raw, want)
	}
	c.ask("POST", "/members", `{"email":"ada@example.org","name":"Ida"}`, http.StatusConflict, nil)
	c.ask("POST", "/members", `ada`, http.StatusBadRequest, nil)
	c.holds([]database.Member{want})
}

func TestShow(t *testing.T) {
	c := open(t)
	all := c.join(12)
	for _, want := range all {
		var got database.Member
		c.ask("GET", path(want), "", http.StatusOK, &got)
		if got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	c.ask("GET", path(database.Member{ID: all[11].ID + 1}), "", http.StatusNotFound, nil)
}

func TestRename(t *testing.T) {
	c := open(t)
	all := c.join(3)
	for i := range all {
		var got database.Member
		c.ask("GET", path(all[i]), "", http.StatusOK, &got) // whoever remembers it shall be found out
		all[i].Name = fmt.Sprintf("New %d", i)
		c.ask("PUT", path(all[i]), fmt.Sprintf(`{"name":"New %d"}`, i), http.StatusOK, &got)
		if got != all[i] {
			t.Errorf("PUT answers %v, want %v", got, all[i])
		}
		c.holds(all)
		c.ask("GET", path(all[i]), "", http.StatusOK, &got)
		if got != all[i] {
			t.Errorf("after the change GET answers %v, want %v", got, all[i])
		}
	}
	c.ask("PUT", path(database.Member{ID: all[2].ID + 1}), `{"name":"Nobody"}`, http.StatusNotFound, nil)
	c.ask("PUT", path(all[0]), `Nobody`, http.StatusBadRequest, nil)
	c.holds(all)
}

func TestList(t *testing.T) {
	for _, n := range []int{0, 1, database.PageSize - 1, database.PageSize, database.PageSize + 1, 3 * database.PageSize} {
		t.Run(fmt.Sprint(n, " members"), func(t *testing.T) {
			c := open(t)
			want := c.join(n)
			var got []database.Member
			page := database.Page{More: true}
			for i := 1; page.More; i++ {
				page = database.Page{}
				c.ask("GET", fmt.Sprintf("/members?page=%d", i), "", http.StatusOK, &page)
				if len(page.Members) > database.PageSize || page.More && len(page.Members) < database.PageSize {
					t.Fatalf("page %d has %d members", i, len(page.Members))
				}
				if got = append(got, page.Members...); len(got) > n {
					break
				}
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("the pages have %v\nwant %v", got, want)
			}
		})
	}
}

func TestFirstAndLastPage(t *testing.T) {
	c := open(t)
	all := c.join(database.PageSize + 1)
	var page database.Page
	c.ask("GET", "/members", "", http.StatusOK, &page)
	if !page.More || !reflect.DeepEqual(page.Members, all[:database.PageSize]) {
		t.Errorf("without a number: %v", page)
	}
	c.ask("GET", "/members?page=3", "", http.StatusOK, &page)
	if page.More || page.Members == nil || len(page.Members) != 0 {
		t.Errorf("behind the last: %v", page)
	}
	var raw map[string]any
	c.ask("GET", "/members?page=1", "", http.StatusOK, &raw)
	if list, ok := raw["members"].([]any); len(raw) != 2 || !ok || len(list) != database.PageSize || raw["more"] != true {
		t.Errorf("the first: %v", raw)
	}
}

func TestDatabaseIsGone(t *testing.T) {
	c := open(t)
	if err := c.db.Close(); err != nil {
		t.Fatal(err)
	}
	c.ask("POST", "/members", `{"email":"ada@example.org","name":"Ada"}`, http.StatusInternalServerError, nil)
	c.ask("GET", "/members", "", http.StatusInternalServerError, nil)
	c.ask("GET", "/members/1", "", http.StatusInternalServerError, nil)
	c.ask("PUT", "/members/1", `{"name":"Ada"}`, http.StatusInternalServerError, nil)
	c.ask("POST", "/members/import", `[{"email":"ada@example.org","name":"Ada"}]`, http.StatusInternalServerError, nil)
}

func TestImport(t *testing.T) {
	c := open(t)
	all := c.join(1)
	var got struct{ Imported int }
	c.ask("POST", "/members/import", `[{"email":"a@example.org","name":"A"},{"email":"b@example.org","name":"B"}]`, http.StatusCreated, &got)
	stored := c.stored()
	if got.Imported != 2 || len(stored) != 3 || stored[0] != all[0] || stored[1].Name != "A" || stored[2].Email != "b@example.org" {
		t.Errorf("imported %d, stored are %v", got.Imported, stored)
	}
	for _, refused := range []string{
		`[{"email":"c@example.org","name":"C"},{"email":"a@example.org","name":"A"}]`,
		`[{"email":"c@example.org","name":"C"},{"email":"c@example.org","name":"C"}]`,
	} {
		c.ask("POST", "/members/import", refused, http.StatusConflict, nil)
		c.holds(stored)
	}
	c.ask("POST", "/members/import", `nobody`, http.StatusBadRequest, nil)
	c.ask("POST", "/members", `{"email":"c@example.org","name":"C"}`, http.StatusCreated, nil) // nothing is locked
}
