package course

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// courseOf makes a course of exercises without files.
func courseOf(list string) *Course {
	c := &Course{}
	for _, id := range strings.Fields(list) {
		track, name, _ := strings.Cut(id, "/")
		if n := len(c.Tracks); n == 0 || c.Tracks[n-1].Name != track {
			c.Tracks = append(c.Tracks, &Track{Name: track})
		}
		t := c.Tracks[len(c.Tracks)-1]
		t.Exercises = append(t.Exercises, &Exercise{Track: track, Name: name})
	}
	return c
}

func library() *Course {
	c := courseOf("rest/crud rest/status rest/limits redis/ratelimit redis/cache sql/schema sql/index testing/unit testing/load dsa/schema go/load")
	c.Tracks[0].Was = map[string]string{"rest/orders": "rest/crud", "http/codes": "rest/status"}
	return c
}

func TestFind(t *testing.T) {
	for word, want := range map[string]string{
		"rest/crud":                "rest/crud",
		"crud":                     "rest/crud",
		"./exercises/rest/crud/":   "rest/crud",
		"exercises/rest/crud":      "rest/crud",
		"solutions/rest/crud":      "rest/crud",
		`exercises\rest\crud\`:     "rest/crud",
		"rest/orders":              "rest/crud",
		"http/codes":               "rest/status",
		"rest/crod":                `there is no exercise "rest/crod"; did you mean rest/crud?`,
		"crdu":                     `there is no exercise "crdu"; did you mean rest/crud?`,
		"CRUD":                     `there is no exercise "CRUD"; did you mean rest/crud?`,
		"sql/crud":                 `there is no exercise "sql/crud"; did you mean rest/crud?`,
		"rest":                     `"rest" is a track; name one of its exercises, such as rest/crud`,
		"redsi":                    `there is no exercise "redsi"; did you mean redis?`,
		"schema":                   `"schema" may be sql/schema or dsa/schema`,
		"schem":                    `there is no exercise "schem"; did you mean sql/schema or dsa/schema?`,
		"kubernetes":               `there is no exercise "kubernetes"`,
		"":                         `there is no exercise ""`,
		"rest/":                    `"rest/" is a track; name one of its exercises, such as rest/crud`,
		strings.Repeat("long", 20): "there is no exercise",
	} {
		e, err := library().Find(word)
		got := fmt.Sprint(err)
		if err == nil {
			got = e.ID()
		}
		if !strings.HasPrefix(got, want) || want == "rest/crud" && got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
		var unknown *UnknownError
		if err != nil && (!errors.As(err, &unknown) || unknown.Name != word) {
			t.Errorf("%q: got %#v", word, err)
		}
	}
}

func TestMatch(t *testing.T) {
	for patterns, want := range map[string]string{
		"":                          "",
		"crud":                      "rest/crud",
		"redis rest/crud":           "rest/crud redis/ratelimit redis/cache",
		"rest rest/crud crud rest":  "rest/crud rest/status rest/limits",
		"sql/...":                   "sql/schema sql/index",
		"./exercises/sql/":          "sql/schema sql/index",
		"*/schema":                  "sql/schema dsa/schema",
		"r*":                        "rest/crud rest/status rest/limits redis/ratelimit redis/cache",
		"sche*":                     "sql/schema dsa/schema",
		"rest/[cs]*":                "rest/crud rest/status",
		"exercises/redis/c????":     "redis/cache",
		"rest/orders":               "rest/crud",
		"rest redsi":                `there is no exercise "redsi"; did you mean redis?`,
		"x*":                        `there is no exercise "x*"`,
		"[":                         `there is no exercise "["`,
		"schema":                    `"schema" may be sql/schema or dsa/schema`,
		"*":                         "rest/crud rest/status rest/limits redis/ratelimit redis/cache sql/schema sql/index testing/unit testing/load dsa/schema go/load",
		"*/load *":                  "rest/crud rest/status rest/limits redis/ratelimit redis/cache sql/schema sql/index testing/unit testing/load dsa/schema go/load",
		"testing/load rest/status":  "rest/status testing/load",
		"solutions/testing rest/ts": `there is no exercise "rest/ts"`,
	} {
		found, err := library().Match(strings.Fields(patterns)...)
		got := strings.Join(ids(found), " ")
		if err != nil {
			got = err.Error()
		}
		if got != want && (err == nil || !strings.HasPrefix(got, want)) {
			t.Errorf("%q\ngot  %s\nwant %s", patterns, got, want)
		}
	}
}

func TestMatchLeavesTheCourseAlone(t *testing.T) {
	c := library()
	before := ids(Order(c))
	if _, err := c.Match("rest", "sql/index"); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(ids(Order(c)), before) {
		t.Errorf("the order became %v", ids(Order(c)))
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"crud", "crud", 0}, {"crud", "cud", 1}, {"crud", "crdu", 1},
		{"crud", "crod", 1}, {"crud", "cruds", 1}, {"kitten", "sitting", 3}, {"abcdef", "badcfe", 3},
	} {
		if got := distance(c.a, c.b); got != c.want || distance(c.b, c.a) != c.want {
			t.Errorf("%q, %q: got %d and %d, want %d", c.a, c.b, got, distance(c.b, c.a), c.want)
		}
	}
}
