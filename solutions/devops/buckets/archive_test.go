package buckets_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/blobs"
	"github.com/kata-go/kata/solutions/devops/buckets"
	"gocloud.dev/blob"
)

const (
	large = 8 << 20
	most  = 2 << 20 // of a document in memory
	kind  = "application/vnd.kata.contract"
)

// archive is a store and the bucket that it has.
type archive struct {
	*buckets.Store
	t      testing.TB
	ctx    context.Context
	rand   *rand.Rand
	bucket *blobs.Bucket
	sort   string // of bucket
}

// each runs f with a bucket of each sort.
func each(t *testing.T, f func(a *archive)) {
	t.Helper()
	r := kit.Rand(t)
	for _, sort := range []string{"in memory", "in a folder"} {
		a := &archive{t: t, ctx: t.Context(), rand: r, sort: sort}
		a.bucket = a.open(sort)
		a.Store = buckets.New(a.bucket.Bucket)
		f(a)
	}
}

func (a *archive) open(sort string) *blobs.Bucket {
	if sort == "in memory" {
		return blobs.Memory(a.t)
	}
	return blobs.Folder(a.t)
}

// refresh opens the bucket anew, so that no fault is left in it.
func (a *archive) refresh() {
	a.bucket = a.open(a.sort)
	a.Store = buckets.New(a.bucket.Bucket)
}

// otherBucket returns an empty bucket of the other sort.
func (a *archive) otherBucket() *blobs.Bucket {
	return a.open(map[string]string{"in memory": "in a folder", "in a folder": "in memory"}[a.sort])
}

func (a *archive) other() *buckets.Store { return buckets.New(a.otherBucket().Bucket) }

// at is the archive as if it had another bucket.
func (a *archive) at(b *blobs.Bucket) *archive {
	other := *a
	other.bucket = b
	return &other
}

func (a *archive) name() string {
	return fmt.Sprintf("%s/%s %d.pdf", kit.Word(a.rand, 3), kit.Word(a.rand, 6), a.rand.IntN(100))
}

func (a *archive) text(n int) string {
	page := kit.Word(a.rand, min(n, 4099))
	return strings.Repeat(page, n/max(1, len(page))) + page[:n%max(1, len(page))]
}

// stored returns the name of a document of n bytes that is in the bucket.
func (a *archive) stored(n int) string {
	a.t.Helper()
	name := a.name()
	w, err := a.bucket.Own.NewWriter(a.ctx, name, &blob.WriterOptions{ContentType: kind})
	if err == nil {
		_, err = io.WriteString(w, a.text(n))
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		a.t.Fatal(err)
	}
	return name
}

// content is what is in the bucket, past the code under test.
func (a *archive) content(name string) string {
	b, err := a.bucket.Own.ReadAll(context.Background(), name)
	if err != nil {
		return ""
	}
	return string(b)
}

// same fails unless a document is there with that content and type.
func (a *archive) same(name, text, contentType, sent string, at any) {
	a.t.Helper()
	attributes, err := a.bucket.Own.Attributes(context.Background(), name)
	switch {
	case err != nil:
		a.fail(sent, fmt.Sprintf("%q is not in the bucket", name), "it is there", at)
	case a.content(name) != text:
		a.fail(sent, fmt.Sprintf("%d bytes, and not the same", attributes.Size), fmt.Sprintf("the %d bytes that were there", len(text)), at)
	case attributes.ContentType != contentType:
		a.fail(sent, "its content type is "+attributes.ContentType, contentType, at)
	}
}

// is fails unless an error is the wanted one.
func (a *archive) is(sent string, err, want error, at any) {
	a.t.Helper()
	if !errors.Is(err, want) {
		name := map[error]string{buckets.ErrNotFound: "ErrNotFound", buckets.ErrExists: "ErrExists"}[want]
		a.fail(sent, word(err), "an error that is "+name, at)
	}
}

// word says what a call returned.
func word(err error) string {
	if err == nil {
		return "no error"
	}
	return err.Error()
}

// narrow fails when more of a document was in memory than may be.
func (a *archive) narrow(sent string, n int64, how string, at any) {
	a.t.Helper()
	if n > most {
		a.fail(sent, fmt.Sprintf("%d bytes were %s", n, how), fmt.Sprintf("at most %d", most), at)
	}
}

func (a *archive) fail(sent, got, want string, at any) {
	a.t.Helper()
	kit.Fail(a.t, kit.Failure{Sent: sent + "\n(a bucket " + a.sort + ")", Got: got, Want: want, Note: a.bucket.Saw(), At: kit.At(at)})
}

// fetch follows a link.
func (a *archive) fetch(method, url string) (int, string) {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.ctx, method, url, nil)
	if err != nil {
		a.fail("Link", url, "an address", (*buckets.Store).Link)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		a.fail("Link, and "+method+" to it", err.Error(), "an answer", (*buckets.Store).Link)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

// flow counts what passes and the most that was on one side and not yet on the
// other.
type flow struct {
	r     io.Reader
	w     io.Writer
	other func() int64
	ahead bool // the other side is ahead
	n     int64
	most  int64
}

func (f *flow) Read(p []byte) (int, error) {
	f.most = max(f.most, f.n-f.other())
	n, err := f.r.Read(p)
	f.n += int64(n)
	return n, err
}

func (f *flow) Write(p []byte) (int, error) {
	f.most = max(f.most, f.other()-f.n)
	n, err := f.w.Write(p)
	f.n += int64(n)
	return n, err
}

// interrupted does something once, when at bytes have been read.
type interrupted struct {
	r    io.Reader
	n    int
	at   int
	do   func()
	done bool
}

func (i *interrupted) Read(p []byte) (int, error) {
	if i.n >= i.at && !i.done {
		i.done = true
		i.do()
	}
	n, err := i.r.Read(p[:min(len(p), 500)])
	i.n += n
	return n, err
}

// pieces is a content that comes in several reads.
func pieces(text string) io.Reader { return &interrupted{r: strings.NewReader(text), done: true} }

// broken fails whoever reads from it or writes to it.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error)  { return 0, b.err }
func (b broken) Write([]byte) (int, error) { return 0, b.err }
