package provider_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/solutions/testing/provider"
)

const (
	id, secret = "shop", "s3cret & more"
	back       = "https://shop.example.org/back?from=provider"
)

// fake is a provider that believes nothing. It keeps what went wrong for the
// test to read.
type fake struct {
	*httptest.Server
	mu     sync.Mutex
	codes  map[string]string // code -> challenge; a code is taken once
	tokens map[string]bool
	asked  int            // requests of the client
	broken map[string]int // path -> status, for a provider that is out of order
}

func open(t *testing.T) (*fake, *provider.Client) {
	f := &fake{codes: map[string]string{}, tokens: map[string]bool{}, broken: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", f.token)
	mux.HandleFunc("GET /user", f.user)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.asked++
		if strings.Contains(r.URL.String(), "s3cret") {
			t.Errorf("the secret is in the URL %s", r.URL)
		}
		if status := f.broken[r.URL.Path]; status != 0 {
			refuse(w, status, "server_error")
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	return f, provider.New(provider.Config{
		AuthorizeURL: f.URL + "/authorize?lang=en", TokenURL: f.URL + "/token", UserURL: f.URL + "/user",
		ClientID: id, Secret: secret, RedirectURL: back,
	})
}

// authorize is the provider's page, on which the visitor agrees. It returns the
// query that he is sent back with.
func (f *fake) authorize(t *testing.T, to string) url.Values {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, f.URL+"/authorize?") {
		t.Fatalf("Begin leads to %s", to)
	}
	q := u.Query()
	for name, want := range map[string]string{"response_type": "code", "client_id": id, "redirect_uri": back, "code_challenge_method": "S256", "lang": "en"} {
		if q.Get(name) != want {
			t.Fatalf("Begin leads to %s: %s is %q, want %q", to, name, q.Get(name), want)
		}
	}
	if len(q.Get("state")) < 16 || len(q.Get("code_challenge")) != 43 {
		t.Fatalf("Begin leads to %s: state or challenge are too short", to)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	code := fmt.Sprintf("c0de/%d+", len(f.codes))
	f.codes[code] = q.Get("code_challenge")
	return url.Values{"state": {q.Get("state")}, "code": {code}}
}

func (f *fake) token(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	user, _ = url.QueryUnescape(user) // RFC 6749 section 2.3.1
	password, _ = url.QueryUnescape(password)
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	challenge, known := f.codes[r.PostFormValue("code")]
	switch {
	case user != id || password != secret:
		refuse(w, http.StatusUnauthorized, "invalid_client")
	case r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != back:
		refuse(w, http.StatusBadRequest, "invalid_request")
	case !known || base64.RawURLEncoding.EncodeToString(sum[:]) != challenge:
		refuse(w, http.StatusBadRequest, "invalid_grant")
	default:
		delete(f.codes, r.PostFormValue("code"))
		f.tokens["t0ken"] = true
		answer(w, http.StatusOK, map[string]any{"access_token": "t0ken", "token_type": "Bearer", "expires_in": 60})
	}
}

func (f *fake) user(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !f.tokens[token] {
		refuse(w, http.StatusUnauthorized, "invalid_token")
		return
	}
	answer(w, http.StatusOK, map[string]string{"sub": "7", "name": "Ada"})
}

func refuse(w http.ResponseWriter, status int, problem string) {
	answer(w, status, map[string]string{"error": problem})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (f *fake) requests() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

func TestSignIn(t *testing.T) {
	f, client := open(t)
	to, attempt := client.Begin()
	got, err := client.Finish(t.Context(), attempt, f.authorize(t, to))
	if want := (provider.User{Subject: "7", Name: "Ada"}); err != nil || got != want {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestTwoVisitors(t *testing.T) {
	f, client := open(t)
	one, first := client.Begin()
	two, second := client.Begin()
	if first.State == second.State || first.Verifier == second.Verifier || len(first.Verifier) < 43 {
		t.Fatalf("the attempts %v and %v share something, or can be guessed", first, second)
	}
	mine, theirs := f.authorize(t, one), f.authorize(t, two)
	before := f.requests()
	if got, err := client.Finish(t.Context(), first, theirs); !errors.Is(err, provider.ErrState) {
		t.Errorf("somebody else's answer: got %v, %v; want ErrState", got, err)
	}
	if got, err := client.Finish(t.Context(), first, url.Values{"code": mine["code"]}); !errors.Is(err, provider.ErrState) {
		t.Errorf("an answer without a state: got %v, %v; want ErrState", got, err)
	}
	if n := f.requests() - before; n != 0 {
		t.Errorf("the provider was asked %d times", n)
	}
	mine["code"] = theirs["code"] // a code that was stolen
	if got, err := client.Finish(t.Context(), first, mine); !errors.Is(err, provider.ErrProvider) {
		t.Errorf("somebody else's code: got %v, %v; want ErrProvider", got, err)
	}
}

func TestVisitorSaysNo(t *testing.T) {
	for problem, want := range map[string]error{"access_denied": provider.ErrDenied, "server_error": provider.ErrProvider} {
		f, client := open(t)
		to, attempt := client.Begin()
		query := f.authorize(t, to)
		query.Del("code")
		query.Set("error", problem)
		if got, err := client.Finish(t.Context(), attempt, query); !errors.Is(err, want) {
			t.Errorf("error=%s: got %v, %v; want %v", problem, got, err, want)
		}
		if n := f.requests(); n != 0 {
			t.Errorf("error=%s: the provider was asked %d times", problem, n)
		}
	}
}

func TestProviderSaysNo(t *testing.T) {
	for _, path := range []string{"/token", "/user"} {
		for _, status := range []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusServiceUnavailable} {
			f, client := open(t)
			f.broken[path] = status
			to, attempt := client.Begin()
			got, err := client.Finish(t.Context(), attempt, f.authorize(t, to))
			if !errors.Is(err, provider.ErrProvider) {
				t.Errorf("%s answers %d: got %v, %v; want ErrProvider", path, status, got, err)
			}
		}
	}
}

// A provider that is cut off in the middle, or that talks nonsense.
func TestProviderIsOutOfOrder(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"cut off":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"nonsense": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<h1>Welcome</h1>") },
	} {
		for _, path := range []string{"/token", "/user"} {
			f, client := open(t)
			inner := f.Config.Handler
			f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == path {
					answer(w, r)
				} else {
					inner.ServeHTTP(w, r)
				}
			})
			to, attempt := client.Begin()
			if got, err := client.Finish(t.Context(), attempt, f.authorize(t, to)); !errors.Is(err, provider.ErrProvider) {
				t.Errorf("%s at %s: got %v, %v; want ErrProvider", name, path, got, err)
			}
		}
	}
}

func TestProviderIsGone(t *testing.T) {
	f, client := open(t)
	to, attempt := client.Begin()
	query := f.authorize(t, to)
	f.Close()
	if got, err := client.Finish(t.Context(), attempt, query); !errors.Is(err, provider.ErrProvider) {
		t.Errorf("got %v, %v; want ErrProvider", got, err)
	}
}
