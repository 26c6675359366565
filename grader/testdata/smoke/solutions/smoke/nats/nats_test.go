package nats_test

import (
	"fmt"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/nats-io/nats.go"

	"github.com/kata-go/kata/grader/kit/natsdb"
	answer "github.com/kata-go/kata/solutions/smoke/nats"
)

// 1. Send publishes once.
func TestIt(t *testing.T) {
	s := natsdb.Start(t)
	own, err := nats.Connect(s.Own())
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	js, _ := own.JetStream()
	if _, err := js.AddStream(&nats.StreamConfig{Name: s.Prefix(), Subjects: []string{s.Prefix() + ".>"}}); err != nil {
		t.Fatal(err)
	}
	err = answer.Send(s.URL(), s.Prefix()+".tea", "green")
	sent := s.Events(natsdb.Publish)
	if err != nil || len(sent) != 1 || sent[0].Data != "green" {
		kit.Fail(t, kit.Failure{Got: fmt.Sprint(err), Want: "one message", Note: s.Saw()})
	}
}
