package services

import (
	"slices"
	"strings"
)

// Programs are the folders of the programs that would be started here for the
// named services, each once. No engine is asked.
func Programs(c Config, names []string) []string {
	var folders []string
	for _, n := range names {
		s, err := c.service(strings.TrimSuffix(n, "?"))
		for ; err == nil; s, err = c.service(s.beside) {
			if folder := c.programOf(s); folder != "" && !slices.Contains(folders, folder) {
				folders = append(folders, folder)
			}
		}
	}
	return folders
}

// programOf is the folder of the program that looks after s, "" for none.
func (c Config) programOf(s service) string {
	const root = "grader/services/"
	_, installed := c.findLocal(s)
	local := s.local != nil && !s.tool && installed
	switch {
	case c.address(s) != "" && c.Choice != Embedded && c.Choice != Local, c.Choice == Env:
		return ""
	case c.Choice == Docker && s.image.Ref != "":
		return root + "container"
	case local && (c.Choice == Local || c.Choice == Auto && !s.clock):
		return root + "local"
	case s.embedded == program && (c.Choice == Auto || c.Choice == Embedded):
		return root + s.name
	}
	return ""
}

// WithImages are the services that can be served by a container.
func WithImages() []string {
	var names []string
	for _, s := range table() {
		if s.image.Ref != "" {
			names = append(names, s.name)
		}
	}
	return names
}
