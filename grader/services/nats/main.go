// Program nats is kata's embedded NATS: nats-server itself with JetStream, one
// account for each user name that a client brings, made when it first comes.
//
// It owns the server and its accounts. It must never know tests or exercises:
// what stands between a test and its account (names, the record, faults) is
// grader/kit/natsdb.
//
// It prints one line, its address, and ends when its standard input does.
// Streams live in memory or in a temporary folder that goes with it.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/kata-go/kata/grader/services/pulse"
)

// scheme tells a test's side that a user name makes an account here.
const scheme = "kata+nats://"

// patience bounds the start of the server; it takes milliseconds.
const patience = 30 * time.Second

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "embedded nats:", err) // and no address: the starter sees that
	}
}

// serve runs until in ends; the first line of out is the address.
func serve(in io.Reader, out io.Writer) error {
	folder, err := os.MkdirTemp("", "kata-nats-")
	if err != nil {
		return fmt.Errorf("make a folder for streams: %w", err)
	}
	defer os.RemoveAll(folder)
	s, err := start(folder)
	if err != nil {
		return err
	}
	defer func() { s.Shutdown(); s.WaitForShutdown() }()
	if _, err := fmt.Fprintln(out, scheme+s.Addr().String()); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}
	return pulse.Answer(in, out, nil)
}

func start(folder string) (*server.Server, error) {
	gate := &gate{}
	options := &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, ServerName: "kata", NoLog: true, NoSigs: true,
		JetStream: true, StoreDir: folder, JetStreamMaxMemory: 512 << 20, JetStreamMaxStore: 512 << 20, SyncInterval: time.Hour,
		CustomClientAuthentication: gate,
		// On a busy machine a client may be slow to say who it is, and takes a ping
		// that comes before for a wrong answer.
		AuthTimeout: patience.Seconds(), DisableShortFirstPing: true,
	}
	s, err := server.NewServer(options)
	if err != nil {
		return nil, fmt.Errorf("make the server: %w", err)
	}
	gate.server = s
	s.Start()
	if !s.ReadyForConnections(patience) {
		s.Shutdown()
		return nil, errors.New("the server is not ready")
	}
	return s, nil
}
