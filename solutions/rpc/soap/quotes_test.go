package soap_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/rpc/soap"
)

// 1. A call is answered with 200, text/xml and an envelope in SOAP's namespace, whatever prefixes and characters it used.
func TestCall(t *testing.T) {
	t.Run("a call is answered with the price in an envelope", func(t *testing.T) {
		b, r := open(t), kit.Rand(t)
		symbol := strings.ToUpper(kit.Word(r, 4))
		b.price = fmt.Sprintf("%d.%d", r.IntN(1000), r.IntN(10))
		a := b.post(call(symbol))
		b.priced(a, b.price)
		if !slices.Equal(b.asked, []string{symbol}) {
			b.fail(a, fmt.Sprintf("prices looked up: %q", b.asked), fmt.Sprintf("%q", []string{symbol}))
		}
	})
	t.Run("prices are looked up with the request's context", func(t *testing.T) {
		ended := make(chan bool, 1)
		s := web.Serve(t, soap.New(func(ctx context.Context, _ string) (string, error) {
			_, ok := ctx.Value(http.ServerContextKey).(*http.Server)
			ended <- ok
			return "1", nil
		}))
		a := s.Do("POST", "/quotes", web.Body("text/xml", call("DIS")), web.Header("SOAPAction", action))
		select {
		case ok := <-ended:
			if !ok {
				a.Fail(t, "Prices called with the request's context")
			}
		default:
			a.Fail(t, "a price looked up")
		}
	})
	t.Run("any prefix will do", func(t *testing.T) {
		b := open(t)
		p := kit.Word(kit.Rand(t), 3)
		b.priced(b.post(strings.NewReplacer("SOAP-ENV", p, "m:", "", "xmlns:m=", "xmlns=", "<symbol>", `<symbol xmlns="">`).Replace(call("DIS"))), b.price)
	})
	t.Run("any characters will do", func(t *testing.T) {
		b := open(t)
		a := b.post(call("A&amp;B &lt;é&gt;"))
		b.priced(a, b.price)
		if !slices.Equal(b.asked, []string{"A&B <é>"}) {
			b.fail(a, fmt.Sprintf("prices looked up: %q", b.asked), `"A&B <é>"`)
		}
	})
}

// 2. Namespaces decide. An envelope of another namespace is the fault VersionMismatch; an operation that is not ours, by name or namespace, a call without a symbol, or what is no envelope at all, is the fault Client.
func TestNamespaces(t *testing.T) {
	refused := func(t *testing.T, body, code string) {
		t.Helper()
		b := open(t)
		a := b.post(body)
		b.fault(a, code)
		if len(b.asked) > 0 {
			b.fail(a, fmt.Sprintf("prices looked up: %q", b.asked), "none")
		}
	}
	t.Run("an envelope of another namespace is VersionMismatch", func(t *testing.T) {
		refused(t, strings.ReplaceAll(call("DIS"), env, "http://www.w3.org/2003/05/soap-envelope"), "VersionMismatch")
		refused(t, strings.NewReplacer("SOAP-ENV:", "", ` xmlns:SOAP-ENV="`+env+`"`, "").Replace(call("DIS")), "VersionMismatch")
	})
	t.Run("an operation that is not ours is the fault Client", func(t *testing.T) {
		refused(t, strings.ReplaceAll(call("DIS"), quotes, quotes+"/v2"), "Client")
		refused(t, strings.ReplaceAll(call("DIS"), "m:GetLastTradePrice", "m:SetLastTradePrice"), "Client")
	})
	t.Run("a call without a symbol or a body is the fault Client", func(t *testing.T) {
		refused(t, strings.ReplaceAll(call("DIS"), "symbol", "name"), "Client")
		refused(t, strings.NewReplacer("<SOAP-ENV:Body", `<b:Body xmlns:b="http://bank.example/b"`, "/SOAP-ENV:Body", "/b:Body").Replace(call("DIS")), "Client")
		refused(t, `<e:Envelope xmlns:e="`+env+`"/>`, "Client")
		refused(t, `<e:Envelope xmlns:e="`+env+`"><e:Body/></e:Envelope>`, "Client")
	})
	t.Run("what is no envelope is the fault Client", func(t *testing.T) {
		for _, body := range []string{"", "GetLastTradePrice DIS", call("DIS")[:60+kit.Rand(t).IntN(100)], "<html/>", strings.ReplaceAll(call("DIS"), ":Envelope", ":Postcard")} {
			refused(t, body, "Client")
		}
	})
}

// 3. A header entry that must be understood, and is for us, is the fault MustUnderstand, and no price is looked up. Others are ignored.
func TestHeader(t *testing.T) {
	t.Run("a header entry that must be understood is the fault MustUnderstand", func(t *testing.T) {
		for _, attributes := range []string{`SOAP-ENV:mustUnderstand="1"`, `SOAP-ENV:mustUnderstand="1" SOAP-ENV:actor="http://schemas.xmlsoap.org/soap/actor/next"`} {
			b := open(t)
			a := b.post(with(attributes))
			b.fault(a, "MustUnderstand")
			if len(b.asked) > 0 {
				b.fail(a, "a price was looked up", "none")
			}
		}
		b := open(t)
		b.fault(b.post(strings.Replace(with(`SOAP-ENV:mustUnderstand="1"`), "<t:T", `<t:Note xmlns:t="http://bank.example/t"/><t:T`, 1)), "MustUnderstand")
	})
	t.Run("other header entries are ignored", func(t *testing.T) {
		for _, attributes := range []string{``, `SOAP-ENV:mustUnderstand="0"`, `mustUnderstand="1"`, `t:mustUnderstand="1"`, `SOAP-ENV:mustUnderstand="1" SOAP-ENV:actor="http://bank.example/log"`} {
			b := open(t)
			b.priced(b.post(with(attributes)), b.price)
		}
	})
}

// 4. Faults come with HTTP 500 in an envelope, with faultcode (a qualified name of SOAP's namespace) and faultstring. ErrUnknownSymbol is Client, with the symbol in a detail/UnknownSymbol of our namespace; any other failure is Server, and its text stays here. Faults that the call in the Body led to have a detail, those of the header have none.
func TestFaults(t *testing.T) {
	t.Run("an unknown symbol is the fault Client with a detail", func(t *testing.T) {
		for _, wrap := range []string{"%w", "look up: %w"} {
			b := open(t)
			b.err = fmt.Errorf(wrap, soap.ErrUnknownSymbol)
			symbol := kit.Word(kit.Rand(t), 4)
			a := b.post(call(symbol + "&amp;&lt;"))
			d := b.fault(a, "Client").find(" detail", quotes+" UnknownSymbol")
			if d == nil || strings.TrimSpace(d.text) != symbol+"&<" {
				a.Fail(t, "a detail with UnknownSymbol in "+quotes+",\nwhich holds "+symbol+"&amp;&lt;")
			}
		}
	})
	t.Run("faults that the call led to have a detail, those of the header none", testDetail)
	t.Run("any other failure is the fault Server and its text stays here", func(t *testing.T) {
		b := open(t)
		secret := "tcp 10.0.0." + kit.Word(kit.Rand(t), 5)
		b.err = errors.New(secret + " <refused>")
		a := b.post(call("DIS"))
		b.fault(a, "Server")
		if strings.Contains(a.Body, secret) {
			a.Fail(t, "a fault without "+secret)
		}
	})
}

func testDetail(t *testing.T) {
	bodies := map[string]error{
		strings.ReplaceAll(call("DIS"), "m:GetLastTradePrice", "m:SetLastTradePrice"): nil,
		strings.ReplaceAll(call("DIS"), "symbol", "name"):                             nil,
		call("DIS"): errors.New("no prices today"),
	}
	for body, err := range bodies {
		b := open(t)
		b.err = err
		a := b.post(body)
		doc, _ := parse(a.Body)
		if d := doc.find(env+" Body", env+" Fault", " detail"); d == nil {
			a.Fail(t, "a Fault with a detail, which is in no namespace")
		}
	}
	b := open(t)
	a := b.post(with(`SOAP-ENV:mustUnderstand="1"`))
	if b.fault(a, "MustUnderstand").find(" detail") != nil {
		a.Fail(t, "a Fault without a detail: the header led to it")
	}
}

// with is a call with a header entry.
func with(attributes string) string {
	return strings.Replace(call("DIS"), "<SOAP-ENV:Body>", "<SOAP-ENV:Header>\n<t:Transaction xmlns:t=\"http://bank.example/t\"\n"+attributes+">5</t:Transaction></SOAP-ENV:Header>\n<SOAP-ENV:Body>", 1)
}

// 5. A call whose SOAPAction is missing or another is the fault Client.
func TestAction(t *testing.T) {
	t.Run("a call without its SOAPAction is the fault Client", func(t *testing.T) {
		for _, options := range [][]web.Option{{}, {web.Header("SOAPAction", `""`)}, {web.Header("SOAPAction", `"`+quotes+`#SetLastTradePrice"`)}} {
			b := open(t)
			a := b.Do("POST", "/quotes", append(options, web.Body("text/xml", call("DIS")))...)
			b.fault(a, "Client")
			if len(b.asked) > 0 {
				b.fail(a, "a price was looked up", "none")
			}
		}
	})
}

// 6. GET /quotes?wsdl is a WSDL 1.1 document that names the operation, with its soapAction, in portType and binding, its messages, and the address of the service.
func TestWSDL(t *testing.T) {
	const wsdl, binding = "http://schemas.xmlsoap.org/wsdl/", "http://schemas.xmlsoap.org/wsdl/soap/"
	const schema = "http://www.w3.org/2001/XMLSchema"
	t.Run("the WSDL names operation, action and address", func(t *testing.T) {
		b := open(t)
		a := b.Do("GET", "/quotes?wsdl")
		doc, err := parse(a.Body)
		if stray := doc.stray(); err == nil && stray != "" {
			a.Fail(t, fmt.Sprintf("a document without text between its elements, such as %q", stray))
		}
		if err != nil || a.Status != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/xml") || doc.Space != wsdl || doc.Local != "definitions" {
			a.Fail(t, "200, text/xml and a definitions element in "+wsdl)
		}
		at := func(name string, path ...string) string {
			for k, v := range doc.find(path...).values() {
				if k.Space == "" && k.Local == name {
					return v
				}
			}
			return ""
		}
		if at("targetNamespace") != quotes || at("name", wsdl+" portType", wsdl+" operation") != "GetLastTradePrice" || at("name", wsdl+" binding", wsdl+" operation") != "GetLastTradePrice" {
			a.Fail(t, "targetNamespace "+quotes+", and the operation\nGetLastTradePrice in portType and in binding")
		}
		if got := at("soapAction", wsdl+" binding", wsdl+" operation", binding+" operation"); `"`+got+`"` != action {
			a.Fail(t, "a soap:operation with soapAction="+action)
		}
		for _, path := range []string{wsdl + " input", wsdl + " output"} {
			_, message, _ := strings.Cut(at("message", wsdl+" portType", wsdl+" operation", path), ":")
			part := doc.named(wsdl, "message", message).find(wsdl + " part")
			if part == nil {
				a.Fail(t, "a message with a part for the operation's input and output")
			}
			if space, typed := part.typeSpace(); typed && space != schema && space != quotes {
				a.Fail(t, "parts whose types are of "+schema+"\nor of the document's own namespace")
			}
			if doc.find(wsdl+" binding", wsdl+" operation", path, binding+" body") == nil {
				a.Fail(t, "a soap:body for the input and output of the binding")
			}
		}
		if doc.find(wsdl+" binding", binding+" binding") == nil {
			a.Fail(t, "a soap:binding in the binding")
		}
		if got := at("location", wsdl+" service", wsdl+" port", binding+" address"); got != b.URL+"/quotes" {
			a.Fail(t, "a soap:address with location=\""+b.URL+"/quotes\"")
		}
	})
}
