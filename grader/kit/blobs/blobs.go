// Package blobs gives hidden tests portable buckets of gocloud.dev/blob, in
// memory or in a folder, which count requests and bytes while they flow, sign
// links that end on a clock that the test moves, and fail when they are told to.
//
// It owns what stands between a *blob.Bucket and the test. It links
// gocloud.dev, which an exercise that uses such buckets links anyway; package
// bucket is the lighter one, for exercises that speak S3. It knows no exercise.
package blobs

import (
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/memblob"

	"github.com/kata-go/kata/grader/kit"
)

// Bucket is one test's bucket; the code under test gets the embedded one, the
// test itself may use Own: past the record and untouched by faults.
type Bucket struct {
	*blob.Bucket
	Own    *blob.Bucket
	record record
	server *httptest.Server
	secret string

	mu    sync.Mutex
	now   time.Time
	fails map[string][]error // by operation, the first to be met first
}

// Memory returns an empty bucket in memory that ends with the test.
func Memory(t testing.TB) *Bucket {
	t.Helper()
	return start(t, memblob.OpenBucket(nil))
}

// Folder returns an empty bucket whose objects are files of a temporary folder.
func Folder(t testing.TB) *Bucket {
	t.Helper()
	inner, err := fileblob.OpenBucket(t.TempDir(), &fileblob.Options{NoTempDir: true})
	if err != nil {
		t.Fatal(err)
	}
	return start(t, inner)
}

func start(t testing.TB, inner *blob.Bucket) *Bucket {
	b := &Bucket{Own: inner, now: time.Now().Truncate(time.Second), fails: map[string][]error{}, secret: kit.Word(kit.Rand(t), 32)}
	b.Bucket = blob.NewBucket(&driverOf{b})
	b.server = httptest.NewServer(b)
	t.Cleanup(func() {
		b.server.Close()
		_ = b.Bucket.Close() // the code under test may have done so
		_ = inner.Close()
	})
	return b
}

// Now returns the time on the clock of signed links.
func (b *Bucket) Now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// Advance moves the clock of signed links.
func (b *Bucket) Advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// Next makes the following calls of an operation ("Read", "Write", "List", …)
// return these errors, one each; nil lets one through. "WriteChunk" is a Write of
// an open writer, which stores nothing after it.
func (b *Bucket) Next(operation string, list ...error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails[operation] = append(b.fails[operation], list...)
}

// meet is the error that a call of the operation returns.
func (b *Bucket) meet(operation string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.fails[operation]
	if len(list) == 0 {
		return nil
	}
	b.fails[operation] = list[1:]
	return list[0]
}
