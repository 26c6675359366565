// Package pulse is how kata asks a server program whether its server still
// serves, before it believes tests that failed.
//
// It owns the server program's side of that talk, in which an empty line is
// the question and a line the answer; kata's side is run.Process.Ask. It must
// never know a service.
package pulse

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Answer answers every line of in with a line on out, until in ends: an empty
// one, or why the server no longer serves, which well tells. A nil well is for
// a server that lives as long as the program.
func Answer(in io.Reader, out io.Writer, well func() error) error {
	questions := bufio.NewScanner(in)
	for questions.Scan() {
		if _, err := fmt.Fprintln(out, answer(well)); err != nil {
			return fmt.Errorf("tell whether the server serves: %w", err)
		}
	}
	return questions.Err()
}

func answer(well func() error) string {
	if well == nil {
		return ""
	}
	if err := well(); err != nil {
		return strings.Join(strings.Fields(err.Error()), " ")
	}
	return ""
}
