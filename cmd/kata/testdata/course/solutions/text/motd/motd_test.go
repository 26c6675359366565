package motd_test

import (
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	_ "github.com/kata-go/kata/solutions/text/motd"
)

// 1. The message says when the shop opens.
func TestTime(t *testing.T) { holds(t, "nine") }

// 2. The message welcomes.
func TestWelcome(t *testing.T) { holds(t, "Welcome") }

func holds(t *testing.T, word string) {
	t.Helper()
	if text := kit.File(t, "motd.txt"); !strings.Contains(text, word) {
		kit.Fail(t, kit.Failure{Sent: "read motd.txt", Got: strings.TrimSpace(text), Want: "a text with " + word, At: kit.Line("motd.txt", 1)})
	}
}
