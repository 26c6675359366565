package bucket

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// signed is what a request says about its signature (AWS Signature Version 4).
type signed struct {
	credential, headers, signature, date string
	life                                 time.Duration // of a link
	link                                 bool
}

const (
	algorithm = "AWS4-HMAC-SHA256"
	stamp     = "20060102T150405Z"
	longest   = 7 * 24 * time.Hour // of a link
)

// refusal returns the S3 error code for a request that may not come in, "" for
// one that may.
func (s *Server) refusal(r *http.Request) string {
	sig, ok := signature(r)
	if !ok {
		return "AccessDenied" // nobody's request
	}
	scope := strings.Split(sig.credential, "/") // key/day/region/s3/aws4_request
	made, err := time.Parse(stamp, sig.date)
	switch {
	case len(scope) != 5 || err != nil || !strings.HasPrefix(sig.date, scope[1]):
		return "AuthorizationHeaderMalformed"
	case scope[0] != s.key:
		return "InvalidAccessKeyId"
	case sig.link && (sig.life <= 0 || sig.life > longest):
		return "AuthorizationQueryParametersError"
	case sig.link && !s.clock.Now().Before(made.Add(sig.life)):
		return "AccessDenied" // S3 says "Request has expired"
	case !hmac.Equal([]byte(s.sign(r, sig, scope)), []byte(sig.signature)):
		return "SignatureDoesNotMatch"
	}
	return ""
}

func signature(r *http.Request) (sig signed, ok bool) {
	if q := r.URL.Query(); q.Get("X-Amz-Algorithm") == algorithm {
		seconds, _ := strconv.Atoi(q.Get("X-Amz-Expires")) // 0 is refused
		return signed{q.Get("X-Amz-Credential"), q.Get("X-Amz-SignedHeaders"), q.Get("X-Amz-Signature"), q.Get("X-Amz-Date"),
			time.Duration(seconds) * time.Second, true}, true
	}
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), algorithm+" ")
	if !ok {
		return sig, false
	}
	parts := map[string]string{}
	for p := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		parts[name] = value
	}
	return signed{parts["Credential"], parts["SignedHeaders"], parts["Signature"], r.Header.Get("X-Amz-Date"), 0, false}, true
}

// sign computes the signature that the request should have.
func (s *Server) sign(r *http.Request, sig signed, scope []string) string {
	text := strings.Join([]string{algorithm, sig.date, strings.Join(scope[1:], "/"), digest(canonical(r, sig))}, "\n")
	key := []byte("AWS4" + s.secret)
	for _, word := range append(scope[1:], text) {
		key = mac(key, word)
	}
	return hex.EncodeToString(key)
}

// canonical is the canonical request.
func canonical(r *http.Request, sig signed) string {
	query := r.URL.Query()
	query.Del("X-Amz-Signature")
	payload := cmp.Or(r.Header.Get("X-Amz-Content-Sha256"), query.Get("X-Amz-Content-Sha256"), "UNSIGNED-PAYLOAD")
	var headers strings.Builder
	for name := range strings.SplitSeq(sig.headers, ";") {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = strconv.FormatInt(r.ContentLength, 10)
		}
		headers.WriteString(name + ":" + strings.Join(strings.Fields(value), " ") + "\n")
	}
	return strings.Join([]string{r.Method, r.URL.EscapedPath(), encode(query), headers.String(), sig.headers, payload}, "\n")
}

// encode is url.Values.Encode with %20 for a space, as the canonical query has.
func encode(query url.Values) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, value := range slices.Sorted(slices.Values(query[name])) {
			pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(value))
		}
	}
	return strings.ReplaceAll(strings.Join(pairs, "&"), "+", "%20")
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
