package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const (
	dialTime  = 10 * time.Second // for a connection and for the answer's head
	quietTime = 30 * time.Second // without a byte
	mostBytes = 256 << 20        // of an archive; they have 10 to 40 MB
)

// fetch downloads the archive into dir and returns the file, which has the
// checksum that the repository gives.
func (a archive) fetch(ctx context.Context, dir string) (jar string, err error) {
	sum, err := a.checksum(ctx)
	if err != nil {
		return "", err
	}
	jar = filepath.Join(dir, "postgres-"+a.system+"-"+a.version+"-"+sum[:16]+".part")
	if err := a.download(ctx, jar); err != nil {
		return "", err
	}
	got, err := sumOf(jar)
	if err != nil {
		return "", err
	}
	if got != sum {
		return "", errors.Join(fmt.Errorf("%s has the SHA-256 checksum %.12s…, its repository says %.12s…: it is damaged or not what was published", a.url, got, sum), os.Remove(jar))
	}
	return jar, nil
}

var hexSum = regexp.MustCompile(`^[0-9a-f]{64}$`)

// checksum is what lies beside the archive, alone or before a file name.
func (a archive) checksum(ctx context.Context) (string, error) {
	res, err := a.get(ctx, a.url+".sha256", 0)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusNotFound {
		return "", fmt.Errorf("the repository has no PostgreSQL %s for %s: there is no %s.sha256", a.version, a.system, a.url)
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if err != nil {
		return "", fmt.Errorf("fetch %s.sha256: %w", a.url, err)
	}
	words := strings.Fields(strings.ToLower(string(text)))
	if res.StatusCode != http.StatusOK || len(words) == 0 || !hexSum.MatchString(words[0]) {
		return "", fmt.Errorf("%s.sha256 answers %s and no checksum", a.url, res.Status)
	}
	return words[0], nil
}

// download continues the file where an earlier one was cut off.
func (a archive) download(ctx context.Context, jar string) (err error) {
	file, err := os.OpenFile(jar, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("keep the archive: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	have, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	res, err := a.get(ctx, a.url, have)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusRequestedRangeNotSatisfiable: // it is all there
		return nil
	case http.StatusPartialContent:
		fmt.Fprintf(os.Stderr, "fetching %s, from byte %d on\n", a.url, have)
	case http.StatusOK:
		have = 0
		fmt.Fprintf(os.Stderr, "fetching %s\n", a.url)
	default:
		return fmt.Errorf("%s answers %s", a.url, res.Status)
	}
	return a.receive(res, file, have)
}

// receive writes what comes behind the first have bytes.
func (a archive) receive(res *http.Response, file *os.File, have int64) error {
	if err := file.Truncate(have); err != nil {
		return err
	}
	if _, err := file.Seek(have, io.SeekStart); err != nil {
		return err
	}
	n, err := io.Copy(&progress{to: file, done: have, all: have + res.ContentLength}, io.LimitReader(res.Body, mostBytes-have+1))
	if err == nil && have+n > mostBytes {
		return fmt.Errorf("%s is larger than %d MB", a.url, mostBytes>>20)
	}
	if err != nil {
		return fmt.Errorf("fetch %s, %d bytes are there and the next call goes on: %w", a.url, have+n, unwrapped(err))
	}
	return nil
}

// get asks for what lies behind the first bytes of a URL. Reading the body fails
// when the server is silent for too long; it must be closed.
func (a archive) get(ctx context.Context, url string, behind int64) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	if behind > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", behind))
	}
	client := http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: dialTime}).DialContext,
		TLSHandshakeTimeout: dialTime, ResponseHeaderTimeout: dialTime, DisableKeepAlives: true, ForceAttemptHTTP2: true,
	}}
	res, err := client.Do(req)
	if err != nil {
		cancel(nil)
		return nil, fmt.Errorf("fetch %s: %w", url, unwrapped(err))
	}
	res.Body = newAttended(ctx, cancel, res.Body)
	return res, nil
}

// unwrapped drops what repeats the URL.
func unwrapped(err error) error {
	if inner := errors.Unwrap(err); inner != nil && strings.HasPrefix(err.Error(), "Get ") {
		return inner
	}
	return err
}

func sumOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
