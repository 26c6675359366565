package oauth_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/openid"
	"github.com/kata-go/kata/solutions/security/oauth"
)

// 1. The URL of Begin leads to the provider and, when the user agrees, back with a code that Finish turns into a session. Its token is one that the provider takes.
func TestSignIn(t *testing.T) {
	t.Run("a visitor signs in and the provider takes the token", func(t *testing.T) {
		s := open(t)
		s.token(s.signIn(), "a visitor signs in")
	})
	t.Run("several visitors sign in beside each other", func(t *testing.T) {
		s := open(t)
		first, second := s.browser(), s.browser()
		q1, q2 := s.begin(first), s.begin(second)
		for _, v := range []struct {
			browser string
			query   url.Values
		}{{second, q2}, {first, q1}} {
			session, err := s.Finish(ctx, v.browser, v.query)
			if err != nil {
				kit.Fail(t, kit.Failure{Sent: "two visitors Begin, the second one comes back first\n" + finish(v.browser, v.query), Got: "error: " + err.Error(), Want: "a session for each", Note: s.provider.Saw(), At: kit.At((*oauth.Client).Finish)})
			}
			s.token(session, "two visitors sign in")
		}
	})
}

// 2. Each Begin has a state and a PKCE verifier (S256) of its own that nobody can guess. The verifier stays here until the code is exchanged.
func TestBegin(t *testing.T) {
	t.Run("no state and no challenge comes twice", func(t *testing.T) {
		s, other := open(t), open(t)
		seen := map[string]bool{}
		for i := range 60 {
			c, browser := s.Client, "browser-1"
			if i%2 == 1 {
				c = other.Client
			}
			u, err := url.Parse(c.Begin(browser))
			if err != nil {
				t.Fatal(err)
			}
			q := u.Query()
			for _, name := range []string{"state", "code_challenge"} {
				if v := q.Get(name); seen[v] || len(v) < 20 || strings.Contains(v, browser) {
					kit.Fail(t, kit.Failure{Sent: fmt.Sprintf("60 × Begin(%q), in two processes", browser), Got: fmt.Sprintf("%s=%s", name, v), Want: "a text of 20 characters or more that was never there before", At: kit.At((*oauth.Client).Begin)})
				}
				seen[q.Get(name)] = true
			}
		}
	})
	t.Run("the verifier is in no URL and comes with the code", func(t *testing.T) {
		s := open(t)
		browser := s.browser()
		target := s.Begin(browser)
		query := s.visit(target)
		s.provider.Forget()
		if _, err := s.Finish(ctx, browser, query); err != nil {
			kit.Fail(t, kit.Failure{Sent: finish(browser, query), Got: "error: " + err.Error(), Want: "a session", Note: s.provider.Saw(), At: kit.At((*oauth.Client).Finish)})
		}
		s.counts(1, "a visitor signs in")
		for _, r := range s.provider.Requests() {
			if v := r.Form.Get("code_verifier"); r.Endpoint == openid.Token && (len(v) < 43 || strings.Contains(target, v)) {
				kit.Fail(t, kit.Failure{Sent: "Begin returned\n" + target, Got: "code_verifier=" + v + " with the code", Want: "a verifier of 43 characters or more, of which the URL shows a hash alone", At: kit.At((*oauth.Client).Begin)})
			}
		}
	})
}

// 3. Finish takes an answer once, in the browser that began, within ten minutes, and not from another issuer. Else it is ErrState, and the provider is not asked.
func TestState(t *testing.T) {
	t.Run("an answer in another browser is refused", func(t *testing.T) {
		s := open(t)
		s.refused(s.browser(), s.begin(s.browser()), oauth.ErrState, "somebody begins, agrees, and has another browser open the answer")
		victim := s.browser()
		s.Begin(victim) // the victim has begun as well, and gets the attacker's answer
		s.refused(victim, s.begin(s.browser()), oauth.ErrState, "two people begin; one gets the other's answer")
	})
	t.Run("an answer without a state or with an unknown one is refused", func(t *testing.T) {
		s := open(t)
		browser := s.browser()
		for _, state := range []string{"", kit.Word(s.rand, 26), "shop-1", browser} {
			query := s.begin(browser)
			if query.Set("state", state); state == "" {
				query.Del("state")
			}
			s.refused(browser, query, oauth.ErrState, "Begin(browser), and an answer with another state")
		}
		s.refused(browser, url.Values{}, oauth.ErrState, "Begin(browser), and an empty answer")
	})
	t.Run("an answer is taken once", func(t *testing.T) {
		s := open(t)
		browser := s.browser()
		query := s.begin(browser)
		session, err := s.Finish(ctx, browser, query)
		if err != nil {
			kit.Fail(t, kit.Failure{Sent: finish(browser, query), Got: "error: " + err.Error(), Want: "a session", At: kit.At((*oauth.Client).Finish)})
		}
		s.refused(browser, query, oauth.ErrState, "the same answer for the second time")
		s.token(session, "the same answer came for the second time")
	})
	t.Run("an answer after ten minutes is refused and one before is not", func(t *testing.T) {
		s := open(t)
		browser := s.browser()
		query := s.begin(browser)
		s.provider.Advance(9*time.Minute + 50*time.Second)
		if _, err := s.Finish(ctx, browser, query); err != nil {
			kit.Fail(t, kit.Failure{Sent: "9m50s after Begin\n" + finish(browser, query), Got: "error: " + err.Error(), Want: "a session", At: kit.At((*oauth.Client).Finish)})
		}
		query = s.begin(browser)
		s.provider.Advance(10*time.Minute + time.Second)
		s.refused(browser, query, oauth.ErrState, "10m1s after Begin")
	})
	t.Run("an answer of another issuer is refused", func(t *testing.T) {
		s := open(t)
		browser := s.browser()
		query := s.begin(browser)
		query.Set("iss", "https://"+kit.Word(s.rand, 6)+".example")
		s.refused(browser, query, oauth.ErrState, "Begin(browser), and an answer of another provider")
	})
}

// 4. A user who refuses is ErrDenied, another problem that the answer tells is another error, and the provider is not asked.
func TestDenied(t *testing.T) {
	t.Run("a user who refuses is told so", func(t *testing.T) {
		s := open(t)
		s.provider.Deny("access_denied")
		browser := s.browser()
		s.refused(browser, s.begin(browser), oauth.ErrDenied, "Begin(browser), and the user refuses")
	})
	t.Run("another problem is another error", func(t *testing.T) {
		s := open(t)
		s.provider.Deny("temporarily_unavailable")
		browser := s.browser()
		query := s.begin(browser)
		s.provider.Forget()
		session, err := s.Finish(ctx, browser, query)
		if err == nil || session != nil || errors.Is(err, oauth.ErrDenied) || errors.Is(err, oauth.ErrState) || s.provider.Count(openid.Token) > 0 {
			kit.Fail(t, kit.Failure{Sent: "Begin(browser), and the provider cannot do it now\n" + finish(browser, query), Got: kit.Said(err), Want: "no session and an error that is neither ErrDenied nor ErrState,\nbefore the provider is asked for anything", Note: s.provider.Saw(), At: kit.At((*oauth.Client).Finish)})
		}
	})
	t.Run("a refusal in another browser is no refusal", func(t *testing.T) {
		s := open(t)
		s.provider.Deny("access_denied")
		s.refused(s.browser(), s.begin(s.browser()), oauth.ErrState, "somebody begins and refuses, and another browser opens the answer")
	})
}
