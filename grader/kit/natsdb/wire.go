package natsdb

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
)

// widest bounds a message; a NATS takes 1 MiB unless configured otherwise.
const widest = 16 << 20

// frame is one operation of the client protocol with its payload.
type frame struct {
	raw     []byte
	verb    string
	subject string // of a message or a SUB
	reply   string // of a message
	data    []byte // of a message, without headers
}

// shape says how a message's line goes on after its subject.
type shape struct{ subscription, headers bool }

func shapeOf(verb string) (shape, bool) {
	switch verb {
	case "PUB":
		return shape{}, true
	case "HPUB":
		return shape{headers: true}, true
	case "MSG":
		return shape{subscription: true}, true
	case "HMSG":
		return shape{subscription: true, headers: true}, true
	}
	return shape{}, false
}

// readFrame reads the next operation of either side.
func readFrame(r *bufio.Reader) (frame, error) {
	line, err := r.ReadBytes('\n')
	if err != nil {
		return frame{}, err
	}
	f := frame{raw: line}
	words := strings.Fields(string(line))
	if len(words) == 0 {
		return f, nil
	}
	f.verb = strings.ToUpper(words[0])
	if s, ok := shapeOf(f.verb); ok {
		return f, f.message(r, s, words[1:])
	}
	if f.verb == "SUB" && len(words) > 1 {
		f.subject = words[1]
	}
	return f, nil
}

// message reads "subject [sid] [reply] [headers] total" and the payload.
func (f *frame) message(r *bufio.Reader, s shape, words []string) error {
	fixed, sizes := 2, 1
	if s.subscription {
		fixed++
	}
	if s.headers {
		fixed, sizes = fixed+1, 2
	}
	if len(words) != fixed && len(words) != fixed+1 {
		return fmt.Errorf("read a message: %.80q is not one", f.raw)
	}
	f.subject = words[0]
	if len(words) > fixed {
		f.reply = words[len(words)-sizes-1]
	}
	total, err := strconv.Atoi(words[len(words)-1])
	if err != nil || total < 0 || total > widest {
		return fmt.Errorf("read a message: its size is %q", words[len(words)-1])
	}
	head := 0
	if s.headers {
		if head, err = strconv.Atoi(words[len(words)-2]); err != nil || head < 0 || head > total {
			return fmt.Errorf("read a message: the size of its headers is %q", words[len(words)-2])
		}
	}
	return f.payload(r, head, total)
}

func (f *frame) payload(r *bufio.Reader, head, total int) error {
	body := make([]byte, total+2) // and CRLF
	if _, err := io.ReadFull(r, body); err != nil {
		return err
	}
	f.raw, f.data = append(f.raw, body...), body[head:total]
	return nil
}

// introduce rewrites a CONNECT so that the server sees the user of target.
func (f *frame) introduce(target *url.URL) error {
	var options map[string]any
	_, text, _ := bytes.Cut(f.raw, []byte(" "))
	if err := json.Unmarshal(text, &options); err != nil {
		return fmt.Errorf("read CONNECT: %w", err)
	}
	delete(options, "auth_token")
	delete(options, "user")
	delete(options, "pass")
	if name := target.User.Username(); name != "" {
		options["user"] = name
		options["pass"], _ = target.User.Password()
	}
	text, err := json.Marshal(options)
	if err != nil {
		return fmt.Errorf("write CONNECT: %w", err)
	}
	f.raw = fmt.Appendf(nil, "CONNECT %s\r\n", text)
	return nil
}
