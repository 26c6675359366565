package methods_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"

	"github.com/kata-go/kata/grader/rules/internal/wanted"
	"github.com/kata-go/kata/grader/rules/methods"
)

func TestMethods(t *testing.T) {
	wanted.Run(t, methods.New([]string{"Money.Equal", "Unwrap"}), "a")
}

func TestOf(t *testing.T) {
	t.Parallel()
	var files []*ast.File
	for _, source := range []string{
		`package a; func (m *Money) Equal(Money) bool { return true }; func (Money) String() string { return "" }`,
		`package a; func (missing) Is(error) bool { return true }; func (gone[T]) Is(error) bool { return true }; func Unwrap() {}`,
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "a.go", source, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if got, want := methods.Of(files...), []string{"Is", "Money.Equal"}; !slices.Equal(got, want) {
		t.Errorf("Of = %q, want %q", got, want)
	}
}
