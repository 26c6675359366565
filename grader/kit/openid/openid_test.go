package openid_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/kata-go/kata/grader/kit/internal/conformance"
	"github.com/kata-go/kata/grader/kit/openid"
)

// party is a relying party as go-oidc and x/oauth2 make one.
type party struct {
	*openid.Provider
	config   oauth2.Config
	provider *oidc.Provider
	verifier string
}

func join(t *testing.T) *party {
	t.Helper()
	p := openid.Start(t)
	found, err := oidc.NewProvider(t.Context(), p.Issuer())
	if err != nil {
		t.Fatal(err)
	}
	c := p.Default()
	return &party{Provider: p, provider: found, verifier: oauth2.GenerateVerifier(), config: oauth2.Config{
		ClientID: c.ID, ClientSecret: c.Secret, RedirectURL: c.Redirect[0], Endpoint: found.Endpoint(),
		Scopes: []string{"openid", "email", "profile", "offline_access"},
	}}
}

// code signs the user in.
func (p *party) code(options ...oauth2.AuthCodeOption) (string, error) {
	options = append([]oauth2.AuthCodeOption{oauth2.S256ChallengeOption(p.verifier), oidc.Nonce("n1")}, options...)
	back, status, err := p.Visit(p.config.AuthCodeURL("st", options...))
	switch {
	case err != nil:
		return "", err
	case back == nil:
		return "", fmt.Errorf("a page with %d", status)
	case back.Query().Get("error") != "":
		return "", errors.New(back.Query().Get("error"))
	case back.Query().Get("state") != "st" || back.Query().Get("iss") != p.Issuer():
		return "", fmt.Errorf("state or iss is wrong in %s", back)
	}
	return back.Query().Get("code"), nil
}

func (p *party) exchange(code string, options ...oauth2.AuthCodeOption) (*oauth2.Token, error) {
	options = append([]oauth2.AuthCodeOption{oauth2.VerifierOption(p.verifier)}, options...)
	return p.config.Exchange(context.Background(), code, options...)
}

func (p *party) signIn(t *testing.T) *oauth2.Token {
	t.Helper()
	code, err := p.code()
	if err != nil {
		t.Fatal(err)
	}
	token, err := p.exchange(code)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (p *party) refresh(token string) (*oauth2.Token, error) {
	return p.config.TokenSource(context.Background(), &oauth2.Token{RefreshToken: token}).Token()
}

func (p *party) verify(raw string) (*oidc.IDToken, error) {
	return p.provider.Verifier(&oidc.Config{ClientID: p.config.ClientID, Now: p.Now}).Verify(context.Background(), raw)
}

func (p *party) userinfo(access string) error {
	info, err := p.provider.UserInfo(context.Background(), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: access}))
	if err == nil && (info.Subject != p.User().Subject || info.Email != p.User().Email) {
		return fmt.Errorf("userinfo tells about %s, %s", info.Subject, info.Email)
	}
	return err
}

// post sends a form with the client's secret and returns the JSON answer.
func (p *party) post(path string, form url.Values) (map[string]any, error) {
	form.Set("client_id", p.config.ClientID)
	form.Set("client_secret", p.config.ClientSecret)
	res, err := http.PostForm(p.Issuer()+path, form)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var body map[string]any
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return body, fmt.Errorf("%d %v", res.StatusCode, body["error"])
	}
	return body, nil
}

func idToken(t *oauth2.Token) string {
	raw, _ := t.Extra("id_token").(string)
	return raw
}

func second[T any](_ T, err error) error { return err }

func TestConformance(t *testing.T) {
	table := conformance.New(t, "conformance.md", "The OpenID provider, asked by go-oidc and x/oauth2")
	for _, f := range []func(*testing.T, *conformance.Table){signing, codes, refreshing, tokens, ending} {
		f(t, table)
	}
}

func signing(t *testing.T, table *conformance.Table) {
	p := join(t)
	table.Works("discovery, code flow with PKCE S256, client_secret_basic", second(p.exchange(must(p.code()))))
	p.config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	table.Works("client_secret_post", second(p.exchange(must(p.code()))))
	p.config.ClientSecret = "wrong"
	table.Refused("a wrong secret", second(p.exchange(must(p.code()))), "invalid_client")
	p.AddClient(openid.Client{ID: "app", Redirect: []string{"http://127.0.0.1:9/cb?x=1"}})
	p.config.ClientID, p.config.ClientSecret, p.config.RedirectURL = "app", "", "http://127.0.0.1:9/cb?x=1"
	table.Works("a public client", second(p.exchange(must(p.code()))))
	p.config.RedirectURL = "http://127.0.0.1:9/cb"
	table.Refused("another redirect URI", second(p.code()), "a page with 400")
	p.config.RedirectURL, p.config.ClientID = "http://127.0.0.1:9/cb?x=1", "nobody"
	table.Refused("an unknown client", second(p.code()), "a page with 400")
	p.config.ClientID = "app"
	table.Refused("response_type token", second(p.code(oauth2.SetAuthURLParam("response_type", "token"))), "unsupported_response_type")
	table.Refused("PKCE plain", second(p.code(oauth2.SetAuthURLParam("code_challenge_method", "plain"))), "invalid_request")
	table.Refused("no PKCE", second(p.code(oauth2.SetAuthURLParam("code_challenge", ""))), "invalid_request")
	p.Deny("access_denied")
	table.Refused("the user says no", second(p.code()), "access_denied")
	p.Deny("")
	p.SignIn("")
	table.Refused("nobody is signed in", second(p.code()), "login_required")
}

func must(s string, err error) string {
	if err != nil {
		return "(" + err.Error() + ")"
	}
	return s
}

func codes(t *testing.T, table *conformance.Table) {
	p := join(t)
	code := must(p.code())
	right := p.verifier
	p.verifier = oauth2.GenerateVerifier()
	table.Refused("another code_verifier", second(p.exchange(code)), "invalid_grant")
	p.verifier = right
	table.Refused("another redirect_uri at the exchange", second(p.exchange(code, oauth2.SetAuthURLParam("redirect_uri", "http://127.0.0.1/x"))), "invalid_grant")
	token, err := p.exchange(code)
	table.Works("exchange of the code", err)
	table.Refused("the same code again", second(p.exchange(code)), "invalid_grant")
	table.Refused("tokens of a code that came again", p.userinfo(token.AccessToken), "invalid_token")
	code = must(p.code())
	p.Advance(time.Minute)
	table.Refused("a code after its life", second(p.exchange(code)), "invalid_grant")
	table.Refused("a code that never was", second(p.exchange("x")), "invalid_grant")
	p.config.Scopes = []string{"openid"}
	if token = p.signIn(t); token.RefreshToken != "" {
		t.Error("a refresh token without offline_access")
	}
	p.config.Scopes = []string{"email"}
	if token = p.signIn(t); idToken(token) != "" {
		t.Error("an ID token without the scope openid")
	}
	table.Refused("userinfo without the scope openid", p.userinfo(token.AccessToken), "insufficient_scope")
	_, err = p.post("/token", url.Values{"grant_type": {"password"}})
	table.Refused("grant_type password", err, "unsupported_grant_type")
}

func refreshing(t *testing.T, table *conformance.Table) {
	p := join(t)
	first := p.signIn(t)
	next, err := p.refresh(first.RefreshToken)
	table.Works("refresh", err)
	if next.RefreshToken == first.RefreshToken || next.AccessToken == first.AccessToken {
		t.Error("the tokens were not rotated")
	}
	table.Works("the old access token lives on", p.userinfo(first.AccessToken))
	again, err := p.refresh(next.RefreshToken)
	table.Works("refresh with the rotated token", err)
	table.Refused("refresh with a token used before", second(p.refresh(first.RefreshToken)), "invalid_grant")
	table.Refused("the family of a token used twice: refresh", second(p.refresh(again.RefreshToken)), "invalid_grant")
	table.Refused("the family of a token used twice: access", p.userinfo(again.AccessToken), "invalid_token")
	p.Live(openid.Lifetimes{Refresh: time.Hour})
	first = p.signIn(t)
	p.Advance(time.Hour)
	table.Refused("a refresh token after its life", second(p.refresh(first.RefreshToken)), "invalid_grant")
	first = p.signIn(t)
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.RefreshToken}, "scope": {"openid admin"}}
	_, err = p.post("/token", form)
	table.Refused("refresh for a wider scope", err, "invalid_scope")
	form.Set("scope", "openid")
	_, err = p.post("/token", form)
	table.Works("refresh for a narrower scope", err)
	first = p.signIn(t)
	p.AddClient(openid.Client{ID: "other", Redirect: []string{"http://127.0.0.1/"}})
	p.config.ClientID, p.config.ClientSecret = "other", ""
	table.Refused("another client's refresh token", second(p.refresh(first.RefreshToken)), "invalid_grant")
}

func tokens(t *testing.T, table *conformance.Table) {
	p := join(t)
	id, err := p.verify(idToken(p.signIn(t)))
	table.Works("verify the ID token", err)
	if id.Nonce != "n1" || id.Subject != p.User().Subject {
		t.Errorf("nonce %q, subject %q", id.Nonce, id.Subject)
	}
	before := idToken(p.signIn(t))
	p.RotateKey()
	table.Works("an ID token of the key before", second(p.verify(before)))
	table.Works("an ID token of a new key", second(p.verify(idToken(p.signIn(t)))))
	p.WithdrawKeys()
	p.provider, _ = oidc.NewProvider(t.Context(), p.Issuer())
	table.Refused("an ID token of a withdrawn key", second(p.verify(before)), "failed to verify")
	claims := p.Identity(p.config.ClientID, "n")
	table.Works("claims that the test signs", second(p.verify(p.Sign(claims))))
	table.Refused("claims that a stranger signs", second(p.verify(p.SignStranger(claims))), "failed to verify")
	table.Refused("claims that nobody signs", second(p.verify(openid.Unsigned(claims))), "")
	p.Forge(func(_, claims map[string]any) { claims["aud"] = "another" })
	table.Refused("a forged audience", second(p.verify(idToken(p.signIn(t)))), "audience")
	p.Forge(func(header, _ map[string]any) { header["alg"] = "none" })
	table.Refused("a forged algorithm", second(p.verify(idToken(p.signIn(t)))), "")
	p.Forge(nil)
	last := idToken(p.signIn(t))
	p.Advance(5*time.Minute + time.Second) // go-oidc takes the last second too
	table.Refused("an ID token after its life", second(p.verify(last)), "expired")
}

func ending(t *testing.T, table *conformance.Table) {
	p := join(t)
	token := p.signIn(t)
	table.Works("userinfo", p.userinfo(token.AccessToken))
	table.Refused("userinfo with a refresh token", p.userinfo(token.RefreshToken), "invalid_token")
	body, err := p.post("/introspect", url.Values{"token": {token.AccessToken}})
	table.Works("introspection", err)
	if body["active"] != true || body["sub"] != p.User().Subject {
		t.Errorf("introspection tells %v", body)
	}
	_, err = p.post("/revoke", url.Values{"token": {token.AccessToken}})
	table.Works("revocation of an access token", err)
	table.Refused("a revoked access token", p.userinfo(token.AccessToken), "invalid_token")
	next, err := p.refresh(token.RefreshToken)
	table.Works("refresh after the access token was revoked", err)
	_, err = p.post("/revoke", url.Values{"token": {next.RefreshToken}})
	table.Works("revocation of a refresh token", err)
	table.Refused("access of a revoked family", p.userinfo(next.AccessToken), "invalid_token")
	_, err = p.post("/revoke", url.Values{"token": {"unknown"}})
	table.Works("revocation of an unknown token", err)
	token = p.signIn(t)
	p.RevokeUser(p.User().Subject)
	table.Refused("tokens of a user who was shut out", second(p.refresh(token.RefreshToken)), "invalid_grant")
	token = p.signIn(t)
	p.Advance(5 * time.Minute)
	table.Refused("an access token after its life", p.userinfo(token.AccessToken), "invalid_token")
	if body, err = p.post("/introspect", url.Values{"token": {token.AccessToken}}); err != nil || body["active"] != false {
		t.Errorf("introspection of an expired token: %v, %v", body, err)
	}
}
