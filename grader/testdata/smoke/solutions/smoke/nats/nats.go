// Package nats publishes.
package nats

import "github.com/nats-io/nats.go"

// Send publishes text under subject at the server of url.
func Send(url, subject, text string) error {
	conn, err := nats.Connect(url)
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := conn.JetStream()
	if err != nil {
		return err
	}
	_, err = js.Publish(subject, []byte(text))
	return err
}
