package run

import (
	"crypto/rand"
	"fmt"
	"os"

	"github.com/kata-go/kata/grader/kit/seal"
)

// maxMessage is what seal reads at most: secret and plan.
const maxMessage = 1 << 16

// sealed is the pair of pipes of one process: the plan in, the report out.
type sealed struct {
	secret  []byte
	message []byte
	plan    *os.File    // our end: the secret and the plan are written here
	report  *os.File    // our end: the report comes out here
	child   [2]*os.File // the process's ends, in the order of seal.Env
}

func newSealed(plan []byte) (*sealed, error) {
	if len(plan)+seal.SecretSize > maxMessage {
		return nil, fmt.Errorf("send a plan of %d bytes: at most %d fit", len(plan), maxMessage-seal.SecretSize)
	}
	s := &sealed{secret: make([]byte, seal.SecretSize)}
	if _, err := rand.Read(s.secret); err != nil {
		return nil, fmt.Errorf("draw the report's secret: %w", err)
	}
	s.message = append(append(s.message, s.secret...), plan...)
	var err error
	if s.child[0], s.plan, err = os.Pipe(); err != nil {
		return nil, fmt.Errorf("open the plan's pipe: %w", err)
	}
	if s.report, s.child[1], err = os.Pipe(); err != nil {
		closeAll(s.child[0], s.plan)
		return nil, fmt.Errorf("open the report's pipe: %w", err)
	}
	return s, nil
}

// send writes the secret and the plan. A process that does not read them
// makes the write end with an error when it dies, which needs no telling.
func (s *sealed) send() {
	_, _ = s.plan.Write(s.message)
	_ = s.plan.Close()
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close()
		}
	}
}
