package bench

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// recipe is what one go build of a binary taught: enough to compile what an
// edit changed and to link again without the go command.
type recipe struct {
	Digest  string            // of the assets and the toolchain that it holds for
	Tools   string            // the folder of the compiler and the linker
	Lang    string            // go.mod's language version, as in "go1.26"
	Exports map[string]string // import path -> compiled package that no edit changes
	Units   []*unit           // the staged packages, each after those that it imports; main is the last
}

// unit is a staged package: one of the learner's, the hidden tests, or main.
type unit struct {
	Path    string   // its import path
	Dir     string   // a slash path in the tree
	Name    string   // as its package clauses say
	Files   []string // base names
	Imports []string // of all files
	Archive string   // it compiled
	Key     string   // of what Archive was compiled from
	Face    string   // of what packages that import Archive see
}

// errUnusual says of a package that only the go command can tell how it is
// built: build constraints, embedded files, or code that cannot be read.
var errUnusual = errors.New("a package that only the go command can build")

// source is a staged package as its files stand now.
type source struct {
	name           string
	files, imports []string
	sum            []byte
}

// source reads the package in a folder of the tree.
func (t tree) source(dir string) (source, error) {
	entries, err := os.ReadDir(t.path(dir))
	if err != nil {
		return source{}, err
	}
	var s source
	sum := sha256.New()
	for _, e := range entries {
		if path.Ext(e.Name()) != ".go" {
			continue
		}
		data, err := os.ReadFile(t.path(path.Join(dir, e.Name())))
		if err != nil {
			return source{}, err
		}
		fmt.Fprintf(sum, "%s %d\n%s", e.Name(), len(data), data)
		if err := s.add(e.Name(), data); err != nil {
			return source{}, err
		}
	}
	slices.Sort(s.imports)
	s.imports, s.sum = slices.Compact(s.imports), sum.Sum(nil)
	return s, nil
}

func (s *source) add(file string, data []byte) error {
	for _, directive := range []string{"//go:build", "// +build", "//go:embed"} {
		if bytes.Contains(data, []byte(directive)) {
			return errUnusual
		}
	}
	ast, err := parser.ParseFile(token.NewFileSet(), file, data, parser.ImportsOnly)
	if err != nil || s.name != "" && s.name != ast.Name.Name {
		return errUnusual
	}
	s.name, s.files = ast.Name.Name, append(s.files, file)
	for _, spec := range ast.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil || imported == "C" {
			return errUnusual
		}
		s.imports = append(s.imports, imported)
	}
	return nil
}

// fits reports whether a package is still made of the same files and imports.
func (u *unit) fits(s source) bool {
	return s.name == u.Name && slices.Equal(s.files, u.Files) && slices.Equal(s.imports, u.Imports)
}

// key identifies what u would be compiled from: its source, and what it sees of
// the units before it.
func (r *recipe) key(u *unit, s source) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%x\n", s.sum)
	for _, other := range r.Units {
		if _, imported := slices.BinarySearch(u.Imports, other.Path); imported {
			fmt.Fprintln(sum, other.Path, other.Face)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// waves sorts the units so that each wave imports earlier ones only.
func (r *recipe) waves() [][]*unit {
	var waves [][]*unit
	at := map[string]int{}
	for _, u := range r.Units {
		n := 0
		for _, imported := range u.Imports {
			if before, staged := at[imported]; staged {
				n = max(n, before+1)
			}
		}
		at[u.Path] = n
		if n == len(waves) {
			waves = append(waves, nil)
		}
		waves[n] = append(waves[n], u)
	}
	return waves
}

// config is the importcfg of the compiler and the linker: where each package's
// archive is.
func (r *recipe) config() []byte {
	var b bytes.Buffer
	for imported, file := range r.Exports {
		fmt.Fprintf(&b, "packagefile %s=%s\n", imported, file)
	}
	for _, u := range r.Units {
		fmt.Fprintf(&b, "packagefile %s=%s\n", u.Path, u.Archive)
	}
	return b.Bytes()
}

// whole reports whether every compiled package is still there: the go command
// empties its cache of what was not used for some days.
func (r *recipe) whole() bool {
	for _, file := range r.Exports {
		if !exists(file) {
			return false
		}
	}
	return !slices.ContainsFunc(r.Units, func(u *unit) bool { return !exists(u.Archive) })
}

// face digests the part of an archive that importing packages read: the export
// data after the header, which holds the toolchain and a build id.
func face(archive string) (string, error) {
	data, err := os.ReadFile(archive)
	if err != nil {
		return "", err
	}
	_, data, ok := bytes.Cut(data, []byte("__.PKGDEF"))
	header, body, begun := bytes.Cut(data, []byte("`\n")) // ar(5): ends an entry's header
	fields := strings.Fields(string(header))
	if !ok || !begun || len(fields) == 0 {
		return "", fmt.Errorf("%s is no compiled package", archive)
	}
	size, err := strconv.Atoi(fields[len(fields)-1])
	if err != nil || size > len(body) {
		return "", fmt.Errorf("%s is no compiled package", archive)
	}
	_, exported, ok := bytes.Cut(body[:size], []byte("\n$$B"))
	if !ok {
		return "", fmt.Errorf("%s has no export data", archive)
	}
	sum := sha256.Sum256(exported)
	return hex.EncodeToString(sum[:]), nil
}

// recipeFolder holds the recipe called n and the archives that it made.
func recipeFolder(n string) string { return path.Join("recipes", n) }

// recipe reads the recipe called n; nil means that there is none that holds.
func (b *Bench) recipe(n string) *recipe {
	data, err := os.ReadFile(b.tree.path(path.Join(recipeFolder(n), "recipe.json")))
	if err != nil {
		return nil
	}
	var r recipe
	if json.Unmarshal(data, &r) != nil || r.Digest != b.digest || len(r.Units) == 0 || !r.whole() {
		return nil
	}
	return &r
}

// keep writes the recipe called n and removes archives that it no longer needs.
func (b *Bench) keep(n string, r *recipe) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	folder := recipeFolder(n)
	if err := b.tree.write(path.Join(folder, "recipe.json"), data); err != nil {
		return err
	}
	wanted := map[string][]byte{"recipe.json": nil}
	for _, u := range r.Units {
		wanted[path.Base(u.Archive)] = nil
	}
	return b.tree.prune(folder, wanted)
}
