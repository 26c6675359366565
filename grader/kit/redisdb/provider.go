package redisdb

import (
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Env names the environment variable that carries the address.
const Env = "KATA_REDIS"

const controlScheme = "kata+redis://"

// database is one empty, isolated database, wherever it is.
type database struct {
	real    bool
	dial    func() (*link, error)       // a new connection to it
	own     *link                       // the test's
	advance func(d time.Duration) error // lets time pass
	close   func()
}

// provider makes databases.
type provider interface {
	open(r *rand.Rand) (database, error)
}

// find returns the provider that the environment names, or our own.
func find() (provider, error) {
	address := os.Getenv(Env)
	if address == "" {
		var err error
		if address, err = started(); err != nil {
			return nil, err
		}
	}
	if control, ok := strings.CutPrefix(address, controlScheme); ok {
		return embedded{strings.TrimSpace(control)}, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "redis" && u.Scheme != "rediss") {
		return nil, fmt.Errorf("%s is %q: want redis://host:port", Env, address)
	}
	return existing{u}, nil
}

// connect dials address, with TLS when it has a configuration.
func connect(address string, secure *tls.Config) (*link, error) {
	dialer := &net.Dialer{Timeout: patience}
	if secure == nil {
		conn, err := dialer.Dial("tcp", address)
		if err != nil {
			return nil, fmt.Errorf("no Redis answers at %s: %w", address, err)
		}
		return newLink(conn), nil
	}
	conn, err := tls.DialWithDialer(dialer, "tcp", address, secure)
	if err != nil {
		return nil, fmt.Errorf("no Redis answers at %s: %w", address, err)
	}
	return newLink(conn), nil
}

// embedded makes instances of grader/services/redis; control is its host:port.
type embedded struct{ control string }

func (e embedded) open(r *rand.Rand) (database, error) {
	control, err := connect(e.control, nil)
	if err != nil {
		return database{}, err
	}
	start := time.Now().Add(skew(r)).UnixMilli()
	answer, err := control.do("KATA.NEW", strconv.FormatInt(start, 10))
	addr, _ := answer.(string)
	if err != nil || addr == "" {
		_ = control.conn.Close()
		return database{}, errors.Join(errors.New("the embedded Redis made no instance"), err)
	}
	own, err := connect(addr, nil)
	if err != nil {
		_ = control.conn.Close()
		return database{}, err
	}
	return database{
		own:  own,
		dial: func() (*link, error) { return connect(addr, nil) },
		advance: func(d time.Duration) error {
			_, err := control.do("KATA.ADVANCE", addr, strconv.FormatInt(d.Milliseconds(), 10))
			return err
		},
		close: func() {
			_, _ = control.do("KATA.DROP", addr) // what is left ends with the program
			_ = own.conn.Close()
			_ = control.conn.Close()
		},
	}, nil
}

// skew is how far Redis's clock is from this process's: further than any
// Window, on either side.
func skew(r *rand.Rand) time.Duration {
	d := time.Duration(20+r.IntN(70)) * time.Minute
	if r.IntN(2) == 0 {
		return -d
	}
	return d
}
