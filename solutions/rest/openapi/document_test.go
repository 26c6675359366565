package openapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
)

const file = "openapi.yaml"

// document is the learner's, which a validator can read.
type document struct {
	*openapi3.T
	t    testing.TB
	text string
}

// read fails unless the file can be read as OpenAPI.
func read(t testing.TB) *document {
	t.Helper()
	d := &document{t: t, text: kit.File(t, file)}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(d.text))
	if err != nil {
		kit.Fail(t, kit.Failure{Sent: "read " + file, Got: kit.Wrap(err.Error()), Want: "an OpenAPI document that can be read", At: kit.Line(file, 1)})
	}
	d.T = doc
	return d
}

// operation returns the path's operation with that method, and its template as
// the document writes it. It fails when there is none.
func (d *document) operation(c call) *routers.Route {
	d.t.Helper()
	item, template := d.item(c.template)
	if item == nil || item.GetOperation(c.method) == nil {
		kit.Fail(d.t, kit.Failure{Sent: "look for " + c.method + " " + c.template, Got: "the document does not have it", Want: "an operation, since the API has one", At: d.line(c)})
	}
	return &routers.Route{Spec: d.T, Path: template, PathItem: item, Method: c.method, Operation: item.GetOperation(c.method)}
}

// item returns the path, however its parameter is called.
func (d *document) item(template string) (*openapi3.PathItem, string) {
	for path, item := range d.Paths.Map() {
		if shape(path) == shape(template) {
			return item, path
		}
	}
	return nil, ""
}

// shape returns a path without the names of its parameters.
func shape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

// line returns where the document describes the call's operation.
func (d *document) line(c call) string {
	lines := strings.Split(d.text, "\n")
	at := slices.IndexFunc(lines, func(l string) bool {
		path := strings.Trim(strings.TrimSuffix(strings.TrimSpace(l), ":"), `"'`)
		return strings.HasPrefix(path, "/") && shape(path) == shape(c.template)
	})
	if at < 0 {
		return kit.Line(file, 1)
	}
	for i, l := range lines[at+1:] {
		if text := strings.TrimSpace(l); strings.HasPrefix(text, "/") {
			break
		} else if strings.HasPrefix(text, strings.ToLower(c.method)+":") {
			return kit.Line(file, at+i+2)
		}
	}
	return kit.Line(file, at+1)
}

// request returns what the document has against a call, or nil.
func (d *document) request(c call) error {
	d.t.Helper()
	route := d.operation(c)
	input := d.input(c, route)
	err := openapi3filter.ValidateRequest(context.Background(), input)
	if body := route.Operation.RequestBody; err == nil && c.body != "" && (body == nil || len(body.Value.Content) == 0) {
		return errors.New("the operation has no body")
	}
	return d.undeclared(c, route, err)
}

// undeclared adds to err that a query parameter of the call is not described,
// which validators let pass.
func (d *document) undeclared(c call, route *routers.Route, err error) error {
	for name := range c.request(d.t).URL.Query() {
		if err == nil && route.Operation.Parameters.GetByInAndName("query", name) == nil && route.PathItem.Parameters.GetByInAndName("query", name) == nil {
			err = fmt.Errorf("the operation has no query parameter %q", name)
		}
	}
	return err
}

func (d *document) input(c call, route *routers.Route) *openapi3filter.RequestValidationInput {
	parameters := map[string]string{}
	_, name, _ := strings.Cut(route.Path, "{")
	if name, _, ok := strings.Cut(name, "}"); ok {
		parameters[name] = c.code
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true, SkipSettingDefaults: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	options.WithCustomSchemaErrorFunc(func(err *openapi3.SchemaError) string {
		return "at /" + strings.Join(err.JSONPointer(), "/") + ": " + err.Reason
	})
	return &openapi3filter.RequestValidationInput{Request: c.request(d.t), PathParams: parameters, Route: route, Options: options}
}

// response returns what the document has against an answer, or nil.
func (d *document) response(c call, a answer) error {
	d.t.Helper()
	route := d.operation(c)
	request := d.input(c, route)
	input := &openapi3filter.ResponseValidationInput{RequestValidationInput: request, Status: a.status, Header: a.header, Options: request.Options}
	err := openapi3filter.ValidateResponse(context.Background(), input.SetBodyBytes([]byte(a.body)))
	if response := described(route.Operation, a.status); err == nil && response != nil && a.body != "" && len(response.Content) == 0 {
		return errors.New("the answer has no body")
	} else if err == nil && response != nil && a.body == "" && len(response.Content) > 0 {
		return errors.New("the answer has a body")
	}
	return err
}

func described(o *openapi3.Operation, status int) *openapi3.Response {
	if r := o.Responses.Status(status); r != nil {
		return r.Value
	}
	if r := o.Responses.Default(); r != nil {
		return r.Value
	}
	return nil
}

// methods returns what the document has, as "GET /parcels/{code}", sorted.
func (d *document) methods() []string {
	var list []string
	for path, item := range d.Paths.Map() {
		for method := range item.Operations() {
			list = append(list, method+" "+path)
		}
	}
	slices.Sort(list)
	return list
}

// answer is one of the API, or one that it never gives.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) String() string {
	text := fmt.Sprintf("%d %s\n", a.status, http.StatusText(a.status))
	for _, name := range []string{"Content-Type", "Location", "X-Total-Count"} {
		if v := a.header.Get(name); v != "" {
			text += name + ": " + v + "\n"
		}
	}
	return text + web.Lines(strings.TrimSpace(a.body))
}
