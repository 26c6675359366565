package provider_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/kata-go/kata/exercises/testing/provider"
)

// stub is a provider that has an answer for everything.
func stub(t *testing.T) provider.Config {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"access_token":"t0ken","token_type":"Bearer","sub":"7","name":"Ada"}`))
	}))
	t.Cleanup(s.Close)
	return provider.Config{
		AuthorizeURL: s.URL + "/authorize", TokenURL: s.URL + "/token", UserURL: s.URL + "/user",
		ClientID: "shop", Secret: "s3cret", RedirectURL: "https://shop.example.org/back",
	}
}

func TestSignIn(t *testing.T) {
	client := provider.New(stub(t))
	to, attempt := client.Begin()
	if to == "" {
		t.Fatal("nowhere to go")
	}
	query := url.Values{"state": {attempt.State}, "code": {"c0de"}}
	user, err := client.Finish(t.Context(), attempt, query)
	if err != nil || user.Name != "Ada" {
		t.Errorf("got %v, %v", user, err)
	}
}

func TestSignInIsRefused(t *testing.T) {
	client := provider.New(stub(t))
	_, attempt := client.Begin()
	_, err := client.Finish(t.Context(), attempt, url.Values{"state": {attempt.State}, "error": {"access_denied"}})
	if err != nil {
		t.Log("refused:", err)
	}
}
