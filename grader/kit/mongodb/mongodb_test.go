package mongodb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/kata-go/kata/grader/kit/mongodb"
)

// client connects to a server of the test's own.
func client(t *testing.T, uri string) *mongo.Client {
	t.Helper()
	c, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(10 * time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Disconnect(context.Background()) })
	return c
}

func start(t *testing.T) (*mongodb.Server, *mongo.Database) {
	t.Helper()
	s := mongodb.Start(t)
	return s, client(t, s.URI()).Database(s.Database())
}

// doc reads extended JSON.
func doc(text string) bson.D {
	d := bson.D{}
	if err := bson.UnmarshalExtJSON([]byte(text), false, &d); err != nil {
		panic(text + ": " + err.Error())
	}
	return d
}

// docs reads an array of documents.
func docs(text string) []any {
	var all []any
	for _, v := range doc(`{"a":` + text + `}`)[0].Value.(bson.A) {
		all = append(all, v)
	}
	return all
}

func jsonOf(v any) string {
	b, err := bson.MarshalExtJSON(bson.D{{Key: "a", Value: v}}, false, false)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(strings.TrimPrefix(string(b), `{"a":`), "}")
}

// fill returns a new collection with documents in it.
func fill(t *testing.T, db *mongo.Database, name, content string) *mongo.Collection {
	t.Helper()
	c := db.Collection(name)
	if all := docs(content); len(all) > 0 {
		if _, err := c.InsertMany(t.Context(), all); err != nil {
			t.Fatalf("%s: %v", content, err)
		}
	}
	return c
}

// all returns everything a cursor has.
func all(ctx context.Context, cur *mongo.Cursor, err error) (string, error) {
	if err != nil {
		return "", err
	}
	found := bson.A{}
	var list []bson.D
	err = cur.All(ctx, &list)
	for _, d := range list {
		found = append(found, d)
	}
	return jsonOf(found), err
}

// differ returns an error unless got is wanted.
func differ(got, want string, err error) error {
	if err == nil && got != want {
		return fmt.Errorf("got %s, want %s", got, want)
	}
	return err
}

func TestTwoHundredTestsShareNothing(t *testing.T) {
	t.Run("all", func(t *testing.T) {
		for i := range 200 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				_, db := start(t)
				c := db.Collection("things")
				if _, err := c.InsertOne(t.Context(), bson.D{{Key: "_id", Value: 1}, {Key: "of", Value: i}}); err != nil {
					t.Fatal(err)
				}
				got, err := all2(c.Find(t.Context(), bson.D{}))(t.Context())
				if err := differ(got, fmt.Sprintf(`[{"_id":1,"of":%d}]`, i), err); err != nil {
					t.Error(err)
				}
			})
		}
	})
}

func all2(cur *mongo.Cursor, err error) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) { return all(ctx, cur, err) }
}

func TestRecordsCommands(t *testing.T) {
	s, db := start(t)
	c := db.Collection("users")
	_, _ = c.InsertOne(t.Context(), doc(`{"_id":1,"email":"a"}`))
	_ = c.FindOne(t.Context(), doc(`{"email":"a"}`)).Err()
	_, _ = c.UpdateOne(t.Context(), doc(`{"_id":1}`), doc(`{"$inc":{"n":1}}`))
	_ = client(t, s.OwnURI()).Database(s.Database()).Collection("users").FindOne(t.Context(), bson.D{}).Err()
	want := "MongoDB saw users.insert({_id: 1, email: \"a\"})\n       then users.find({email: \"a\"})\n       then users.update({_id: 1}, {$inc: {n: 1}})"
	if got := s.Saw(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	s.Forget()
	if len(s.Commands()) != 0 {
		t.Error("Forget left something")
	}
}

func TestPlans(t *testing.T) {
	s, db := start(t)
	c := fill(t, db, "users", `[{"_id":1,"a":1,"b":1},{"_id":2,"a":1,"b":2},{"_id":3,"a":2,"b":3}]`)
	index(t, c, `{"a":1,"b":-1}`)
	s.Forget()
	_ = c.FindOne(t.Context(), doc(`{"a":1}`), options.FindOne().SetSort(doc(`{"b":-1}`))).Err()
	_ = c.FindOne(t.Context(), doc(`{"a":1}`), options.FindOne().SetSort(doc(`{"b":-1}`))).Err()
	_, _ = c.UpdateOne(t.Context(), doc(`{"b":2}`), doc(`{"$set":{"c":1}}`))
	plans := s.Plans()
	if len(plans) != 2 {
		t.Fatalf("got %d plans, want 2: %v", len(plans), plans)
	}
	if p := plans[0]; p.Scans() || p.Sorts() || p.Docs != 1 || p.Found != 1 || len(p.Indexes) != 1 || p.Indexes[0] != "a_1_b_-1" {
		t.Errorf("the find is %s", p)
	}
	if p := plans[1]; !p.Scans() || p.Docs != 3 || !strings.HasPrefix(p.String(), "users.update({b: 2}, {$set: {c: 1}}): UPDATE ← COLLSCAN, 3 ") {
		t.Errorf("the update is %s", p)
	}
}

func index(t *testing.T, c *mongo.Collection, keys string, opts ...*options.IndexOptionsBuilder) {
	t.Helper()
	m := mongo.IndexModel{Keys: doc(keys)}
	if len(opts) > 0 {
		m.Options = opts[0]
	}
	if _, err := c.Indexes().CreateOne(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func TestFaults(t *testing.T) {
	s, db := start(t)
	c := fill(t, db, "users", `[{"_id":1,"n":0}]`)
	sprung := s.CutAfter(1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := c.UpdateOne(ctx, doc(`{"_id":1}`), doc(`{"$inc":{"n":1}}`)); err == nil {
		t.Error("the client got an answer after all")
	}
	if !sprung() {
		t.Error("sprung says that it did not run")
	}
	s.Up()
	got, err := all2(c.Find(t.Context(), bson.D{}))(t.Context())
	if err := differ(got, `[{"_id":1,"n":1}]`, err); err != nil {
		t.Error(err)
	}
}

// Together shows a read-modify-write for what it is.
func TestTogetherLosesUpdatesOfReadModifyWrite(t *testing.T) {
	s, db := start(t)
	c := fill(t, db, "users", `[{"_id":1,"n":0}]`)
	const n = 10
	s.Forget()
	s.Together(n)
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			var d struct{ N int }
			if err := c.FindOne(t.Context(), doc(`{"_id":1}`)).Decode(&d); err != nil {
				t.Error(err)
			}
			_, _ = c.UpdateOne(t.Context(), doc(`{"_id":1}`), bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: d.N + 1}}}})
		})
	}
	wg.Wait()
	got, err := all2(c.Find(t.Context(), bson.D{}))(t.Context())
	if err := differ(got, `[{"_id":1,"n":1}]`, err); err != nil {
		t.Error(err, s.Saw())
	}
}

func TestAdvanceRemovesWhatIsOld(t *testing.T) {
	s, db := start(t)
	if s.Database() == "" {
		t.Fatal("no name")
	}
	c := db.Collection("sessions")
	now := time.Now()
	_, err := c.InsertMany(t.Context(), []any{bson.M{"_id": 1, "at": now}, bson.M{"_id": 2, "at": now.Add(time.Hour)}, bson.M{"_id": 3}})
	if err != nil {
		t.Fatal(err)
	}
	index(t, c, `{"at":1}`, options.Index().SetExpireAfterSeconds(2))
	s.Advance(3 * time.Second)
	got, err := all2(c.Find(t.Context(), bson.D{}, options.Find().SetProjection(doc(`{"_id":1}`))))(t.Context())
	if err := differ(got, `[{"_id":2},{"_id":3}]`, err); err != nil {
		t.Error(err)
	}
}

// concurrent runs f n times at once and returns how many succeeded.
func concurrent(n int, f func() error) (ok int) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range n {
		wg.Go(func() {
			if f() == nil {
				mu.Lock()
				ok++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return ok
}

func TestAtomicity(t *testing.T) {
	_, db := start(t)
	c := fill(t, db, "accounts", `[{"_id":1,"n":0,"version":1}]`)
	const n = 50
	if ok := concurrent(n, func() error {
		_, err := c.UpdateOne(t.Context(), doc(`{"_id":1}`), doc(`{"$inc":{"n":1}}`))
		return err
	}); ok != n {
		t.Errorf("%d of %d increments succeeded", ok, n)
	}
	if ok := concurrent(n, func() error {
		return c.FindOneAndUpdate(t.Context(), doc(`{"version":1}`), doc(`{"$inc":{"version":1}}`)).Err()
	}); ok != 1 {
		t.Errorf("%d won one version, want 1", ok)
	}
	index(t, c, `{"email":1}`, options.Index().SetUnique(true).SetSparse(true))
	if ok := concurrent(n, func() error {
		_, err := c.InsertOne(t.Context(), doc(`{"email":"a"}`))
		if err != nil && !mongo.IsDuplicateKeyError(err) {
			return errors.New("another error counts")
		}
		return err
	}); ok != 1 {
		t.Errorf("%d inserted one unique address, want 1", ok)
	}
	got, err := all2(c.Find(t.Context(), doc(`{"_id":1}`)))(t.Context())
	if err := differ(got, fmt.Sprintf(`[{"_id":1,"n":%d,"version":2}]`, n), err); err != nil {
		t.Error(err)
	}
}
