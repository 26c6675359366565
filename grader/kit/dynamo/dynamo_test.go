package dynamo_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/kata-go/kata/grader/kit/dynamo"
)

func start(t *testing.T) (*dynamo.Server, *dynamodb.Client) {
	t.Helper()
	s := dynamo.Start(t)
	own := client(s, s.OwnEndpoint())
	if err := orders(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	return s, client(s, s.Endpoint())
}

func TestTwoHundredTestsShareNothing(t *testing.T) {
	t.Run("all", func(t *testing.T) {
		for i := range 200 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				_, d := start(t)
				key := it("pk", "a", "sk", "a")
				if _, err := d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: it("pk", "a", "sk", "a", "of", i), ConditionExpression: aws.String("attribute_not_exists(pk)")}); err != nil {
					t.Fatal(err)
				}
				r, err := d.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key})
				if err == nil {
					err = differ(show(r.Item), fmt.Sprintf(`{"of":%d,"pk":"a","sk":"a"}`, i), nil)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
	})
}

func TestRecordsOperations(t *testing.T) {
	s, d := start(t)
	for range 2 {
		_, _ = d.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: it("pk", "a", "sk", "b")})
	}
	_, _ = d.Scan(t.Context(), &dynamodb.ScanInput{TableName: table})
	_, _ = d.Query(t.Context(), &dynamodb.QueryInput{TableName: table, IndexName: aws.String("byG"), KeyConditionExpression: aws.String("g = :g"), ExpressionAttributeValues: it(":g", "x")})
	_, _ = d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: table, Key: it("pk", "a", "sk", "b"), UpdateExpression: aws.String("SET a = :a"), ConditionExpression: aws.String("a = :a"), ExpressionAttributeValues: it(":a", 1)})
	want := "DynamoDB saw 2 × GetItem orders {pk=a, sk=b}\n        then Scan orders\n        then Query orders/byG where g = :g\n        then UpdateItem orders {pk=a, sk=b} do SET a = :a if a = :a → 400"
	if got := s.Saw(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if scans, queries := s.Count("Scan"), s.Count("Query", "GetItem"); scans != 1 || queries != 3 {
		t.Errorf("counted %d scans and %d queries and gets, want 1 and 3", scans, queries)
	}
	if o := s.Operations()[3]; o.Index != "byG" || o.Table != "orders" || o.Status != 200 {
		t.Errorf("the query is %+v", o)
	}
	s.Forget()
	if len(s.Operations()) != 0 || s.Saw() != "DynamoDB saw nothing" {
		t.Error("Forget left something")
	}
}

func TestCutAfterHidesWhatWasDone(t *testing.T) {
	s, d := start(t)
	sprung := s.CutAfter(1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := d.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: it("pk", "a", "sk", "a")}); err == nil {
		t.Error("the client got an answer after all")
	}
	if !sprung() {
		t.Error("sprung says that it did not run")
	}
	if _, err := d.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: it("pk", "a", "sk", "a")}); err == nil {
		t.Error("it is down and answers")
	}
	s.Up()
	r, err := d.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: it("pk", "a", "sk", "a")})
	if err != nil || len(r.Item) == 0 {
		t.Errorf("got %v, %v, want the item that was put", r, err)
	}
}

// Together shows a read-modify-write for what it is.
func TestTogetherLosesUpdatesOfReadModifyWrite(t *testing.T) {
	s, d := start(t)
	const n = 10
	s.Together(n)
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			r, err := d.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: it("pk", "a", "sk", "a"), ConsistentRead: aws.Bool(true)})
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: it("pk", "a", "sk", "a", "n", len(r.Item)+1)})
		})
	}
	wg.Wait()
	r, err := d.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: it("pk", "a", "sk", "a")})
	if err == nil {
		err = differ(show(r.Item), `{"n":1,"pk":"a","sk":"a"}`, nil)
	}
	if err != nil {
		t.Error(err, s.Saw())
	}
}
