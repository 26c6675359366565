package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

// start runs the program in process and returns its address; end closes its
// standard input and waits for it.
func start(t *testing.T) (addr string, end func() error) {
	t.Helper()
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- serve(in, out) }()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	end = sync.OnceValue(func() error { _ = stdin.Close(); return <-done })
	t.Cleanup(func() { _ = end() })
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), scheme)
	if !ok {
		t.Fatalf("first line %q, want %shost:port", line, scheme)
	}
	return addr, end
}

func client(t *testing.T, addr string) *mongo.Client {
	t.Helper()
	c, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + addr).SetServerSelectionTimeout(10 * time.Second).SetMaxPoolSize(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Disconnect(context.Background()) })
	return c
}

// A client need not know that there are instances.
func TestAnyClientIsServed(t *testing.T) {
	addr, _ := start(t)
	c := client(t, addr).Database("shop").Collection("users")
	if _, err := c.InsertOne(t.Context(), bson.D{{Key: "_id", Value: 1}}); err != nil {
		t.Fatal(err)
	}
	if n, err := client(t, addr).Database("shop").Collection("users").CountDocuments(t.Context(), bson.D{}); n != 1 || err != nil {
		t.Errorf("another client counts %d, %v", n, err)
	}
}

// enter makes the only connection of a client one to an instance.
func enter(t *testing.T, c *mongo.Client, name string) *mongo.Collection {
	t.Helper()
	if err := c.Database("admin").RunCommand(t.Context(), bson.D{{Key: "kataInstance", Value: name}}).Err(); err != nil {
		t.Fatal(err)
	}
	return c.Database("shop").Collection("users")
}

func TestInstancesShareNothing(t *testing.T) {
	addr, _ := start(t)
	a, b := client(t, addr), client(t, addr)
	if _, err := enter(t, a, "a").InsertOne(t.Context(), bson.D{}); err != nil {
		t.Fatal(err)
	}
	if n, err := enter(t, b, "b").CountDocuments(t.Context(), bson.D{}); n != 0 || err != nil {
		t.Errorf("the other instance counts %d, %v", n, err)
	}
	if n, err := enter(t, b, "a").CountDocuments(t.Context(), bson.D{}); n != 1 || err != nil {
		t.Errorf("the same instance counts %d, %v", n, err)
	}
	if err := a.Database("admin").RunCommand(t.Context(), bson.D{{Key: "kataDrop", Value: 1}}).Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := enter(t, b, "a").CountDocuments(t.Context(), bson.D{}); n != 0 || err != nil {
		t.Errorf("after a drop it counts %d, %v", n, err)
	}
}

// What a write that nobody waits for does is done, and nothing is answered.
func TestUnacknowledgedWrites(t *testing.T) {
	addr, _ := start(t)
	c := client(t, addr)
	_, err := c.Database("shop").Collection("users", options.Collection().SetWriteConcern(writeconcern.Unacknowledged())).InsertOne(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := c.Ping(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := c.Database("shop").Collection("users").CountDocuments(t.Context(), bson.D{}); n != 1 || err != nil {
		t.Errorf("it counts %d, %v", n, err)
	}
}

func TestEndsWithStandardInput(t *testing.T) {
	addr, end := start(t)
	c := client(t, addr)
	if err := c.Ping(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- end() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still running ten seconds after its standard input closed")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := c.Ping(ctx, nil); err == nil {
		t.Error(fmt.Errorf("%s still answers", addr))
	}
}
