package mongo_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/mongodb"
	answer "github.com/kata-go/kata/solutions/smoke/mongo"
)

// 1. Increments are not lost.
func TestIt(t *testing.T) {
	s := mongodb.Start(t)
	collection := func(uri string) *mongo.Collection {
		client, err := mongo.Connect(options.Client().ApplyURI(uri))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
		return client.Database(s.Database()).Collection("counts")
	}
	own, c := collection(s.OwnURI()), collection(s.URI())
	if _, err := own.InsertOne(t.Context(), bson.D{{Key: "_id", Value: "tea"}, {Key: "n", Value: 0}}); err != nil {
		t.Fatal(err)
	}
	const n = 10
	s.Together(n)
	var all sync.WaitGroup
	for range n {
		all.Go(func() { _ = answer.Count(t.Context(), c, "tea") })
	}
	all.Wait()
	var d struct{ N int }
	if err := own.FindOne(t.Context(), bson.D{}).Decode(&d); err != nil || d.N != n {
		kit.Fail(t, kit.Failure{Got: fmt.Sprint(d.N, err), Want: fmt.Sprint(n), Note: s.Saw()})
	}
	for _, p := range s.Plans() {
		if p.Scans() {
			kit.Fail(t, kit.Failure{Got: p.String(), Want: "an index"})
		}
	}
}
