// Program page shows one HTML file on loopback and tells its readers, by
// server-sent events (HTML standard, section 9.2), whenever the file changes.
//
// It prints one line, the page's address, and ends when its standard input
// does. It never writes, and serves nothing but that file.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	if err := serve(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "page:", err)
		os.Exit(1)
	}
}

// serve serves the file that args name until in ends.
func serve(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("usage: page FILE ADDRESS")
	}
	p := newPage(args[0])
	listener, err := net.Listen("tcp", args[1])
	if err != nil {
		return fmt.Errorf("listen on loopback: %w", err)
	}
	server := &http.Server{Handler: p.handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		p.close()
		_ = server.Close()
	}()
	go p.watch()
	fmt.Fprintf(out, "http://%s/\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
