// Package provider signs visitors in at somebody else's: an OAuth provider. It
// is right as it stands.
package provider

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"
)

// What can go wrong. Finish wraps the last in words for people, which may change
// at any time.
var (
	ErrState    = errors.New("this is no answer to that sign-in")
	ErrDenied   = errors.New("the visitor said no")
	ErrProvider = errors.New("the provider did not do what it was asked for")
)

// Config says where the provider is, and who the shop is there.
type Config struct {
	AuthorizeURL string // where visitors are sent to
	TokenURL     string // where a code becomes a token (RFC 6749 section 4.1.3)
	UserURL      string // where the token tells who the visitor is
	ClientID     string
	Secret       string
	RedirectURL  string // where the provider sends visitors back to
}

// User is who signed in.
type User struct {
	Subject string `json:"sub"` // the provider's name for him, for ever
	Name    string `json:"name"`
}

// Attempt is a sign-in that was begun; the shop keeps it in the visitor's
// session.
type Attempt struct{ State, Verifier string }

// Client signs visitors in.
type Client struct {
	config Config
	oauth  oauth2.Config
}

// New returns a client of the provider.
func New(c Config) *Client {
	endpoint := oauth2.Endpoint{AuthURL: c.AuthorizeURL, TokenURL: c.TokenURL, AuthStyle: oauth2.AuthStyleInHeader}
	return &Client{c, oauth2.Config{ClientID: c.ClientID, ClientSecret: c.Secret, RedirectURL: c.RedirectURL, Endpoint: endpoint}}
}

// Begin returns where to send a visitor who wants to sign in. The URL has
// response_type=code, the client_id, the redirect_uri, a state that nobody can
// guess and the S256 challenge of a verifier (RFC 7636 section 4); it may have
// more than that.
func (c *Client) Begin() (to string, a Attempt) {
	a = Attempt{rand.Text(), oauth2.GenerateVerifier()}
	return c.oauth.AuthCodeURL(a.State, oauth2.S256ChallengeOption(a.Verifier)), a
}

// Finish takes the query with which the provider sent the visitor back, and
// returns who he is.
//
// The error is ErrState when the state is not the attempt's; then the provider
// is not asked. It is ErrDenied when the visitor did not agree (the query has
// error=access_denied), and ErrProvider for every other error there, and
// whenever the provider cannot be reached or understood, or refuses, which it
// does by a status of 400 or more.
//
// The code is sent to the provider together with the redirect_uri and the
// verifier of the attempt; the client shows who it is by HTTP Basic, and its
// secret nowhere else. The token is sent as a Bearer token (RFC 6750).
func (c *Client) Finish(ctx context.Context, a Attempt, query url.Values) (User, error) {
	if query.Get("state") != a.State {
		return User{}, ErrState
	}
	switch problem := query.Get("error"); problem {
	case "":
	case "access_denied":
		return User{}, ErrDenied
	default:
		return User{}, fmt.Errorf("it says %q: %w", problem, ErrProvider)
	}
	token, err := c.oauth.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return User{}, fmt.Errorf("exchange the code: %w: %w", ErrProvider, err)
	}
	user, err := c.user(ctx, token)
	if err != nil {
		return User{}, fmt.Errorf("ask who it is: %w: %w", ErrProvider, err)
	}
	return user, nil
}

// user asks the provider whose token it is.
func (c *Client) user(ctx context.Context, token *oauth2.Token) (u User, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.config.UserURL, nil)
	if err != nil {
		return User{}, err
	}
	token.SetAuthHeader(r)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return User{}, err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		return User{}, errors.New(answer.Status)
	}
	err = json.NewDecoder(answer.Body).Decode(&u)
	return u, err
}
