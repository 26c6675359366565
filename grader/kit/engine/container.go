package engine

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Container is a running container that this package has started. It is
// removed when the test ends.
type Container struct {
	id      string
	address string // host:port of its published port
	e       *Engine
}

// Limits of a container: plenty for a small service, little for a machine.
var limits = []string{"--memory", "512m", "--cpus", "1", "--pids-limit", "256", "--security-opt", "no-new-privileges"}

// Start starts a container of the image without arguments, with its TCP port
// published on a free one. The error is what docker run complained of.
func (i *Image) Start(port int) (*Container, error) {
	i.e.t.Helper()
	host, bind := i.e.host()
	args := append([]string{"run", "-d", "--label", made(), "-p", bind + "::" + strconv.Itoa(port)}, limits...)
	id, err := i.e.docker(time.Minute, append(args, i.ID)...)
	if id != "" { // also of one that could not start
		i.e.t.Cleanup(func() { _, _ = i.e.docker(time.Minute, "rm", "-fv", id) })
	}
	if err != nil {
		return nil, err
	}
	c := &Container{id: id, e: i.e}
	out, err := i.e.docker(10*time.Second, "port", id, strconv.Itoa(port)+"/tcp")
	if err == nil && out != "" {
		first, _, _ := strings.Cut(out, "\n")
		_, published, _ := net.SplitHostPort(strings.TrimSpace(first))
		c.address = net.JoinHostPort(host, published)
	}
	return c, nil // one that has ended already has no port: Get says so
}

// host returns where published ports are reached and the address that the
// engine is told to publish on.
func (e *Engine) host() (host, bind string) {
	if u, err := url.Parse(os.Getenv("DOCKER_HOST")); err == nil && u.Scheme == "tcp" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" {
		return u.Hostname(), "0.0.0.0"
	}
	return "127.0.0.1", "127.0.0.1"
}

// Get sends GET path until an answer comes, and returns its status. The error
// says why none came while patience lasted: the container's end, or silence.
func (c *Container) Get(path string, patience time.Duration) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}} // no proxy
	next := time.NewTicker(50 * time.Millisecond)
	defer next.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.address+path, nil)
		if err != nil {
			return 0, err
		}
		res, err := client.Do(req)
		if err == nil {
			res.Body.Close()
			return res.StatusCode, nil
		}
		if code, running := c.state(); !running {
			return 0, fmt.Errorf("the container has ended with code %d", code)
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("no answer in %s: %w", patience, err)
		case <-next.C:
		}
	}
}

func (c *Container) state() (exitCode int, running bool) {
	out, err := c.e.docker(10*time.Second, "inspect", "-f", "{{.State.Running}} {{.State.ExitCode}}", c.id)
	yes, code, _ := strings.Cut(out, " ")
	exitCode, _ = strconv.Atoi(code)
	return exitCode, err != nil || yes == "true"
}

// Stop sends the stop signal, kills what still runs after grace, and returns
// the exit code: 137 (128 + SIGKILL) after a kill.
func (c *Container) Stop(grace time.Duration) (exitCode int, err error) {
	seconds := strconv.Itoa(int(grace.Seconds()))
	if _, err := c.e.docker(grace+30*time.Second, "stop", "-t", seconds, c.id); err != nil {
		return 0, err
	}
	code, running := c.state()
	if running {
		return 0, errors.New("docker stop has returned and the container still runs")
	}
	return code, nil
}

// Log returns the last lines that the container's processes have printed.
func (c *Container) Log() string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, _ := c.e.command(ctx, "logs", "--tail", "20", c.id).CombinedOutput()
	return strings.TrimSpace(string(out))
}

// User returns the number of the user that the image starts as, and what its
// settings say. A name is looked up where the engine does it, in the image's
// /etc/passwd.
func (i *Image) User() (uid int, said string, err error) {
	said, err = i.e.docker(10*time.Second, "image", "inspect", "-f", "{{.Config.User}}", i.ID)
	if err != nil {
		return 0, "", fmt.Errorf("docker image inspect: %w", err)
	}
	name, _, _ := strings.Cut(said, ":")
	if uid, err := strconv.Atoi(name); err == nil || name == "" {
		return uid, said, nil
	}
	uid, err = i.lookUp(name)
	return uid, said, err
}

func (i *Image) lookUp(name string) (int, error) {
	id, err := i.e.docker(time.Minute, "create", "--label", made(), i.ID, "never started")
	if err != nil {
		return 0, fmt.Errorf("docker create: %w", err)
	}
	defer func() { _, _ = i.e.docker(time.Minute, "rm", "-fv", id) }()
	passwd, err := i.e.docker(time.Minute, "cp", id+":/etc/passwd", "-")
	if err != nil {
		return 0, fmt.Errorf("look for the user %s in /etc/passwd: %w", name, err)
	}
	t := tar.NewReader(strings.NewReader(passwd))
	if _, err := t.Next(); err != nil {
		return 0, fmt.Errorf("look for the user %s in /etc/passwd: %w", name, err)
	}
	return passwdUID(t, name)
}

// passwdUID reads passwd(5).
func passwdUID(passwd io.Reader, name string) (int, error) {
	lines := bufio.NewScanner(passwd)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), ":")
		if len(fields) > 2 && fields[0] == name {
			return strconv.Atoi(fields[2])
		}
	}
	return 0, fmt.Errorf("the image's /etc/passwd has no user %s", name)
}
