package watch

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// pollEvery is the rhythm of the fallback where the system sends no events, as
// on network drives and some mounts of virtual machines.
const pollEvery = 500 * time.Millisecond

// probeWait is how long the system has to tell of the probe file.
const probeWait = 400 * time.Millisecond

// Files sends a value for every change below dir until ctx ends; sends never
// block, so several changes may come as one. It first writes a file in scratch,
// a folder on the same file system, to see whether events arrive at all;
// polling says that they do not and that dir is looked at twice a second.
func Files(ctx context.Context, dir, scratch string) (changes <-chan struct{}, polling bool, err error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, false, fmt.Errorf("watch: %w", err)
	}
	out := make(chan struct{}, 1)
	if w, err := subscribe(dir, scratch); err == nil {
		go relay(ctx, w, dir, out)
		return out, false, nil
	}
	go poll(ctx, dir, out)
	return out, true, nil
}

// subscribe returns a watcher of dir that has proved to work.
func subscribe(dir, scratch string) (*fsnotify.Watcher, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	if err := prove(w, scratch); err != nil {
		w.Close()
		return nil, err
	}
	if err := addAll(w, dir); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// prove writes a file in scratch and waits for the event.
func prove(w *fsnotify.Watcher, scratch string) error {
	if err := os.MkdirAll(scratch, 0o755); err != nil {
		return err
	}
	if err := w.Add(scratch); err != nil {
		return err
	}
	defer w.Remove(scratch)
	probe := filepath.Join(scratch, "probe")
	if err := os.WriteFile(probe, nil, 0o644); err != nil {
		return err
	}
	defer os.Remove(probe)
	select {
	case <-w.Events:
		return nil
	case err := <-w.Errors:
		return err
	case <-time.After(probeWait):
		return fmt.Errorf("no event for %s", probe)
	}
}

// addAll watches the folder above dir too: kata reset moves dir away and makes
// it anew, and the watch on the old one goes with it.
func addAll(w *fsnotify.Watcher, dir string) error {
	if err := w.Add(filepath.Dir(dir)); err != nil {
		return err
	}
	return addFolders(w, dir)
}

// addFolders watches folders, not files: an editor that replaces a file takes
// the watch on the file away with it.
func addFolders(w *fsnotify.Watcher, dir string) error {
	return filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return w.Add(p)
	})
}

func relay(ctx context.Context, w *fsnotify.Watcher, dir string, out chan<- struct{}) {
	defer w.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.Events:
			if !ok {
				return
			}
			if e.Has(fsnotify.Create) && inside(dir, e.Name) {
				_ = addFolders(w, e.Name) // a file, or gone again: nothing to add
			}
			if inside(dir, e.Name) && e.Op != fsnotify.Chmod && !scrap(e.Name) {
				notify(out)
			}
		case _, ok := <-w.Errors: // an overflow: something has changed
			if !ok {
				return
			}
			notify(out)
		}
	}
}

func inside(dir, name string) bool {
	rel, err := filepath.Rel(dir, name)
	return err == nil && filepath.IsLocal(rel)
}

// scrap says whether a name is an editor's own and not the learner's: swap,
// backup and lock files, and vim's probe 4913.
func scrap(name string) bool {
	base := filepath.Base(name)
	return base == "4913" || strings.HasSuffix(base, "~") || strings.HasPrefix(base, ".#") ||
		strings.HasSuffix(base, ".swp") || strings.HasSuffix(base, ".swx") || strings.HasSuffix(base, ".tmp")
}

func notify(out chan<- struct{}) {
	select {
	case out <- struct{}{}:
	default:
	}
}

// poll compares sizes and times of all files.
func poll(ctx context.Context, dir string, out chan<- struct{}) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	last := fingerprint(dir)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if now := fingerprint(dir); now != last {
				last = now
				notify(out)
			}
		}
	}
}

func fingerprint(dir string) string {
	var b strings.Builder
	_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || scrap(p) {
			return nil
		}
		if info, err := d.Info(); err == nil {
			fmt.Fprintln(&b, p, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return b.String()
}
