package apikeys_test

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/security/apikeys"
)

var shape = regexp.MustCompile(`^sk_[A-Za-z0-9]{8,}_[A-Za-z0-9]{26,}$`)

// 1. Issue returns a key: sk, its id and a secret, joined by underscores. Id and secret consist of letters and digits: the id of at least 8, no two alike, the secret of at least 26 that nobody can guess.
func TestIssue(t *testing.T) {
	t.Run("a new key has an id and a secret", func(t *testing.T) {
		o := open(t)
		for range 5 {
			key := o.issue("ann", "orders:read")
			if !shape.MatchString(key) {
				kit.Fail(t, kit.Failure{Sent: `Issue(ctx, "ann", …)`, Got: key, Want: "sk_, an id of 8 letters and digits or more, _ and a secret\nof 26 or more", At: kit.At((*apikeys.Keys).Issue)})
			}
			id, _ := split(key)
			if o.table.at(id) < 0 {
				kit.Fail(t, kit.Failure{Sent: `Issue(ctx, "ann", …)`, Got: key + "\nand no record with the id " + id, Want: "a record with the key's id", At: kit.At((*apikeys.Keys).Issue)})
			}
		}
	})
	t.Run("a new key is valid in every process", func(t *testing.T) {
		o := open(t)
		key := o.issue("ann", "orders:read")
		o.good(key, "orders:read", "ann", "Issue(…)")
		o.Keys = o.process()
		o.good(key, "orders:read", "ann", "Issue(…), and in another process")
	})
	t.Run("keys of the same moment are different, in two processes too", func(t *testing.T) {
		seen := map[string]string{}
		for process := range 2 {
			o := open(t) // the same clock, another table
			for range 40 {
				key, err := o.Issue(ctx, "ann", []string{"a"}, day)
				id, secret := split(key)
				start := secret[:min(10, len(secret))]
				if err != nil || seen[id] != "" || seen[secret] != "" || seen[start] != "" {
					kit.Fail(t, kit.Failure{
						Sent: fmt.Sprintf("40 × Issue(ctx, \"ann\", …) in each of two processes,\nall at %s", o.now.Format(time.DateTime)),
						Got:  fmt.Sprintf("in process %d %s", process+1, issued(key, err)) + earlier(seen[id], seen[secret], seen[start]),
						Want: "ids and secrets that have nothing in common", At: kit.At((*apikeys.Keys).Issue),
					})
				}
				for _, part := range []string{id, secret, start} {
					seen[part] = key
				}
			}
		}
	})
}

// wrapped is a text with each of its lines broken where it is too long.
func wrapped(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = kit.Wrap(lines[i])
	}
	return strings.Join(lines, "\n")
}

// issued is what Issue returned.
func issued(key string, err error) string {
	if err != nil {
		return kit.Said(err)
	}
	return strconv.Quote(key)
}

// earlier names the key that a new one has a part in common with, if any.
func earlier(keys ...string) string {
	if key := cmp.Or(keys...); key != "" {
		return fmt.Sprintf("\nafter %q", key)
	}
	return ""
}

// 2. The secret is shown once. What is stored, what the table is asked, lists and errors do not give it away, and a record's own content is no key.
func TestShownOnce(t *testing.T) {
	tell := func(t *testing.T, sent, text, secret string) {
		t.Helper()
		if how := leak(text, secret); how != "" {
			kit.Fail(t, kit.Failure{Sent: sent, Got: wrapped(text) + "\nwhich has the secret " + secret + " " + how, Want: "nothing that the secret could be worked out of", At: kit.At((*apikeys.Keys).Issue)})
		}
	}
	t.Run("what is stored does not give the secret away", func(t *testing.T) {
		o := open(t)
		_, secret := split(o.issue("ann", "orders:read"))
		r := o.table.records[0]
		tell(t, "Issue(…), then look at the record", fmt.Sprintf("{ID: %s, Secret: %q, Scopes: %q}", r.ID, r.Secret, r.Scopes), secret)
	})
	t.Run("a record's own content is no key", func(t *testing.T) {
		o := open(t)
		o.issue("ann", "orders:read")
		r := o.table.records[0]
		for _, text := range []string{string(r.Secret), fmt.Sprintf("%x", r.Secret)} {
			o.bad(o.Keys, "sk_"+r.ID+"_"+text, "orders:read", apikeys.ErrInvalid, "Issue(…), then with Record.Secret in place of the secret")
		}
	})
	t.Run("the table is asked nothing with a secret in it", func(t *testing.T) {
		o := open(t)
		key := o.issue("ann", "orders:read")
		id, secret := split(key)
		o.good(key, "orders:read", "ann", "Issue(…)")
		_ = o.Revoke(ctx, id)
		_, _ = o.Check(ctx, key, "orders:read")
		tell(t, "Issue(…), Check(…), Revoke(…), Check(…)", "the table was asked\n"+strings.Join(o.table.questions(), "\n"), secret)
	})
	t.Run("a list has no secret", func(t *testing.T) {
		o := open(t)
		_, first := split(o.issue("ann", "stock"))
		expiry := o.now.Add(30 * day)
		id, second := split(o.issue("ann", "orders:read"))
		o.issue("ben", "orders:read")
		list, err := o.List(ctx, "ann")
		if err != nil || len(list) != 2 || list[1].ID != id || !slices.Equal(list[1].Scopes, []string{"orders:read"}) || !list[1].Expires.Equal(expiry) {
			kit.Fail(t, kit.Failure{Sent: `List(ctx, "ann") after two keys for ann and one for ben`, Got: fmt.Sprintf("%+v, %s", list, kit.Said(err)), Want: "the two keys, in the table's order; the second is " + id + "\nwith its scopes and its expiry", At: kit.At((*apikeys.Keys).List)})
		}
		tell(t, `List(ctx, "ann")`, fmt.Sprintf("%+v", list), first)
		tell(t, `List(ctx, "ann")`, fmt.Sprintf("%+v", list), second)
	})
	t.Run("an error has no secret", func(t *testing.T) {
		o := open(t)
		key := o.issue("ann", "orders:read")
		id, secret := split(key)
		for _, given := range []string{key + "x", "sk_x" + id + "_" + secret, key} {
			if _, err := o.Check(ctx, given, "orders:write"); err != nil {
				tell(t, fmt.Sprintf("Check(ctx, %q, \"orders:write\")", given), "the error "+err.Error(), secret)
			}
		}
	})
}

// 3. Check asks the table once, for the key's id, and returns the key's owner. Whatever is not exactly a key that was issued is ErrInvalid.
func TestCheck(t *testing.T) {
	t.Run("each key is its owner's", func(t *testing.T) {
		o := open(t)
		for _, owner := range []string{"ann", "ben", "ann " + kit.Word(o.rand, 3)} {
			o.good(o.issue(owner, "a", "b"), "b", owner, "Issue(…) for several owners")
		}
	})
	t.Run("the table is asked once and for the id", func(t *testing.T) {
		o := open(t)
		key := o.issue("ann", "a")
		id, _ := split(key)
		for range 2 {
			o.table.questions()
			o.good(key, "a", "ann", "Issue(…)")
			if asked := o.table.questions(); !slices.Equal(asked, []string{"Get " + id}) {
				kit.Fail(t, kit.Failure{Sent: fmt.Sprintf("Check(ctx, %q, \"a\")", key), Got: "the table was asked\n" + cmp.Or(strings.Join(asked, "\n"), "nothing"), Want: "the table is asked once: Get " + id, At: kit.At((*apikeys.Keys).Check)})
			}
		}
	})
	t.Run("whatever is not exactly a key is invalid", func(t *testing.T) {
		o := open(t)
		key, other := o.issue("ann", "a"), o.issue("ben", "a")
		id, secret := split(key)
		_, others := split(other)
		for _, given := range []string{
			"", "sk_", "sk_" + id, "sk_" + id + "_", "sk__" + secret, id + "_" + secret, "pk_" + id + "_" + secret, key[3:],
			"sk_" + id + "_" + others, key[:len(key)-1], key + "x", key + "_", key + "_" + secret, " " + key, key + " ", key + "\n", "Bearer " + key, "x" + key,
			"sk_" + kit.Word(o.rand, len(id)) + "_" + secret, "sk_" + id + "_" + kit.Word(o.rand, len(secret)), "sk_" + id + secret, "sk_" + id + "_" + secret[:13],
			swapCase(key), "sk_" + id + "_%",
		} {
			o.bad(o.Keys, given, "a", apikeys.ErrInvalid, "Issue(…) gave ann "+key)
		}
		o.good(key, "a", "ann", "all of these, and then the key itself")
	})
}

// swapCase changes the case of the secret's letters, some of which there are.
func swapCase(key string) string {
	id, secret := split(key)
	if upper := strings.ToUpper(secret); upper != secret {
		return "sk_" + id + "_" + upper
	}
	return "sk_" + id + "_" + strings.ToLower(secret)
}

// 4. From its expiry on a key is ErrInvalid. Issue refuses a lifetime that is not positive.
func TestExpiry(t *testing.T) {
	t.Run("a key is valid until its expiry and not from it on", func(t *testing.T) {
		o := open(t)
		life := time.Duration(1+o.rand.IntN(400)) * time.Hour
		key, err := o.Issue(ctx, "ann", []string{"a"}, life)
		if err != nil {
			t.Fatal(err)
		}
		story := "Issue(…) for " + life.String()
		o.now = o.now.Add(life - time.Second)
		o.good(key, "a", "ann", story+"; a second before its end")
		o.now = o.now.Add(time.Second)
		o.bad(o.Keys, key, "a", apikeys.ErrInvalid, story+"; at its end")
		o.now = o.now.Add(time.Duration(1+o.rand.IntN(9000)) * time.Hour)
		o.bad(o.Keys, key, "a", apikeys.ErrInvalid, story+"; long after its end")
	})
	t.Run("a lifetime that is not positive is refused", func(t *testing.T) {
		o := open(t)
		for _, life := range []time.Duration{0, -time.Hour} {
			key, err := o.Issue(ctx, "ann", []string{"a"}, life)
			if err == nil || key != "" || len(o.table.records) > 0 {
				kit.Fail(t, kit.Failure{Sent: fmt.Sprintf(`Issue(ctx, "ann", ["a"], %s)`, life), Got: fmt.Sprintf("%s; records: %d", issued(key, err), len(o.table.records)), Want: "an error, and neither a key nor a record", At: kit.At((*apikeys.Keys).Issue)})
			}
		}
	})
}

// 5. A revoked key is ErrInvalid at once, in every process; other keys stay.
func TestRevoke(t *testing.T) {
	t.Run("a revoked key is invalid at once in every process", func(t *testing.T) {
		o := open(t)
		key := o.issue("ann", "a")
		id, _ := split(key)
		here, there := o.Keys, o.process()
		for _, k := range []*apikeys.Keys{here, there} { // both have seen it
			o.Keys = k
			o.good(key, "a", "ann", "Issue(…)")
		}
		if err := here.Revoke(ctx, id); err != nil {
			kit.Fail(t, kit.Failure{Sent: "Revoke(ctx, " + id + ")", Got: err.Error(), Want: "no error", At: kit.At((*apikeys.Keys).Revoke)})
		}
		o.bad(here, key, "a", apikeys.ErrInvalid, "Check(…), Revoke(…), in the same process")
		o.bad(there, key, "a", apikeys.ErrInvalid, "Check(…), and Revoke(…) in another process")
		o.bad(there, key, "b", apikeys.ErrInvalid, "Revoke(…), and a scope that it never had")
	})
	t.Run("the other keys of the owner stay valid", func(t *testing.T) {
		o := open(t)
		gone, stays := o.issue("ann", "a"), o.issue("ann", "a")
		id, _ := split(gone)
		_ = o.Revoke(ctx, id)
		o.good(stays, "a", "ann", "two keys of ann, one revoked")
	})
	t.Run("revoking a key that is not there is an error", func(t *testing.T) {
		o := open(t)
		if err := o.Revoke(ctx, kit.Word(o.rand, 12)); !errors.Is(err, apikeys.ErrNotFound) {
			kit.Fail(t, kit.Failure{Sent: "Revoke of an id that was never given", Got: kit.Said(err), Want: "the table's ErrNotFound", At: kit.At((*apikeys.Keys).Revoke)})
		}
	})
}

// 6. A key has the scopes that it was issued with, word for word; for another one Check returns ErrForbidden.
func TestScopes(t *testing.T) {
	t.Run("every scope of the key is allowed", func(t *testing.T) {
		o := open(t)
		scopes := []string{"orders:read", "stock", "stock:" + kit.Word(o.rand, 4)}
		key := o.issue("ann", scopes...)
		for _, scope := range scopes {
			o.good(key, scope, "ann", fmt.Sprintf("Issue(…) with %q", scopes))
		}
	})
	t.Run("a scope that looks like one of the key's is forbidden", func(t *testing.T) {
		o := open(t)
		key := o.issue("ann", "orders:read", "stock")
		for _, scope := range []string{"orders", "read", "orders:readwrite", "orders:", "ORDERS:READ", "orders:read stock", "ers:read st", "stock:read", "", "*", kit.Word(o.rand, 5)} {
			o.bad(o.Keys, key, scope, apikeys.ErrForbidden, `Issue(…) with "orders:read" and "stock"`)
		}
	})
	t.Run("a key without scopes may do nothing", func(t *testing.T) {
		o := open(t)
		none := o.issue("ann")
		for _, scope := range []string{"", "orders"} {
			o.bad(o.Keys, none, scope, apikeys.ErrForbidden, "Issue(…) without scopes")
		}
	})
}
