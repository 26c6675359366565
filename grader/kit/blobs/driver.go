package blobs

import (
	"context"
	"io"

	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"
	"gocloud.dev/gcerrors"
)

// driverOf makes gocloud's own bucket the driver of another one, so that every
// call can be seen.
type driverOf struct{ b *Bucket }

// call notes an operation and returns its number and the error that it shall
// have: what Next says, or that the context has ended, as it is where there is
// a network between.
func (d *driverOf) call(ctx context.Context, operation, key string) (int, error) {
	n := d.b.record.begin(operation, key)
	err := d.b.meet(operation)
	if err == nil {
		err = ctx.Err()
	}
	return n, d.b.record.fail(n, err)
}

func (d *driverOf) ErrorCode(err error) gcerrors.ErrorCode { return gcerrors.Code(err) }
func (d *driverOf) As(i any) bool                          { return d.b.Own.As(i) }
func (d *driverOf) ErrorAs(err error, i any) bool          { return d.b.Own.ErrorAs(err, i) }
func (d *driverOf) Close() error                           { return nil } // the test closes it

func (d *driverOf) Attributes(ctx context.Context, key string) (*driver.Attributes, error) {
	n, err := d.call(ctx, "Attributes", key)
	if err != nil {
		return nil, err
	}
	a, err := d.b.Own.Attributes(ctx, key)
	if err != nil {
		return nil, d.b.record.fail(n, err)
	}
	return &driver.Attributes{
		CacheControl: a.CacheControl, ContentDisposition: a.ContentDisposition, ContentEncoding: a.ContentEncoding,
		ContentLanguage: a.ContentLanguage, ContentType: a.ContentType, Metadata: a.Metadata, CreateTime: a.CreateTime,
		ModTime: a.ModTime, Size: a.Size, MD5: a.MD5, ETag: a.ETag, AsFunc: a.As,
	}, nil
}

func (d *driverOf) ListPaged(ctx context.Context, o *driver.ListOptions) (*driver.ListPage, error) {
	n, err := d.call(ctx, "List", o.Prefix)
	if err != nil {
		return nil, err
	}
	token, size := o.PageToken, o.PageSize
	if len(token) == 0 {
		token = blob.FirstPageToken
	}
	if size == 0 {
		size = 1000
	}
	objects, next, err := d.b.Own.ListPage(ctx, token, size, &blob.ListOptions{Prefix: o.Prefix, Delimiter: o.Delimiter, BeforeList: o.BeforeList})
	if err != nil {
		return nil, d.b.record.fail(n, err)
	}
	page := &driver.ListPage{NextPageToken: next}
	for _, l := range objects {
		page.Objects = append(page.Objects, &driver.ListObject{Key: l.Key, ModTime: l.ModTime, Size: l.Size, MD5: l.MD5, IsDir: l.IsDir, AsFunc: l.As})
	}
	return page, nil
}

func (d *driverOf) Copy(ctx context.Context, to, from string, o *driver.CopyOptions) error {
	n, err := d.call(ctx, "Copy", to)
	if err == nil {
		err = d.b.record.fail(n, d.b.Own.Copy(ctx, to, from, &blob.CopyOptions{BeforeCopy: o.BeforeCopy}))
	}
	return err
}

func (d *driverOf) Delete(ctx context.Context, key string, _ *driver.DeleteOptions) error {
	n, err := d.call(ctx, "Delete", key)
	if err == nil {
		err = d.b.record.fail(n, d.b.Own.Delete(ctx, key))
	}
	return err
}

func (d *driverOf) NewRangeReader(ctx context.Context, key string, offset, length int64, o *driver.ReaderOptions) (driver.Reader, error) {
	n, err := d.call(ctx, "Read", key)
	if err != nil {
		return nil, err
	}
	r, err := d.b.Own.NewRangeReader(ctx, key, offset, length, &blob.ReaderOptions{BeforeRead: o.BeforeRead})
	if err != nil {
		return nil, d.b.record.fail(n, err)
	}
	return &reader{r, d.b, n}, nil
}

// reader counts what is read.
type reader struct {
	*blob.Reader
	b *Bucket
	n int
}

func (r *reader) Attributes() *driver.ReaderAttributes {
	return &driver.ReaderAttributes{ContentType: r.ContentType(), ModTime: r.ModTime(), Size: r.Size()}
}

func (r *reader) Read(p []byte) (int, error) {
	k, err := r.Reader.Read(p)
	r.b.record.flow(r.n, k)
	return k, err
}

// WriteTo would let the bytes pass uncounted.
func (r *reader) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, struct{ io.Reader }{r}) }

func (d *driverOf) NewTypedWriter(ctx context.Context, key, contentType string, o *driver.WriterOptions) (driver.Writer, error) {
	n, err := d.call(ctx, "Write", key)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	w, err := d.b.Own.NewWriter(ctx, key, &blob.WriterOptions{
		BufferSize: o.BufferSize, MaxConcurrency: o.MaxConcurrency, CacheControl: o.CacheControl, ContentDisposition: o.ContentDisposition,
		ContentEncoding: o.ContentEncoding, ContentLanguage: o.ContentLanguage, ContentType: contentType,
		DisableContentTypeDetection: o.DisableContentTypeDetection, ContentMD5: o.ContentMD5, Metadata: o.Metadata,
		BeforeWrite: o.BeforeWrite, IfNotExist: o.IfNotExist,
	})
	if err != nil {
		cancel()
		return nil, d.b.record.fail(n, err)
	}
	return &writer{w: w, b: d.b, n: n, cancel: cancel}, nil
}

// writer counts what is written.
type writer struct {
	w      *blob.Writer
	b      *Bucket
	n      int
	cancel context.CancelFunc
	err    error // the first; nothing is stored after it
}

func (w *writer) Write(p []byte) (k int, err error) {
	if w.err == nil {
		w.err = w.b.meet("WriteChunk")
	}
	if w.err == nil {
		k, w.err = w.w.Write(p)
		w.b.record.flow(w.n, k)
	}
	return k, w.b.record.fail(w.n, w.err)
}

func (w *writer) Close() error {
	defer w.cancel()
	if w.err != nil {
		w.cancel()
		_ = w.w.Close() // which was cancelled
		return w.err
	}
	return w.b.record.fail(w.n, w.w.Close())
}
