package progress

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

// put writes the progress file of a new workspace and returns the workspace.
func put(t *testing.T, content string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".kata"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(Open(dir).File(), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func get(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func setCurrent(id string) func(*State) error {
	return func(s *State) error { s.Current = id; return nil }
}

func TestNothingIsThereBeforeTheFirstUpdate(t *testing.T) {
	dir := t.TempDir()
	s, notice, err := Open(dir).Load()
	if err != nil || notice != "" || s.Version != 1 || s.Current != "" || len(s.Exercises) != 0 {
		t.Fatalf("got %+v, %q, %v; want an empty state", s, notice, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Fatalf("loading made %v", entries)
	}
}

func TestEverythingSurvivesSaving(t *testing.T) {
	dir := t.TempDir()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	want := Exercise{
		Started: noon, Passed: noon.Add(time.Hour), Attempts: 3, Hints: 2, FirstTry: true, Status: "pass", Hash: "ab12",
		BehavioursPassed: 7, BehavioursTotal: 8, Seed: 1<<64 - 1, Seconds: 0.25,
	}
	_, err := Open(dir).Update(func(s *State) error {
		s.Current = "rest/crud"
		s.Set("rest/crud", want)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := Open(dir).Load()
	got := s.Exercise("rest/crud")
	got.unknown = nil
	if err != nil || s.Current != "rest/crud" || !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v, %v\nwant %+v", got, err, want)
	}
	if text := get(t, Open(dir).File()); !strings.Contains(text, "\n    \"rest/crud\": {\n") || !strings.HasSuffix(text, "}\n") {
		t.Errorf("the file is not laid out for people:\n%s", text)
	}
	entries, _ := os.ReadDir(filepath.Join(dir, ".kata"))
	if len(entries) != 2 { // the file and its lock
		t.Errorf("left behind: %v", entries)
	}
}

func TestUnknownFieldsSurvive(t *testing.T) {
	dir := put(t, `{"version": 1, "streak": {"days": [1, 2]}, "Current": "a/b", "exercises": {
		"rest/crud": {"attempts": 1, "mood": "<b>", "zeal": null}, "go/leak": {}}, "zz": 1e400}`)
	_, err := Open(dir).Update(func(s *State) error {
		x := s.Exercise("rest/crud")
		x.Attempts++
		s.Set("rest/crud", x)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(get(t, Open(dir).File())), "")
	for _, want := range []string{
		`"streak":{"days":[1,2]}`, `"zz":1e400`, `"current":"a/b"`, `"go/leak":{}`,
		`"rest/crud":{"attempts":2,"mood":"\u003cb\u003e","zeal":null}`,
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("want %s once in\n%s", want, text)
		}
	}
	if strings.Contains(text, `"Current"`) {
		t.Errorf("a field is there twice:\n%s", text)
	}
}

func TestUnusableFilesAreMovedAside(t *testing.T) {
	for name, c := range map[string]struct{ content, says string }{
		"truncated":      {`{"version": 1, "current": "rest/cr`, "is damaged at byte 34"},
		"empty":          {"", "is empty"},
		"blank":          {" \n", "is empty"},
		"text":           {"my notes\n", "is damaged at byte 1"},
		"trailing":       {`{"version": 1} {"version": 1}`, "is damaged at byte"},
		"NUL bytes":      {strings.Repeat("\x00", 4096), "is damaged at byte 1"},
		"a list":         {"[1]", "is not kata's"},
		"null":           {"null", "is not kata's"},
		"another schema": {`{"version": 1, "exercises": ["rest/crud"]}`, "is not kata's"},
		"wrong type":     {`{"version": 1, "exercises": {"rest/crud": {"hints": "two"}}}`, "is not kata's"},
		"no version":     {`{"name": "my-app"}`, "it has no version"},
		"newer":          {`{"version": 2, "current": "rest/crud"}`, "newer kata (format 2, this one knows 1)"},
		"too large":      {strings.Repeat(" ", maxSize+1), "is not kata's: it has 16 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			for how, use := range map[string]func(*Store) (Notice, error){
				"load":   func(s *Store) (Notice, error) { _, n, err := s.Load(); return n, err },
				"update": func(s *Store) (Notice, error) { return s.Update(setCurrent("go/leak")) },
			} {
				dir := put(t, c.content)
				store := Open(dir)
				notice, err := use(store)
				if err != nil {
					t.Fatalf("%s: %v", how, err)
				}
				for _, want := range []string{c.says, "progress.json.damaged-1", "kata verify"} {
					if !strings.Contains(string(notice), want) {
						t.Errorf("%s: notice %q; want %q in it", how, notice, want)
					}
				}
				if get(t, store.File()+".damaged-1") != c.content {
					t.Errorf("%s: the file moved aside is not what it was", how)
				}
				if _, notice, err := store.Load(); notice != "" || err != nil {
					t.Errorf("%s, then load: %q, %v; want it told once", how, notice, err)
				}
			}
		})
	}
}

func TestFilesMovedAsideAreNeverOverwritten(t *testing.T) {
	dir := put(t, "first")
	store := Open(dir)
	for i, content := range []string{"first", "second", "third"} {
		if err := os.WriteFile(store.File(), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if notice, err := store.Update(setCurrent("go/leak")); err != nil || notice == "" {
			t.Fatalf("%q, %v", notice, err)
		}
		for j, earlier := range []string{"first", "second", "third"}[:i+1] {
			if got := get(t, fmt.Sprintf("%s.damaged-%d", store.File(), j+1)); got != earlier {
				t.Errorf("damaged-%d holds %q, want %q", j+1, got, earlier)
			}
		}
	}
	if s, _, _ := store.Load(); s.Current != "go/leak" {
		t.Errorf("the new file was not begun: %+v", s)
	}
}

func TestFolderInPlaceOfTheFile(t *testing.T) {
	dir := t.TempDir()
	store := Open(dir)
	if err := os.MkdirAll(filepath.Join(store.File(), "inside"), 0o755); err != nil {
		t.Fatal(err)
	}
	notice, err := store.Update(setCurrent("go/leak"))
	if err != nil || !strings.Contains(string(notice), "is not a regular file") {
		t.Fatalf("%q, %v", notice, err)
	}
	if _, err := os.Stat(filepath.Join(store.File()+".damaged-1", "inside")); err != nil {
		t.Error(err)
	}
	if s, _, _ := store.Load(); s.Current != "go/leak" {
		t.Errorf("got %+v", s)
	}
}

func TestLinkIsNotWrittenThrough(t *testing.T) {
	dir := t.TempDir()
	store := Open(dir)
	elsewhere := filepath.Join(dir, "precious")
	if err := os.WriteFile(elsewhere, []byte(`{"version": 1}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, ".kata"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{store.File(), store.File() + ".tmp"} {
		if err := os.Symlink(elsewhere, name); err != nil {
			t.Skip("no symbolic links here: ", err)
		}
	}
	if notice, err := store.Update(setCurrent("go/leak")); err != nil || notice == "" {
		t.Fatalf("%q, %v", notice, err)
	}
	if got := get(t, elsewhere); got != `{"version": 1}` {
		t.Errorf("the link's target became %q", got)
	}
}

func TestRefusedChangeSavesNothing(t *testing.T) {
	store := Open(t.TempDir())
	refusal := errors.New("not now")
	_, err := store.Update(func(s *State) error { s.Current = "go/leak"; return refusal })
	if err != refusal {
		t.Errorf("got %v, want the error itself", err)
	}
	if s, _, _ := store.Load(); s.Current != "" {
		t.Errorf("saved %+v", s)
	}
}

// failing wants a SaveError with this mend, and the old content.
func failing(t *testing.T, store *Store, old, cause, mend string) {
	t.Helper()
	_, err := store.Update(setCurrent("go/leak"))
	var save *SaveError
	if !errors.As(err, &save) {
		t.Fatalf("got %v, want a *SaveError", err)
	}
	if !strings.Contains(err.Error(), cause) || !strings.Contains(err.Error(), "nothing that was saved before is lost") || !strings.Contains(save.Mend, mend) {
		t.Errorf("got %q, mend %q; want %q and %q", err, save.Mend, cause, mend)
	}
	if old != "" && get(t, store.File()) != old {
		t.Errorf("the file became %q", get(t, store.File()))
	}
	if _, err := os.Stat(store.File() + ".tmp"); err == nil {
		t.Error("a temporary file stayed behind")
	}
}

func TestFullDisk(t *testing.T) {
	old := `{"version": 1, "current": "rest/crud"}`
	store := Open(put(t, old))
	store.write = func(w io.Writer, b []byte) (int, error) {
		n, _ := w.Write(b[:len(b)/2])
		return n, &os.PathError{Op: "write", Path: store.File(), Err: syscall.ENOSPC}
	}
	if isFull(syscall.ENOSPC) {
		failing(t, store, old, syscall.ENOSPC.Error(), "free some space")
	} else { // Windows has numbers of its own
		failing(t, store, old, syscall.ENOSPC.Error(), "")
	}
	if s, notice, err := store.Load(); s.Current != "rest/crud" || notice != "" || err != nil {
		t.Errorf("then loaded %+v, %q, %v", s, notice, err)
	}
}

func TestFileInPlaceOfTheFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".kata"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	failing(t, Open(dir), "", "save the progress in", "look at what stands in")
	if got := get(t, filepath.Join(dir, ".kata")); got != "mine" {
		t.Errorf("the file became %q", got)
	}
}

func TestReadOnlyWorkspace(t *testing.T) {
	old := `{"version": 1, "current": "rest/crud"}`
	dir := put(t, old)
	folder := filepath.Join(dir, ".kata")
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(folder, 0o755) })
	if os.WriteFile(filepath.Join(folder, "probe"), nil, 0o644) == nil {
		t.Skip("this user may write anywhere")
	}
	store := Open(dir)
	failing(t, store, old, "permission denied", "writable")
	if s, notice, err := store.Load(); s.Current != "rest/crud" || notice != "" || err != nil {
		t.Errorf("loading: %+v, %q, %v", s, notice, err)
	}
}

func TestDamagedFileThatCannotBeMoved(t *testing.T) {
	store := Open(put(t, "junk"))
	if err := os.Mkdir(store.File()+".lock", 0o755); err != nil { // nobody can lock it
		t.Fatal(err)
	}
	s, notice, err := store.Load()
	if err != nil || len(s.Exercises) != 0 || !strings.Contains(string(notice), "stays there") {
		t.Errorf("loading: %+v, %q, %v; want an empty state and a notice", s, notice, err)
	}
	failing(t, store, "junk", "save the progress in", "look at what stands in")
}

func TestLockHeldForTooLong(t *testing.T) {
	old := `{"version": 1, "current": "rest/crud"}`
	dir := put(t, old)
	holder, waiting := Open(dir), Open(dir)
	waiting.patience = time.Millisecond
	_, err := holder.Update(func(*State) error {
		failing(t, waiting, old, "another kata has held its lock for too long", "end the other kata")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	waiting.patience = patience
	if _, err := waiting.Update(setCurrent("go/leak")); err != nil {
		t.Errorf("after giving up once: %v", err)
	}
}
