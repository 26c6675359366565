package run

import (
	"bytes"
	"io"
	"os"
	"sync"
	"time"
)

// capture reads one stream of a process, keeps its first part, and says once
// when there was more. It goes on reading what it drops, so that a process
// never blocks on it.
type capture struct {
	from *os.File
	done chan struct{} // closed when the stream has ended

	mu     sync.Mutex
	kept   bytes.Buffer
	to     io.Writer // instead of kept
	left   int64
	onFull func() // nil: a longer stream is simply cut
}

func newCapture(from *os.File, to io.Writer, limit int64, onFull func()) *capture {
	return &capture{from: from, to: to, left: limit, onFull: onFull, done: make(chan struct{})}
}

// read runs until the stream ends.
func (c *capture) read() {
	defer close(c.done)
	defer func() { _ = c.from.Close() }()
	buf := make([]byte, 32<<10)
	for {
		n, err := c.from.Read(buf)
		c.take(buf[:n])
		if err != nil {
			return
		}
	}
}

func (c *capture) take(p []byte) {
	c.mu.Lock()
	full := int64(len(p)) > c.left
	if full {
		p = p[:c.left]
	}
	c.left -= int64(len(p))
	if c.to == nil {
		c.kept.Write(p)
	} else if _, err := c.to.Write(p); err != nil {
		c.to = io.Discard // the reader's trouble is not the process's
	}
	onFull := c.onFull
	if full {
		c.onFull = nil
	}
	c.mu.Unlock()
	if full && onFull != nil {
		onFull()
	}
}

// extend allows n more bytes; what goes beyond is cut without a word.
func (c *capture) extend(n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left, c.onFull = c.left+n, nil
}

// settle waits for the end of the stream until the deadline, then gives up on
// it: some descendant that got away still holds it.
func (c *capture) settle(deadline <-chan time.Time) {
	select {
	case <-c.done:
		return
	case <-deadline:
	}
	if c.from.SetReadDeadline(time.Now()) == nil {
		<-c.done
	}
}

func (c *capture) bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.to != nil {
		return nil
	}
	return bytes.Clone(c.kept.Bytes())
}
