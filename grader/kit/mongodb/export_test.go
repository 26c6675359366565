package mongodb

import (
	"fmt"
	"strings"
)

// Summary tells an explain's answer in one line.
func Summary(answer []byte) string {
	p := planOf(answer)
	return fmt.Sprintf("%s keys %d docs %d", strings.Join(append(p.Stages, p.Indexes...), " "), p.Keys, p.Docs)
}
