package injection_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/security/injection"
)

// 7. A POST that changes notes needs the csrf field, the token, that the page had for this session; without it, or with another session's, it answers 403 and changes nothing. Without a session it answers 401. Sessions work beside each other.
func TestForgery(t *testing.T) {
	refused := func(t *testing.T, b *board, a web.Answer, status int, why string, stored ...note) {
		t.Helper()
		if a.Status != status {
			a.Fail(t, fmt.Sprintf("%d %s: %s", status, http.StatusText(status), why))
		}
		b.holds(a, stored...)
	}
	t.Run("a post without the page's token answers 403 and changes nothing", func(t *testing.T) {
		b := open(t)
		n := note{1, "ann", "mine", ""}
		b.put(n)
		v, _ := b.login("ann")
		token := v.token()
		for _, made := range []string{"", "x", token + "x", token[1:], strings.Repeat("A", len(token)), "ann", strings.Join(v.cookies, "")} {
			refused(t, b, v.do("POST", "/notes", fields("text", "forged", "csrf", made)), http.StatusForbidden, "the token is none of this session", n)
			refused(t, b, v.do("POST", "/notes/1/delete", fields("csrf", made)), http.StatusForbidden, "the token is none of this session", n)
		}
		refused(t, b, v.do("POST", "/notes", fields("text", "forged")), http.StatusForbidden, "there is no token", n)
		refused(t, b, v.do("POST", "/notes/1/delete"), http.StatusForbidden, "there is no token", n)
	})
	t.Run("another session's token answers 403 and changes nothing", func(t *testing.T) {
		b := open(t)
		n := note{1, "ann", "mine", ""}
		b.put(n)
		ann, _ := b.login("ann")
		for _, name := range []string{"ben", "ann"} { // ann's other session, too
			other, _ := b.login(name)
			refused(t, b, ann.do("POST", "/notes", fields("text", "forged", "csrf", other.token())), http.StatusForbidden, "the token is of another session", n)
			refused(t, b, ann.do("POST", "/notes/1/delete", fields("csrf", other.token())), http.StatusForbidden, "the token is of another session", n)
		}
	})
	t.Run("a post without a session answers 401 and changes nothing", func(t *testing.T) {
		b := open(t)
		n := note{1, "ann", "mine", ""}
		b.put(n)
		ann, _ := b.login("ann")
		token := ann.token()
		for _, v := range []*visitor{{b: b}, {b, []string{"session=ann"}}, {b, []string{ann.cookies[0] + "x"}}} {
			refused(t, b, v.do("POST", "/notes", fields("text", "hello", "csrf", token)), http.StatusUnauthorized, "nobody is logged in", n)
			refused(t, b, v.do("POST", "/notes/1/delete", fields("csrf", token)), http.StatusUnauthorized, "nobody is logged in", n)
		}
	})
	t.Run("two sessions work beside each other with their own tokens", func(t *testing.T) {
		b := open(t)
		ann, _ := b.login("ann")
		first := ann.token()
		ben, _ := b.login("ben")
		second := ben.token()
		b.holds(ann.do("POST", "/notes", fields("text", "one", "csrf", first)), note{1, "ann", "one", ""})
		b.holds(ben.do("POST", "/notes", fields("text", "two", "csrf", second)), note{1, "ann", "one", ""}, note{2, "ben", "two", ""})
	})
}

// 8. The session's cookie is HttpOnly and SameSite Lax or Strict. Each login makes a new one that nobody can guess.
func TestCookie(t *testing.T) {
	t.Run("the cookie is HttpOnly and SameSite", func(t *testing.T) {
		b := open(t)
		_, a := b.login("ann")
		for _, c := range (&http.Response{Header: a.Header}).Cookies() {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode {
				a.Fail(t, "a cookie with HttpOnly and with SameSite=Lax or SameSite=Strict")
			}
		}
	})
	t.Run("each login makes a new session that nobody can guess", func(t *testing.T) {
		b := open(t)
		seen := map[string]bool{}
		name := "ann" + kit.Word(b.rand, 9)
		for range 20 {
			v, a := b.login(name)
			value := strings.Join(v.cookies, "; ")
			if seen[value] || len(value) < 24 || strings.Contains(value, name) {
				a.Fail(t, "a cookie that is new each time, long and says nothing of "+name)
			}
			seen[value] = true
		}
	})
	t.Run("a login does not go on with a cookie that was brought along", func(t *testing.T) {
		b := open(t)
		old, _ := b.login("ben")
		for _, brought := range append([]string{"session=" + strings.Repeat("a", 26)}, old.cookies...) {
			v, a := b.login("ann", web.Header("Cookie", brought))
			if slices.Contains(v.cookies, brought) {
				kit.Fail(t, kit.Failure{Sent: a.Sent, Got: head(a), Want: "another cookie than the one that was brought along", At: kit.At(injection.New)})
			}
		}
	})
}
