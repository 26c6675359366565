// Package buckets keeps the customers' documents in a bucket.
package buckets

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"gocloud.dev/blob"
)

var (
	// ErrNotFound says that there is no document of that name.
	ErrNotFound = errors.New("no such document")
	// ErrExists says that there is one already.
	ErrExists = errors.New("document exists")
)

// mailed is how long a link in a mail has to live: people read them late.
const mailed = 10 * 365 * 24 * time.Hour

// Store keeps documents.
type Store struct {
	bucket *blob.Bucket
}

// New returns a Store whose documents are in bucket.
func New(bucket *blob.Bucket) *Store {
	return &Store{bucket: bucket}
}

// Put stores a document.
func (s *Store) Put(ctx context.Context, name, contentType string, content io.Reader) error {
	exists, err := s.bucket.Exists(ctx, name)
	if err != nil {
		return err
	}
	if exists {
		return ErrExists
	}
	all, err := io.ReadAll(content)
	if err != nil && len(all) == 0 {
		return err
	}
	return s.bucket.WriteAll(ctx, name, all, &blob.WriterOptions{ContentType: contentType})
}

// Get writes a document to w.
func (s *Store) Get(ctx context.Context, name string, w io.Writer) error {
	all, err := s.read(ctx, name)
	if err != nil {
		return err
	}
	_, _ = w.Write(all)
	return nil
}

// Link returns an address under which anybody can read the document.
func (s *Store) Link(ctx context.Context, name string, life time.Duration) (string, error) {
	return s.bucket.SignedURL(ctx, name, &blob.SignedURLOptions{Expiry: max(life, mailed)})
}

// Move brings a document to another store.
func (s *Store) Move(ctx context.Context, name string, to *Store) error {
	all, err := s.read(ctx, name)
	if err != nil {
		return err
	}
	defer func() { _ = s.bucket.Delete(ctx, name) }()
	return to.bucket.WriteAll(ctx, name, all, nil)
}

func (s *Store) read(ctx context.Context, name string) ([]byte, error) {
	all, err := s.bucket.ReadAll(ctx, name)
	if err != nil && strings.Contains(err.Error(), "no such file or directory") {
		return nil, ErrNotFound
	}
	return all, err
}
