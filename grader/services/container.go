package services

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/kata-go/kata/grader/run"
)

// absentImage is how grader/services/container says that an image is not there.
const absentImage = "cannot be had"

const (
	probeTime     = time.Second      // for an engine to say that it is there
	containerTime = 12 * time.Minute // for a container to be ready, its image's pull included
)

// offersContainer wants an engine that answers.
func (r *Resolver) offersContainer(ctx context.Context, s service) error {
	if s.image.Ref == "" {
		return errors.New("this kata has no docker source of " + s.name)
	}
	_, err := r.findEngine(ctx)
	return err
}

// byContainer starts the program that looks after the service's container.
func (r *Resolver) byContainer(ctx context.Context, s service) (answer, error) {
	host, err := r.findEngine(ctx)
	if err != nil {
		return answer{}, err
	}
	spec, err := json.Marshal(struct {
		Service string
		image
	}{s.name, s.image})
	if err != nil {
		return answer{}, err
	}
	binary, err := r.build(ctx, s, "container")
	if err != nil {
		return answer{}, err
	}
	said := &lastLine{to: r.Log}
	a, err := r.launch(ctx, s, run.Command{
		Path: binary, Args: []string{string(spec)}, Env: append(r.engineEnv(), "DOCKER_HOST="+host), Wall: containerTime, Stderr: said,
	})
	switch line := said.line(); {
	case err != nil && strings.Contains(line, absentImage):
		return answer{}, s.missing(line, "docker pull "+s.image.Ref)
	case err != nil && line != "":
		return answer{}, errors.New(line)
	}
	a.outside = true
	return a, err
}

// engineEnv is what the container library reads.
func (c Config) engineEnv() []string {
	var env []string
	for _, key := range []string{"HOME", "USERPROFILE", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "TESTCONTAINERS_HOST_OVERRIDE", "XDG_RUNTIME_DIR"} {
		if v := c.variable(key); v != "" {
			env = append(env, key+"="+v)
		}
	}
	return env
}

// probed is what is known of the engine: one that hangs is waited for once.
type probed struct {
	mu    sync.Mutex
	known bool
	host  string
	err   error
}

func (p *probed) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known = false
}

// findEngine returns the address of an engine that answers; a grading asks
// once.
func (r *Resolver) findEngine(ctx context.Context) (host string, err error) {
	p := &r.engine
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.known {
		p.host, p.err = r.askEngines(ctx)
		p.known = ctx.Err() == nil
	}
	return p.host, p.err
}

// askEngines returns the address of the first engine that answers, asked in
// the docker command's order: what the environment names, else the usual
// sockets.
func (c Config) askEngines(ctx context.Context) (host string, err error) {
	hosts := c.engines()
	for _, host := range hosts {
		if why := ping(ctx, host); why == nil {
			return host, nil
		} else if err == nil {
			err = fmt.Errorf("no container engine answers at %s: %w", host, why)
		}
	}
	return "", err
}

func (c Config) engines() []string {
	if host := c.variable("DOCKER_HOST"); host != "" {
		return []string{host}
	}
	if exe() != "" {
		return []string{"npipe:////./pipe/docker_engine"}
	}
	hosts := []string{"unix:///var/run/docker.sock"}
	for _, p := range []struct{ variable, path string }{
		{"XDG_RUNTIME_DIR", "docker.sock"}, {"HOME", ".docker/run/docker.sock"}, {"HOME", ".colima/default/docker.sock"},
		{"HOME", ".orbstack/run/docker.sock"}, {"XDG_RUNTIME_DIR", "podman/podman.sock"},
	} {
		path := filepath.Join(c.variable(p.variable), p.path)
		if _, err := os.Stat(path); err == nil && filepath.IsAbs(path) {
			hosts = append(hosts, "unix://"+path)
		}
	}
	return hosts
}

// ping asks GET /_ping (Docker Engine API v1.41, SystemPing). One that accepts
// and never answers costs a second here, and minutes in the library. Behind TLS
// the port alone must be open.
func ping(ctx context.Context, host string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	conn, err := dialEngine(ctx, host)
	if err != nil {
		return shorten(err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := io.WriteString(conn, "GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n"); err != nil {
		return shorten(err)
	}
	status, err := bufio.NewReader(conn).ReadString('\n')
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("no answer within %v", probeTime)
	case strings.Contains(status, " 400 ") && strings.HasPrefix(host, "tcp:"): // plain words to a TLS port
		return nil
	case !strings.Contains(status, " 200 "):
		return fmt.Errorf("it answers %.40q (%v)", status, err)
	}
	return nil
}

func dialEngine(ctx context.Context, host string) (io.ReadWriteCloser, error) {
	scheme, path, _ := strings.Cut(host, "://")
	switch scheme {
	case "unix", "tcp":
		return (&net.Dialer{}).DialContext(ctx, scheme, path)
	case "npipe":
		return os.OpenFile(filepath.FromSlash(path), os.O_RDWR, 0)
	}
	return nil, fmt.Errorf("kata cannot reach an engine by %q", scheme)
}

// shorten drops what repeats the address.
func shorten(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}

// lastLine passes text on and remembers its last line.
type lastLine struct {
	to   io.Writer // nil: nowhere
	mu   sync.Mutex
	last string
}

// Write never fails: what is passed on is for people alone.
func (l *lastLine) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.to != nil && (strings.HasPrefix(string(p), "pulling ") || strings.HasPrefix(string(p), "fetching")) {
		_, _ = l.to.Write(p)
	}
	if text := strings.TrimSpace(string(p)); text != "" {
		l.last = text[strings.LastIndexByte(text, '\n')+1:]
	}
	return len(p), nil
}

func (l *lastLine) line() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}
