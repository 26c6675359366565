package dockerfile_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kata-go/kata/grader/kit/dockerfile"
)

func parse(t *testing.T, source string) *dockerfile.File {
	t.Helper()
	f, err := dockerfile.Parse("Dockerfile", source)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return f
}

func folder(t *testing.T, ignore string) *dockerfile.Folder {
	t.Helper()
	f, err := dockerfile.OpenFolder(fstest.MapFS{
		".dockerignore":      {Data: []byte(ignore)},
		"go.mod":             {},
		"fetch.sh":           {},
		"cmd/parcel/main.go": {},
	})
	if err != nil {
		t.Fatalf("OpenFolder: %v", err)
	}
	return f
}

// places are the instructions' lines, as "3 5".
func places(instructions []dockerfile.Instruction) string {
	var at []string
	for _, i := range instructions {
		at = append(at, strings.TrimPrefix(i.At(), "Dockerfile:"))
	}
	return strings.Join(at, " ")
}

func leaks(found []dockerfile.Leak) string {
	var by []dockerfile.Instruction
	for _, l := range found {
		by = append(by, l.By)
	}
	return places(by)
}

func TestParseErrorsNameTheLine(t *testing.T) {
	for name, tt := range map[string]struct {
		source string
		line   int
		says   string
	}{
		"unknown instruction": {"FROM scratch\n\n# x\nCOPPY a b\n", 4, "COPPY"},
		"empty":               {"", 0, "no instructions"},
		"no stage":            {"ARG A=1\n", 0, "no FROM"},
		"before FROM":         {"RUN true\nFROM scratch\n", 1, "no build stage"},
		"bad substitution":    {"FROM scratch\nUSER ${:x}\n", 2, "bad substitution"},
		"nameless base":       {"ARG V\nFROM golang:$V\n", 2, "golang:"},
		"stage number":        {"FROM scratch\nCOPY --from=7 /a /b\n", 2, "stage number 7"},
		"open heredoc":        {"FROM scratch\nRUN <<EOF\necho\n", 2, "heredoc"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := dockerfile.Parse("Dockerfile", tt.source)
			var bad *dockerfile.SyntaxError
			if !errors.As(err, &bad) {
				t.Fatalf("got %v, want a *SyntaxError", err)
			}
			if bad.Line != tt.line || !strings.Contains(bad.Err.Error(), tt.says) {
				t.Errorf("got line %d %q, want line %d with %q", bad.Line, bad.Err, tt.line, tt.says)
			}
		})
	}
}

func TestInstructionsKeepTheirText(t *testing.T) {
	f := parse(t, "# syntax=docker/dockerfile:1.7\nfrom scratch as x\n\ncopy a \\\n  # between\n  b \\\n  /c/\r\nRUN <<EOF\n1\n2\n3\n4\n5\n6\nEOF\n")
	if f.Syntax != "docker/dockerfile:1.7" {
		t.Errorf("Syntax = %q", f.Syntax)
	}
	steps := f.Final().Steps()
	if got := steps[0].Instruction.String(); got != "copy a \\\n  # between\n  b \\\n  /c/" || steps[0].Keyword != "COPY" || steps[0].At() != "Dockerfile:4" {
		t.Errorf("copy is %q %s %s", got, steps[0].Keyword, steps[0].At())
	}
	if got := steps[1].Instruction.String(); got != "RUN <<EOF\n1\n2\n3\n4\n…" {
		t.Errorf("heredoc is %q", got)
	}
}

func TestUser(t *testing.T) {
	for name, tt := range map[string]struct {
		source, user, at string
		root             bool
	}{
		"none":                {"FROM alpine:3", "", "", true},
		"last wins":           {"FROM alpine:3\nUSER app\nUSER root", "root", "Dockerfile:3", true},
		"number with group":   {"FROM alpine:3\nUSER 0:1000", "0:1000", "Dockerfile:2", true},
		"zeroes":              {"FROM alpine:3\nUSER 00", "00", "Dockerfile:2", true},
		"only in the builder": {"FROM golang:1 AS b\nUSER app\nFROM alpine:3", "", "", true},
		"inherited":           {"FROM alpine:3 AS base\nUSER 1000\nFROM base AS mid\nFROM mid", "1000", "Dockerfile:2", false},
		"global argument":     {"ARG U=65532\nFROM alpine:3\nARG U\nUSER ${U}:${U}", "65532:65532", "Dockerfile:4", false},
		"argument not passed": {"ARG U=65532\nFROM alpine:3\nUSER $U", "", "Dockerfile:3", true},
		"ENV and default":     {"FROM alpine:3\nENV A=app\nUSER ${B:-$A}", "app", "Dockerfile:3", false},
		"ARG of the parent":   {"FROM alpine:3 AS p\nARG U=app\nFROM p\nUSER $U", "app", "Dockerfile:4", false},
		"lower case, folded":  {"from alpine:3\nuser \\\n# who\n  app", "app", "Dockerfile:2", false},
		"a comment":           {"FROM alpine:3\n# USER app", "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			got := parse(t, tt.source).Final().User()
			if got.Text != tt.user || got.By.At() != tt.at || dockerfile.IsRoot(got.Text) != tt.root {
				t.Errorf("got %q at %q, root %v; want %q at %q, root %v", got.Text, got.By.At(), dockerfile.IsRoot(got.Text), tt.user, tt.at, tt.root)
			}
		})
	}
}

func TestImages(t *testing.T) {
	f := parse(t, strings.Join([]string{
		"ARG REG=mirror.example.com:5000", "ARG V=1.26",
		"FROM --platform=$BUILDPLATFORM $REG/library/golang:${V} AS build",
		"COPY --from=busybox /bin/sh /bin/sh",
		"RUN --mount=from=alpine:latest,target=/a true",
		"FROM Build AS again",
		"FROM gcr.io/distroless/static@sha256:0123",
		"COPY --from=0 /a /b", "COPY --from=again /a /b",
	}, "\n"))
	var got []string
	for _, i := range f.Images() {
		moves := map[bool]string{true: " moves"}[i.Moves()]
		got = append(got, i.Name()+" "+i.Tag+i.Digest+moves+" "+i.By.At())
	}
	want := []string{"golang 1.26 Dockerfile:3", "busybox  moves Dockerfile:4", "alpine latest moves Dockerfile:5", "static sha256:0123 Dockerfile:7"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if root := f.Stages[1].Root(); root.Name() != "golang" {
		t.Errorf("Root of the second stage = %+v", root)
	}
	if n := len(f.Leaves()); n != 2 {
		t.Errorf("%d leaves, want again and the last", n)
	}
}

func TestShellInFrontOfTheProgram(t *testing.T) {
	for name, tt := range map[string]struct{ source, shell, at string }{
		"exec form":                 {`ENTRYPOINT ["/app"]`, "", "Dockerfile:2"},
		"shell form":                {`ENTRYPOINT /app -v`, "sh", "Dockerfile:2"},
		"shell form with exec":      {`ENTRYPOINT exec /app`, "", "Dockerfile:2"},
		"exec after cd":             {"ENTRYPOINT cd /srv && \\\n  A=1 exec /app", "", "Dockerfile:2"},
		"exec inside if":            {`ENTRYPOINT if true; then exec /app; fi`, "", "Dockerfile:2"},
		"the word in a string":      {`ENTRYPOINT /app "exec"`, "sh", "Dockerfile:2"},
		"sh -c spelled out":         {`ENTRYPOINT ["/bin/sh", "-ec", "/app"]`, "sh", "Dockerfile:2"},
		"sh -c with exec":           {`ENTRYPOINT ["sh", "-c", "exec /app"]`, "", "Dockerfile:2"},
		"sh in sh":                  {`ENTRYPOINT exec sh -c "/app; true"`, "sh", "Dockerfile:2"},
		"sh -c, program in CMD":     {"ENTRYPOINT [\"sh\", \"-c\"]\nCMD [\"/app\"]", "sh", "Dockerfile:2"},
		"CMD alone":                 {`CMD /app`, "sh", "Dockerfile:2"},
		"CMD as arguments":          {"CMD [\"-v\"]\nENTRYPOINT [\"/app\"]", "", "Dockerfile:3"},
		"forgotten entry":           {"ENTRYPOINT /app\nENTRYPOINT [\"/app\"]", "", "Dockerfile:3"},
		"emptied":                   {"ENTRYPOINT /app\nENTRYPOINT []\nCMD [\"/app\"]", "", "Dockerfile:4"},
		"SHELL":                     {"SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nENTRYPOINT /app", "bash", "Dockerfile:3"},
		"tini":                      {`ENTRYPOINT ["/sbin/tini", "--", "/app"]`, "", "Dockerfile:2"},
		"tini, then a shell":        {`ENTRYPOINT ["tini", "--", "sh", "-c", "/app"]`, "sh", "Dockerfile:2"},
		"tini -g, then a shell":     {`ENTRYPOINT ["tini", "-g", "--", "sh", "-c", "/app"]`, "", "Dockerfile:2"},
		"a script with exec":        {"COPY <<EOF /start.sh\n#!/bin/sh\nexec \"\\$@\"\nEOF\nENTRYPOINT [\"/start.sh\", \"/app\"]", "", "Dockerfile:6"},
		"a script without":          {"COPY <<EOF /start.sh\n/app\nEOF\nENTRYPOINT [\"sh\", \"/start.sh\"]", "sh", "Dockerfile:5"},
		"a script with a trap":      {"COPY <<EOF /start.sh\ntrap 'kill 0' TERM\n/app & wait\nEOF\nENTRYPOINT [\"/start.sh\"]", "", "Dockerfile:6"},
		"a script from elsewhere":   {`ENTRYPOINT ["/start.sh"]`, "", "Dockerfile:2"},
		"nothing":                   {`EXPOSE 80`, "", ""},
		"entry of the parent stage": {"ENTRYPOINT /app\nFROM x", "sh", "Dockerfile:2"},
	} {
		t.Run(name, func(t *testing.T) {
			f := parse(t, "FROM alpine:3 AS x\n"+tt.source)
			p := f.Process(f.Final())
			if got := strings.TrimPrefix(p.Shell(), "/bin/"); got != tt.shell || p.By.At() != tt.at {
				t.Errorf("%q: shell %q by %q, want %q by %q", p.Args, got, p.By.At(), tt.shell, tt.at)
			}
		})
	}
}

func TestReach(t *testing.T) {
	for name, tt := range map[string]struct{ source, ignore, want string }{
		"everything first":        {"COPY . .\nRUN sh fetch.sh", "", "2"},
		"module file first":       {"COPY go.mod fetch.sh ./\nRUN sh fetch.sh\nCOPY . .", "", ""},
		"by pattern":              {"COPY c*/ /src/\nRUN sh fetch.sh", "", "2"},
		"ignored":                 {"COPY . .\nRUN sh fetch.sh", "cmd\n", ""},
		"all ignored but":         {"COPY . .\nRUN sh fetch.sh", "*\n!go.mod\n!fetch.sh", ""},
		"excluded":                {"COPY --exclude=cmd . .\nRUN sh fetch.sh", "", ""},
		"parents":                 {"COPY --parents cmd/*/main.go /src/\nRUN sh fetch.sh", "", "2"},
		"own bind mount":          {"RUN --mount=type=bind,target=. ./fetch.sh", "", "2"},
		"bind of one file":        {"RUN --mount=type=bind,source=go.mod,target=go.mod /x/fetch.sh", "", ""},
		"earlier bind mount":      {"RUN --mount=target=/src cp -r /src/cmd /x\nRUN sh fetch.sh", "", "2"},
		"parent stage":            {"COPY . .\nFROM x AS deps\nRUN sh fetch.sh", "", "2"},
		"one file out of a stage": {"WORKDIR /src\nCOPY . .\nFROM alpine:3\nCOPY --from=x /src/go.mod .\nRUN sh fetch.sh", "", ""},
		"folder out of a stage":   {"WORKDIR /src\nCOPY . .\nFROM alpine:3\nCOPY --from=x /src /src\nRUN sh fetch.sh", "", "5"},
		"mount out of a stage":    {"COPY . /src\nFROM alpine:3\nRUN --mount=from=x,source=/src,target=/src sh /src/fetch.sh", "", "4"},
		"ADD":                     {"ADD [\".\", \"/src/\"]\nRUN sh fetch.sh", "", "2"},
		"heredoc":                 {"COPY . .\nRUN <<EOF\nset -e\nsh fetch.sh\nEOF", "", "2"},
	} {
		t.Run(name, func(t *testing.T) {
			f := parse(t, "FROM golang:1 AS x\n"+tt.source)
			at := slices.IndexFunc(f.Steps(), func(s dockerfile.Step) bool { return s.Run != nil && s.Run.Calls("fetch.sh") })
			if at < 0 {
				t.Fatal("no step calls fetch.sh")
			}
			if got := places(f.Reach(folder(t, tt.ignore), f.Steps()[at], "cmd/parcel/main.go")); got != tt.want {
				t.Errorf("got lines %q, want %q", got, tt.want)
			}
		})
	}
}

func TestHolds(t *testing.T) {
	for name, tt := range map[string]struct{ source, want string }{
		"single stage":        {"COPY . .", "2"},
		"only the program":    {"COPY . /src\nFROM scratch\nCOPY --from=x /app /app", ""},
		"sources carried on":  {"COPY . /src\nFROM scratch\nCOPY --from=x /src /src", "4"},
		"carried on twice":    {"COPY . /src\nFROM scratch AS y\nCOPY --from=x /src /lib\nFROM scratch\nCOPY --from=1 / /", "6"},
		"copied into a place": {"COPY cmd/parcel/main.go /tmp/a.go\nFROM scratch\nCOPY --from=x /tmp/*.go /", "4"},
		"started from":        {"COPY cmd cmd\nFROM x", "2"},
	} {
		t.Run(name, func(t *testing.T) {
			f := parse(t, "FROM golang:1 AS x\n"+tt.source)
			if got := places(f.Holds(folder(t, ""), f.Final(), "cmd/parcel/main.go")); got != tt.want {
				t.Errorf("got lines %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMissing(t *testing.T) {
	f := parse(t, "FROM x:1\nCOPY go.mod go.sum /nowhere/ ./\nADD https://example.com/x fetch.sh /\nCOPY cmd/*/x.go cmd .\nCOPY --from=y:1 /a /b")
	want := []string{"go.sum /nowhere/", "fetch.sh", "", ""}
	here := folder(t, "fetch.sh\n")
	for i, step := range f.Steps() {
		if got := strings.Join(here.Missing(step.Copy), " "); got != want[i] {
			t.Errorf("%s: missing %q, want %q", step.Instruction.Text, got, want[i])
		}
	}
}

func TestLeaks(t *testing.T) {
	for name, tt := range map[string]struct{ source, declared, written, copied string }{
		"argument":           {"ARG GIT_TOKEN", "2", "", ""},
		"environment":        {"ENV a=1 DB_PASSWORD=x", "2", "", ""},
		"hidden name":        {"ARG T\nRUN GIT_TOKEN=$T sh fetch.sh", "2", "", ""},
		"hidden, exported":   {"ENV T=x\nRUN export GIT_TOKEN=\"${T}\" && sh fetch.sh", "2", "", ""},
		"where to find one":  {"ENV TOKEN_FILE=/run/secrets/t\nRUN GIT_TOKEN=$(cat $TOKEN_FILE) sh fetch.sh", "", "", ""},
		"public":             {"ENV PUBLIC_KEY=x SORT=key", "", "", ""},
		"literal":            {"RUN GIT_TOKEN=abc sh fetch.sh", "", "2", ""},
		"literal in sh -c":   {"RUN [\"sh\", \"-c\", \"export GIT_TOKEN=abc; ./fetch.sh\"]", "", "2", ""},
		"secret mount":       {"RUN --mount=type=secret,id=t GIT_TOKEN=\"$(cat /run/secrets/t)\" ./fetch.sh", "", "", ""},
		"everything":         {"COPY . .", "", "", "2"},
		"by name":            {"COPY deploy.pem .netrc /root/", "", "", "2"},
		"written out":        {"COPY <<EOF /root/.netrc\nx\nEOF", "", "", "2"},
		"an example":         {"COPY .env.example cmd /src/", "", "", ""},
		"out of a stage":     {"COPY --from=a:1 /etc/ssl/cert.pem /etc/ssl/", "", "", ""},
		"says so, does not":  {"# ARG GIT_TOKEN\nLABEL x=\"ENV GIT_TOKEN=1\"", "", "", ""},
		"echoed, not copied": {"RUN echo COPY .env /", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := parse(t, "FROM golang:1\n"+tt.source)
			declared, written, copied := leaks(f.Declared()), leaks(f.Written()), leaks(f.Copied(folder(t, ""), ".env"))
			if declared != tt.declared || written != tt.written || copied != tt.copied {
				t.Errorf("declared %q written %q copied %q, want %q %q %q", declared, written, copied, tt.declared, tt.written, tt.copied)
			}
		})
	}
	t.Run("before the first FROM", func(t *testing.T) {
		if got := leaks(parse(t, "ARG API_KEY=1\nFROM a:1").Declared()); got != "1" {
			t.Errorf("got lines %q, want 1", got)
		}
	})
	t.Run("ignored", func(t *testing.T) {
		f := parse(t, "FROM golang:1\nCOPY . .")
		for ignore, want := range map[string]string{".env\n": "", "**/.env*": "", "*\n!cmd": "", "env": "2", ".env\n!.env": "2"} {
			if got := leaks(f.Copied(folder(t, ignore), ".env")); got != want {
				t.Errorf(".dockerignore %q: got lines %q, want %q", ignore, got, want)
			}
		}
	})
}

func TestMounts(t *testing.T) {
	f := parse(t, "FROM golang:1 AS b\nARG S=tok\nWORKDIR /src\nRUN --mount=type=secret,id=$S --mount=type=secret,id=e,env=E --mount=type=secret,target=/t/f --mount=type=cache,target=../c true")
	want := [][4]string{{"secret", "tok", "/run/secrets/tok", ""}, {"secret", "e", "", "E"}, {"secret", "f", "/t/f", ""}, {"cache", "", "/c", ""}}
	for i, m := range f.Steps()[2].Run.Mounts {
		if got := [4]string{m.Type, m.ID, m.Target, m.Env}; got != want[i] {
			t.Errorf("mount %d is %q, want %q", i, got, want[i])
		}
	}
}
