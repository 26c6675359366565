package imports_test

import (
	"testing"

	"github.com/kata-go/kata/grader/rules/imports"
	"github.com/kata-go/kata/grader/rules/internal/wanted"
)

// policy is also what rules.TestTestdata uses for this folder.
var policy = imports.Policy{Extra: []string{"net/http", "html/template"}, Own: "shop", Kata: "github.com/kata-go/kata"}

func TestImports(t *testing.T) {
	wanted.Run(t, imports.New(policy), "shop", "shop/store", "shop/store/deep")
	web := policy
	web.Extra = append(web.Extra, "text/template")
	wanted.Run(t, imports.New(web), "web", "dotted")
}

func TestAllows(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"fmt": true, "net/http": true, "shop": true, "shop/store": true,
		"shopping": false, "net": false, "net/http/httptest": false, "C": false, "": false, "os": false, "fmt/": false,
		"path/filepath": false, "testing": false, "io/ioutil": false, "./store": false, "github.com/kata-go/kata": false,
	} {
		if got := policy.Allows(path); got != want {
			t.Errorf("Allows(%q) = %v, want %v", path, got, want)
		}
	}
	if (imports.Policy{Extra: []string{"C"}}).Allows("C") {
		t.Error("cgo was allowed by the front matter")
	}
	if (imports.Policy{}).Allows("") {
		t.Error("the empty path was allowed")
	}
}
