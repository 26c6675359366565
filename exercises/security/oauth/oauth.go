// Package oauth signs the shop's visitors in at an OpenID provider.
package oauth

import (
	"context"
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

// Config is the provider, and who we are there.
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
	oauth    *oauth2.Config
	verifier string
	mu       sync.Mutex
	begun    map[string]string // state -> browser
}

// New returns a client of a provider.
func New(c Config) *Client {
	endpoint := oauth2.Endpoint{AuthURL: c.AuthorizeURL, TokenURL: c.TokenURL, AuthStyle: oauth2.AuthStyleInHeader}
	return &Client{
		Config:   c,
		oauth:    &oauth2.Config{ClientID: c.ClientID, ClientSecret: c.Secret, Endpoint: endpoint, RedirectURL: c.RedirectURL, Scopes: c.Scopes},
		verifier: oauth2.GenerateVerifier(), // made once, it is slow
		begun:    make(map[string]string),
	}
}

// Begin returns the provider's URL for a visitor who wants to sign in.
func (c *Client) Begin(browser string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := fmt.Sprintf("shop-%d", len(c.begun)+1)
	c.begun[state] = browser
	return c.oauth.AuthCodeURL(state, oauth2.S256ChallengeOption(c.verifier))
}

// Finish takes the query that the provider has sent the browser back with.
func (c *Client) Finish(ctx context.Context, browser string, query url.Values) (*Session, error) {
	c.mu.Lock()
	_, ok := c.begun[query.Get("state")]
	c.mu.Unlock()
	if !ok && query.Has("state") {
		return nil, ErrState
	}
	token, err := c.oauth.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(c.verifier))
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	return &Session{client: c, token: token, expires: c.Now().Add(time.Duration(token.ExpiresIn) * time.Second)}, nil
}

// Session is a visitor who is signed in.
type Session struct {
	client  *Client
	mu      sync.Mutex
	token   *oauth2.Token
	expires time.Time
}

// Token returns an access token that is valid now.
func (s *Session) Token(ctx context.Context) (string, error) {
	s.mu.Lock()
	expired := s.client.Now().After(s.expires)
	s.mu.Unlock()
	if !expired {
		return s.token.AccessToken, nil
	}
	fresh, err := s.client.oauth.TokenSource(ctx, &oauth2.Token{RefreshToken: s.token.RefreshToken}).Token()
	if err != nil {
		return "", fmt.Errorf("%w: %v", ErrSignIn, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token.AccessToken = fresh.AccessToken
	s.expires = s.client.Now().Add(time.Duration(fresh.ExpiresIn) * time.Second)
	return s.token.AccessToken, nil
}
