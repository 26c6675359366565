package database_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kata-go/kata/exercises/testing/database"
	"github.com/kata-go/kata/grader/kit/sqldb"
)

// One club for all tests: each finds what those before it left there.
func TestMembers(t *testing.T) {
	db := sqldb.Open(t).DB // an empty SQLite, gone when the test ends
	if _, err := db.Exec(database.Schema); err != nil {
		t.Fatal(err)
	}
	api := database.New(db)
	ask := func(method, path, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
		return w
	}

	t.Run("create", func(t *testing.T) {
		for i := range 3 {
			w := ask("POST", "/members", fmt.Sprintf(`{"email":"%d@example.org","name":"N%d"}`, i, i))
			if w.Code != http.StatusCreated {
				t.Fatalf("got %d", w.Code)
			}
		}
	})
	t.Run("rename", func(t *testing.T) {
		w := ask("PUT", "/members/1", `{"name":"Ada"}`)
		var m database.Member
		if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil || m.Name != "Ada" {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
	})
	t.Run("import", func(t *testing.T) {
		w := ask("POST", "/members/import", `[{"email":"new@example.org","name":"N"},{"email":"1@example.org","name":"N1"}]`)
		if w.Code != http.StatusConflict {
			t.Errorf("got %d", w.Code)
		}
	})
	t.Run("list", func(t *testing.T) {
		var page database.Page
		w := ask("GET", "/members?page=2", "")
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Members {
			if m.Name == "" {
				t.Errorf("a member without a name: %v", m)
			}
		}
	})
}
