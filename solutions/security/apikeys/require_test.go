package apikeys_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/security/apikeys"
)

// 7. Require reads Authorization: Bearer KEY and nothing else. It answers 401 with WWW-Authenticate, or 403 for a missing scope, and tells the handler who the Owner is.
func TestRequire(t *testing.T) {
	serve := func(t *testing.T, o *office) *web.Server {
		return web.Serve(t, o.Require("orders:read", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "orders of "+apikeys.Owner(r.Context()))
		})))
	}
	bearer := func(key string) web.Option { return web.Header("Authorization", "Bearer "+key) }
	t.Run("a key with the scope reaches the handler, which learns the owner", func(t *testing.T) {
		o := open(t)
		owner := kit.Word(o.rand, 5)
		key := o.issue(owner, "orders:read")
		for _, scheme := range []string{"Bearer", "bearer"} { // schemes have no case, RFC 9110 section 11.1
			a := serve(t, o).Do("GET", "/orders", web.Header("Authorization", scheme+" "+key))
			if a.Status != http.StatusOK || a.Body != "orders of "+owner {
				a.Fail(t, "200 OK and what the handler wrote\norders of "+owner)
			}
		}
	})
	t.Run("no key or an invalid one answers 401 and asks for a bearer", func(t *testing.T) {
		o := open(t)
		key := o.issue("ann", "orders:read")
		s := serve(t, o)
		for _, a := range []web.Answer{
			s.Do("GET", "/orders"), s.Do("GET", "/orders", bearer("")), s.Do("GET", "/orders", bearer(key+"x")), s.Do("GET", "/orders", web.Header("Authorization", key)),
			s.Do("GET", "/orders", web.Header("Authorization", "Basic "+key)),
		} {
			if a.Status != http.StatusUnauthorized || !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") {
				a.Fail(t, "401 Unauthorized\nWWW-Authenticate: Bearer …")
			}
			if _, secret := split(key); leak(a.Body, secret) != "" || strings.Contains(a.Body, "orders of") {
				a.Fail(t, "401 Unauthorized, and neither the key nor the orders")
			}
		}
	})
	t.Run("a key without the scope answers 403", func(t *testing.T) {
		o := open(t)
		a := serve(t, o).Do("GET", "/orders", bearer(o.issue("ann", "stock")))
		if a.Status != http.StatusForbidden || strings.Contains(a.Body, "orders of") {
			a.Fail(t, "403 Forbidden: the key is valid, its scope is another")
		}
	})
	t.Run("a key anywhere else in the request is not read", func(t *testing.T) {
		o := open(t)
		key := o.issue("ann", "orders:read")
		s := serve(t, o)
		for _, a := range []web.Answer{
			s.Do("GET", "/orders?key="+key), s.Do("GET", "/orders?access_token="+key), s.Do("GET", "/orders", web.Header("Cookie", "key="+key)),
			s.Do("POST", "/orders", web.Body("application/x-www-form-urlencoded", "key="+key)),
		} {
			if a.Status != http.StatusUnauthorized {
				a.Fail(t, "401 Unauthorized: addresses and forms end up in logs")
			}
		}
	})
}

// 8. If the table fails, its error is returned, nobody is let in and no key is given out that is not stored. Require answers 503.
func TestOutage(t *testing.T) {
	down := errors.New("connection refused")
	t.Run("an error of the table is returned and lets nobody in", func(t *testing.T) {
		o := open(t)
		key := o.issue("ann", "a")
		o.good(key, "a", "ann", "Issue(…)")
		o.table.fails = down
		o.bad(o.Keys, key, "a", down, "Issue(…), Check(…), then the table fails with "+fmt.Sprintf("%q", down))
		got, err := o.Check(ctx, key, "a")
		if errors.Is(err, apikeys.ErrInvalid) || errors.Is(err, apikeys.ErrForbidden) {
			kit.Fail(t, kit.Failure{Sent: "Check(…) while the table fails", Got: outcome(got, err), Want: "an error that does not blame the key", At: kit.At((*apikeys.Keys).Check)})
		}
	})
	t.Run("a key that could not be stored is not given out", func(t *testing.T) {
		o := open(t)
		o.table.fails = down
		if key, err := o.Issue(ctx, "ann", []string{"a"}, day); !errors.Is(err, down) || key != "" {
			kit.Fail(t, kit.Failure{Sent: "Issue(…) while the table fails", Got: outcome(key, err), Want: "no key, and the table's error", At: kit.At((*apikeys.Keys).Issue)})
		}
	})
	t.Run("a list that could not be read is an error", func(t *testing.T) {
		o := open(t)
		o.table.fails = down
		if list, err := o.List(ctx, "ann"); !errors.Is(err, down) {
			kit.Fail(t, kit.Failure{Sent: "List(…) while the table fails", Got: fmt.Sprintf("%d keys, %s", len(list), kit.Said(err)), Want: "the table's error", At: kit.At((*apikeys.Keys).List)})
		}
	})
	t.Run("Require answers 503 while the table fails", func(t *testing.T) {
		o := open(t)
		key := o.issue("ann", "a")
		o.table.fails = down
		a := web.Serve(t, o.Require("a", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "in") }))).
			Do("GET", "/", web.Header("Authorization", "Bearer "+key))
		if a.Status != http.StatusServiceUnavailable || strings.Contains(a.Body, down.Error()) {
			a.Fail(t, "503 Service Unavailable, and nothing of the table's error")
		}
	})
}
