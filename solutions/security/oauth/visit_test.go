package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/openid"
	"github.com/kata-go/kata/solutions/security/oauth"
)

// shop is the learner's client of a provider of its own.
type shop struct {
	*oauth.Client
	t        testing.TB
	rand     *rand.Rand
	provider *openid.Provider
}

const life = 5 * time.Minute // of an access token

func open(t testing.TB) *shop { return scoped(t, "openid", "email", "offline_access") }

func scoped(t testing.TB, scopes ...string) *shop {
	t.Helper()
	p := openid.Start(t)
	p.Live(openid.Lifetimes{Access: life, Code: time.Hour})
	c := p.Default()
	return &shop{t: t, rand: kit.Rand(t), provider: p, Client: oauth.New(oauth.Config{
		Issuer: p.Issuer(), AuthorizeURL: p.Issuer() + "/authorize", TokenURL: p.Issuer() + "/token",
		ClientID: c.ID, Secret: c.Secret, RedirectURL: c.Redirect[0], Scopes: scopes, Now: p.Now,
	})}
}

var ctx = context.Background()

// browser returns the shop's session id of a browser that it has not seen.
func (s *shop) browser() string { return "browser-" + kit.Word(s.rand, 12) }

// visit follows the URL of Begin as a browser does, and returns the query that
// it comes back with.
func (s *shop) visit(target string) url.Values {
	s.t.Helper()
	back, status, err := s.provider.Visit(target)
	if err != nil || back == nil {
		kit.Fail(s.t, kit.Failure{Sent: "a browser opens what Begin returned\n" + target, Got: fmt.Sprintf("a page of the provider with status %d, %s", status, kit.Said(err)), Want: "the provider sends the browser back to the shop", At: kit.At((*oauth.Client).Begin)})
	}
	return back.Query()
}

// begin begins in a browser and returns what it comes back with.
func (s *shop) begin(browser string) url.Values {
	s.t.Helper()
	return s.visit(s.Begin(browser))
}

// signIn signs somebody in, which must work.
func (s *shop) signIn() *oauth.Session {
	s.t.Helper()
	browser := s.browser()
	query := s.begin(browser)
	session, err := s.Finish(ctx, browser, query)
	if err != nil || session == nil {
		kit.Fail(s.t, kit.Failure{Sent: "Begin(browser), the user agrees\n" + finish(browser, query), Got: kit.Said(err), Want: "a session", Note: s.provider.Saw(), At: kit.At((*oauth.Client).Finish)})
	}
	s.provider.Forget()
	return session
}

func finish(browser string, query url.Values) string {
	text := fmt.Sprintf("Finish(ctx, %q, the query", browser)
	for _, name := range []string{"state", "code", "error", "iss"} {
		if query.Has(name) {
			text += fmt.Sprintf("\n  %s=%s", name, query.Get(name))
		}
	}
	return text + ")"
}

// token asks for a token, which must come and which the provider must take.
func (s *shop) token(session *oauth.Session, story string) string {
	s.t.Helper()
	text, err := session.Token(ctx)
	if err != nil || !s.takes(text) {
		kit.Fail(s.t, kit.Failure{Sent: story + "\nToken(ctx)", Got: outcome(text, err), Want: "an access token that the provider takes", Note: s.provider.Saw(), At: kit.At((*oauth.Session).Token)})
	}
	return text
}

func outcome(token string, err error) string {
	return kit.Wrap(fmt.Sprintf("%q, %s", token, kit.Said(err)))
}

// takes reports whether the provider takes an access token.
func (s *shop) takes(token string) bool {
	r, err := http.NewRequest("GET", s.provider.Issuer()+"/userinfo", nil)
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode == http.StatusOK
}

// refused fails unless Finish returns that error and asks the provider nothing.
func (s *shop) refused(browser string, query url.Values, want error, story string) {
	s.t.Helper()
	s.provider.Forget()
	session, err := s.Finish(ctx, browser, query)
	f := kit.Failure{Sent: story + "\n" + finish(browser, query), Got: kit.Said(err), Want: fmt.Sprintf("no session, and the error\n%q", want), Note: s.provider.Saw(), At: kit.At((*oauth.Client).Finish)}
	if !errors.Is(err, want) || session != nil {
		kit.Fail(s.t, f)
	}
	if s.provider.Count(openid.Token) > 0 {
		f.Want += ", before\nthe provider is asked for anything"
		kit.Fail(s.t, f)
	}
}

// counts fails unless the provider was asked n times for tokens since Forget.
func (s *shop) counts(n int, story string) {
	s.t.Helper()
	if got := s.provider.Count(openid.Token); got != n {
		kit.Fail(s.t, kit.Failure{Sent: story, Got: fmt.Sprintf("%d requests for tokens", got), Want: fmt.Sprint(n), Note: s.provider.Saw(), At: kit.At((*oauth.Session).Token)})
	}
}
