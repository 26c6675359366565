package git_test

import (
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/git"
	answer "github.com/kata-go/kata/solutions/smoke/git"
)

// 1. Blob names content as git does.
func TestIt(t *testing.T) {
	r := git.New(t)
	text := kit.Word(kit.Rand(t), 40)
	r.Write("f", text)
	r.Commit("a file")
	if got, want := answer.Blob(text), r.Run("rev-parse", "HEAD:f"); got != want {
		kit.Fail(t, kit.Failure{Got: got, Want: want, Note: r.Saw()})
	}
}
