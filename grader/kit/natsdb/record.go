package natsdb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Kind is what an event is.
type Kind string

// The kinds of Event.
const (
	Publish   Kind = "publish"   // a client sent a message, or a request to another client
	Deliver   Kind = "deliver"   // a client got a message of a stream
	Ack       Kind = "ack"       // a client said +ACK, also with a request for more
	Nak       Kind = "nak"       // -NAK
	Term      Kind = "term"      // +TERM
	Progress  Kind = "progress"  // +WPI
	Subscribe Kind = "subscribe" // a client subscribed to a subject that is no inbox
	API       Kind = "api"       // a client asked JetStream's API
)

// Event is one thing that passed the proxy.
type Event struct {
	Kind      Kind
	Subject   string // of Publish, Deliver, Subscribe; of API without "$JS.API."
	Data      string // the payload
	Stream    string // of Deliver and the acknowledgements
	Consumer  string
	Sequence  uint64 // in the stream
	Delivered int    // how often it has been delivered, this one included
	Lost      bool   // it was made to disappear
}

const (
	apiPrefix = "$JS.API."
	ackPrefix = "$JS.ACK."
	inbox     = "_INBOX."
)

// said makes an event of what a client sent; ok is false for what is none.
func said(f frame) (e Event, ok bool) {
	switch {
	case f.verb == "SUB" && !strings.HasPrefix(f.subject, inbox):
		return Event{Kind: Subscribe, Subject: f.subject}, true
	case f.verb != "PUB" && f.verb != "HPUB":
		return e, false
	case strings.HasPrefix(f.subject, apiPrefix):
		return Event{Kind: API, Subject: strings.TrimPrefix(f.subject, apiPrefix), Data: string(f.data)}, true
	case strings.HasPrefix(f.subject, ackPrefix):
		e = delivery(f.subject)
		e.Kind, e.Data = acknowledgement(string(f.data)), string(f.data)
		return e, true
	case strings.HasPrefix(f.subject, inbox):
		return e, false // an answer
	}
	return Event{Kind: Publish, Subject: f.subject, Data: string(f.data)}, true
}

// heard makes an event of a message of a stream that a client gets.
func heard(f frame) (e Event, ok bool) {
	if (f.verb != "MSG" && f.verb != "HMSG") || !strings.HasPrefix(f.reply, ackPrefix) {
		return e, false
	}
	e = delivery(f.reply)
	e.Kind, e.Subject, e.Data = Deliver, f.subject, string(f.data)
	return e, true
}

func acknowledgement(text string) Kind {
	for prefix, k := range map[string]Kind{"-NAK": Nak, "+TERM": Term, "+WPI": Progress} {
		if strings.HasPrefix(text, prefix) {
			return k
		}
	}
	return Ack
}

// delivery reads an acknowledgement subject: $JS.ACK., since 2.2 optionally a
// domain and an account's hash, then stream, consumer, how often delivered, two
// sequences, time, pending and an optional token.
func delivery(subject string) Event {
	words := strings.Split(subject, ".")[2:]
	if len(words) >= 9 {
		words = words[2:]
	}
	if len(words) < 4 {
		return Event{}
	}
	times, _ := strconv.Atoi(words[2]) // 0 for what is no number
	sequence, _ := strconv.ParseUint(words[3], 10, 64)
	return Event{Stream: words[0], Consumer: words[1], Delivered: times, Sequence: sequence}
}

type record struct {
	mu     sync.Mutex
	events []Event
}

func (r *record) add(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

func (r *record) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = nil
}

// Events returns what passed since the start or Forget, of the given kinds or
// of all, in the order in which the proxy saw it.
func (s *Server) Events(kinds ...Kind) []Event {
	s.front.record.mu.Lock()
	defer s.front.record.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.front.record.events), func(e Event) bool {
		return len(kinds) > 0 && !slices.Contains(kinds, e.Kind)
	})
}

// Forget empties the record.
func (s *Server) Forget() { s.front.record.forget() }

// String is the event as people read it.
func (e Event) String() string {
	text := string(e.Kind) + " " + e.Subject
	if e.Stream != "" {
		text = fmt.Sprintf("%s #%d of %s", e.Kind, e.Sequence, e.Stream)
		if e.Delivered > 1 {
			text += fmt.Sprintf(", delivery %d", e.Delivered)
		}
	}
	if e.Lost {
		text += " (lost)"
	}
	return text
}

// shown is how many lines Saw has.
const shown = 8

// Saw tells Events without the API for a failure's note, the last lines of it,
// without the prefix.
func (s *Server) Saw() string {
	var lines []string
	for _, e := range s.Events(Publish, Deliver, Ack, Nak, Term, Progress) {
		lines = append(lines, strings.ReplaceAll(strings.ReplaceAll(e.String(), s.prefix+".", ""), s.prefix, ""))
	}
	if len(lines) == 0 {
		return "NATS saw no message"
	}
	lead := "NATS saw "
	if more := len(lines) - shown; more > 0 {
		lead = fmt.Sprintf("NATS saw %d events, at last ", len(lines))
		lines = lines[more:]
	}
	return lead + strings.Join(lines, "\n    then ")
}
