package soap_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/rpc/soap"
)

const (
	env    = "http://schemas.xmlsoap.org/soap/envelope/"
	quotes = "http://exchange.example/quotes"
	action = `"` + quotes + `#GetLastTradePrice"`
)

// bank is a client of the service.
type bank struct {
	*web.Server
	t     *testing.T
	asked []string // the symbols that were looked up
	price string
	err   error
}

func open(t *testing.T) *bank {
	b := &bank{t: t, price: "34.5"}
	b.Server = web.Serve(t, soap.New(func(_ context.Context, symbol string) (string, error) {
		b.asked = append(b.asked, symbol)
		return b.price, b.err
	}))
	return b
}

// call is the specification's example for a symbol, which must be escaped.
func call(symbol string) string {
	return `<SOAP-ENV:Envelope xmlns:SOAP-ENV="` + env + `">
<SOAP-ENV:Body>
<m:GetLastTradePrice xmlns:m="` + quotes + `">
<symbol>` + symbol + `</symbol></m:GetLastTradePrice>
</SOAP-ENV:Body></SOAP-ENV:Envelope>`
}

func (b *bank) post(body string) web.Answer {
	b.t.Helper()
	return b.Do("POST", "/quotes", web.Body(`text/xml; charset="utf-8"`, body), web.Header("SOAPAction", action))
}

// element is one of an XML document, with the prefixes that are bound there.
type element struct {
	xml.Name
	attrs    map[xml.Name]string
	prefixes map[string]string
	kids     []*element
	text     string
}

// parse reads a document, namespaces and all.
func parse(text string) (*element, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	root := &element{prefixes: map[string]string{}}
	open := []*element{root}
	for {
		token, err := d.Token()
		if token == nil {
			if len(root.kids) != 1 || err.Error() != "EOF" || strings.TrimSpace(root.text) != "" {
				return nil, fmt.Errorf("no XML document: %v", err)
			}
			return root.kids[0], nil
		}
		top := open[len(open)-1]
		switch x := token.(type) {
		case xml.StartElement:
			if strings.Contains(x.Name.Local, ":") {
				return nil, fmt.Errorf("%s is no name of an element", x.Name.Local)
			}
			e := &element{Name: x.Name, attrs: map[xml.Name]string{}, prefixes: maps.Clone(top.prefixes)}
			for _, a := range x.Attr {
				e.attrs[a.Name] = a.Value
				if a.Name.Space == "xmlns" {
					e.prefixes[a.Name.Local] = a.Value
				}
			}
			top.kids, open = append(top.kids, e), append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(x)
		}
	}
}

// find returns the element that the path of names leads to, or nil. Each name
// is "namespace local".
func (e *element) find(path ...string) *element {
	if e == nil || len(path) == 0 {
		return e
	}
	space, local, _ := strings.Cut(path[0], " ")
	for _, k := range e.kids {
		if k.Name == (xml.Name{Space: space, Local: local}) {
			if found := k.find(path[1:]...); found != nil {
				return found
			}
		}
	}
	return nil
}

// body reads an answer's envelope and returns its Body, which must hold
// something.
func (b *bank) body(a web.Answer, status int, something string) *element {
	b.t.Helper()
	want := fmt.Sprintf("%d, Content-Type text/xml, and %s\nin the Body of an Envelope, both in\n%s", status, something, env)
	doc, err := parse(a.Body)
	if err != nil || a.Status != status || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/xml") || doc.Name != (xml.Name{Space: env, Local: "Envelope"}) {
		a.Fail(b.t, want)
	}
	body := doc.find(env + " Body")
	if body == nil {
		a.Fail(b.t, want)
	}
	return body
}

// priced fails the behaviour unless the answer is this price.
func (b *bank) priced(a web.Answer, price string) {
	b.t.Helper()
	p := b.body(a, 200, "the price").find(quotes+" GetLastTradePriceResponse", " Price")
	if p == nil || p.text != price {
		a.Fail(b.t, "GetLastTradePriceResponse in "+quotes+"\nwith <Price>"+price+"</Price>, which is in no namespace")
	}
}

// fault fails the behaviour unless the answer is a fault of that code. It
// returns the fault.
func (b *bank) fault(a web.Answer, code string) *element {
	b.t.Helper()
	f := b.body(a, 500, "the fault "+code).find(env + " Fault")
	c, s := f.find(" faultcode"), f.find(" faultstring")
	if f == nil || c == nil || s == nil || strings.TrimSpace(s.text) == "" {
		a.Fail(b.t, "a Fault in SOAP's namespace with faultcode and faultstring")
	}
	prefix, local, qualified := strings.Cut(strings.TrimSpace(c.text), ":")
	if !qualified || c.prefixes[prefix] != env || local != code {
		a.Fail(b.t, "the faultcode "+code+", its prefix bound to SOAP's namespace")
	}
	return f
}

// fail ends the behaviour for what an answer does not show.
func (b *bank) fail(a web.Answer, got, want string) {
	b.t.Helper()
	kit.Fail(b.t, kit.Failure{Sent: a.Sent, Got: got, Want: want, At: a.At})
}

// typeSpace is the namespace of the type that a WSDL part names; it may name an
// element instead.
func (e *element) typeSpace() (space string, typed bool) {
	name, typed := e.attrs[xml.Name{Local: "type"}]
	prefix, _, qualified := strings.Cut(name, ":")
	if !qualified {
		prefix = ""
	}
	return e.prefixes[prefix], typed
}

// values are the attributes; there need not be an element.
func (e *element) values() map[xml.Name]string {
	if e == nil {
		return nil
	}
	return e.attrs
}

// stray returns text that stands beside elements, where WSDL has none.
func (e *element) stray() string {
	if e == nil {
		return ""
	}
	if text := strings.TrimSpace(e.text); text != "" {
		return text
	}
	for _, k := range e.kids {
		if text := k.stray(); text != "" {
			return text
		}
	}
	return ""
}

// named returns the child of that name whose attribute name is so.
func (e *element) named(space, local, name string) *element {
	for _, k := range e.kids {
		if k.Name == (xml.Name{Space: space, Local: local}) && k.attrs[xml.Name{Local: "name"}] == name {
			return k
		}
	}
	return nil
}
