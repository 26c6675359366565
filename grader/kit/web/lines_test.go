package web_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit/web"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("tea, ", 16)
	for _, c := range []struct{ name, body, want string }{
		{"what fits stays", `{"id":7,"item":"tea"}`, `{"id":7,"item":"tea"}`},
		{"what is no JSON stays", long + `{"id":7`, long + `{"id":7`},
		{"what has lines stays", "[1,\n" + strings.Repeat("1,", 40) + "1]", "[1,\n" + strings.Repeat("1,", 40) + "1]"},
		{"an object of a list begins a line",
			`[{"id":1,"item":"Butter xgad","cents":305},{"id":2,"item":"tea","cents":5}]`,
			"[{\"id\":1,\"item\":\"Butter xgad\",\"cents\":305},\n {\"id\":2,\"item\":\"tea\",\"cents\":5}]"},
		{"a space after a comma begins no line",
			`[{"id": 1, "item": "Butter xgad", "cents": 305}, {"id": 2, "item": "tea", "cents": 5}]`,
			"[{\"id\": 1, \"item\": \"Butter xgad\", \"cents\": 305},\n {\"id\": 2, \"item\": \"tea\", \"cents\": 5}]"},
		{"a long object goes on",
			`{"code":"AB100001","to":"Ann, Mill Lane 3","grams":1200,"express":false,"status":"waiting"}`,
			"{\"code\":\"AB100001\",\"to\":\"Ann, Mill Lane 3\",\"grams\":1200,\n   \"express\":false,\"status\":\"waiting\"}"},
		{"a text stays whole", `{"a":"\"` + long + `","b":1}`, "{\"a\":\"\\\"" + long + "\",\n   \"b\":1}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := web.Lines(c.body)
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			var before, after any
			if json.Unmarshal([]byte(c.body), &before) == nil && (json.Unmarshal([]byte(got), &after) != nil || !reflect.DeepEqual(before, after)) {
				t.Errorf("the lines say something else:\n%s", got)
			}
		})
	}
}

func TestAnswerShowsWideJSONInLines(t *testing.T) {
	a := web.Answer{Status: http.StatusOK, Header: http.Header{}, Body: `[{"id":1,"item":"Butter xgad","cents":305},{"id":2,"item":"tea","cents":5}]` + "\n"}
	if got := a.String(); strings.Count(got, "\n") != 2 || !strings.HasSuffix(got, "\n {\"id\":2,\"item\":\"tea\",\"cents\":5}]") {
		t.Errorf("got\n%s", got)
	}
}
