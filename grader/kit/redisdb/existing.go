package redisdb

import (
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"strconv"
	"time"
)

// existing takes numbered databases of the Redis at a URL.
type existing struct{ *url.URL }

const (
	numbered = 15               // databases 1 to 15: a Redis has 16 unless configured otherwise
	holding  = 2 * time.Minute  // how long a killed test keeps its database taken
	queueing = 15 * time.Second // how long a test waits for a free one
)

func (e existing) open(r *rand.Rand) (database, error) {
	locks, err := e.dial(0)
	if err != nil {
		return database{}, err
	}
	number, free, err := take(locks, r)
	if err != nil {
		_ = locks.conn.Close()
		return database{}, fmt.Errorf("take a database of the Redis at %s: %w", e.Host, err)
	}
	own, err := e.dial(number)
	if err == nil {
		_, err = own.do("FLUSHDB")
	}
	if err != nil {
		free()
		return database{}, fmt.Errorf("empty database %d of the Redis at %s: %w", number, e.Host, err)
	}
	return database{
		real: true,
		own:  own,
		dial: func() (*link, error) { return e.dial(number) },
		advance: func(d time.Duration) error {
			<-time.After(d)
			return nil
		},
		close: func() {
			_, _ = own.do("FLUSHDB")
			_ = own.conn.Close()
			free()
		},
	}, nil
}

// take locks a database that no other test has. free unlocks it and closes the
// connection.
func take(locks *link, r *rand.Rand) (number int, free func(), err error) {
	token, ms := strconv.FormatUint(rand.Uint64(), 36), strconv.FormatInt(holding.Milliseconds(), 10)
	for until := time.Now().Add(queueing); time.Now().Before(until); <-time.After(20 * time.Millisecond) {
		first := r.IntN(numbered)
		for i := range numbered {
			number := 1 + (first+i)%numbered
			key := fmt.Sprintf("kata:taken:%d", number)
			answer, err := locks.do("SET", key, token, "NX", "PX", ms)
			if err != nil {
				return 0, nil, fmt.Errorf("lock a database: %w", err)
			}
			if answer != nil {
				return number, func() { locks.release(key, token) }, nil
			}
		}
	}
	return 0, nil, fmt.Errorf("other tests hold all %d databases of this Redis", numbered)
}

// release unlocks key unless the lock has expired and is another test's now.
func (l *link) release(key, token string) {
	if holder, _ := l.do("GET", key); holder == token {
		_, _ = l.do("DEL", key)
	}
	_ = l.conn.Close()
}

// dial returns a connection that is let in and has the database selected.
func (e existing) dial(number int) (*link, error) {
	host := e.Host
	if e.Port() == "" {
		host = net.JoinHostPort(e.Hostname(), "6379")
	}
	var secure *tls.Config
	if e.Scheme == "rediss" {
		secure = &tls.Config{ServerName: e.Hostname(), MinVersion: tls.VersionTLS12}
	}
	l, err := connect(host, secure)
	if err != nil {
		return nil, err
	}
	if password, ok := e.User.Password(); ok {
		words := []string{"AUTH", password}
		if name := e.User.Username(); name != "" {
			words = []string{"AUTH", name, password}
		}
		_, err = l.do(words...)
	}
	if err == nil && number != 0 {
		_, err = l.do("SELECT", strconv.Itoa(number))
	}
	if err != nil {
		_ = l.conn.Close()
		return nil, fmt.Errorf("use database %d of the Redis at %s: %w", number, host, err)
	}
	return l, nil
}
