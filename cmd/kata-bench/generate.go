package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kata-go/kata/grader/course"
	"golang.org/x/tools/txtar"
)

// small is one exercise of a generated course: a handler with a few routes, as
// small as exercises get. NAME and PATH stand for its name and its id.
//
//go:embed small.txtar
var small []byte

// generated is the one track of a generated course.
const generated = "generated"

// generate replaces the course in a copy of the repository by n exercises that
// differ in nothing but their names, and packs it.
func generate(repo string, n int) error {
	for _, tree := range []string{"exercises", "solutions"} {
		if err := os.RemoveAll(filepath.Join(repo, tree)); err != nil {
			return err
		}
	}
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("e%03d", i))
	}
	manifest := fmt.Sprintf("title = \"Generated\"\nabout = \"Small handlers.\"\nexercises = [\"%s\"]\n", strings.Join(list, `", "`))
	if err := write(filepath.Join(repo, "exercises", generated, "track.toml"), []byte(manifest)); err != nil {
		return err
	}
	for _, name := range list {
		if err := generateOne(repo, name); err != nil {
			return err
		}
	}
	return pack(repo, list)
}

// generateOne writes the files of one exercise into both trees.
func generateOne(repo, name string) error {
	replacer := strings.NewReplacer("NAME", name, "PATH", generated+"/"+name)
	for _, f := range txtar.Parse(small).Files {
		file := filepath.Join(repo, filepath.FromSlash(replacer.Replace(f.Name)))
		if err := write(file, []byte(replacer.Replace(string(f.Data)))); err != nil {
			return err
		}
	}
	return nil
}

// pack writes what `kata author pack` would; behaviours.txt is in the template.
func pack(repo string, list []string) error {
	fsys := os.DirFS(repo)
	data, err := course.PackTrack(fsys, generated)
	if err != nil {
		return err
	}
	if err := write(filepath.Join(repo, "solutions", generated, "track.txtar"), data); err != nil {
		return err
	}
	for _, name := range list {
		data, err := course.PackStarter(fsys, generated+"/"+name)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(repo, "solutions", generated, name, "starter.txtar"), data); err != nil {
			return err
		}
	}
	return nil
}
