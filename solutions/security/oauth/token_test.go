package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/goroutines"
	"github.com/kata-go/kata/grader/kit/openid"
	"github.com/kata-go/kata/solutions/security/oauth"
)

// 5. Token returns the access token for as long as it is valid, without a request, and never one that has expired: then it gets a new one, each time anew.
func TestToken(t *testing.T) {
	t.Run("a valid token costs no request", func(t *testing.T) {
		s := open(t)
		session := s.signIn()
		first := s.token(session, "a visitor signs in")
		s.provider.Advance(life / 2)
		if again := s.token(session, "half of the token's life later"); again != first {
			kit.Fail(t, kit.Failure{Sent: "Token(ctx) twice, half of its life apart", Got: "two different tokens", Want: "the same one: it is still valid", Note: s.provider.Saw(), At: kit.At((*oauth.Session).Token)})
		}
		s.counts(0, "Token(ctx) twice while the token is valid")
	})
	t.Run("an expired token is never returned", func(t *testing.T) {
		s := open(t)
		session := s.signIn()
		old := s.token(session, "a visitor signs in")
		s.provider.Advance(life) // to the moment at which the provider takes it no more
		if fresh := s.token(session, "at the token's expiry"); fresh == old {
			t.Fatal("the provider takes an expired token")
		}
	})
	t.Run("a token is refreshed again and again", func(t *testing.T) {
		s := open(t)
		session := s.signIn()
		for i := range 5 {
			s.provider.Advance(life + time.Second)
			s.token(session, fmt.Sprintf("the token has expired: expiry %d of 5", i+1))
		}
		s.counts(5, "Token(ctx) after each of 5 expiries")
	})
}

// asked is what the traces of goroutines show that are in a call of Token.
const asked = "security/oauth.(*Session).Token"

// ask calls Token in a goroutine of its own.
func ask(ctx context.Context, session *oauth.Session) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		text, err := session.Token(ctx)
		done <- answer{text, err}
	}()
	return done
}

type answer struct {
	token string
	err   error
}

// patience is how long a test waits for what should need a millisecond.
const patience = 5 * time.Second

// get waits for an answer.
func (s *shop) get(done <-chan answer, story string) answer {
	s.t.Helper()
	select {
	case a := <-done:
		return a
	case <-time.After(patience):
		kit.Fail(s.t, kit.Failure{Sent: story, Got: "no answer in " + patience.String(), Want: "an answer at once", At: kit.Stuck()})
		return answer{}
	}
}

// arrives waits until a refresh has reached the provider, where it is held.
func (s *shop) arrives(arrived <-chan struct{}, done <-chan answer) {
	s.t.Helper()
	f := kit.Failure{Sent: "the token has expired; Token(ctx)", Got: "no request to the provider in " + patience.String(), Want: "a request for a new token", At: kit.At((*oauth.Session).Token)}
	select {
	case <-arrived:
		return
	case a := <-done:
		f.Got = outcome(a.token, a.err) + ", and no request"
	case <-time.After(patience):
	}
	kit.Fail(s.t, f)
}

// 6. However many ask at once, one request refreshes for all of them.
func TestAtOnce(t *testing.T) {
	t.Run("many who ask at once get one new token by one request", func(t *testing.T) {
		const callers = 30
		s := open(t)
		session := s.signIn()
		s.provider.Advance(life + time.Second)
		_, release := s.provider.Hold(openid.Token)
		answers := make([]answer, callers)
		var wg sync.WaitGroup
		var over atomic.Int64
		for i := range answers {
			wg.Go(func() {
				answers[i].token, answers[i].err = session.Token(ctx)
				over.Add(1)
			})
		}
		goroutines.Settle(asked, callers, patience, func() bool { return over.Load() == callers })
		release()
		wg.Wait()
		story := fmt.Sprintf("the token has expired; %d × Token(ctx) at once", callers)
		s.counts(1, story)
		for _, a := range answers {
			if a.err != nil || a.token != answers[0].token || !s.takes(a.token) {
				kit.Fail(t, kit.Failure{Sent: story, Got: outcome(a.token, a.err), Want: "the same new token for all", Note: s.provider.Saw(), At: kit.At((*oauth.Session).Token)})
			}
		}
	})
	t.Run("one visitor's refresh does not hold up another visitor", func(t *testing.T) {
		s := open(t)
		slow, quick := s.signIn(), s.signIn()
		s.provider.Advance(life + time.Second)
		s.token(quick, "a visitor's token has expired")
		arrived, release := s.provider.Hold(openid.Token)
		waiting := ask(ctx, slow)
		s.arrives(arrived, waiting)
		if a := s.get(ask(ctx, quick), "one visitor's refresh is on its way; Token(ctx) of another, which is valid"); a.err != nil {
			kit.Fail(t, kit.Failure{Sent: "Token(ctx) of another visitor", Got: outcome(a.token, a.err), Want: "the token", At: kit.At((*oauth.Session).Token)})
		}
		release()
		s.get(waiting, "the provider answers again")
	})
}

// 7. A caller whose context ends, whether it began the refresh or waits for it, gets its error at once. The refresh goes on for the others, still as one request.
func TestContext(t *testing.T) {
	for _, who := range []struct{ first bool }{{true}, {false}} {
		give := func(t *testing.T) {
			s := open(t)
			session := s.signIn()
			s.provider.Advance(life + time.Second)
			arrived, release := s.provider.Hold(openid.Token)
			firstCtx, leaveFirst := context.WithCancel(ctx)
			secondCtx, leaveSecond := context.WithCancel(ctx)
			defer leaveFirst()
			defer leaveSecond()
			first := ask(firstCtx, session)
			s.arrives(arrived, first)
			second := ask(secondCtx, session)
			goroutines.Settle(asked, 2, patience, func() bool { return false })
			gone, stays, leave := first, second, leaveFirst
			if !who.first {
				gone, stays, leave = second, first, leaveSecond
			}
			leave()
			story := "the token has expired; two call Token, the provider is slow, and one\nof them gives up"
			if a := s.get(gone, story); !errors.Is(a.err, context.Canceled) || a.token != "" {
				kit.Fail(t, kit.Failure{Sent: story, Got: outcome(a.token, a.err), Want: "no token, and the error of its context", At: kit.At((*oauth.Session).Token)})
			}
			release()
			if a := s.get(stays, story); a.err != nil || !s.takes(a.token) {
				kit.Fail(t, kit.Failure{Sent: story, Got: "the other one got\n" + outcome(a.token, a.err), Want: "a token for the one who stays", Note: s.provider.Saw(), At: kit.At((*oauth.Session).Token)})
			}
			if n := s.provider.Count(openid.Token); n != 1 {
				kit.Fail(t, kit.Failure{Sent: story, Got: fmt.Sprintf("%d requests for tokens", n), Want: "1: the one on its way is answered to those who stay, and is not lost", Note: s.provider.Saw(), At: kit.At((*oauth.Session).Token)})
			}
		}
		if who.first {
			t.Run("the one who began the refresh gives up and the others get its token", give)
		} else {
			t.Run("one who waits for a refresh gives up at once", give)
		}
	}
}

// 8. A provider that is not available is an error, and the next call tries again. When the provider does not take the refresh token any more, or there is none, it is ErrSignIn, now and ever after, without asking again.
func TestEnd(t *testing.T) {
	t.Run("a provider that is not available is an error and the next call tries again", func(t *testing.T) {
		s := open(t)
		session := s.signIn()
		for _, fault := range []openid.Fault{openid.Unavailable, openid.Cut} {
			s.provider.Advance(life + time.Second)
			s.provider.Next(openid.Token, fault)
			if text, err := session.Token(ctx); err == nil || text != "" || errors.Is(err, oauth.ErrSignIn) {
				kit.Fail(t, kit.Failure{Sent: "the token has expired and the provider is not available\nToken(ctx)", Got: outcome(text, err), Want: "no token, and an error other than ErrSignIn", Note: s.provider.Saw(), At: kit.At((*oauth.Session).Token)})
			}
			s.token(session, "the provider was not available, and is again")
		}
	})
	t.Run("a sign-in that was revoked ends the session", func(t *testing.T) {
		s := open(t)
		session := s.signIn()
		s.provider.RevokeUser(s.provider.User().Subject)
		s.provider.Advance(life + time.Second)
		s.ended(session, "the user's tokens were revoked, and the access token has expired")
		s.counts(1, "3 × Token(ctx) after the provider has refused the refresh token")
	})
	t.Run("a refresh token that has expired ends the session", func(t *testing.T) {
		s := open(t)
		session := s.signIn()
		s.provider.Advance(25 * time.Hour)
		s.ended(session, "25 hours later the refresh token has expired as well")
		s.counts(1, "3 × Token(ctx) after the refresh token has expired")
	})
	t.Run("a session without a refresh token ends with its token", func(t *testing.T) {
		s := scoped(t, "openid")
		session := s.signIn()
		s.token(session, "a visitor signs in, without the scope offline_access")
		s.provider.Advance(life + time.Second)
		s.ended(session, "there is no refresh token, and the access token has expired")
		s.counts(0, "3 × Token(ctx) without a refresh token")
	})
	t.Run("a code that the provider does not take is an error", func(t *testing.T) {
		s := open(t)
		browser := s.browser()
		query := s.begin(browser)
		query.Set("code", kit.Word(s.rand, 24))
		s.provider.Forget()
		if session, err := s.Finish(ctx, browser, query); err == nil || session != nil {
			kit.Fail(t, kit.Failure{Sent: "Begin(browser), and an answer with a made-up code\n" + finish(browser, query), Got: "a session", Want: "no session, and an error", Note: s.provider.Saw(), At: kit.At((*oauth.Client).Finish)})
		}
		s.counts(1, "Finish with a made-up code")
	})
}

// ended fails unless Token says three times that the user has to sign in again.
func (s *shop) ended(session *oauth.Session, story string) {
	s.t.Helper()
	for range 3 {
		if text, err := session.Token(ctx); text != "" || !errors.Is(err, oauth.ErrSignIn) {
			kit.Fail(s.t, kit.Failure{Sent: story + "\nToken(ctx)", Got: outcome(text, err), Want: fmt.Sprintf("no token and the error %q", oauth.ErrSignIn), Note: s.provider.Saw(), At: kit.At((*oauth.Session).Token)})
		}
	}
}
