package apikeys_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/security/apikeys"
)

// table keeps records in memory, and notes what it is asked.
type table struct {
	mu      sync.Mutex
	records []apikeys.Record
	asked   []string
	fails   error // what every call returns, if it is not nil
}

func (d *table) do(what string, f func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, what)
	if d.fails != nil {
		return d.fails
	}
	return f()
}

// Insert refuses a second record of an id, as a primary key does.
func (d *table) Insert(_ context.Context, r apikeys.Record) error {
	return d.do(fmt.Sprintf("Insert %+v", r), func() error {
		if d.at(r.ID) >= 0 {
			return errors.New("duplicate id " + r.ID)
		}
		d.records = append(d.records, clone(r))
		return nil
	})
}

func (d *table) Get(_ context.Context, id string) (found apikeys.Record, err error) {
	err = d.do("Get "+id, func() error {
		i := d.at(id)
		if i < 0 {
			return fmt.Errorf("keys: %w", apikeys.ErrNotFound)
		}
		found = clone(d.records[i])
		return nil
	})
	return found, err
}

func (d *table) Revoke(_ context.Context, id string) error {
	return d.do("Revoke "+id, func() error {
		i := d.at(id)
		if i < 0 {
			return fmt.Errorf("keys: %w", apikeys.ErrNotFound)
		}
		d.records[i].Revoked = true
		return nil
	})
}

func (d *table) ByOwner(_ context.Context, owner string) (list []apikeys.Record, err error) {
	err = d.do("ByOwner "+owner, func() error {
		for _, r := range d.records {
			if r.Owner == owner {
				list = append(list, clone(r))
			}
		}
		return nil
	})
	return list, err
}

func (d *table) at(id string) int {
	return slices.IndexFunc(d.records, func(r apikeys.Record) bool { return r.ID == id })
}

func clone(r apikeys.Record) apikeys.Record {
	r.Secret, r.Scopes = bytes.Clone(r.Secret), slices.Clone(r.Scopes)
	return r
}

// questions returns what was asked since the last call.
func (d *table) questions() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	asked := d.asked
	d.asked = nil
	return asked
}

// office issues and checks keys, on a clock that is moved by hand.
type office struct {
	*apikeys.Keys
	t     testing.TB
	rand  *rand.Rand
	table *table
	now   time.Time
}

func open(t testing.TB) *office {
	t.Helper()
	r := kit.Rand(t)
	o := &office{t: t, rand: r, table: new(table), now: time.Date(2026, 2, 1+r.IntN(28), r.IntN(24), r.IntN(60), 0, 0, time.UTC)}
	o.Keys = o.process()
	return o
}

// process returns another process that shares the table and the clock.
func (o *office) process() *apikeys.Keys {
	return apikeys.New(o.table, func() time.Time { return o.now })
}

var ctx = context.Background()

const day = 24 * time.Hour

// issue issues a key for thirty days, which must work, and lets a minute pass.
func (o *office) issue(owner string, scopes ...string) string {
	o.t.Helper()
	key, err := o.Issue(ctx, owner, scopes, 30*day)
	if err != nil {
		kit.Fail(o.t, kit.Failure{Sent: fmt.Sprintf("Issue(ctx, %q, %q, 30 days)", owner, scopes), Got: err.Error(), Want: "a new key", At: kit.At((*apikeys.Keys).Issue)})
	}
	o.now = o.now.Add(time.Minute)
	return key
}

// split takes a key apart; secret is "" for what is no key.
func split(key string) (id, secret string) {
	parts := strings.Split(key, "_")
	if len(parts) != 3 || parts[0] != "sk" {
		return "", ""
	}
	return parts[1], parts[2]
}

// good fails unless the key has the scope and is the owner's.
func (o *office) good(key, scope, owner, story string) {
	o.t.Helper()
	got, err := o.Check(ctx, key, scope)
	if err != nil || got != owner {
		kit.Fail(o.t, kit.Failure{Sent: story + fmt.Sprintf("\nCheck(ctx, %q, %q)", key, scope), Got: outcome(got, err), Want: fmt.Sprintf("%q", owner), At: kit.At((*apikeys.Keys).Check)})
	}
}

// bad fails unless Check returns that error.
func (o *office) bad(k *apikeys.Keys, key, scope string, want error, story string) {
	o.t.Helper()
	got, err := k.Check(ctx, key, scope)
	if !errors.Is(err, want) || got != "" {
		kit.Fail(o.t, kit.Failure{Sent: story + fmt.Sprintf("\nCheck(ctx, %q, %q)", key, scope), Got: outcome(got, err), Want: fmt.Sprintf("no owner and the error %q", want), At: kit.At((*apikeys.Keys).Check)})
	}
}

func outcome(owner string, err error) string {
	if err == nil {
		return fmt.Sprintf("%q, no error", owner)
	}
	return fmt.Sprintf("%q, the error %q", owner, err)
}

// leak returns how text gives a secret away, or "": as it is, backwards, or in
// hexadecimal digits or base64.
func leak(text, secret string) string {
	backwards := []byte(secret)
	slices.Reverse(backwards)
	for how, form := range map[string]string{
		"as it is": secret, "backwards": string(backwards), "as numbers": strings.Trim(fmt.Sprint([]byte(secret)), "[]"),
		"in hexadecimal digits": hex.EncodeToString([]byte(secret)),
		"in base64":             base64.RawStdEncoding.EncodeToString([]byte(secret)),
	} {
		if secret != "" && strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
			return how
		}
	}
	for i := 0; i+10 <= len(secret); i++ {
		if strings.Contains(text, secret[i:i+10]) {
			return "in part"
		}
	}
	return ""
}
