package grader_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// outage is what is wrong with a given address.
type outage struct {
	name    string
	address func(t *testing.T, scheme string) string
	says    string // what every reason has
}

// listening is a loopback port where each connection is served by talk.
func listening(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer conn.Close(); talk(conn) }()
		}
	}()
	return l.Addr().String()
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// schemes are the addresses of real servers, with %s for user:password@host:port.
var schemes = map[string]string{
	"postgres": "postgres://%s/postgres?sslmode=disable", "redis": "redis://%s", "mongo": "mongodb://%s", "cassandra": "cassandra://%s",
	"dynamodb": "http://%s", "couchdb": "http://%s", "nats": "nats://%s",
}

func outages() []outage {
	return []outage{
		{name: "nobody listens", says: "connection refused", address: func(t *testing.T, scheme string) string { return fmt.Sprintf(scheme, closedPort(t)) }},
		{name: "a server that is silent", says: "127.0.0.1", address: func(t *testing.T, scheme string) string {
			return fmt.Sprintf(scheme, listening(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }))
		}},
		{name: "another server", says: "127.0.0.1", address: func(t *testing.T, scheme string) string {
			return fmt.Sprintf(scheme, listening(t, func(c net.Conn) {
				_, _ = io.WriteString(c, "220 mail.invalid ready, and a line that goes on for a while\r\n")
				_, _ = io.Copy(io.Discard, c)
			}))
		}},
		{name: "no address", says: "KATA_", address: func(*testing.T, string) string { return "gopher://?" }},
	}
}

// An address at which no server of the kind can be used is nobody's failure:
// one sentence says so, in time.
func TestAddressesThatAreOfNoUse(t *testing.T) {
	if testing.Short() {
		t.Skip("builds every smoke exercise, and waits for servers that are silent")
	}
	c, err := course.LoadTrees(os.DirFS("testdata/smoke"))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outages() {
		t.Run(o.name, func(t *testing.T) {
			gradeWithout(t, c, func(_, scheme string) string { return o.address(t, scheme) }, func(string) string { return o.says })
		})
	}
}

// Servers that refuse whoever comes, each in its own protocol.
func TestWrongPasswords(t *testing.T) {
	if testing.Short() {
		t.Skip("builds smoke exercises")
	}
	c, err := course.LoadTrees(os.DirFS("testdata/smoke"))
	if err != nil {
		t.Fatal(err)
	}
	says := map[string]string{
		"postgres": `password authentication failed for user "kata"`, "redis": "WRONGPASS", "couchdb": "Name or password is incorrect", "nats": "Authorization Violation",
	}
	address := func(service, scheme string) string {
		if talk := refusing[service]; talk != nil {
			return fmt.Sprintf(scheme, "kata:wrong@"+listening(t, talk))
		}
		return ""
	}
	gradeWithout(t, c, address, func(service string) string { return says[service] })
}

var refusing = map[string]func(net.Conn){
	"postgres": func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1<<10))
		body := "SFATAL\x00VFATAL\x00C28P01\x00Mpassword authentication failed for user \"kata\"\x00\x00"
		_, _ = c.Write(append([]byte{'E', 0, 0, 0, byte(4 + len(body))}, body...))
	},
	"redis": func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1<<10))
		_, _ = io.WriteString(c, "-WRONGPASS invalid username-password pair or user is disabled.\r\n")
		_, _ = io.Copy(io.Discard, c)
	},
	"couchdb": func(c net.Conn) {
		const body = `{"error":"unauthorized","reason":"Name or password is incorrect."}`
		_, _ = c.Read(make([]byte, 4<<10))
		_, _ = fmt.Fprintf(c, "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body)
	},
	"nats": func(c net.Conn) {
		_, _ = io.WriteString(c, `INFO {"server_id":"x","version":"2.11.0","proto":1,"headers":true,"auth_required":true,"max_payload":1048576}`+"\r\n")
		for s := bufio.NewScanner(c); s.Scan(); {
			if strings.HasPrefix(s.Text(), "CONNECT") {
				_, _ = io.WriteString(c, "-ERR 'Authorization Violation'\r\n")
				return
			}
		}
	},
}

// gradeWithout grades the solutions of the smoke exercises with addresses, ""
// for none, and wants each skipped for a reason.
func gradeWithout(t *testing.T, c *course.Course, address func(service, scheme string) string, says func(service string) string) {
	t.Helper()
	root := t.TempDir()
	g := newGrader(t, root)
	g.Jobs = len(schemes) // they wait rather than work
	var list []*course.Exercise
	for service, scheme := range schemes {
		a := address(service, scheme)
		if a == "" {
			continue
		}
		e, err := c.Find("smoke/" + service)
		if err != nil {
			t.Fatal(err)
		}
		copyAnswer(t, path.Join("testdata/smoke/solutions", e.ID()), filepath.Join(root, "exercises", e.ID()))
		g.Environ = append(g.Environ, "KATA_"+strings.ToUpper(service)+"="+a)
		list = append(list, e)
	}
	results, err := g.Grade(t.Context(), list, grader.Options{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		want := says(list[i].Name)
		if r.Status != verdict.Skip || !strings.Contains(r.Reason, want) || strings.Contains(r.Reason, "\n") || len(r.Reason) > 400 {
			t.Errorf("%s: %s, %q; want skip and one sentence with %q\n%+v", r.Exercise, r.Status, r.Reason, want, r.First())
		}
		if limit := 20 * time.Second; r.Seconds > limit.Seconds() {
			t.Errorf("%s: took %.1f s", r.Exercise, r.Seconds)
		}
		t.Logf("%s: %.1f s: %s", r.Exercise, r.Seconds, r.Reason)
	}
}
