package redisdb_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/redisdb"
)

// client is as simple a client as can be: lines in, raw answers out.
type client struct {
	net.Conn
	r *bufio.Reader
}

func dial(t *testing.T, s *redisdb.Server) client {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return client{conn, bufio.NewReader(conn)}
}

// try sends commands, given as words with spaces between, in one packet and
// reads as many one-line answers (or strings) as there are commands.
func (c client) try(commands ...string) (string, error) {
	var b strings.Builder
	for _, command := range commands {
		words := strings.Fields(command)
		fmt.Fprintf(&b, "*%d\r\n", len(words))
		for _, w := range words {
			fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(w), w)
		}
	}
	if _, err := io.WriteString(c, b.String()); err != nil {
		return "", err
	}
	var answers []string
	for range commands {
		line, err := c.r.ReadString('\n')
		if err == nil && line[0] == '$' && line[1] != '-' {
			line, err = c.r.ReadString('\n')
		}
		if err != nil {
			return strings.Join(answers, " "), err
		}
		answers = append(answers, strings.TrimSpace(line))
	}
	return strings.Join(answers, " "), nil
}

func (c client) ask(t *testing.T, commands ...string) string {
	t.Helper()
	answer, err := c.try(commands...)
	if err != nil {
		t.Fatalf("%q: %v", commands, err)
	}
	return answer
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestStartsEmptyAndIsolated(t *testing.T) {
	a, b := redisdb.Start(t), redisdb.Start(t)
	want(t, "SET", dial(t, a).ask(t, "SET k 1"), "+OK")
	want(t, "GET of the other", dial(t, b).ask(t, "GET k"), "$-1")
	want(t, "keys of the other", len(b.Keys()), 0)
	want(t, "URL", a.URL(), "redis://"+a.Addr())
}

func TestAdvanceMovesExpiriesAndTime(t *testing.T) {
	s := redisdb.Start(t)
	c := dial(t, s)
	c.ask(t, "SET short 1 PX 40", "SET long 1 PX 100000", "SET ever 1")
	before := s.Now()
	s.Advance(50 * time.Millisecond)
	if d := s.Now().Sub(before); d < 50*time.Millisecond || d > 5*time.Second {
		t.Errorf("TIME went on by %s, want 50ms or a little more", d)
	}
	keys := s.Keys()
	if len(keys) != 2 || keys[0].Name != "ever" || !keys[0].Stay || keys[1].Name != "long" || keys[1].Stay {
		t.Fatalf("keys %+v, want ever (stays) and long", keys)
	}
	if ttl := keys[1].TTL; ttl > 99950*time.Millisecond || ttl < 90*time.Second {
		t.Errorf("long expires in %s, want a little under 99.95s", ttl)
	}
}

func TestAHashOfExpiringFieldsDoesNotStay(t *testing.T) {
	s := redisdb.Start(t)
	c := dial(t, s)
	if answer := c.ask(t, "HSETEX short PX 5000 FIELDS 1 a 1"); answer != ":1" {
		t.Skip("before Redis 8:", answer)
	}
	c.ask(t, "HSETEX mixed PX 5000 FIELDS 1 a 1", "HSET mixed b 1", "HSET plain a 1")
	for _, k := range s.Keys() {
		want(t, k.Name+" stays", k.Stay, k.Name != "short")
	}
}

func TestRecordsCommandsAndRoundTrips(t *testing.T) {
	s := redisdb.Start(t)
	c := dial(t, s)
	c.ask(t, "CLIENT SETNAME x")
	c.ask(t, "set a 1")
	c.ask(t, "INCR a", "PEXPIRE a 1000")
	want(t, "commands", strings.Join(s.Commands(), "; "), "SET a 1; INCR a; PEXPIRE a 1000")
	want(t, "round trips", s.RoundTrips(), 2)
	s.Forget()
	want(t, "round trips after Forget", s.RoundTrips(), 0)
	want(t, "Saw after Forget", s.Saw(), "Redis saw no command")
}

func TestFaults(t *testing.T) {
	for _, f := range []struct {
		name      string
		set       func(*redisdb.Server)
		answer    string // to the open connection
		fails     bool   // the open connection is closed
		closesNew bool
	}{
		{"down", (*redisdb.Server).Down, "", true, true},
		{"loading", func(s *redisdb.Server) { s.Refuse("LOADING now") }, "-LOADING now -LOADING now", false, false},
	} {
		t.Run(f.name, func(t *testing.T) {
			s := redisdb.Start(t)
			c := dial(t, s)
			c.ask(t, "SET k 1")
			f.set(s)
			answer, err := c.try("INCR k", "INCR k")
			want(t, "answer", answer, f.answer)
			want(t, "closed", err != nil, f.fails)
			_, err = dial(t, s).try("PING")
			want(t, "a new connection is closed", err != nil, f.closesNew)
			s.Up()
			want(t, "untouched after Up", dial(t, s).ask(t, "GET k"), "1")
		})
	}
}

func TestMuteLosesWhatItIsSent(t *testing.T) {
	s := redisdb.Start(t)
	c := dial(t, s)
	c.ask(t, "SET k 1")
	s.Mute()
	ended := make(chan error, 1)
	go func() { _, err := c.try("INCR k"); ended <- err }()
	for len(s.Commands()) < 2 {
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-ended:
		t.Fatalf("a mute Redis ended the call: %v", err)
	default:
	}
	s.Up()
	if err := <-ended; err == nil {
		t.Error("the command was answered after all")
	}
	want(t, "k", dial(t, s).ask(t, "GET k"), "1")
}

func TestCutAfterStopsInTheMiddleOfAPipeline(t *testing.T) {
	s := redisdb.Start(t)
	c := dial(t, s)
	c.ask(t, "PING")
	sprung := s.CutAfter(2)
	answer, err := c.try("INCR a", "INCR b", "INCR c")
	if err == nil || answer != "" {
		t.Errorf("got %q, %v: want no answer and an error", answer, err)
	}
	want(t, "sprung", sprung(), true)
	s.Up()
	want(t, "executed", dial(t, s).ask(t, "GET a", "GET b", "GET c"), "1 1 $-1")
}

func TestAfterRunsBetweenTwoCommands(t *testing.T) {
	s := redisdb.Start(t)
	a, b := dial(t, s), dial(t, s)
	sprung := s.After(1, func() { b.ask(t, "INCR k", "DECR k") })
	want(t, "answers", a.ask(t, "GET k", "INCR k"), "$-1 :1")
	want(t, "order", strings.Join(s.Commands(), ", "), "GET k, INCR k, DECR k, INCR k")
	want(t, "sprung", sprung(), true)
	sprung = s.After(2, func() { t.Error("called off, and run") })
	a.ask(t, "GET k")
	want(t, "sprung of one called off", sprung(), false)
	a.ask(t, "GET k")
}

func TestTogetherHoldsAnswersBack(t *testing.T) {
	s := redisdb.Start(t)
	const n = 20
	clients := make([]client, n)
	for i := range clients {
		clients[i] = dial(t, s)
		clients[i].ask(t, "CLIENT SETNAME x") // is not held back
	}
	s.Forget()
	s.Together(n)
	var all sync.WaitGroup
	for _, c := range clients {
		all.Go(func() {
			_, _ = c.try("GET k")
			_, _ = c.try("INCR k")
		})
	}
	all.Wait()
	commands := s.Commands()
	if i := slices.Index(commands, "INCR k"); i != n {
		t.Errorf("the first INCR came after %d of %d GET", i, n)
	}
	want(t, "Saw", s.Saw(), "Redis saw 20 × GET k\n     then 20 × INCR k")
}

func TestTogetherGivesUpOnTooFew(t *testing.T) {
	s := redisdb.Start(t)
	s.Together(5)
	want(t, "PING", dial(t, s).ask(t, "PING"), "+PONG")
}

func TestMessagesReachSubscribers(t *testing.T) {
	s := redisdb.Start(t)
	c := dial(t, s)
	channel := "news" + kit.Word(kit.Rand(t), 8) // a real Redis shares channels
	if _, err := c.try("SUBSCRIBE " + channel); err != nil {
		t.Fatal(err)
	}
	want(t, "receivers", dial(t, s).ask(t, "PUBLISH "+channel+" hello"), ":1")
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			t.Fatal("the message did not arrive:", err)
		}
		if line == "hello\r\n" {
			return
		}
	}
}

func TestWindow(t *testing.T) {
	s := redisdb.Start(t)
	r := kit.Rand(t)
	for range 100 {
		for _, d := range []time.Duration{s.Window(r), s.Minutes(r)} {
			if d < 400*time.Millisecond || d > 10*time.Minute || d%time.Millisecond != 0 {
				t.Fatalf("drew %s", d)
			}
		}
	}
}

// Two hundred tests at once: the same keys, and nothing of one another.
func TestServersAreStrangersToOneAnother(t *testing.T) {
	for i := range 200 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			s := redisdb.Start(t)
			c := dial(t, s)
			if got, err := c.try("SET tea " + fmt.Sprint(i)); got != "+OK" {
				t.Fatalf("SET answers %q, %v", got, err)
			}
			if got := s.Do("GET", "tea"); got != fmt.Sprint(i) {
				t.Errorf("found %q, want %d", got, i)
			}
			if keys, saw := s.Keys(), s.Commands(); len(keys) != 1 || len(saw) != 1 {
				t.Errorf("%d keys, saw %q", len(keys), saw)
			}
		})
	}
}
