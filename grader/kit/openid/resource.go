package openid

import (
	"net/http"
	"strings"
)

// userinfo is Core section 5.3, its errors RFC 6750 section 3.
func (p *Provider) userinfo(r *http.Request) answer {
	scheme, name, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	t := p.tokens[name]
	if !strings.EqualFold(scheme, "Bearer") || t == nil || t.refresh || !t.good(p.now) {
		a := problem(http.StatusUnauthorized, "invalid_token", "no access token, or one that has expired or was revoked")
		a.header = map[string]string{"WWW-Authenticate": `Bearer error="invalid_token"`}
		return a
	}
	if !t.has("openid") {
		a := problem(http.StatusForbidden, "insufficient_scope", "openid was not granted")
		a.header = map[string]string{"WWW-Authenticate": `Bearer error="insufficient_scope", scope="openid"`}
		return a
	}
	return success(p.about(t.grant))
}

// revoke is RFC 7009: unknown tokens are revoked well enough. A refresh token
// takes its family with it.
func (p *Provider) revoke(r *http.Request) answer {
	c, ok := p.client(r)
	if !ok {
		return unknownClient()
	}
	if !r.PostForm.Has("token") {
		return problem(http.StatusBadRequest, "invalid_request", "no token given")
	}
	if t := p.tokens[r.PostForm.Get("token")]; t != nil && t.client == c.ID {
		t.revoked = true
		t.family.revoked = t.family.revoked || t.refresh
	}
	return answer{status: http.StatusOK}
}

// introspect is RFC 7662.
func (p *Provider) introspect(r *http.Request) answer {
	if c, ok := p.client(r); !ok || c.Secret == "" {
		return unknownClient()
	}
	t := p.tokens[r.PostForm.Get("token")]
	if !t.good(p.now) {
		return success(map[string]any{"active": false})
	}
	body := map[string]any{"active": true, "sub": t.subject, "client_id": t.client, "scope": t.scope, "iss": p.server.URL,
		"iat": t.issued.Unix(), "exp": t.expires.Unix()}
	if !t.refresh {
		body["token_type"] = "Bearer"
	}
	return success(body)
}

// RevokeUser ends every token of a user, as an administrator does.
func (p *Provider) RevokeUser(subject string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.tokens {
		if t.subject == subject {
			t.family.revoked = true
		}
	}
}

// Active reports whether the provider would still take a token, of either kind.
func (p *Provider) Active(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tokens[name].good(p.now)
}
