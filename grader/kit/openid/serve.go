package openid

import (
	"encoding/json"
	"net/http"
	"net/url"
)

// The endpoints by their names in faults and the record.
const (
	Discovery  = "discovery"
	Keys       = "keys"
	Authorize  = "authorize"
	Token      = "token"
	UserInfo   = "userinfo"
	Revoke     = "revoke"
	Introspect = "introspect"
)

// answer is what an endpoint returns.
type answer struct {
	status  int
	header  map[string]string
	body    any    // JSON
	problem string // the error code in it, for the record
}

// problem is an error answer of RFC 6749 section 5.2.
func problem(status int, code, text string) answer {
	return answer{status: status, problem: code, body: map[string]string{"error": code, "error_description": text}}
}

func success(body any) answer { return answer{status: http.StatusOK, body: body} }

func (p *Provider) handler() http.Handler {
	mux := http.NewServeMux()
	for _, e := range []struct {
		name, pattern string
		serve         func(r *http.Request) answer
	}{
		{Discovery, "GET /.well-known/openid-configuration", p.discover},
		{Keys, "GET /keys", func(*http.Request) answer { return success(p.ring.jwks()) }},
		{Authorize, "GET /authorize", p.authorize},
		{Authorize, "POST /authorize", p.authorize},
		{Token, "POST /token", p.token},
		{UserInfo, "GET /userinfo", p.userinfo},
		{UserInfo, "POST /userinfo", p.userinfo},
		{Revoke, "POST /revoke", p.revoke},
		{Introspect, "POST /introspect", p.introspect},
	} {
		mux.HandleFunc(e.pattern, func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, e.name, e.serve) })
	}
	return mux
}

// serve answers one request under the provider's lock, with its faults.
func (p *Provider) serve(w http.ResponseWriter, r *http.Request, endpoint string, f func(*http.Request) answer) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	malformed := r.ParseForm()
	n := p.record.begin(endpoint, r)
	fault := p.faults.meet(r.Context(), endpoint)
	switch fault {
	case Cut:
		p.record.end(n, answer{problem: "connection cut"})
		panic(http.ErrAbortHandler)
	case Unavailable:
		p.send(w, n, problem(http.StatusServiceUnavailable, "temporarily_unavailable", "try again later"))
		return
	}
	a := problem(http.StatusBadRequest, "invalid_request", "the form cannot be read")
	if malformed == nil {
		p.mu.Lock()
		a = f(r)
		p.mu.Unlock()
	}
	if fault == Lost {
		a.problem = "done, and the answer was lost"
		p.record.end(n, a)
		panic(http.ErrAbortHandler)
	}
	p.send(w, n, a)
}

func (p *Provider) send(w http.ResponseWriter, n int, a answer) {
	p.record.end(n, a)
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Cache-Control", "no-store")
	if a.body != nil {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(a.status)
	if a.body != nil {
		_ = json.NewEncoder(w).Encode(a.body) // the client has gone: its loss
	}
}

// discover is OpenID Connect Discovery 1.0 section 3.
func (p *Provider) discover(*http.Request) answer {
	base := p.server.URL
	return success(map[string]any{
		"issuer": base, "authorization_endpoint": base + "/authorize", "token_endpoint": base + "/token", "jwks_uri": base + "/keys",
		"userinfo_endpoint": base + "/userinfo", "revocation_endpoint": base + "/revoke", "introspection_endpoint": base + "/introspect",
		"response_types_supported": []string{"code"}, "response_modes_supported": []string{"query"},
		"grant_types_supported":                          []string{"authorization_code", "refresh_token"},
		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{"RS256"},
		"scopes_supported":                               []string{"openid", "email", "profile", "offline_access"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "client_secret_post", "none"},
		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
	})
}

// client authenticates the caller of an endpoint (RFC 6749 section 2.3).
func (p *Provider) client(r *http.Request) (Client, bool) {
	id, secret, basic := r.BasicAuth()
	if basic {
		id, secret = unescape(id), unescape(secret) // section 2.3.1: form-encoded first
	} else {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	c, ok := p.clients[id]
	return c, ok && same(secret, c.Secret)
}

func unescape(s string) string {
	if text, err := url.QueryUnescape(s); err == nil {
		return text
	}
	return s
}

func unknownClient() answer {
	a := problem(http.StatusUnauthorized, "invalid_client", "unknown client, or not its secret")
	a.header = map[string]string{"WWW-Authenticate": `Basic realm="token"`}
	return a
}
