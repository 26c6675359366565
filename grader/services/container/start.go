package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/services/janitor"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/exec"
	"github.com/testcontainers/testcontainers-go/log"
	"github.com/testcontainers/testcontainers-go/wait"
)

// Labels of a container: the path of the folder that stands for its owner, and
// the machine that the folder is on.
const (
	ownerLabel = "io.github.kata-go.owner"
	hostLabel  = "io.github.kata-go.host"
)

// answers wants the engine to be there: without one the library tries again for
// minutes and heeds no context.
func answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	said := make(chan error, 1)
	go func() { // may outlast this function, not the program
		engine, err := testcontainers.NewDockerClientWithOpts(ctx)
		if err == nil {
			_, err = engine.Ping(ctx, client.PingOptions{})
			err = errors.Join(err, engine.Close())
		}
		said <- err
	}()
	select {
	case err := <-said:
		if err == nil {
			return nil
		}
	case <-ctx.Done():
	}
	return errors.New("the container engine does not answer")
}

// start returns the container of a ready server, and the server's address.
func start(ctx context.Context, s spec, owner string) (testcontainers.Container, string, error) {
	if s.Build == "" {
		if err := pull(ctx, s.Ref); err != nil {
			return nil, "", err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	c, err := testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		ContainerRequest: request(s, owner), Started: true, Logger: log.NewNoopLogger(),
	})
	if err != nil {
		return nil, "", patient(err)
	}
	if err := run(ctx, c, s.Exec); err != nil {
		return nil, "", err
	}
	addr, err := reach(ctx, c, s.Port)
	if err != nil {
		return nil, "", err
	}
	return c, fmt.Sprintf(s.Address, addr), nil
}

// well wants the started container to run.
func well(ctx context.Context, started chan testcontainers.Container) error {
	c := <-started
	started <- c // for the next question
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	state, err := c.State(ctx)
	if err != nil {
		return fmt.Errorf("the engine tells nothing of the container: %w", err)
	}
	if !state.Running {
		return fmt.Errorf("the container %s with %d", state.Status, state.ExitCode)
	}
	return nil
}

func request(s spec, owner string) testcontainers.ContainerRequest {
	host, _ := os.Hostname() // "" is as good as any name
	r := testcontainers.ContainerRequest{
		Image: s.Ref, Cmd: s.Args, Env: map[string]string{}, ExposedPorts: []string{strconv.Itoa(s.Port) + "/tcp"},
		Labels: map[string]string{ownerLabel: owner, hostLabel: host},
	}
	if s.Build != "" {
		r.Image, r.FromDockerfile = "", testcontainers.FromDockerfile{Context: s.Build, Repo: "kata-" + s.Service, Tag: "built", KeepImage: true}
	}
	for _, e := range s.Env {
		key, value, _ := strings.Cut(e, "=")
		r.Env[key] = value
	}
	if s.Log != "" {
		r.WaitingFor = wait.ForLog(s.Log).WithOccurrence(max(s.Times, 1)).WithStartupTimeout(startTime).WithPollInterval(50 * time.Millisecond)
	}
	return r
}

// patient tells a limit that was reached in words.
func patient(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("it was not ready within %v", startTime)
	}
	return errors.New(strings.Join(strings.Fields(err.Error()), " "))
}

// run executes a command that makes the server ready.
func run(ctx context.Context, c testcontainers.Container, command []string) error {
	if len(command) == 0 {
		return nil
	}
	code, output, err := c.Exec(ctx, command, exec.Multiplexed())
	if err != nil {
		return patient(err)
	}
	text, err := io.ReadAll(io.LimitReader(output, 1<<16))
	if code != 0 {
		return fmt.Errorf("%s ended with %d: %.300s", command[0], code, strings.TrimSpace(string(text)))
	}
	return err
}

// reach returns the address at which the port answers. The library takes a
// machine with /.dockerenv for a container and names the engine's gateway; where
// it is none, the port is on loopback.
func reach(ctx context.Context, c testcontainers.Container, port int) (string, error) {
	mapped, err := c.MappedPort(ctx, strconv.Itoa(port)+"/tcp")
	if err != nil {
		return "", patient(err)
	}
	host, err := c.Host(ctx)
	if err != nil {
		return "", patient(err)
	}
	addrs := []string{net.JoinHostPort(host, mapped.Port()), net.JoinHostPort("127.0.0.1", mapped.Port())}
	for {
		for _, addr := range addrs {
			if conn, err := net.DialTimeout("tcp", addr, time.Second); err == nil {
				return addr, conn.Close()
			}
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("nobody answers at %s within %v", strings.Join(slices.Compact(addrs), " or "), startTime)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// sweep removes the containers whose owners were killed together with their
// janitors. What it misses is tried again the next time.
func sweep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	_ = remove(ctx, func(owner string) bool {
		_, err := os.Stat(owner)
		return errors.Is(err, os.ErrNotExist) || janitor.Abandoned(filepath.Join(owner, "owner.lock"))
	})
}

// remove removes this machine's containers whose owner is to go.
func remove(ctx context.Context, gone func(owner string) bool) error {
	engine, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return err
	}
	defer engine.Close()
	host, _ := os.Hostname()
	found, err := engine.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: client.Filters{}.Add("label", hostLabel+"="+host)})
	if err != nil {
		return err
	}
	var failed error
	for _, c := range found.Items {
		if !gone(c.Labels[ownerLabel]) {
			continue
		}
		_, err := engine.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		failed = errors.Join(failed, err)
	}
	return failed
}
