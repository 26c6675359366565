package pulse_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/services/pulse"
)

func TestEveryLineIsAnswered(t *testing.T) {
	for name, test := range map[string]struct {
		well func() error
		want string
	}{
		"a server inside the program": {nil, "\n\n"},
		"well":                        {func() error { return nil }, "\n\n"},
		"gone":                        {func() error { return errors.New("it\nended") }, "it ended\nit ended\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if err := pulse.Answer(strings.NewReader("\n\n"), &out, test.well); err != nil || out.String() != test.want {
				t.Errorf("answered %q (%v), want %q", out.String(), err, test.want)
			}
		})
	}
}

func TestAnAnswerThatNobodyReads(t *testing.T) {
	_, out := io.Pipe()
	_ = out.CloseWithError(errors.New("nobody reads"))
	if err := pulse.Answer(strings.NewReader("\n"), out, nil); err == nil {
		t.Error("no error")
	}
}
