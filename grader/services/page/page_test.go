package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// started serves a file and returns the address, and what ends it.
func started(t *testing.T, file string) (address string, end func() error) {
	t.Helper()
	in, close := io.Pipe()
	out, print := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- serve([]string{file, "127.0.0.1:0"}, in, print) }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line), func() error { _ = close.Close(); return <-ended }
}

func TestReadersHearOfChanges(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.html")
	put := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("one")
	address, end := started(t, file)
	if got := get(t, address, ""); got != "200 one" {
		t.Errorf("the page is %q", got)
	}
	events, err := http.Get(address + "events")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	lines := bufio.NewScanner(events.Body)
	for lines.Scan() && lines.Text() != "retry: 1000" {
	}
	put("another")
	for lines.Scan() && lines.Text() != "event: change" {
	}
	if lines.Text() != "event: change" {
		t.Fatalf("no event: %q, %v", lines.Text(), lines.Err())
	}
	if got := get(t, address, ""); got != "200 another" {
		t.Errorf("then the page is %q", got)
	}
	if err := end(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// Nothing else is served, and not under another name.
func TestOnlyThePage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.html")
	address, end := started(t, file)
	defer func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	}()
	for path, want := range map[string]string{"": "500", "page.html": "404", "../../etc/passwd": "404"} {
		if got := get(t, address+path, ""); !strings.HasPrefix(got, want) {
			t.Errorf("%s answers %q, want %s", path, got, want)
		}
	}
	if got := get(t, address, "evil.example:80"); !strings.HasPrefix(got, "403") {
		t.Errorf("under another name: %q", got)
	}
}

func get(t *testing.T, address, host string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.Status[:3] + " " + string(body)
}
