package openid_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit/openid"
)

func TestFaults(t *testing.T) {
	p := join(t)
	token := p.signIn(t)
	p.Forget()
	p.Next(openid.Token, openid.Unavailable, openid.Cut)
	for range 2 {
		if _, err := p.refresh(token.RefreshToken); err == nil {
			t.Error("refreshed in spite of the fault")
		}
	}
	if !p.Active(token.RefreshToken) {
		t.Fatal("a request that was refused has used the token")
	}
	p.Next(openid.Token, openid.Lost)
	if _, err := p.refresh(token.RefreshToken); err == nil {
		t.Error("the lost answer arrived")
	}
	if p.Active(token.RefreshToken) {
		t.Error("a request whose answer was lost was not carried out")
	}
	p.Down()
	if _, err := p.refresh(token.RefreshToken); err == nil {
		t.Error("a provider that is down answered")
	}
	p.Up()
	if n := p.Count(openid.Token); n != 4 {
		t.Errorf("counted %d token requests, want 4\n%s", n, p.Saw())
	}
	for _, want := range []string{"503 temporarily_unavailable", "connection cut", "the answer was lost"} {
		if !strings.Contains(p.Saw(), want) {
			t.Errorf("%q is not in\n%s", want, p.Saw())
		}
	}
	if strings.Contains(p.Saw(), token.RefreshToken) {
		t.Error("a secret is in what people read")
	}
}

func TestHoldKeepsRequestsWaiting(t *testing.T) {
	p := join(t)
	token := p.signIn(t)
	arrived, release := p.Hold(openid.Token)
	var all sync.WaitGroup
	errs := make([]error, 5)
	for i := range errs {
		all.Go(func() { _, errs[i] = p.refresh(token.RefreshToken) })
	}
	for range errs {
		<-arrived
	}
	if !p.Active(token.RefreshToken) {
		t.Error("a held request was carried out")
	}
	release()
	release() // does nothing
	all.Wait()
	good := 0
	for _, err := range errs {
		if err == nil {
			good++
		}
	}
	if good != 1 {
		t.Errorf("%d of 5 at once were refreshed, want 1", good)
	}
}

func TestProvidersAreStrangersToOneAnother(t *testing.T) {
	for i := range 200 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			p, q := join(t), openid.Start(t)
			token := p.signIn(t)
			if _, err := p.verify(idToken(token)); err != nil {
				t.Error(err)
			}
			if _, err := p.verify(q.Sign(p.Identity(p.config.ClientID, ""))); err == nil {
				t.Error("took another provider's key")
			}
			if q.Active(token.AccessToken) || len(q.Requests()) != 0 {
				t.Error("another provider knows the token")
			}
		})
	}
}
