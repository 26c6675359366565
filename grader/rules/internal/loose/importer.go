package loose

import (
	"go/types"
	"path"
	"strings"
)

// importer makes an empty package of every path.
type importer map[string]*types.Package

// Import never fails.
func (f importer) Import(p string) (*types.Package, error) {
	if f[p] == nil {
		f.add(p, guess(p))
	}
	return f[p], nil
}

func (f importer) add(p, name string) {
	f[p] = types.NewPackage(p, name)
	f[p].MarkComplete()
}

// guess is the name that a package has by custom: right for all of the standard
// library, and for most others.
func guess(p string) string {
	base := path.Base(p)
	if version(base) && p != base {
		base = path.Base(path.Dir(p))
	}
	base = strings.TrimPrefix(base, "go-")
	base, _, _ = strings.Cut(base, ".")
	return strings.ReplaceAll(base, "-", "")
}

// version tells whether a path ends in a major version, as math/rand/v2.
func version(base string) bool {
	digits, ok := strings.CutPrefix(base, "v")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}
