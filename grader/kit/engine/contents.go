package engine

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// Entry is something that everybody who has an image can read.
type Entry struct {
	Name    string // a file's path in its layer, without leading slash; "" for settings and history
	Content io.Reader
}

// Contents calls visit for the image's settings and history and for every
// regular file of every layer, also for those that a later layer hides. It
// stops at visit's first error.
func (i *Image) Contents(visit func(Entry) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := i.e.command(ctx, "save", i.ID)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return fmt.Errorf("docker save: %w", err)
	}
	visited := archive(out, visit)
	if visited != nil {
		cancel()
	}
	if err := cmd.Wait(); visited == nil && err != nil {
		return fmt.Errorf("docker save: %w: %s", err, lastLine(complaint.String()))
	}
	return visited
}

// archive reads what docker save writes, in its old form (a folder a layer)
// and in the OCI image layout alike: members that are archives are layers,
// members that are not are settings.
func archive(r io.Reader, visit func(Entry) error) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read what docker save wrote: %w", err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if err := member(t, visit); err != nil {
			return fmt.Errorf("in %s: %w", h.Name, err)
		}
	}
}

func member(r io.Reader, visit func(Entry) error) error {
	b := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := b.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) { // RFC 1952
		z, err := gzip.NewReader(b)
		if err != nil {
			return err
		}
		b = bufio.NewReaderSize(z, 1<<16)
	}
	if block, _ := b.Peek(262); len(block) == 262 && string(block[257:]) == "ustar" {
		return layer(b, visit)
	}
	return visit(Entry{Content: b})
}

func layer(r io.Reader, visit func(Entry) error) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag == tar.TypeReg {
			if err := visit(Entry{Name: strings.TrimPrefix(path.Clean("/"+h.Name), "/"), Content: t}); err != nil {
				return err
			}
		}
	}
}

// Contains reports whether what r reads contains text, at any place.
func Contains(r io.Reader, text string) (bool, error) {
	buf := make([]byte, 0, 1<<16)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if bytes.Contains(buf, []byte(text)) {
			return true, nil
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		keep := min(len(buf), len(text)-1)
		buf = buf[:copy(buf, buf[len(buf)-keep:])]
	}
}
