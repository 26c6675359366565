// Package revisions keeps the logbooks of lifts. Each workshop has a CouchDB of
// its own, and the databases are replicated whenever there is a connection.
package revisions

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/go-kivik/kivik/v4"
)

// Entry is what a technician has written. No two entries have the same ID.
type Entry struct{ ID, Text string }

// Book is the logbooks of all lifts, in one database.
type Book struct{ db *kivik.DB }

// New returns the logbooks that db holds.
func New(db *kivik.DB) *Book { return &Book{db: db} }

// page is the document of a lift. Nothing but entries is in it, and entries are
// never taken out: merging two pages gives the same page on every machine, and
// so the same revision.
type page struct {
	Rev       string            `json:"_rev,omitempty"`
	Conflicts []string          `json:"_conflicts,omitempty"`
	Entries   map[string]string `json:"entries"`
}

// Add writes an entry into the logbook of a lift.
func (b *Book) Add(ctx context.Context, lift string, e Entry) error {
	if err := b.merge(ctx, lift, map[string]string{e.ID: e.Text}); err != nil {
		return fmt.Errorf("add %s to %s: %w", e.ID, lift, err)
	}
	return nil
}

// Resolve ends the conflict of a lift, if there is one.
func (b *Book) Resolve(ctx context.Context, lift string) error {
	if err := b.merge(ctx, lift, nil); err != nil {
		return fmt.Errorf("resolve %s: %w", lift, err)
	}
	return nil
}

// Log returns the entries of a lift in the order of their IDs.
func (b *Book) Log(ctx context.Context, lift string) ([]Entry, error) {
	won, lost, err := b.read(ctx, lift)
	if err != nil {
		return nil, fmt.Errorf("log of %s: %w", lift, err)
	}
	all := union(won, lost)
	var entries []Entry
	for _, id := range slices.Sorted(maps.Keys(all)) {
		entries = append(entries, Entry{id, all[id]})
	}
	return entries, nil
}

// merge makes one page of all revisions and of further entries. It begins again
// when somebody else was quicker.
func (b *Book) merge(ctx context.Context, lift string, more map[string]string) error {
	for {
		won, lost, err := b.read(ctx, lift)
		if err != nil {
			return err
		}
		err = b.write(ctx, lift, won, lost, more)
		if kivik.HTTPStatus(err) != http.StatusConflict {
			return err
		}
	}
}

// write puts all entries into the winner and only then deletes the losers:
// whoever dies in between has lost nothing.
func (b *Book) write(ctx context.Context, lift string, won page, lost []page, more map[string]string) error {
	all := union(won, append(lost, page{Entries: more}))
	if len(all) > len(won.Entries) {
		if _, err := b.db.Put(ctx, lift, page{Rev: won.Rev, Entries: all}); err != nil {
			return err
		}
	}
	for _, p := range lost {
		if _, err := b.db.Delete(ctx, lift, p.Rev); err != nil {
			return err
		}
	}
	return nil
}

func union(won page, lost []page) map[string]string {
	all := map[string]string{}
	maps.Copy(all, won.Entries)
	for _, p := range lost {
		maps.Copy(all, p.Entries)
	}
	return all
}

// read returns the revision that won and those that are in conflict with it. A
// lift without a document has an empty page.
func (b *Book) read(ctx context.Context, lift string) (won page, lost []page, err error) {
	err = b.db.Get(ctx, lift, kivik.Param("conflicts", true)).ScanDoc(&won)
	if kivik.HTTPStatus(err) == http.StatusNotFound {
		return page{}, nil, nil
	}
	for _, rev := range won.Conflicts {
		p := page{}
		if err := b.db.Get(ctx, lift, kivik.Rev(rev)).ScanDoc(&p); err != nil {
			return won, nil, err
		}
		lost = append(lost, p)
	}
	return won, lost, err
}

// Changes calls f with each lift that has changed since the sequence since, ""
// for the beginning, and returns the sequence to go on from next time. It ends
// at the first error.
func (b *Book) Changes(ctx context.Context, since string, f func(lift string) error) (string, error) {
	if since == "" {
		since = "0"
	}
	feed := b.db.Changes(ctx, kivik.Param("since", since))
	defer feed.Close()
	for feed.Next() {
		if err := f(feed.ID()); err != nil {
			return since, fmt.Errorf("%s: %w", feed.ID(), err)
		}
		since = feed.Seq()
	}
	if err := feed.Err(); err != nil {
		return since, fmt.Errorf("changes since %s: %w", since, err)
	}
	return since, nil
}
