// Package oauth signs visitors in at an OpenID provider by the authorization
// code flow with PKCE, and keeps their access tokens fresh.
package oauth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

var (
	ErrState  = errors.New("not an answer to what this browser has begun")
	ErrDenied = errors.New("the user refused")
	ErrSignIn = errors.New("the user has to sign in again")
)

// Config is the provider, and who the client is there.
type Config struct {
	Issuer       string
	AuthorizeURL string
	TokenURL     string
	ClientID     string
	Secret       string
	RedirectURL  string
	Scopes       []string
	Now          func() time.Time
}

// Client signs visitors in.
type Client struct {
	Config
	oauth *oauth2.Config
	mu    sync.Mutex
	begun map[string]begun // by state
}

// begun is a sign-in whose answer has not come yet.
type begun struct {
	browser, verifier string
	until             time.Time
}

// New returns a client of a provider. The way to authenticate is fixed, since
// finding it out costs a second request with the same code.
func New(c Config) *Client {
	endpoint := oauth2.Endpoint{AuthURL: c.AuthorizeURL, TokenURL: c.TokenURL, AuthStyle: oauth2.AuthStyleInHeader}
	return &Client{
		Config: c,
		oauth:  &oauth2.Config{ClientID: c.ClientID, ClientSecret: c.Secret, Endpoint: endpoint, RedirectURL: c.RedirectURL, Scopes: c.Scopes},
		begun:  map[string]begun{},
	}
}

const patience = 10 * time.Minute // for the visitor to come back

// Begin returns the provider's URL for a visitor who wants to sign in.
func (c *Client) Begin(browser string) string {
	state, verifier := rand.Text(), oauth2.GenerateVerifier()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun[state] = begun{browser, verifier, c.Now().Add(patience)}
	return c.oauth.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier))
}

// Finish takes the query that the provider has sent the browser back with.
func (c *Client) Finish(ctx context.Context, browser string, query url.Values) (*Session, error) {
	b, ok := c.take(query.Get("state"))
	if iss := query.Get("iss"); !ok || b.browser != browser || c.Now().After(b.until) || iss != "" && iss != c.Issuer {
		return nil, ErrState
	}
	switch problem := query.Get("error"); problem {
	case "":
	case "access_denied":
		return nil, ErrDenied
	default:
		return nil, fmt.Errorf("the provider refused: %q", problem)
	}
	token, err := c.oauth.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(b.verifier))
	if err != nil {
		return nil, fmt.Errorf("exchange the code: %w", err)
	}
	s := &Session{client: c}
	s.keep(token)
	return s, nil
}

// take returns what was begun with a state, once.
func (c *Client) take(state string) (begun, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok := c.begun[state]
	delete(c.begun, state)
	return b, ok
}

// Session is a visitor who is signed in.
type Session struct {
	client *Client

	mu              sync.Mutex
	access, refresh string // refresh is "" when there is none any more
	expires         time.Time
	running         *renewal // nil when there is none
}

// renewal is one refresh. It belongs to nobody: if it ended with the caller that
// began it, the provider's answer, and with it the new refresh token, would be lost.
type renewal struct {
	done   chan struct{} // closed when the rest is set
	access string
	err    error
}

// Token returns an access token that is valid now.
func (s *Session) Token(ctx context.Context) (string, error) {
	access, running, err := s.look(ctx)
	if running == nil {
		return access, err
	}
	select {
	case <-running.done:
		return running.access, running.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// look returns the token, or the renewal to wait for, which it begins if need be.
func (s *Session) look(ctx context.Context) (string, *renewal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client.Now().Before(s.expires) {
		return s.access, nil, nil
	}
	if s.refresh == "" {
		return "", nil, ErrSignIn
	}
	if s.running == nil {
		s.running = &renewal{done: make(chan struct{})}
		go s.renew(context.WithoutCancel(ctx), s.running, s.refresh)
	}
	return "", s.running, nil
}

const slow = 30 * time.Second // for the provider to answer

func (s *Session) renew(ctx context.Context, r *renewal, refresh string) {
	ctx, cancel := context.WithTimeout(ctx, slow)
	defer cancel()
	token, err := s.client.oauth.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
	s.mu.Lock()
	defer s.mu.Unlock()
	var refusal *oauth2.RetrieveError
	switch {
	case err == nil:
		s.keep(token)
		r.access = s.access
	case errors.As(err, &refusal) && refusal.ErrorCode == "invalid_grant":
		s.refresh, r.err = "", ErrSignIn
	default:
		r.err = fmt.Errorf("refresh the token: %w", err)
	}
	s.running = nil
	close(r.done)
}

// keep stores what the provider gave. A refresh token is as a rule good for one
// use, and comes with its successor; one that comes without stays (RFC 6749
// section 6): then oauth2 puts the old one in itself.
func (s *Session) keep(token *oauth2.Token) {
	s.access, s.refresh = token.AccessToken, token.RefreshToken
	s.expires = s.client.Now().Add(time.Duration(token.ExpiresIn) * time.Second)
}
