package soap_test

import (
	"errors"
	"fmt"
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
	with := func(attributes string) string {
		return strings.Replace(call("DIS"), "<SOAP-ENV:Body>", `<SOAP-ENV:Header><t:Transaction xmlns:t="http://bank.example/t" `+attributes+`>5</t:Transaction></SOAP-ENV:Header><SOAP-ENV:Body>`, 1)
	}
	t.Run("a header entry that must be understood is the fault MustUnderstand", func(t *testing.T) {
		for _, attributes := range []string{`SOAP-ENV:mustUnderstand="1"`, `SOAP-ENV:mustUnderstand="1" SOAP-ENV:actor="http://schemas.xmlsoap.org/soap/actor/next"`} {
			b := open(t)
			a := b.post(with(attributes))
			b.fault(a, "MustUnderstand")
			if len(b.asked) > 0 {
				b.fail(a, "a price was looked up", "none")
			}
		}
	})
	t.Run("other header entries are ignored", func(t *testing.T) {
		for _, attributes := range []string{``, `SOAP-ENV:mustUnderstand="0"`, `mustUnderstand="1"`, `t:mustUnderstand="1"`, `SOAP-ENV:mustUnderstand="1" SOAP-ENV:actor="http://bank.example/log"`} {
			b := open(t)
			b.priced(b.post(with(attributes)), b.price)
		}
	})
}

// 4. Faults come with HTTP 500 in an envelope, with faultcode (a qualified name of SOAP's namespace) and faultstring. ErrUnknownSymbol is Client, with the symbol in a detail/UnknownSymbol of our namespace; any other failure is Server, and its text stays here.
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

// 6. GET /quotes?wsdl is a WSDL 1.1 document that names the operation, with its soapAction, in portType and binding, and the address of the service.
func TestWSDL(t *testing.T) {
	const wsdl, binding = "http://schemas.xmlsoap.org/wsdl/", "http://schemas.xmlsoap.org/wsdl/soap/"
	t.Run("the WSDL names operation, action and address", func(t *testing.T) {
		b := open(t)
		a := b.Do("GET", "/quotes?wsdl")
		doc, err := parse(a.Body)
		if err != nil || a.Status != 200 || doc.Space != wsdl || doc.Local != "definitions" {
			a.Fail(t, "200 and a definitions element in "+wsdl)
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
		if got := at("location", wsdl+" service", wsdl+" port", binding+" address"); got != b.URL+"/quotes" {
			a.Fail(t, "a soap:address with location=\""+b.URL+"/quotes\"")
		}
	})
}
