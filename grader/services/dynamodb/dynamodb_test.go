package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// start runs the program in process and returns its address; end closes its
// standard input and waits for it.
func start(t *testing.T) (url string, end func() error) {
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
	return "http://" + addr, end
}

// ask sends a request with an access key, "" for none.
func ask(t *testing.T, method, url, key, operation, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	if key != "" {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20200101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", answer.StatusCode, b)
}

const create = `{"TableName":"things","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"k","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"k","AttributeType":"S"}]}`

func TestAccountsShareNothing(t *testing.T) {
	url, _ := start(t)
	ask(t, "POST", url, "A", "CreateTable", create)
	for key, want := range map[string]string{"A": `200 {"TableNames":["things"]}`, "B": `200 {"TableNames":[]}`} {
		if got := ask(t, "POST", url, key, "ListTables", "{}"); got != want {
			t.Errorf("%s lists %s, want %s", key, got, want)
		}
	}
	ask(t, "DELETE", url, "A", "", "")
	if got := ask(t, "POST", url, "A", "ListTables", "{}"); got != `200 {"TableNames":[]}` {
		t.Errorf("a forgotten account lists %s", got)
	}
}

func TestRefusesWhatItCannotRead(t *testing.T) {
	url, _ := start(t)
	for _, x := range []struct{ key, operation, body, want string }{
		{"", "ListTables", "{}", "400 {\"__type\":\"com.amazonaws.dynamodb.v20120810#MissingAuthenticationTokenException"},
		{"A", "ExportTable", "{}", "UnknownOperationException"}, {"A", "ListTables", "{", "ValidationException"}, {"A", "ListTables", "{]", "SerializationException"},
		{"A", "ListTables", `{"Foo":1}`, "ValidationException"}, {"A", "PutItem", `{"TableName":"x","Item":{"a":{"S":"1","N":"1"}}}`, "ValidationException"},
		{"A", "PutItem", `{"TableName":"x","Item":{"a":{"N":"1x"}}}`, "cannot be converted to a numeric value"}, {"A", "PutItem", `{"TableName":"x","Item":{"a":{"SS":[]}}}`, "may not be empty"},
	} {
		if got := ask(t, "POST", url, x.key, x.operation, x.body); !strings.HasPrefix(got, "400 ") || !strings.Contains(got, x.want) {
			t.Errorf("%s %s answers %s, want 400 and %s", x.operation, x.body, got, x.want)
		}
	}
}

func TestNumbersAreExact(t *testing.T) {
	url, _ := start(t)
	ask(t, "POST", url, "A", "CreateTable", create)
	ask(t, "POST", url, "A", "PutItem", `{"TableName":"things","Item":{"k":{"S":"a"},"n":{"N":"0.1"},"m":{"N":"12345678901234567890.50"}}}`)
	got := ask(t, "POST", url, "A", "UpdateItem", `{"TableName":"things","Key":{"k":{"S":"a"}},"UpdateExpression":"SET n = n + :x, m = m + :x","ExpressionAttributeValues":{":x":{"N":"0.2"}},"ReturnValues":"UPDATED_NEW"}`)
	if want := `200 {"Attributes":{"m":{"N":"12345678901234567890.7"},"n":{"N":"0.3"}}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEndsWithStandardInput(t *testing.T) {
	url, end := start(t)
	ask(t, "POST", url, "A", "ListTables", "{}")
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
	if _, err := http.Get(url); err == nil { // it must fail
		t.Errorf("%s still answers", url)
	}
}
