// Package buckets keeps the customers' documents in a bucket.
package buckets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

var (
	// ErrNotFound says that there is no document of that name.
	ErrNotFound = errors.New("no such document")
	// ErrExists says that there is one already.
	ErrExists = errors.New("document exists")
)

// longest is how long a link may live.
const longest = 24 * time.Hour

// Store keeps documents.
type Store struct {
	bucket *blob.Bucket
}

// New returns a Store whose documents are in bucket.
func New(bucket *blob.Bucket) *Store {
	return &Store{bucket: bucket}
}

// Put stores a document, whole or not at all. A document that is there already
// stays, and is ErrExists.
func (s *Store) Put(ctx context.Context, name, contentType string, content io.Reader) error {
	// Close makes an object of whatever was written, unless the context has
	// ended before.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := s.bucket.NewWriter(ctx, name, &blob.WriterOptions{ContentType: contentType, IfNotExist: true})
	if err != nil {
		return portable("store", name, err)
	}
	if _, err := io.Copy(w, content); err != nil {
		cancel()
		_ = w.Close() // which stores nothing now
		return portable("store", name, err)
	}
	return portable("store", name, w.Close())
}

// Get writes a document to w.
func (s *Store) Get(ctx context.Context, name string, w io.Writer) error {
	r, err := s.bucket.NewReader(ctx, name, nil)
	if err != nil {
		return portable("read", name, err)
	}
	defer r.Close()
	_, err = io.Copy(w, r)
	return portable("read", name, err)
}

// Link returns an address under which anybody can read the document for the
// given time, which is at most a day.
func (s *Store) Link(ctx context.Context, name string, life time.Duration) (string, error) {
	if life <= 0 || life > longest {
		return "", fmt.Errorf("link to %q: a life of %s is not between 0 and %s", name, life, longest)
	}
	// A bucket signs links to what is not there as well.
	if _, err := s.bucket.Attributes(ctx, name); err != nil {
		return "", portable("link to", name, err)
	}
	link, err := s.bucket.SignedURL(ctx, name, &blob.SignedURLOptions{Expiry: life})
	return link, portable("link to", name, err)
}

// Move brings a document to another store and then takes it away here.
func (s *Store) Move(ctx context.Context, name string, to *Store) error {
	r, err := s.bucket.NewReader(ctx, name, nil)
	if err != nil {
		return portable("move", name, err)
	}
	defer r.Close()
	if err := to.Put(ctx, name, r.ContentType(), r); err != nil {
		return err
	}
	return portable("move", name, s.bucket.Delete(ctx, name))
}

// portable returns err as whoever calls knows it, whichever bucket said so.
func portable(what, name string, err error) error {
	if err == nil {
		return nil
	}
	switch gcerrors.Code(err) {
	case gcerrors.NotFound:
		err = ErrNotFound
	case gcerrors.FailedPrecondition:
		err = ErrExists
	}
	return fmt.Errorf("%s %q: %w", what, name, err)
}
