package openapi_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
)

// 1. openapi.yaml is a valid OpenAPI document, and has the paths and the methods that the API has and no others.
func TestDocument(t *testing.T) {
	t.Run("a validator accepts the document", func(t *testing.T) {
		d := read(t)
		if err := d.Validate(context.Background()); err != nil {
			kit.Fail(t, kit.Failure{Sent: "validate " + file, Got: kit.Wrap(err.Error()), Want: "a valid OpenAPI document", At: kit.Line(file, 1)})
		}
		if !strings.HasPrefix(d.OpenAPI, "3.0") && !strings.HasPrefix(d.OpenAPI, "3.1") {
			kit.Fail(t, kit.Failure{Sent: "read " + file, Got: "openapi: " + d.OpenAPI, Want: "OpenAPI 3.0 or 3.1", At: kit.Line(file, 1)})
		}
	})
	t.Run("the document has the API's paths and methods and no others", func(t *testing.T) {
		d := read(t)
		want := []string{"DELETE /parcels/{}", "GET /parcels", "GET /parcels/{}", "POST /parcels"}
		want = append(want, "HEAD /parcels", "HEAD /parcels/{}") // ServeMux answers them too; few documents say so
		for _, has := range d.methods() {
			if method, path, _ := strings.Cut(has, " "); !slices.Contains(want, method+" "+shape(path)) {
				kit.Fail(t, kit.Failure{Sent: "compare " + file + " with parcels.go", Got: "the document has " + has, Want: "nothing that the API does not have", At: d.line(call{method: method, template: path})})
			}
		}
		for _, c := range accepted(t) {
			d.operation(c)
		}
	})
	t.Run("the document still says where the API is", func(t *testing.T) {
		d := read(t)
		if len(d.Servers) != 1 || d.Servers[0].URL != "https://parcels.example.com" {
			kit.Fail(t, kit.Failure{Sent: "read the servers of " + file, Got: "other ones than before", Want: "https://parcels.example.com", At: kit.Line(file, 1)})
		}
	})
}

// 2. A request that the API accepts is one of the document, with its parameters, its media type and its body.
func TestAccepted(t *testing.T) {
	fits := func(t *testing.T, method string) {
		d := read(t)
		for _, c := range accepted(t) {
			if c.method != method {
				continue
			}
			if err := d.request(c); err != nil {
				a := c.answer(t)
				kit.Fail(t, kit.Failure{Sent: c.curl(t), Got: "the API says\n" + a.String() + "\nthe document says\n" + kit.Wrap(err.Error()), Want: "a document that allows what the API allows", At: d.line(c)})
			}
		}
	}
	t.Run("every GET that is answered is one of the document", func(t *testing.T) { fits(t, "GET") })
	t.Run("every POST that is answered is one of the document", func(t *testing.T) { fits(t, "POST") })
	t.Run("every DELETE that is answered is one of the document", func(t *testing.T) { fits(t, "DELETE") })
}

// 3. A request that the API refuses with 400, 415 or 422 is none of the document.
func TestRefused(t *testing.T) {
	fails := func(t *testing.T, method string) {
		d := read(t)
		for _, c := range refused(t) {
			if c.method != method {
				continue
			}
			if err := d.request(c); err == nil {
				a := c.answer(t)
				kit.Fail(t, kit.Failure{Sent: c.curl(t), Got: "the document says\nit is all right\nthe API says\n" + a.String(), Want: "a document that refuses what the API refuses", At: d.line(c)})
			}
		}
	}
	t.Run("no GET that is refused is one of the document", func(t *testing.T) { fails(t, "GET") })
	t.Run("no POST that is refused is one of the document", func(t *testing.T) { fails(t, "POST") })
	t.Run("no DELETE that is refused is one of the document", func(t *testing.T) { fails(t, "DELETE") })
}

// 4. Every answer, refusals too, is one of the document, with its status, its media type, its header fields and its body.
func TestAnswers(t *testing.T) {
	fit := func(t *testing.T, calls []call, good bool) {
		d := read(t)
		for _, c := range calls {
			if (c.status < 400) != good {
				continue
			}
			a := c.answer(t)
			if err := d.response(c, a); err != nil {
				kit.Fail(t, kit.Failure{Sent: c.curl(t), Got: a.String() + "\nthe document says\n" + kit.Wrap(err.Error()), Want: "a document that has this answer", At: d.line(c)})
			}
		}
	}
	t.Run("every answer to a good request is one of the document", func(t *testing.T) { fit(t, accepted(t), true) })
	t.Run("every answer that there is no such parcel or that it cannot be is one of the document", func(t *testing.T) { fit(t, accepted(t), false) })
	t.Run("every refusal of a bad request is one of the document", func(t *testing.T) { fit(t, refused(t), false) })
}

// 5. An answer is none of the document if it lacks what is always there, if something has another type, or if a value is one that the API never sends.
func TestPromise(t *testing.T) {
	never := func(t *testing.T, d *document, c call, a answer, why string) {
		t.Helper()
		if err := d.response(c, a); err == nil {
			kit.Fail(t, kit.Failure{Sent: c.curl(t) + "\nan answer that the API never gives, " + why + ":\n" + a.String(), Got: "the document allows it", Want: "a document that promises what clients rely on", At: d.line(c)})
		}
	}
	calls := func(t *testing.T) []call { return append(accepted(t), refused(t)...) }
	t.Run("an answer without a member is none of the document", func(t *testing.T) {
		d := read(t)
		for _, c := range calls(t) {
			a := c.answer(t)
			for _, m := range a.members() {
				never(t, d, c, a.set(t, m, nil), "without its "+m)
			}
		}
	})
	t.Run("an answer whose member has another type is none of the document", func(t *testing.T) {
		d := read(t)
		for _, c := range calls(t) {
			a := c.answer(t)
			for _, m := range a.members() {
				never(t, d, c, a.set(t, m, []int{1}), "with a list as "+m)
				never(t, d, c, a.set(t, m, 1.5), "with 1.5 as "+m)
			}
			if a.body != "" {
				never(t, d, c, a.with(`"tea"`), "a text")
			}
		}
	})
	t.Run("an answer with a status, a code or a date that the API never sends is none of the document", func(t *testing.T) {
		d := read(t)
		for _, c := range calls(t) {
			a := c.answer(t)
			if !slices.Contains(a.members(), "code") {
				continue
			}
			never(t, d, c, a.set(t, "status", kit.Word(kit.Rand(t), 7)), "with an unknown status")
			never(t, d, c, a.set(t, "code", "AB"+kit.Word(kit.Rand(t), 6)), "with a code that is none")
			never(t, d, c, a.set(t, "delivered_at", "yesterday"), "with a date that is none")
		}
	})
	t.Run("an answer without its header field or with another media type is none of the document", func(t *testing.T) {
		d := read(t)
		for _, c := range calls(t) {
			a := c.answer(t)
			for _, name := range []string{"Location", "X-Total-Count"} {
				if a.header.Get(name) != "" {
					never(t, d, c, a.without(name), "without its "+name)
				}
			}
			if a.body != "" {
				other := a.without("Content-Type")
				other.header.Set("Content-Type", otherJSON)
				never(t, d, c, other, "as "+otherJSON)
			}
		}
	})
}
