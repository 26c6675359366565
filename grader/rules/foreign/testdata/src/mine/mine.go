// Package mine changes what is not its own.
package mine

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	mrand "math/rand/v2"
	"net/http"
	client "net/http"
	"time"

	"mine/store"
	"redis.example/go-redis/v9"
	named "redis.example/go-redis/v9"
)

type box struct {
	DefaultClient *http.Client
	Local         *time.Location
	EOF           error
}

func changes(r io.Reader, all []error, readers chan io.Reader) {
	rand.Reader = r                                        // want `this changes rand.Reader, a variable of another package\nSuch a variable`
	http.DefaultClient.Timeout = time.Second               // want `this changes http.DefaultClient`
	client.DefaultClient = nil                             // want `this changes client.DefaultClient`
	(http.DefaultClient) = &http.Client{}                  // want `this changes http.DefaultClient`
	*(http.DefaultClient) = http.Client{}                  // want `this changes http.DefaultClient`
	(*http.DefaultClient).Timeout += 1                     // want `this changes http.DefaultClient`
	http.DefaultTransport.(*http.Transport).MaxIdleConns++ // want `this changes http.DefaultTransport`
	time.Local, all[0] = nil, nil                          // want `this changes time.Local`
	all[0], io.EOF = nil, errors.New("end")                // want `this changes io.EOF`
	redis.Limits["a"]++                                    // want `this changes redis.Limits`
	named.Nil = nil                                        // want `this changes named.Nil`
	redis.List[1:][0] = 2                                  // want `this changes redis.List`
	delete(redis.Limits, "a")                              // want `this changes redis.Limits`
	clear(named.Limits)                                    // want `this changes named.Limits`
	copy(redis.List[2:], []int{1})                         // want `this changes redis.List`
	for redis.Count = range 3 {                            // want `this changes redis.Count`
	}
	for _, io.EOF = range all { // want `this changes io.EOF`
	}
	select {
	case rand.Reader = <-readers: // want `this changes rand.Reader`
	}
	func() { io.ErrUnexpectedEOF = nil }() // want `this changes io.ErrUnexpectedEOF`
}

func addresses() []any {
	set(&io.EOF)                                                                            // want `this takes the address of io.EOF`
	p := &(http.DefaultServeMux)                                                            // want `this takes the address of http.DefaultServeMux`
	q := &http.DefaultClient.Timeout                                                        // want `this takes the address of http.DefaultClient`
	return []any{p, q, &redis.List[0], &http.Client{}, &(time.Time{}), &[]error{io.EOF}[0]} // want `this takes the address of redis.List`
}

func set(*error) {}

func allowed(b box, all []error) int {
	store.Default = 3
	store.Default++
	_ = &store.Default
	c := http.DefaultClient
	err := io.EOF
	err = errors.Join(err, io.ErrNoProgress)
	all[0] = io.EOF
	_ = c
	http := b
	http.DefaultClient = nil
	io := &b
	io.EOF, io.Local = nil, nil
	{
		var redis struct{ List []int }
		redis.List[0] = 1
		_ = &redis.List
	}
	binary.BigEndian.PutUint16(nil, 1)
	_ = err
	redis.Limits.Add("methods are the package's own business")
	return mrand.N(3)
}

func delete2(m map[int]int) { delete(m, 1) }
