package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// start runs the program in process and returns its address; end closes its
// standard input and waits for it.
func start(t *testing.T) (url string, end func() error) {
	t.Helper()
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- serve(in, out) }()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	end = sync.OnceValue(func() error { _ = stdin.Close(); return <-done })
	t.Cleanup(func() { _ = end() })
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), scheme)
	if !ok {
		t.Fatalf("first line %q, want %shost:port", line, scheme)
	}
	return "http://" + addr, end
}

func ask(t *testing.T, method, url, account string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(header, account)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", answer.StatusCode, b))
}

func TestAccountsShareNothing(t *testing.T) {
	url, _ := start(t)
	ask(t, "PUT", url+"/shop", "a")
	for account, want := range map[string]string{"a": `200 ["shop"]`, "b": `200 []`, "": `200 []`} {
		if got := ask(t, "GET", url+"/_all_dbs", account); got != want {
			t.Errorf("account %q has %s, want %s", account, got, want)
		}
	}
	ask(t, "DELETE", url+"/_kata", "a")
	if got := ask(t, "GET", url+"/_all_dbs", "a"); got != "200 []" {
		t.Errorf("a forgotten account has %s", got)
	}
}

// A feed does not keep the program alive, nor its database.
func TestFeedsEnd(t *testing.T) {
	url, end := start(t)
	for _, name := range []string{"one", "two"} {
		ask(t, "PUT", url+"/"+name, "")
	}
	feeds := make(chan string, 2)
	for _, name := range []string{"one", "two"} {
		r, err := http.Get(url + "/" + name + "/_changes?feed=continuous") // the body is closed below
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			defer r.Body.Close()
			_, _ = io.Copy(io.Discard, r.Body)
			feeds <- name
		}()
	}
	ask(t, "DELETE", url+"/one", "")
	if got := <-feeds; got != "one" {
		t.Errorf("the feed of %s ended first, want one", got)
	}
	ended := make(chan error, 1)
	go func() { ended <- end() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still running ten seconds after its standard input closed")
	}
	if got := <-feeds; got != "two" {
		t.Errorf("then the feed of %s ended, want two", got)
	}
}
