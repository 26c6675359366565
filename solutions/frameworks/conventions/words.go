package conventions

import (
	"regexp"
	"strings"
)

// boundary finds the places where a word of a class ends: before a capital that
// follows a small letter or a digit, and before the last capital of a run that
// a small letter follows.
var boundary = regexp.MustCompile(`([a-z\d])([A-Z])|([A-Z])([A-Z][a-z])`)

// underscore turns LineItem into line_item, and APIKey into api_key.
func underscore(class string) string {
	// Twice, because matches do not overlap: the B of ABc ends one word and begins the next.
	for range 2 {
		class = boundary.ReplaceAllString(class, "${1}${3}_${2}${4}")
	}
	return strings.ToLower(class)
}

// camelize turns line_items into LineItems.
func camelize(name string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '_' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// irregular words have a plural of their own, which may be the word itself.
var irregular = map[string]string{
	"person": "people", "man": "men", "woman": "women", "child": "children",
	"sheep": "sheep", "fish": "fish", "series": "series", "species": "species",
	"rice": "rice", "money": "money", "information": "information", "equipment": "equipment",
}

var (
	sibilant   = regexp.MustCompile(`(s|x|ch|sh)$`)
	consonantY = regexp.MustCompile(`[^aeiou]y$`)
)

// pluralize returns a name with its last word in the plural.
func pluralize(name string) string {
	start := strings.LastIndexByte(name, '_') + 1
	before, word := name[:start], name[start:]
	switch plural, ok := irregular[word]; {
	case ok:
		return before + plural
	case sibilant.MatchString(word):
		return name + "es"
	case consonantY.MatchString(word):
		return strings.TrimSuffix(name, "y") + "ies"
	}
	return name + "s"
}
