package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
)

// pull brings an image that the engine has not, and tells how far it is on
// standard error.
func pull(ctx context.Context, ref string) error {
	ctx, cancel := context.WithTimeout(ctx, pullTime)
	defer cancel()
	engine, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return fmt.Errorf("no engine: %w", err)
	}
	defer engine.Close()
	if _, err := engine.ImageInspect(ctx, ref); err == nil {
		return nil
	}
	answer, err := engine.ImagePull(ctx, ref, client.ImagePullOptions{RegistryAuth: credentials(ctx, ref)})
	if err != nil {
		return fmt.Errorf("the image %s is not here and cannot be had: %w", ref, err)
	}
	defer answer.Close()
	p := progress{ref: ref, done: map[string]int64{}, all: map[string]int64{}}
	for m, err := range answer.JSONMessages(ctx) {
		if err == nil && m.Error != nil {
			err = errors.New(m.Error.Message)
		}
		if err != nil {
			return fmt.Errorf("the image %s cannot be had: %w", ref, err)
		}
		if m.Progress != nil && m.Status == "Downloading" {
			p.tell(m.ID, m.Progress.Current, m.Progress.Total)
		}
	}
	return nil
}

// credentials are the user's for the image's registry, "" for none.
func credentials(ctx context.Context, ref string) string {
	_, auth, err := testcontainers.DockerImageAuth(ctx, ref)
	if err != nil {
		return ""
	}
	text, err := json.Marshal(auth)
	if err != nil {
		return ""
	}
	return base64.URLEncoding.EncodeToString(text)
}

// progress sums the layers up.
type progress struct {
	ref       string
	done, all map[string]int64 // bytes
	told      time.Time
}

// tell prints a line a second at most.
func (p *progress) tell(layer string, done, all int64) {
	p.done[layer], p.all[layer] = done, all
	if time.Since(p.told) < time.Second {
		return
	}
	p.told = time.Now()
	fmt.Fprintf(os.Stderr, "pulling %s: %d of %d MB\n", p.ref, sum(p.done)>>20, sum(p.all)>>20)
}

func sum(sizes map[string]int64) (total int64) {
	for _, n := range sizes {
		total += n
	}
	return total
}
