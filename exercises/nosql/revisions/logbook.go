// Package revisions keeps the logbooks of lifts. Each workshop has a CouchDB of
// its own, and the databases are replicated whenever there is a connection.
package revisions

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/go-kivik/kivik/v4"
)

// Entry is what a technician has written. No two entries have the same ID.
type Entry struct{ ID, Text string }

// Book is the logbooks of all lifts, in one database.
type Book struct{ db *kivik.DB }

// New returns the logbooks that db holds.
func New(db *kivik.DB) *Book { return &Book{db: db} }

// page is the document of a lift.
type page struct {
	Rev       string            `json:"_rev,omitempty"`
	Conflicts []string          `json:"_conflicts,omitempty"`
	Entries   map[string]string `json:"entries"`
	Resolved  string            `json:"resolved,omitempty"` // when, for the auditors
}

func (b *Book) read(ctx context.Context, lift string) (page, error) {
	p := page{Entries: map[string]string{}}
	err := b.db.Get(ctx, lift, kivik.Param("conflicts", true)).ScanDoc(&p)
	return p, err
}

// Add writes an entry into the logbook of a lift.
func (b *Book) Add(ctx context.Context, lift string, e Entry) error {
	p, _ := b.read(ctx, lift) // a lift without a document has no entries yet
	p.Conflicts = nil
	p.Entries[e.ID] = e.Text
	_, err := b.db.Put(ctx, lift, p)
	if kivik.HTTPStatus(err) == http.StatusConflict {
		// Somebody was quicker: go on from their revision.
		if p.Rev, err = b.db.GetRev(ctx, lift); err == nil {
			_, err = b.db.Put(ctx, lift, p)
		}
	}
	if err != nil {
		return fmt.Errorf("add %s to %s: %w", e.ID, lift, err)
	}
	return nil
}

// Log returns the entries of a lift in the order of their IDs.
func (b *Book) Log(ctx context.Context, lift string) ([]Entry, error) {
	p, err := b.read(ctx, lift)
	if err != nil {
		return nil, nil
	}
	var entries []Entry
	for _, id := range slices.Sorted(maps.Keys(p.Entries)) {
		entries = append(entries, Entry{id, p.Entries[id]})
	}
	return entries, nil
}

// Resolve ends the conflict of a lift, if there is one. CouchDB has chosen a
// winner already; the other revisions only have to go.
func (b *Book) Resolve(ctx context.Context, lift string) error {
	p, err := b.read(ctx, lift)
	if err != nil {
		return fmt.Errorf("resolve %s: %w", lift, err)
	}
	for _, rev := range p.Conflicts {
		if _, err := b.db.Delete(ctx, lift, rev); err != nil {
			return fmt.Errorf("resolve %s: %w", lift, err)
		}
	}
	p.Conflicts, p.Resolved = nil, time.Now().UTC().Format(time.RFC3339Nano)
	_, err = b.db.Put(ctx, lift, p)
	return err
}

// Changes calls f with each lift that has changed since the sequence since, ""
// for the beginning, and returns the sequence to go on from next time.
func (b *Book) Changes(ctx context.Context, since string, f func(lift string) error) (string, error) {
	if since == "" {
		since = "0"
	}
	feed := b.db.Changes(ctx, kivik.Param("since", since))
	defer feed.Close()
	var failed error
	for feed.Next() {
		if err := f(feed.ID()); err != nil {
			failed = fmt.Errorf("%s: %w", feed.ID(), err)
		}
	}
	if err := feed.Err(); err != nil {
		return "", fmt.Errorf("changes since %s: %w", since, err)
	}
	end, err := feed.Metadata()
	if err != nil {
		return "", fmt.Errorf("changes since %s: %w", since, err)
	}
	return end.LastSeq, failed
}
