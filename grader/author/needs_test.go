package author

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/kata-go/kata/grader/update"
)

// The packed list of what exercises need is what the go command says.
func TestNeedsAreCurrent(t *testing.T) {
	a, err := Open(repository, newGrader(t))
	if err != nil {
		t.Fatal(err)
	}
	want, err := a.needs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(update.NeedsFile)))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.data) {
		t.Errorf("%s is\n%s\nand the exercises need\n%s\nrenew it: kata author pack", update.NeedsFile, got, want.data)
	}
}

func TestNeedsOf(t *testing.T) {
	const listed = `fmt
example.org/word/deep example.org/word
github.com/kata-go/kata/exercises/t/ex github.com/kata-go/kata
github.com/kata-go/kata/exercises/t/ex [github.com/kata-go/kata/exercises/t/ex.test] github.com/kata-go/kata
github.com/kata-go/kata/grader/kit/sqldb github.com/kata-go/kata
`
	if got, want := needsOf(listed), []string{"example.org/word", "grader/kit/sqldb"}; !slices.Equal(got, want) {
		t.Errorf("needs %q, want %q", got, want)
	}
}
