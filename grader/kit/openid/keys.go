package openid

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"sync"
)

var base64url = base64.RawURLEncoding

// pool makes the process's keys, each when first asked for: RSA keys are slow
// to make, and providers differ by issuer and key ID already.
var pool struct {
	sync.Mutex
	keys map[int]*rsa.PrivateKey
}

// stranger is the place in the pool of a key that no provider publishes.
const stranger = 0

func pooled(n int) *rsa.PrivateKey {
	pool.Lock()
	defer pool.Unlock()
	if pool.keys[n] == nil {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(fmt.Sprintf("openid: make a key: %v", err)) // rand.Reader does not fail
		}
		if pool.keys == nil {
			pool.keys = map[int]*rsa.PrivateKey{}
		}
		pool.keys[n] = key
	}
	return pool.keys[n]
}

// signer is a key under the name that the provider gives it.
type signer struct {
	id  string
	key *rsa.PrivateKey
}

// ring is a provider's keys, the newest last; it signs.
type ring struct {
	made      int
	published []signer
}

func (r *ring) add() {
	r.made++
	r.published = append(r.published, signer{random(6), pooled(stranger + r.made)})
}

func (r *ring) current() signer { return r.published[len(r.published)-1] }

// RotateKey makes a new key sign from now on. The keys from before stay
// published for what they have signed.
func (p *Provider) RotateKey() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ring.add()
}

// WithdrawKeys stops to publish all keys but the newest.
func (p *Provider) WithdrawKeys() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ring.published = p.ring.published[len(p.ring.published)-1:]
}

// jwks is the published half as RFC 7517 section 5 has it.
func (r *ring) jwks() map[string]any {
	keys := []any{}
	for _, s := range r.published {
		keys = append(keys, map[string]string{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": s.id,
			"n": base64url.EncodeToString(s.key.N.Bytes()),
			"e": base64url.EncodeToString(big.NewInt(int64(s.key.E)).Bytes()),
		})
	}
	return map[string]any{"keys": keys}
}

// Sign returns claims as a token (RFC 7519) that the provider's newest key
// signed. Nothing is added: not iss, aud, iat or exp either.
func (p *Provider) Sign(claims map[string]any) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ring.current().sign(nil, claims)
}

// SignStranger is Sign by a key that the provider never published, under the
// key ID of one that it did.
func (p *Provider) SignStranger(claims map[string]any) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return signer{p.ring.current().id, pooled(stranger)}.sign(nil, claims)
}

// Unsigned returns claims as a token with the algorithm "none" (RFC 7519
// section 6), which no client may take.
func Unsigned(claims map[string]any) string {
	return part(map[string]any{"alg": "none"}) + "." + part(claims) + "."
}

// Identity returns the claims of a right ID token for a client, to be changed
// and signed.
func (p *Provider) Identity(client, nonce string) map[string]any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.identity(grant{client: client, nonce: nonce, subject: p.user, scope: "openid email profile", since: p.now})
}

// Forge makes f change the header and the claims of every ID token that the
// token endpoint issues, before it is signed; nil ends it. The header's "alg"
// "none" leaves the signature out.
func (p *Provider) Forge(f func(header, claims map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forge = f
}

func (s signer) sign(forge func(header, claims map[string]any), claims map[string]any) string {
	header, claims := map[string]any{"alg": "RS256", "kid": s.id, "typ": "JWT"}, maps.Clone(claims)
	if forge != nil {
		forge(header, claims)
	}
	text := part(header) + "." + part(claims)
	if header["alg"] == "none" {
		return text + "."
	}
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(fmt.Sprintf("openid: sign: %v", err)) // the key is large enough
	}
	return text + "." + base64url.EncodeToString(signature)
}

func part(v map[string]any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("openid: claims that JSON cannot tell: %v", err)) // a test's mistake
	}
	return base64url.EncodeToString(b)
}

// random returns n random bytes as text.
func random(n int) string {
	b := slices.Repeat([]byte{0}, n)
	_, _ = rand.Read(b) // never fails, it says
	return base64url.EncodeToString(b)
}
