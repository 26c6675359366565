// Package openid asks a provider who it is.
package openid

import (
	"encoding/json"
	"net/http"
)

// Issuer returns the issuer that the discovery document at url names.
func Issuer(url string) (string, error) {
	res, err := http.Get(url + "/.well-known/openid-configuration")
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var found struct{ Issuer string }
	err = json.NewDecoder(res.Body).Decode(&found)
	return found.Issuer, err
}
