package buckets_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/solutions/devops/buckets"
)

type store = buckets.Store

// 1. A document that is not there is ErrNotFound for Get, Link and Move, whatever kind of bucket it is; any other trouble is not ErrNotFound.
func TestNotFound(t *testing.T) {
	t.Run("Get of what is not there is ErrNotFound", func(t *testing.T) {
		each(t, func(a *archive) {
			name := a.name()
			var w bytes.Buffer
			a.is(fmt.Sprintf("Get(%q), which is not there", name), a.Get(a.ctx, name, &w), buckets.ErrNotFound, (*store).Get)
			if w.Len() > 0 {
				a.fail(fmt.Sprintf("Get(%q), which is not there", name), fmt.Sprintf("%d bytes", w.Len()), "nothing written", (*store).Get)
			}
		})
	})
	t.Run("Link to what is not there is ErrNotFound", func(t *testing.T) {
		each(t, func(a *archive) {
			name := a.name()
			_, err := a.Link(a.ctx, name, time.Hour)
			a.is(fmt.Sprintf("Link(%q, 1h), which is not there", name), err, buckets.ErrNotFound, (*store).Link)
		})
	})
	t.Run("Move of what is not there is ErrNotFound", func(t *testing.T) {
		each(t, func(a *archive) {
			name := a.name()
			a.is(fmt.Sprintf("Move(%q), which is not there", name), a.Move(a.ctx, name, a.other()), buckets.ErrNotFound, (*store).Move)
		})
	})
	t.Run("other trouble of the bucket is another error", func(t *testing.T) {
		each(t, func(a *archive) {
			for _, text := range []string{"no route to host", "no such file or directory: /etc/credentials", "NotFound: the host of the bucket"} {
				name, trouble := a.stored(100), errors.New(text)
				a.bucket.Next("Read", trouble, trouble, trouble) // also for a second try
				err := a.Get(a.ctx, name, io.Discard)
				if err == nil || errors.Is(err, buckets.ErrNotFound) || errors.Is(err, buckets.ErrExists) {
					a.fail(fmt.Sprintf("Get(%q), and the bucket says %q", name, text), word(err), "an error that is neither ErrNotFound nor ErrExists", (*store).Get)
				}
				a.refresh()
			}
		})
	})
}

// 2. However large a document is, Put, Get and Move have no more than two mebibytes of it in memory at once.
func TestStreams(t *testing.T) {
	t.Run("Put passes on what it has read", func(t *testing.T) {
		each(t, func(a *archive) {
			source := &flow{r: strings.NewReader(a.text(large)), other: func() int64 { return a.bucket.Bytes("Write") }}
			if err := a.Put(a.ctx, a.name(), "text/plain", source); err != nil {
				a.fail("Put of 8 MiB", err.Error(), "nil", (*store).Put)
			}
			a.narrow("Put of 8 MiB", source.most, "read before they were written", (*store).Put)
		})
	})
	t.Run("Get passes on what it has read", func(t *testing.T) {
		each(t, func(a *archive) {
			name := a.stored(large)
			target := &flow{w: io.Discard, other: func() int64 { return a.bucket.Bytes("Read") }, ahead: true}
			if err := a.Get(a.ctx, name, target); err != nil {
				a.fail("Get of 8 MiB", err.Error(), "nil", (*store).Get)
			}
			if target.n != large {
				a.fail("Get of 8 MiB", fmt.Sprintf("%d bytes written", target.n), fmt.Sprint(large), (*store).Get)
			}
			a.narrow("Get of 8 MiB", target.most, "read before they were written", (*store).Get)
		})
	})
	t.Run("Move passes on what it has read", func(t *testing.T) {
		each(t, func(a *archive) {
			name := a.stored(large)
			to := a.otherBucket()
			stop := errors.New("the target is full")
			to.Next("WriteChunk", stop)
			_ = a.Move(a.ctx, name, buckets.New(to.Bucket)) // its error is judged below
			a.narrow("Move of 8 MiB to a bucket that fails at the first piece", a.bucket.Bytes("Read")-to.Bytes("Write"), "read before they were written", (*store).Move)
		})
	})
}

// 3. Put never replaces a document: it returns ErrExists, also when two are stored under one name at the same time, of which one is then there, whole.
func TestExists(t *testing.T) {
	t.Run("a document that is there stays", func(t *testing.T) {
		each(t, func(a *archive) {
			name := a.stored(100)
			before := a.content(name)
			a.is(fmt.Sprintf("Put(%q), which is there", name), a.Put(a.ctx, name, "text/plain", strings.NewReader("another")), buckets.ErrExists, (*store).Put)
			if got := a.content(name); got != before {
				a.fail(fmt.Sprintf("Put(%q), which is there", name), "the document was replaced", "the first one", (*store).Put)
			}
		})
	})
	t.Run("of two at the same time one is stored", func(t *testing.T) {
		each(t, func(a *archive) {
			name, first, second := a.name(), a.text(5000), a.text(5000)
			var inner error
			meanwhile := func() { inner = a.Put(a.ctx, name, "text/plain", strings.NewReader(second)) }
			outer := a.Put(a.ctx, name, "text/plain", &interrupted{r: strings.NewReader(first), at: 2000, do: meanwhile})
			sent := fmt.Sprintf("Put(%q), and while its content is read, another Put(%q)", name, name)
			got := a.content(name)
			ok := (outer == nil) != (inner == nil) && errors.Is(errors.Join(outer, inner), buckets.ErrExists)
			if !ok {
				a.fail(sent, fmt.Sprintf("the first returned %s,\nthe second %s", word(outer), word(inner)), "no error for one of them, ErrExists for the other", (*store).Put)
			}
			if want := map[bool]string{true: first, false: second}[outer == nil]; got != want {
				a.fail(sent, fmt.Sprintf("a document of %d bytes, which is not the one that was stored", len(got)), "the document whose Put returned nil, whole", (*store).Put)
			}
		})
	})
	t.Run("a document is stored as it is", func(t *testing.T) {
		each(t, func(a *archive) {
			name := a.name()
			for i, text := range []string{"", "a", a.text(3000)} {
				key := fmt.Sprintf("%s-%d", name, i)
				if err := a.Put(a.ctx, key, "application/x-test", strings.NewReader(text)); err != nil {
					a.fail(fmt.Sprintf("Put of %d bytes", len(text)), err.Error(), "nil", (*store).Put)
				}
				a.same(key, text, "application/x-test", fmt.Sprintf("Put of %d bytes, as application/x-test", len(text)), (*store).Put)
			}
		})
	})
}

// 4. A Put that fails stores nothing, and returns why: the content could not be read to its end, the bucket refused, or the context ended.
func TestWhole(t *testing.T) {
	nothing := func(a *archive, name, sent string, err, why error) {
		a.t.Helper()
		if err == nil {
			a.fail(sent, "Put returned nil", "an error", (*store).Put)
		}
		if why != nil && !errors.Is(err, why) {
			a.fail(sent, word(err), fmt.Sprintf("an error that is %q", why), (*store).Put)
		}
		if there, _ := a.bucket.Own.Exists(context.Background(), name); there {
			a.fail(sent, fmt.Sprintf("a document of %d bytes is there", len(a.content(name))), "no document", (*store).Put)
		}
		if err := a.Put(context.Background(), name, "text/plain", strings.NewReader("whole")); err != nil {
			a.fail(sent+"; then Put, again", err.Error(), "nil: the name is free", (*store).Put)
		}
	}
	t.Run("a content that breaks off is not stored", func(t *testing.T) {
		each(t, func(a *archive) {
			for _, size := range []int{0, 10, 700, 300000} {
				why, name := errors.New("connection reset"), a.name()
				err := a.Put(a.ctx, name, "text/plain", io.MultiReader(strings.NewReader(a.text(size)), broken{why}))
				nothing(a, name, fmt.Sprintf("Put of a content that breaks off after %d bytes", size), err, why)
			}
		})
	})
	t.Run("what the bucket refuses is not stored", func(t *testing.T) {
		each(t, func(a *archive) {
			why, name := errors.New("no space left"), a.name()
			a.bucket.Next("WriteChunk", why)
			err := a.Put(a.ctx, name, "text/plain", pieces(a.text(300000)))
			nothing(a, name, "Put of 300000 bytes, and the bucket says \"no space left\"", err, nil)
			name = a.name()
			a.bucket.Next("Write", why)
			err = a.Put(a.ctx, name, "text/plain", pieces(a.text(3000)))
			nothing(a, name, "Put, and the bucket says \"no space left\" at once", err, nil)
		})
	})
	t.Run("a Put whose context ends stores nothing", func(t *testing.T) {
		each(t, func(a *archive) {
			name := a.name()
			ctx, cancel := context.WithCancel(a.ctx)
			defer cancel()
			err := a.Put(ctx, name, "text/plain", &interrupted{r: strings.NewReader(a.text(5000)), at: 2000, do: cancel})
			nothing(a, name, "Put, whose context ends while the content is read", err, context.Canceled)
		})
	})
}

// 5. Get returns an error when not everything has been written.
func TestGet(t *testing.T) {
	t.Run("a document comes out as it was put in", func(t *testing.T) {
		each(t, func(a *archive) {
			name := a.stored(5000)
			var w bytes.Buffer
			if err := a.Get(a.ctx, name, &w); err != nil || w.String() != a.content(name) {
				a.fail(fmt.Sprintf("Get(%q), which has 5000 bytes", name), fmt.Sprintf("%d bytes, %v", w.Len(), err), "the same 5000 bytes, nil", (*store).Get)
			}
		})
	})
	t.Run("a reader who is gone is an error", func(t *testing.T) {
		each(t, func(a *archive) {
			name, why := a.stored(5000), errors.New("broken pipe")
			if err := a.Get(a.ctx, name, broken{why}); !errors.Is(err, why) {
				a.fail(fmt.Sprintf("Get(%q) to somebody who is gone", name), word(err), fmt.Sprintf("an error that is %q", why), (*store).Get)
			}
		})
	})
}

// 6. A link lets whoever has it read that one document, and nothing else, for as long as it was asked for. A life that is not positive, or is longer than a day, is an error.
func TestLink(t *testing.T) {
	lives := []time.Duration{time.Second, 20 * time.Minute, time.Hour, 5 * time.Hour, 24 * time.Hour}
	link := func(a *archive, life time.Duration) (name, url string) {
		a.t.Helper()
		name = a.stored(200)
		url, err := a.Link(a.ctx, name, life)
		if err != nil {
			a.fail(fmt.Sprintf("Link(%q, %s)", name, life), err.Error(), "a link", (*store).Link)
		}
		return name, url
	}
	t.Run("a link gives the document until its time is over", func(t *testing.T) {
		each(t, func(a *archive) {
			for _, life := range lives {
				name, url := link(a, life)
				a.bucket.Advance(life - time.Millisecond)
				if status, body := a.fetch(http.MethodGet, url); status != http.StatusOK || body != a.content(name) {
					a.fail(fmt.Sprintf("Link(%q, %s), and GET 1ms before that time is over", name, life), fmt.Sprintf("%d, %d bytes", status, len(body)), "200 and the document", (*store).Link)
				}
			}
		})
	})
	t.Run("a link ends when its time is over", func(t *testing.T) {
		each(t, func(a *archive) {
			for _, life := range lives {
				name, url := link(a, life)
				a.bucket.Advance(life + time.Millisecond)
				if status, _ := a.fetch(http.MethodGet, url); status == http.StatusOK {
					a.fail(fmt.Sprintf("Link(%q, %s), and GET 1ms after that time is over", name, life), "200 and the document", "403", (*store).Link)
				}
			}
		})
	})
	t.Run("a link is for reading only", func(t *testing.T) {
		each(t, func(a *archive) {
			_, url := link(a, time.Hour)
			for _, method := range []string{http.MethodPut, http.MethodDelete} {
				if status, _ := a.fetch(method, url); status == http.StatusOK {
					a.fail("Link, and "+method+" to it", "200", "403", (*store).Link)
				}
			}
		})
	})
	t.Run("a bucket that cannot sign is an error", func(t *testing.T) {
		each(t, func(a *archive) {
			name := a.stored(10)
			a.bucket.Next("SignedURL", errors.New("no key to sign with"))
			if url, err := a.Link(a.ctx, name, time.Hour); err == nil {
				a.fail(fmt.Sprintf("Link(%q, 1h), and the bucket says \"no key to sign with\"", name), fmt.Sprintf("the link %q", url), "an error", (*store).Link)
			}
		})
	})
	t.Run("a life that is not positive or longer than a day is an error", func(t *testing.T) {
		each(t, func(a *archive) {
			name := a.stored(10)
			for _, life := range []time.Duration{0, -time.Second, 24*time.Hour + time.Second, 1000 * time.Hour} {
				if url, err := a.Link(a.ctx, name, life); err == nil {
					a.fail(fmt.Sprintf("Link(%q, %s)", name, life), fmt.Sprintf("a link of %d letters", len(url)), "an error", (*store).Link)
				}
			}
		})
	})
}
