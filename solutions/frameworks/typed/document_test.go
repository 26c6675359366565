package typed_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
)

// 6. GET /openapi.json answers a valid OpenAPI 3.0 document with every operation, its parameters and its body, and the answers 200 and 422.
func TestDocument(t *testing.T) {
	t.Run("a validator reads the document", func(t *testing.T) { open(t).document() })
	t.Run("every operation is there with the answers 200 and 422", func(t *testing.T) {
		s := open(t)
		for _, method := range []string{"POST", "GET"} {
			op := s.operation(method)
			for _, status := range []int{200, 422} {
				if op.Responses.Status(status) == nil {
					s.lacks(method, fmt.Sprintf("%s %s has no answer %d", method, orders, status), "the answers 200 and 422")
				}
			}
		}
	})
	t.Run("parameters are required unless they are pointers", func(t *testing.T) {
		each(t, func(s *shop, method string) {
			for _, p := range parameters[method] {
				if got := s.parameter(method, p.in, p.name).Required; got != p.required {
					s.lacks(method, fmt.Sprintf("%s %s: %s in %s has required %t", method, orders, p.name, p.in, got), fmt.Sprintf("required %t", p.required))
				}
			}
		})
	})
	t.Run("the body is required and the operation without one has none", func(t *testing.T) {
		each(t, func(s *shop, method string) {
			body := s.operation(method).RequestBody
			if method == "POST" && (body == nil || !body.Value.Required) {
				s.lacks(method, "POST "+orders+" has no requestBody that is required", "a requestBody with required true")
			}
			if method == "GET" && body != nil {
				s.lacks(method, "GET "+orders+" has a requestBody", "none: its input has no body")
			}
		})
	})
}

// each looks at the document of an API with one operation, then at the document
// of one with all.
func each(t *testing.T, look func(s *shop, method string)) {
	t.Helper()
	for _, method := range []string{"POST", "GET"} {
		look(only(t, method), method)
	}
	all := open(t)
	look(all, "POST")
	look(all, "GET")
}

// parameters are those of the operations on orders.
var parameters = map[string][]struct {
	in, name string
	required bool
}{
	"POST": {{"path", "shop", true}, {"query", "dry", true}, {"query", "tag", true}, {"query", "limit", false}},
	"GET":  {{"path", "shop", true}, {"query", "from", true}, {"query", "to", false}},
}

const orders = "/shops/{shop}/orders"

// document reads the document as a customer's generator does.
func (s *shop) document() *openapi3.T {
	s.t.Helper()
	a := s.Do("GET", "/openapi.json")
	doc, err := openapi3.NewLoader().LoadFromData([]byte(a.Body))
	if err == nil {
		err = doc.Validate(context.Background())
	}
	if a.Status != http.StatusOK || err != nil {
		a.Note = fmt.Sprint("the validator says: ", err)
		s.fail(a, "a valid OpenAPI 3.0 document")
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.0.") {
		s.lacks("POST", "openapi is "+doc.OpenAPI, "a version 3.0")
	}
	return doc
}

// lacks fails for what the document says of one of the operations on orders.
func (s *shop) lacks(method, got, want string) {
	s.t.Helper()
	a := s.Do("GET", "/openapi.json")
	kit.Fail(s.t, kit.Failure{Sent: a.Sent, Got: got, Want: want, Note: "the input of " + method + " is\n" + declared[method], At: a.At})
}

func (s *shop) operation(method string) *openapi3.Operation {
	s.t.Helper()
	item := s.document().Paths.Find(orders)
	if item == nil || item.GetOperation(method) == nil {
		s.lacks(method, "the document has no "+method+" "+orders+beside(item), "every operation that Handle added")
	}
	return item.GetOperation(method)
}

// beside tells which operations a path has.
func beside(item *openapi3.PathItem) string {
	if item == nil || len(item.Operations()) == 0 {
		return ""
	}
	return ", only " + strings.Join(slices.Sorted(maps.Keys(item.Operations())), ", ")
}

func (s *shop) parameter(method, in, name string) *openapi3.Parameter {
	s.t.Helper()
	p := s.operation(method).Parameters.GetByInAndName(in, name)
	if p == nil || p.Schema == nil {
		s.lacks(method, fmt.Sprintf("%s %s has no parameter %s in %s with a schema", method, orders, name, in), "each parameter, with its schema")
	}
	return p
}

func (s *shop) body() *openapi3.Schema {
	s.t.Helper()
	body := s.operation("POST").RequestBody
	if body == nil || body.Value.Content.Get("application/json") == nil || body.Value.Content.Get("application/json").Schema == nil {
		s.lacks("POST", "POST "+orders+" has no requestBody with a schema of application/json", "the schema of the body")
	}
	return body.Value.Content.Get("application/json").Schema.Value
}

// 7. A value fits the document's schema if and only if the server takes it.
func TestAgreement(t *testing.T) {
	for _, group := range []struct {
		sentence string
		changes  []set
	}{
		{"on fields that are missing", []set{{}, {"customer": gone}, {"lines": gone}, {"note": gone}, {"gift": gone}, {"address.zip": gone}, {"address.floor": gone}, {"lines.1.sku": gone}, {"gift.count": gone}}},
		{"on null", []set{{"customer": nil}, {"note": nil}, {"gift": nil}, {"address.zip": nil}, {"words.0": nil}, {"lines": nil}, {"lines.1": nil}}},
		{"on types", []set{{"customer": 1}, {"express": "no"}, {"discount": "0"}, {"lines": fields{}}, {"words.1": 2}, {"lines.0.count": 1.5}, {"gift": []any{}}, {"address": "here"}, {"address.zip": "1000"}}},
		{"on limits of numbers", []set{{"discount": 0}, {"discount": 0.5}, {"discount": 0.6}, {"discount": -1}, {"lines.0.count": 0}, {"lines.0.count": 1}, {"lines.2.count": 99}, {"lines.2.count": 100}, {"address.zip": 999}, {"address.zip": 1000}, {"address.floor": -3}, {"address.floor": -2}, {"gift.count": 0}}},
		{"on lengths of texts", []set{{"customer": ""}, {"customer": "üüüüüüüüüü"}, {"customer": "üüüüüüüüüüü"}, {"note": "12345"}, {"note": "123456"}, {"lines.1.sku": "äö"}, {"lines.1.sku": "äöü"}, {"gift.sku": "123456789"}}},
		{"on names in other letters and unknown names", []set{{"customer": gone, "CUSTOMER": "tea"}, {"colour": "green"}, {"address.country": "tea"}}},
	} {
		t.Run("document and server agree "+group.sentence, func(t *testing.T) {
			only(t, "POST").agree(group.changes)
			open(t).agree(group.changes)
		})
	}
	t.Run("document and server agree on an object of one field", func(t *testing.T) {
		s := open(t)
		item := s.document().Paths.Find("/notes/{id}")
		if item == nil || item.Put == nil || item.Put.RequestBody == nil {
			a := s.Do("GET", "/openapi.json")
			kit.Fail(t, kit.Failure{Sent: a.Sent, Got: "the document has no PUT /notes/{id} with a body", Want: "every operation that Handle added", At: a.At})
		}
		for _, body := range []fields{{}, {"text": "tea"}, {"text": 5}} {
			a := s.Do("PUT", "/notes/5", web.JSON(text(body)))
			said := item.Put.RequestBody.Value.Content.Get("application/json").Schema.Value.VisitJSON(map[string]any(clone(body)))
			if (a.Status != http.StatusUnprocessableEntity) != (said == nil) {
				a.Fail(t, "the same from both: the document says "+verdict(said))
			}
		}
	})
	t.Run("document and server agree on parameters", func(t *testing.T) {
		values := [][3]string{
			{"path", "shop", "0"}, {"path", "shop", "1"}, {"path", "shop", "abc"}, {"path", "shop", "1.5"}, {"query", "dry", "true"}, {"query", "dry", "false"}, {"query", "dry", "perhaps"},
			{"query", "limit", "0"}, {"query", "limit", "50"}, {"query", "limit", "51"}, {"query", "limit", "-1"}, {"query", "limit", "ten"}, {"query", "tag", ""}, {"query", "tag", "äöüäöü"}, {"query", "tag", "1234567"}, {"query", "tag", "12"},
		}
		only(t, "POST").agreeOn(values)
		open(t).agreeOn(values)
	})
}

// agree fails unless the document says of each changed body what the server does.
func (s *shop) agree(changes []set) {
	s.t.Helper()
	schema := s.body()
	for _, c := range changes {
		body := c.on(s.draw())
		a, _ := s.post(good, text(body))
		s.same(a, schema.VisitJSON(map[string]any(clone(body))))
	}
}

// agreeOn is agree for parameters: where they are, their names and values.
func (s *shop) agreeOn(values [][3]string) {
	s.t.Helper()
	for _, p := range values {
		schema := s.parameter("POST", p[0], p[1]).Schema.Value
		a, _ := s.post(request(p), text(s.draw()))
		s.same(a, schema.VisitJSON(parsed(schema, p[2])))
	}
}

// same fails unless a request was taken if and only if the document has nothing
// against it.
func (s *shop) same(a web.Answer, said error) {
	s.t.Helper()
	if (a.Status == http.StatusOK) != (said == nil) {
		s.fail(a, "the same from both: the document says "+verdict(said))
	}
}

func verdict(err error) string {
	if err == nil {
		return "that it fits"
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return "that it\ndoes not fit: " + first
}

// parsed reads a parameter's text as a client does that knows the schema.
func parsed(schema *openapi3.Schema, value string) any {
	var v any
	if schema.Type.Is("string") || json.Unmarshal([]byte(value), &v) != nil {
		return value
	}
	return v
}

// request is a path in which one parameter has a value and the others fit.
func request(p [3]string) string {
	q, shop := url.Values{"dry": {"true"}, "tag": {"tea"}}, "3"
	if p[0] == "path" {
		shop = p[2]
	} else {
		q.Set(p[1], p[2])
	}
	return "/shops/" + shop + "/orders?" + q.Encode()
}
