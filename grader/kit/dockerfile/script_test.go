package dockerfile_test

import (
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit/dockerfile"
)

func TestCommands(t *testing.T) {
	for script, want := range map[string]string{
		"a b && c|d":                      "a,b c d",
		"a 'b c' \"d $e\" f\\ g":          "a,b c,d $e,f g",
		"a # b\nc":                        "a c",
		"a b#c":                           "a,b#c",
		"a \\\n b":                        "a,b",
		"T=\"$(cat /x; echo \")\")\" b":   `T=$(cat /x; echo ")"),b`,
		"T=$(cat $(echo x)) b":            "T=$(cat $(echo x)),b",
		"a `b c`":                         "a,`b c`",
		"a >/dev/null 2>&1; b":            "a,>,/dev/null,>,1 b",
		"if a; then b; fi":                "if,a then,b fi",
		"(a; b) & wait":                   "a b wait",
		"a 'open":                         "a,open",
		"a $(open":                        "a,$(open",
		"":                                "",
		"a \"b\\\"c\" ''":                 `a,b"c,`,
		"a <<EOF":                         "a,<,EOF",
		"echo \"it's\" && ./fetch.sh 'x'": "echo,it's ./fetch.sh,x",
	} {
		var got []string
		for _, c := range dockerfile.Commands(script) {
			got = append(got, strings.Join(c.Words, ","))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %q, want %q", script, strings.Join(got, " "), want)
		}
	}
}

func TestCalls(t *testing.T) {
	for run, want := range map[string]bool{
		"sh fetch.sh": true, "./fetch.sh": true, "A=1 sh -e ./fetch.sh x": true, "[\"sh\", \"fetch.sh\"]": true,
		"apk add git && env A=1 timeout 5m ./fetch.sh": true, "sh -c \"cd /x; . ./fetch.sh\"": true, "! time exec ./fetch.sh": true,
		"<<EOF\n./fetch.sh\nEOF": true, "bash <<EOF\n./fetch.sh\nEOF": true, "if true; then sh fetch.sh; fi": true,
		"chmod +x fetch.sh": false, "echo sh fetch.sh": false, "sh -c \"chmod +x ./fetch.sh\"": false, "true # sh fetch.sh": false,
		"cat <<EOF >x\n./fetch.sh\nEOF": false, "./fetch.sh.bak": false,
	} {
		f, err := dockerfile.Parse("Dockerfile", "FROM a:1\nRUN "+run+"\n")
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Steps()[0].Run.Calls("fetch.sh"); got != want {
			t.Errorf("RUN %s: Calls = %v, want %v; commands %q", run, got, want, f.Steps()[0].Run.Commands)
		}
	}
	t.Run("a script that the Dockerfile holds", func(t *testing.T) {
		f, err := dockerfile.Parse("Dockerfile", "FROM a:1\nCOPY <<EOF /b.sh\nsh fetch.sh\nEOF\nRUN sh /b.sh\n")
		if err != nil {
			t.Fatal(err)
		}
		if !f.Steps()[1].Run.Calls("fetch.sh") {
			t.Error("Calls = false, want true")
		}
	})
}
