package routes

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// rule is a pattern, cut at its slashes, and what answers it.
type rule struct {
	parts   []string
	view    View
	methods []string
}

func (r rule) has(method string) bool {
	return slices.Contains(r.methods, method) || method == http.MethodHead && slices.Contains(r.methods, http.MethodGet)
}

// fit says how well a path suits a rule.
type fit int

const (
	none       fit = iota
	lacksSlash     // it would fit with a slash at its end
	whole
)

// match reads the rule's variables off a path.
func (r rule) match(path string) (Args, fit) {
	parts, how := strings.Split(path, "/"), whole
	if len(parts) == len(r.parts)-1 && r.parts[len(parts)] == "" {
		parts, how = append(parts, ""), lacksSlash
	}
	if len(parts) != len(r.parts) {
		return nil, none
	}
	args := Args{}
	for i, part := range r.parts {
		if !args.read(part, parts[i]) {
			return nil, none
		}
	}
	return args, how
}

// read reports whether text fits one part of a pattern, and keeps its variable.
func (a Args) read(part, text string) bool {
	name, variable := strings.CutPrefix(part, "<")
	if !variable {
		return part == text
	}
	name = strings.TrimSuffix(name, ">")
	if name, number := strings.CutPrefix(name, "int:"); number {
		n, err := strconv.Atoi(text)
		a[name] = n
		return err == nil && !strings.ContainsAny(text, "+-")
	}
	a[name] = text
	return text != ""
}
