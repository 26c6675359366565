package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/progress"
)

// Exit codes, as `kata verify` documents them.
const (
	exitOK          = 0
	exitRed         = 1 // something asked for does not pass
	exitUsage       = 2 // the command line makes no sense
	exitBroken      = 3 // kata or its environment broke; never the learner's fault
	exitInterrupted = 130
)

// Outcomes that are shown already when a command returns them.
var (
	errRed         = errors.New("not everything passes")
	errUngraded    = errors.New("not everything could be graded")
	errInterrupted = errors.New("interrupted")
)

// hinted is an error with the command to type next.
type hinted struct {
	err  error
	hint string
	code int
}

func (h *hinted) Error() string { return h.err.Error() }
func (h *hinted) Unwrap() error { return h.err }

// usage is a wrong command line.
func usage(hint, format string, args ...any) error {
	return &hinted{fmt.Errorf(format, args...), hint, exitUsage}
}

// broken is a failure of kata or its environment.
func broken(hint, format string, args ...any) error {
	return &hinted{fmt.Errorf(format, args...), hint, exitBroken}
}

// outcome maps what a command returned to an exit code and a hint. What has an
// exit code and no hint was shown already.
func outcome(ctx context.Context, err error) (code int, hint string) {
	var h *hinted
	var tool *bench.ToolchainError
	var build *bench.BuildError
	var unknown *course.UnknownError
	var unsaved *progress.SaveError
	switch {
	case err == nil:
		return exitOK, ""
	case ctx.Err() != nil, errors.Is(err, errInterrupted):
		return exitInterrupted, ""
	case errors.Is(err, errRed):
		return exitRed, ""
	case errors.Is(err, errUngraded):
		return exitBroken, ""
	case errors.As(err, &h):
		return h.code, h.hint
	case errors.As(err, &tool):
		return exitBroken, cmp.Or(tool.Hint, "kata doctor")
	case errors.As(err, &build):
		return exitBroken, cmp.Or(build.Hint, "kata doctor")
	case errors.As(err, &unsaved):
		return exitBroken, cmp.Or(unsaved.Mend, "kata doctor")
	case errors.As(err, &unknown):
		return exitUsage, "kata list"
	}
	return exitBroken, "kata doctor"
}
