package progress

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// actorEnv makes the test binary an actor in place of the tests: its value is
// "workspace|name|updates".
const actorEnv = "KATA_PROGRESS_ACTOR"

func TestMain(m *testing.M) {
	if role := os.Getenv(actorEnv); role != "" {
		os.Exit(act(strings.Split(role, "|")))
	}
	os.Exit(m.Run())
}

// act updates the progress so many times, each time counting itself once more
// and padding the file to several pages.
func act(role []string) int {
	updates, err := strconv.Atoi(role[2])
	if err != nil {
		return 2
	}
	store := Open(role[0], WithoutSync())
	for i := range updates {
		notice, err := store.Update(func(s *State) error {
			x := s.Exercise(role[1])
			x.Attempts++
			x.Hash = strings.Repeat("x", 6_000)
			s.Set(role[1], x)
			return nil
		})
		if err != nil || notice != "" {
			fmt.Println("update:", err, notice)
			return 1
		}
		if i == 0 {
			fmt.Println("ready")
		}
	}
	return 0
}

func actor(dir, name string, updates int) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%d", actorEnv, dir, name, updates))
	return c
}

func TestTwoProcessesLoseNoUpdate(t *testing.T) {
	const updates = 300
	dir := t.TempDir()
	var wg sync.WaitGroup
	for _, name := range []string{"a/one", "a/two"} {
		wg.Go(func() {
			if out, err := actor(dir, name, updates).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", name, err, out)
			}
		})
	}
	wg.Wait()
	s, notice, err := Open(dir).Load()
	if err != nil || notice != "" {
		t.Fatal(notice, err)
	}
	for _, name := range []string{"a/one", "a/two"} {
		if got := s.Exercise(name).Attempts; got != updates {
			t.Errorf("%s: %d of %d updates are there", name, got, updates)
		}
	}
}

func TestGoroutinesLoseNoUpdate(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			store := Open(dir, WithoutSync())
			for range 10 {
				_, err := store.Update(func(s *State) error {
					x := s.Exercise("a/one")
					x.Attempts++
					s.Set("a/one", x)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if s, _, _ := Open(dir).Load(); s.Exercise("a/one").Attempts != 80 {
		t.Errorf("%d of 80 updates are there", s.Exercise("a/one").Attempts)
	}
}

// TestKilledProcessesLeaveNoTornFile kills writers at many points of their
// work; after each, the file must be whole and the lock free.
func TestKilledProcessesLeaveNoTornFile(t *testing.T) {
	dir := t.TempDir()
	count, kills := 0, 400
	if testing.Short() {
		kills = 30
	}
	for i := range kills {
		c := actor(dir, "a/one", 1_000_000)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		line, _ := bufio.NewReader(out).ReadString('\n')
		if line != "ready\n" {
			t.Errorf("the actor said %q", line)
		}
		<-time.After(time.Duration(i%50*97) * time.Microsecond) // waits for nothing: kills at another point each time
		_ = c.Process.Kill()
		_ = c.Wait()
		s, notice, err := Open(dir).Load()
		if err != nil || notice != "" {
			t.Fatalf("after kill %d: %q, %v", i, notice, err)
		}
		if now := s.Exercise("a/one").Attempts; now <= count {
			t.Fatalf("after kill %d: %d updates, %d before it", i, now, count)
		} else {
			count = now
		}
	}
	if _, err := Open(dir).Update(setCurrent("a/one")); err != nil {
		t.Errorf("after all kills: %v", err)
	}
}
