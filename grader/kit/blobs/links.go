package blobs

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"
	"gocloud.dev/gcerrors"
)

// SignedURL makes a link to this process that lives by the bucket's clock.
func (d *driverOf) SignedURL(ctx context.Context, key string, o *driver.SignedURLOptions) (string, error) {
	if _, err := d.call(ctx, "SignedURL", key); err != nil {
		return "", err
	}
	q := url.Values{
		"key": {key}, "method": {o.Method}, "type": {o.ContentType},
		"until": {strconv.FormatInt(d.b.Now().Add(o.Expiry).UnixNano(), 10)},
	}
	q.Set("signature", d.b.sign(q))
	return d.b.server.URL + "/?" + q.Encode(), nil
}

// sign is over all parameters but the signature.
func (b *Bucket) sign(q url.Values) string {
	h := hmac.New(sha256.New, []byte(b.secret))
	for _, name := range []string{"key", "method", "type", "until"} {
		_, _ = fmt.Fprintf(h, "%s=%q\n", name, q.Get(name))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ServeHTTP serves signed links.
func (b *Bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	until, _ := strconv.ParseInt(q.Get("until"), 10, 64) // 0 is over
	switch {
	case !hmac.Equal([]byte(q.Get("signature")), []byte(b.sign(q))):
		http.Error(w, "the signature does not fit", http.StatusForbidden)
	case !b.Now().Before(time.Unix(0, until)):
		http.Error(w, "the link has expired", http.StatusForbidden)
	case r.Method != q.Get("method"):
		http.Error(w, "the link is for "+q.Get("method"), http.StatusForbidden)
	case r.Method == http.MethodPut && r.Header.Get("Content-Type") != q.Get("type"):
		http.Error(w, fmt.Sprintf("the link is for the type %q", q.Get("type")), http.StatusForbidden)
	default:
		b.follow(w, r, q.Get("key"))
	}
}

// follow does what a good link is for.
func (b *Bucket) follow(w http.ResponseWriter, r *http.Request, key string) {
	ctx := r.Context()
	var err error
	switch r.Method {
	case http.MethodGet:
		err = b.Own.Download(ctx, key, w, nil)
	case http.MethodDelete:
		err = b.Own.Delete(ctx, key)
	default:
		kind := r.Header.Get("Content-Type")
		if kind == "" {
			kind = "application/octet-stream"
		}
		err = b.Own.Upload(ctx, key, r.Body, &blob.WriterOptions{ContentType: kind})
	}
	switch {
	case gcerrors.Code(err) == gcerrors.NotFound:
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
