package blobs_test

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

	"gocloud.dev/blob"

	"github.com/kata-go/kata/grader/kit/blobs"
	"github.com/kata-go/kata/grader/kit/internal/conformance"
)

func second[T any](_ T, err error) error { return err }

func both(t *testing.T, f func(t *testing.T, b *blobs.Bucket)) {
	t.Run("memory", func(t *testing.T) { f(t, blobs.Memory(t)) })
	t.Run("folder", func(t *testing.T) { f(t, blobs.Folder(t)) })
}

func TestConformance(t *testing.T) {
	both(t, func(t *testing.T, b *blobs.Bucket) {
		ctx := t.Context()
		table := conformance.New(t, "conformance.md", "The portable buckets, in memory and in a folder")
		table.Works("write", b.WriteAll(ctx, "a/1", []byte("text"), &blob.WriterOptions{ContentType: "text/plain", Metadata: map[string]string{"who": "kata"}}))
		got, err := b.ReadAll(ctx, "a/1")
		table.Works("read", err)
		a, err := b.Attributes(ctx, "a/1")
		table.Works("attributes", err)
		if string(got) != "text" || a.ContentType != "text/plain" || a.Metadata["who"] != "kata" || a.Size != 4 {
			t.Errorf("%q, %+v", got, a)
		}
		table.Refused("read of nothing", second(b.ReadAll(ctx, "none")), "code=NotFound")
		table.Works("write if there is none", b.WriteAll(ctx, "once", []byte("1"), &blob.WriterOptions{IfNotExist: true}))
		table.Refused("write if there is none, and there is one", b.WriteAll(ctx, "once", []byte("2"), &blob.WriterOptions{IfNotExist: true}), "code=FailedPrecondition")
		table.Refused("write with another checksum", b.WriteAll(ctx, "sum", []byte("1"), &blob.WriterOptions{ContentMD5: make([]byte, 16)}), "MD5")
		table.Works("copy", b.Copy(ctx, "a/2", "once", nil))
		table.Works("delete", b.Delete(ctx, "once"))
		table.Refused("delete of nothing", b.Delete(ctx, "once"), "code=NotFound")
		table.Works("list by prefix", listed(ctx, b, "a/", "a/1 a/2"))
		table.Works("give a write up", givenUp(ctx, b))
		links(table, b)
	})
}

func listed(ctx context.Context, b *blobs.Bucket, prefix, want string) error {
	var keys []string
	for all := b.List(&blob.ListOptions{Prefix: prefix}); ; {
		l, err := all.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		keys = append(keys, l.Key)
	}
	if got := strings.Join(keys, " "); got != want {
		return fmt.Errorf("listed %q", got)
	}
	return nil
}

func givenUp(ctx context.Context, b *blobs.Bucket) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := b.NewWriter(ctx, "half", nil)
	if err != nil {
		return err
	}
	_, _ = w.Write(make([]byte, 4000))
	cancel()
	if w.Close() == nil {
		return errors.New("Close returned nil")
	}
	if there, err := b.Own.Exists(context.Background(), "half"); there || err != nil {
		return fmt.Errorf("the half is there (%v)", err)
	}
	return nil
}

func links(table *conformance.Table, b *blobs.Bucket) {
	ctx := context.Background()
	do := func(method, url, body string) error {
		req, _ := http.NewRequest(method, url, strings.NewReader(body))
		req.Header.Set("Content-Type", "text/plain")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if text, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
			return fmt.Errorf("%d %s", res.StatusCode, text)
		}
		return nil
	}
	get, err := b.SignedURL(ctx, "a/1", &blob.SignedURLOptions{Expiry: time.Minute})
	table.Works("sign a link", err)
	table.Works("a signed link", do("GET", get, ""))
	table.Refused("a signed link, by another method", do("DELETE", get, ""), "403")
	table.Refused("a signed link, changed", do("GET", strings.Replace(get, "a%2F1", "a%2F2", 1), ""), "403")
	put, err := b.SignedURL(ctx, "up", &blob.SignedURLOptions{Method: "PUT", ContentType: "text/plain", Expiry: time.Minute})
	if err == nil {
		err = do("PUT", put, "x")
	}
	table.Works("a signed link for PUT", err)
	other, _ := b.SignedURL(ctx, "up", &blob.SignedURLOptions{Method: "PUT", ContentType: "image/png", Expiry: time.Minute})
	table.Refused("a signed link for PUT, with another type", do("PUT", other, "x"), "403")
	b.Advance(time.Minute)
	table.Refused("a signed link after its life", do("GET", get, ""), "expired")
}

func TestCountsAndFaults(t *testing.T) {
	both(t, func(t *testing.T, b *blobs.Bucket) {
		ctx := t.Context()
		if err := b.WriteAll(ctx, "k", bytes.Repeat([]byte("x"), 1<<20), nil); err != nil {
			t.Fatal(err)
		}
		r, err := b.NewReader(ctx, "k", nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.ReadFull(r, make([]byte, 1000))
		if n := b.Bytes("Read"); n != 1000 {
			t.Errorf("counted %d bytes read, want 1000", n)
		}
		_, _ = io.Copy(io.Discard, r)
		_ = r.Close()
		if r, w := b.Bytes("Read"), b.Bytes("Write"); r != 1<<20 || w != 1<<20 {
			t.Errorf("counted %d bytes read, %d written", r, w)
		}
		b.Next("Read", errors.New("no route to host"))
		if _, err := b.ReadAll(ctx, "k"); err == nil {
			t.Error("read in spite of the fault")
		}
		b.Next("WriteChunk", nil, errors.New("no space left"))
		w, _ := b.NewWriter(ctx, "torn", nil)
		for range 3 {
			_, _ = w.Write(make([]byte, 1000))
		}
		if err := w.Close(); err == nil {
			t.Error("wrote in spite of the fault")
		}
		if there, err := b.Own.Exists(ctx, "torn"); there || err != nil {
			t.Errorf("the torn object is there (%v)", err)
		}
		if !strings.Contains(b.Saw(), "no route to host") || len(b.Calls("Read")) != 2 {
			t.Error(b.Saw())
		}
		b.Forget()
		if len(b.Calls()) != 0 {
			t.Error("Forget kept calls")
		}
	})
}

func TestBucketsAreStrangersToOneAnother(t *testing.T) {
	for i := range 200 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			b := blobs.Memory(t)
			if err := b.WriteAll(t.Context(), "k", nil, nil); err != nil {
				t.Error(err)
			}
			if err := listed(t.Context(), b, "", "k"); err != nil || len(b.Calls("Write")) != 1 {
				t.Error(err, b.Saw())
			}
		})
	}
}

func TestAContextThatHasEnded(t *testing.T) {
	both(t, func(t *testing.T, b *blobs.Bucket) {
		if err := b.WriteAll(t.Context(), "k", []byte("x"), nil); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for name, err := range map[string]error{
			"read": second(b.ReadAll(ctx, "k")), "attributes": second(b.Attributes(ctx, "k")), "delete": b.Delete(ctx, "k"),
			"write": b.WriteAll(ctx, "other", nil, nil), "sign": second(b.SignedURL(ctx, "k", nil)), "copy": b.Copy(ctx, "other", "k", nil),
		} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := listed(t.Context(), b, "", "k"); err != nil {
			t.Error(err)
		}
	})
}
