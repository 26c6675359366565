// Package openid gives hidden tests an OpenID provider of their own: discovery,
// keys, the authorization code flow with PKCE, refresh tokens that rotate,
// userinfo, revocation and introspection, on a clock that only the test moves.
//
// It owns the provider's side of OpenID Connect Core 1.0, RFC 6749, RFC 7636,
// RFC 7009, RFC 7662 and the advice of RFC 9700 (single use of codes, families
// of refresh tokens), as far as a relying party or an API can notice, and what
// goes wrong with a provider: lost answers, rotated keys, forged tokens. It is
// linked into the tests and needs the standard library only. It knows no client
// library and no exercise.
package openid

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
)

// Client is an application that the provider knows.
type Client struct {
	ID       string
	Secret   string   // "" for a public client, which PKCE alone protects
	Redirect []string // redirect URIs, compared letter by letter
}

// User is somebody who can sign in.
type User struct {
	Subject string
	Email   string // a claim where the scope email was granted
	Name    string // a claim where the scope profile was granted
	Claims  map[string]any
}

// Lifetimes of what the provider issues.
type Lifetimes struct{ Code, Access, Identity, Refresh time.Duration }

// Provider is one test's OpenID provider. Its methods may be called from any
// goroutine while the test runs.
type Provider struct {
	t      testing.TB
	server *httptest.Server
	faults faults
	record record

	mu      sync.Mutex
	now     time.Time
	lives   Lifetimes
	clients map[string]Client
	users   map[string]User
	user    string // who is signed in at the browser; "" for nobody
	denial  string // what the user answers instead of consent
	ring    ring
	forge   func(header, claims map[string]any)
	codes   map[string]*code
	tokens  map[string]*token
}

// Start returns a provider that ends with the test. It knows one confidential
// client (Default) and one user, who is signed in; both are drawn at random.
// Its clock shows the present second and stands still.
func Start(t testing.TB) *Provider {
	t.Helper()
	r := kit.Rand(t)
	p := &Provider{
		t: t, now: time.Now().Truncate(time.Second), clients: map[string]Client{}, users: map[string]User{},
		lives: Lifetimes{Code: time.Minute, Access: 5 * time.Minute, Identity: 5 * time.Minute, Refresh: 24 * time.Hour},
		codes: map[string]*code{}, tokens: map[string]*token{},
	}
	p.ring.add()
	name := kit.Word(r, 6)
	p.AddUser(User{Subject: "u-" + kit.Word(r, 8), Email: name + "@example.com", Name: name})
	p.server = httptest.NewServer(p.handler())
	t.Cleanup(p.close)
	p.AddClient(Client{ID: defaultClient, Secret: kit.Word(r, 20), Redirect: []string{"http://127.0.0.1:8080/callback"}})
	return p
}

const defaultClient = "shop"

func (p *Provider) close() {
	p.Up() // nobody waits for a held answer
	p.server.CloseClientConnections()
	p.server.Close()
}

// Issuer returns the provider's URL: discovery is below it.
func (p *Provider) Issuer() string { return p.server.URL }

// Default returns the client that Start made.
func (p *Provider) Default() Client {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clients[defaultClient]
}

// AddClient registers c, or changes the client of that ID.
func (p *Provider) AddClient(c Client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clients[c.ID] = c
}

// AddUser registers u, or changes the user of that subject, and signs them in.
func (p *Provider) AddUser(u User) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[u.Subject], p.user = u, u.Subject
}

// User returns who is signed in at the browser.
func (p *Provider) User() User {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.users[p.user]
}

// SignIn puts another registered user before the browser, "" nobody: then the
// authorization endpoint answers login_required.
func (p *Provider) SignIn(subject string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.user = subject
}

// Deny makes the user answer authorization requests with an error such as
// "access_denied"; "" makes them agree again.
func (p *Provider) Deny(problem string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.denial = problem
}

// Live changes how long what is issued from now on lives; a zero keeps what is.
func (p *Provider) Live(l Lifetimes) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for to, d := range map[*time.Duration]time.Duration{&p.lives.Code: l.Code, &p.lives.Access: l.Access, &p.lives.Identity: l.Identity, &p.lives.Refresh: l.Refresh} {
		if d != 0 {
			*to = d
		}
	}
}

// Now returns the time on the provider's clock.
func (p *Provider) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// Advance moves the provider's clock.
func (p *Provider) Advance(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
}

// Visit opens an authorization URL as the user's browser does and returns where
// the provider sends the browser to: the client's redirect URI with code and
// state, or with error. It follows no redirect. The location is nil where the
// provider showed an error page instead, whose status is returned.
func (p *Provider) Visit(authorization string) (location *url.URL, status int, err error) {
	browser := http.Client{Transport: p.server.Client().Transport, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Get(authorization)
	if err != nil {
		return nil, 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusFound {
		return nil, res.StatusCode, nil
	}
	location, err = res.Location()
	return location, res.StatusCode, err
}
