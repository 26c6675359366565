package buckets_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/kata-go/kata/solutions/devops/buckets"
)

// 7. Move brings a document to another bucket, as it is and with its content type, and only then takes it away. If that fails, or one of that name is there already, which is ErrExists, both buckets stay as they were.
func TestMove(t *testing.T) {
	t.Run("a document is there and no longer here", func(t *testing.T) {
		each(t, func(a *archive) {
			name, to := a.stored(5000), a.otherBucket()
			before := a.content(name)
			if err := a.Move(a.ctx, name, buckets.New(to.Bucket)); err != nil {
				a.fail(fmt.Sprintf("Move(%q)", name), err.Error(), "nil", (*store).Move)
			}
			a.at(to).same(name, before, kind, fmt.Sprintf("Move(%q)", name), (*store).Move)
			if there, _ := a.bucket.Own.Exists(a.ctx, name); there {
				a.fail(fmt.Sprintf("Move(%q)", name), "it is in the first bucket, too", "it is in the second bucket only", (*store).Move)
			}
		})
	})
	t.Run("a document that is there already stays", func(t *testing.T) {
		each(t, func(a *archive) {
			name, to := a.stored(500), a.otherBucket()
			before := a.content(name)
			_ = to.Own.WriteAll(a.ctx, name, []byte("older"), nil)
			sent := fmt.Sprintf("Move(%q), and there is one of that name", name)
			a.is(sent, a.Move(a.ctx, name, buckets.New(to.Bucket)), buckets.ErrExists, (*store).Move)
			if got := a.at(to).content(name); got != "older" {
				a.fail(sent, "it was replaced", "the one that was there", (*store).Move)
			}
			a.same(name, before, kind, sent, (*store).Move)
		})
	})
	t.Run("a move that fails leaves both buckets as they were", func(t *testing.T) {
		each(t, func(a *archive) {
			name, to := a.stored(300000), a.otherBucket()
			before := a.content(name)
			to.Next("WriteChunk", errors.New("no space left"))
			sent := fmt.Sprintf("Move(%q), and the target says \"no space left\"", name)
			if err := a.Move(a.ctx, name, buckets.New(to.Bucket)); err == nil {
				a.fail(sent, "nil", "an error", (*store).Move)
			}
			if there, _ := to.Own.Exists(a.ctx, name); there {
				a.fail(sent, "something is in the target", "nothing there", (*store).Move)
			}
			a.same(name, before, kind, sent, (*store).Move)
		})
	})
	t.Run("a document that could not be taken away is an error", func(t *testing.T) {
		each(t, func(a *archive) {
			name, to := a.stored(500), a.otherBucket()
			a.bucket.Next("Delete", errors.New("access denied"), errors.New("access denied"))
			if err := a.Move(a.ctx, name, buckets.New(to.Bucket)); err == nil {
				a.fail(fmt.Sprintf("Move(%q), which the first bucket will not delete", name), "nil, and it is in both", "an error", (*store).Move)
			}
		})
	})
}

// 8. Once the context has ended, Get, Link and Move return its error, and both buckets stay as they were.
func TestContext(t *testing.T) {
	ended := func(t *testing.T, sent string, at any, f func(a *archive, ctx context.Context, name string, to *store) error) {
		each(t, func(a *archive) {
			name, to := a.stored(300), a.otherBucket()
			before := a.content(name)
			ctx, cancel := context.WithCancel(a.ctx)
			cancel()
			if err := f(a, ctx, name, buckets.New(to.Bucket)); !errors.Is(err, context.Canceled) {
				a.fail(sent+", with a context that has ended", word(err), "an error that is context.Canceled", at)
			}
			a.same(name, before, kind, sent+", with a context that has ended", at)
			if there, _ := to.Own.Exists(a.ctx, name); there {
				a.fail(sent+", with a context that has ended", "it is in the other bucket", "nothing there", at)
			}
		})
	}
	t.Run("Get ends with its context", func(t *testing.T) {
		ended(t, "Get", (*store).Get, func(a *archive, ctx context.Context, name string, _ *store) error {
			return a.Get(ctx, name, io.Discard)
		})
	})
	t.Run("Link ends with its context", func(t *testing.T) {
		ended(t, "Link", (*store).Link, func(a *archive, ctx context.Context, name string, _ *store) error {
			_, err := a.Link(ctx, name, time.Hour)
			return err
		})
	})
	t.Run("Move ends with its context", func(t *testing.T) {
		ended(t, "Move", (*store).Move, func(a *archive, ctx context.Context, name string, to *store) error { return a.Move(ctx, name, to) })
	})
}
