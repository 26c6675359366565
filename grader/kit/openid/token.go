package openid

import (
	"crypto/sha256"
	"crypto/subtle"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// family is the tokens that go back to one consent: revoked together.
type family struct{ revoked bool }

// token is an access or a refresh token.
type token struct {
	grant
	family  *family
	refresh bool
	expires time.Time
	issued  time.Time
	used    bool // a refresh token that was exchanged
	revoked bool
}

// good tells whether the token may be used at that time.
func (t *token) good(now time.Time) bool {
	return t != nil && !t.used && !t.revoked && !t.family.revoked && now.Before(t.expires)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// token is the token endpoint.
func (p *Provider) token(r *http.Request) answer {
	c, ok := p.client(r)
	if !ok {
		return unknownClient()
	}
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		return p.exchange(c, r)
	case "refresh_token":
		return p.renew(c, r)
	}
	return problem(http.StatusBadRequest, "unsupported_grant_type", "authorization_code and refresh_token are known")
}

func invalidGrant(why string) answer { return problem(http.StatusBadRequest, "invalid_grant", why) }

// exchange gives tokens for a code, once. A code that comes again revokes what
// it was exchanged for (RFC 6749 section 4.1.2).
func (p *Provider) exchange(c Client, r *http.Request) answer {
	g := p.codes[r.PostForm.Get("code")]
	switch {
	case g == nil || g.client != c.ID:
		return invalidGrant("no such code")
	case g.family != nil:
		g.family.revoked = true
		return invalidGrant("the code was used before")
	case !p.now.Before(g.expires):
		return invalidGrant("the code has expired")
	case g.redirect != r.PostForm.Get("redirect_uri"):
		return invalidGrant("another redirect_uri than at the authorization")
	case !same(challenge(r.PostForm.Get("code_verifier")), g.challenge):
		return invalidGrant("the code_verifier does not fit the code_challenge")
	}
	g.family = &family{}
	return p.issue(g.grant, g.family)
}

// challenge is S256 of RFC 7636 section 4.2.
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64url.EncodeToString(sum[:])
}

// renew rotates a refresh token. One that comes again was stolen, or its answer
// was lost: its whole family is revoked (RFC 9700 section 4.14.2).
func (p *Provider) renew(c Client, r *http.Request) answer {
	old := p.tokens[r.PostForm.Get("refresh_token")]
	if old == nil || !old.refresh || old.client != c.ID {
		return invalidGrant("no such refresh token")
	}
	if old.used {
		old.family.revoked = true
		return invalidGrant("the refresh token was used before: all tokens of this sign-in are revoked")
	}
	if !old.good(p.now) {
		return invalidGrant("the refresh token has expired or was revoked")
	}
	g := old.grant
	if scope := r.PostForm.Get("scope"); scope != "" {
		if !within(scope, g.scope) {
			return problem(http.StatusBadRequest, "invalid_scope", "more than was granted")
		}
		g.scope = scope
	}
	old.used = true
	g.nonce = "" // Core section 12.2: it should not be there
	return p.issue(g, old.family)
}

func within(part, whole string) bool {
	for _, s := range strings.Fields(part) {
		if !slices.Contains(strings.Fields(whole), s) {
			return false
		}
	}
	return true
}

// issue is the successful answer of the token endpoint: an ID token where the
// scope openid was granted, a refresh token where offline_access was.
func (p *Provider) issue(g grant, f *family) answer {
	body := map[string]any{
		"access_token": p.newToken(g, f, false), "token_type": "Bearer", "scope": g.scope,
		"expires_in": int(p.lives.Access / time.Second),
	}
	if g.has("offline_access") {
		body["refresh_token"] = p.newToken(g, f, true)
	}
	if g.has("openid") {
		body["id_token"] = p.ring.current().sign(p.forge, p.identity(g))
	}
	return success(body)
}

func (p *Provider) newToken(g grant, f *family, refresh bool) string {
	life := p.lives.Access
	if refresh {
		life = p.lives.Refresh
	}
	name := random(24)
	p.tokens[name] = &token{grant: g, family: f, refresh: refresh, issued: p.now, expires: p.now.Add(life)}
	return name
}

// identity is the claims of an ID token (Core section 2).
func (p *Provider) identity(g grant) map[string]any {
	claims := p.about(g)
	claims["iss"], claims["aud"] = p.server.URL, g.client
	claims["iat"], claims["exp"], claims["auth_time"] = p.now.Unix(), p.now.Add(p.lives.Identity).Unix(), g.since.Unix()
	if g.nonce != "" {
		claims["nonce"] = g.nonce
	}
	return claims
}

// about is what the granted scopes tell about the user (Core section 5.4).
func (p *Provider) about(g grant) map[string]any {
	u := p.users[g.subject]
	claims := map[string]any{}
	maps.Copy(claims, u.Claims)
	claims["sub"] = g.subject
	if g.has("email") && u.Email != "" {
		claims["email"] = u.Email
		if _, set := claims["email_verified"]; !set {
			claims["email_verified"] = true
		}
	}
	if g.has("profile") && u.Name != "" {
		claims["name"] = u.Name
	}
	return claims
}
