package openid

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// grant is what a user agreed to.
type grant struct {
	client, subject, scope, nonce string
	since                         time.Time // of signing in
}

func (g grant) has(scope string) bool { return slices.Contains(strings.Fields(g.scope), scope) }

// code is an authorization code.
type code struct {
	grant
	redirect, challenge string
	expires             time.Time
	family              *family // of the tokens that it was exchanged for; nil before
}

// authorize is OpenID Connect Core section 3.1.2. An unknown client or redirect
// URI gets a page and no redirect (RFC 6749 section 4.1.2.1).
func (p *Provider) authorize(r *http.Request) answer {
	q := r.Form
	c, known := p.clients[q.Get("client_id")]
	target, err := url.Parse(q.Get("redirect_uri"))
	if !known || err != nil || !slices.Contains(c.Redirect, q.Get("redirect_uri")) {
		return problem(http.StatusBadRequest, "invalid_request", "unknown client or redirect_uri")
	}
	result := target.Query()
	if state := q.Get("state"); state != "" {
		result.Set("state", state)
	}
	result.Set("iss", p.server.URL) // RFC 9207
	refusal := p.refusal(q)
	if refusal != "" {
		result.Set("error", refusal)
	} else {
		result.Set("code", p.newCode(q))
	}
	target.RawQuery = result.Encode()
	return answer{status: http.StatusFound, problem: refusal, header: map[string]string{"Location": target.String()}}
}

// refusal is the error code of an authorization request, "" for a right one.
func (p *Provider) refusal(q url.Values) string {
	switch {
	case q.Get("response_type") != "code":
		return "unsupported_response_type"
	case q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43:
		return "invalid_request" // PKCE is asked of all clients, RFC 9700 section 2.1.1
	case p.user == "":
		return "login_required"
	}
	return p.denial
}

func (p *Provider) newCode(q url.Values) string {
	name := random(18)
	p.codes[name] = &code{
		grant:    grant{client: q.Get("client_id"), subject: p.user, scope: q.Get("scope"), nonce: q.Get("nonce"), since: p.now},
		redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"), expires: p.now.Add(p.lives.Code),
	}
	return name
}
