// Package apikeys issues API keys, of which it keeps no more than a hash, and
// checks them.
package apikeys

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

var (
	ErrInvalid   = errors.New("invalid key")    // of Check: no key, or one no longer
	ErrForbidden = errors.New("not your scope") // of Check
	ErrNotFound  = errors.New("no such key")    // of a Table
)

// Record is a key as the table keeps it.
type Record struct {
	ID      string
	Owner   string
	Secret  []byte // SHA-256 of the secret, which is random enough to need no salt
	Scopes  []string
	Expires time.Time
	Revoked bool
}

// Table is where records are. All processes share it.
type Table interface {
	Insert(ctx context.Context, r Record) error
	Get(ctx context.Context, id string) (Record, error) // ErrNotFound
	Revoke(ctx context.Context, id string) error        // sets Revoked, or ErrNotFound
	ByOwner(ctx context.Context, owner string) ([]Record, error)
}

// Info is what a list shows of a key.
type Info struct {
	ID      string
	Key     string // the key with dots for its secret
	Scopes  []string
	Expires time.Time
	Revoked bool
}

// Keys issues and checks keys.
type Keys struct {
	table Table
	now   func() time.Time
}

// New returns the keys of a table; now is the clock.
func New(table Table, now func() time.Time) *Keys { return &Keys{table, now} }

const prefix = "sk_"

// Issue makes a new key and returns it; nobody can show it again.
func (k *Keys) Issue(ctx context.Context, owner string, scopes []string, life time.Duration) (string, error) {
	if life <= 0 {
		return "", fmt.Errorf("issue a key for %s: a lifetime of %s is none", owner, life)
	}
	id, secret := rand.Text(), rand.Text()
	rec := Record{ID: id, Owner: owner, Secret: digest(secret), Scopes: scopes, Expires: k.now().Add(life)}
	if err := k.table.Insert(ctx, rec); err != nil {
		return "", fmt.Errorf("issue a key for %s: %w", owner, err)
	}
	return prefix + id + "_" + secret, nil
}

func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Check returns the owner of a key that has the scope. Its errors are
// ErrInvalid, ErrForbidden, and those of the table.
func (k *Keys) Check(ctx context.Context, key, scope string) (string, error) {
	rest, ok := strings.CutPrefix(key, prefix)
	id, secret, split := strings.Cut(rest, "_")
	if !ok || !split {
		return "", ErrInvalid
	}
	rec, err := k.table.Get(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return "", ErrInvalid
	case err != nil:
		return "", fmt.Errorf("check a key: %w", err)
	case subtle.ConstantTimeCompare(rec.Secret, digest(secret)) != 1 || rec.Revoked || !k.now().Before(rec.Expires):
		return "", ErrInvalid
	case !slices.Contains(rec.Scopes, scope):
		return "", ErrForbidden
	}
	return rec.Owner, nil
}

// Revoke ends a key.
func (k *Keys) Revoke(ctx context.Context, id string) error { return k.table.Revoke(ctx, id) }

// List shows an owner's keys, without their secrets.
func (k *Keys) List(ctx context.Context, owner string) ([]Info, error) {
	records, err := k.table.ByOwner(ctx, owner)
	var list []Info
	for _, r := range records {
		list = append(list, Info{r.ID, prefix + r.ID + "_…", r.Scopes, r.Expires, r.Revoked})
	}
	return list, err
}

type ownerKey struct{}

// Owner returns whose key the request came with.
func Owner(ctx context.Context) string {
	owner, _ := ctx.Value(ownerKey{}).(string)
	return owner
}

// Require serves next to those whose key has the scope.
func (k *Keys) Require(scope string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		owner, err := "", ErrInvalid
		if strings.EqualFold(scheme, "Bearer") {
			owner, err = k.Check(r.Context(), strings.TrimLeft(key, " "), scope)
		}
		if err != nil {
			refuse(w, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), ownerKey{}, owner)))
	})
}

// refuse answers as RFC 6750 section 3.1 has it.
func refuse(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, ErrForbidden):
		w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope"`)
		http.Error(w, "this key may not do that", http.StatusForbidden)
	case errors.Is(err, ErrInvalid):
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		http.Error(w, "a valid key is needed", http.StatusUnauthorized)
	default:
		http.Error(w, "keys cannot be checked at the moment", http.StatusServiceUnavailable)
	}
}
