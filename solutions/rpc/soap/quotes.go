// Package soap answers the exchange's price service in SOAP 1.1.
package soap

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

const (
	envelope = "http://schemas.xmlsoap.org/soap/envelope/"
	quotes   = "http://exchange.example/quotes"
	action   = quotes + "#GetLastTradePrice"
	limit    = 1 << 20 // bytes of a request
	next     = "http://schemas.xmlsoap.org/soap/actor/next"
)

// ErrUnknownSymbol is what Prices returns for a symbol that is not traded; it
// may come wrapped.
var ErrUnknownSymbol = errors.New("unknown symbol")

// Prices returns the last price of a symbol, such as "34.5".
type Prices func(ctx context.Context, symbol string) (string, error)

// New returns the service.
func New(prices Prices) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /quotes", prices.serve)
	mux.HandleFunc("GET /quotes", describe)
	return mux
}

// message is a SOAP envelope. Names without a namespace would match any.
type message struct {
	XMLName xml.Name
	Header  struct {
		Entries []entry `xml:",any"`
	} `xml:"http://schemas.xmlsoap.org/soap/envelope/ Header"`
	Body *struct {
		Call call `xml:",any"`
	} `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body"`
}

type entry struct {
	XMLName        xml.Name
	MustUnderstand string `xml:"http://schemas.xmlsoap.org/soap/envelope/ mustUnderstand,attr"`
	Actor          string `xml:"http://schemas.xmlsoap.org/soap/envelope/ actor,attr"`
}

type call struct {
	XMLName xml.Name
	Symbol  *string `xml:"symbol"`
}

// fault is what went wrong, as section 4.4 tells it.
type fault struct {
	code   string // VersionMismatch, MustUnderstand, Client or Server
	text   string
	detail string // an element, for what went wrong in the body
}

func (p Prices) serve(w http.ResponseWriter, r *http.Request) {
	symbol, f := read(w, r)
	if f != nil {
		f.send(w)
		return
	}
	price, err := p(r.Context(), symbol)
	switch {
	case errors.Is(err, ErrUnknownSymbol):
		f = &fault{"Client", "unknown symbol", detail("UnknownSymbol", symbol)}
		f.send(w)
	case err != nil:
		f = &fault{"Server", "the price is not available", detail("Failure", "")}
		f.send(w)
	default:
		send(w, http.StatusOK, fmt.Sprintf(`<q:GetLastTradePriceResponse xmlns:q="%s"><Price>%s</Price></q:GetLastTradePriceResponse>`, quotes, escape(price)))
	}
}

// read returns the symbol that is asked for, or why there is none.
func read(w http.ResponseWriter, r *http.Request) (symbol string, f *fault) {
	var m message
	if err := xml.NewDecoder(http.MaxBytesReader(w, r.Body, limit)).Decode(&m); err != nil || m.XMLName.Local != "Envelope" {
		return symbol, &fault{code: "Client", text: "the request is not a SOAP envelope"}
	}
	if m.XMLName.Space != envelope {
		return symbol, &fault{code: "VersionMismatch", text: "the envelope is not that of SOAP 1.1"}
	}
	for _, e := range m.Header.Entries {
		if e.MustUnderstand == "1" && (e.Actor == "" || e.Actor == next) {
			return symbol, &fault{code: "MustUnderstand", text: e.XMLName.Local + " is not understood"}
		}
	}
	if r.Header.Get("SOAPAction") != `"`+action+`"` {
		return symbol, &fault{code: "Client", text: "SOAPAction must be " + action}
	}
	switch {
	case m.Body == nil, m.Body.Call.XMLName != xml.Name{Space: quotes, Local: "GetLastTradePrice"}:
		return symbol, &fault{"Client", "there is no such operation", detail("UnknownOperation", "")}
	case m.Body.Call.Symbol == nil:
		return symbol, &fault{"Client", "the symbol is missing", detail("MissingSymbol", "")}
	}
	return *m.Body.Call.Symbol, nil
}

// detail is what section 4.4 wants of every fault that the body led to, and of
// no other.
func detail(name, text string) string {
	return fmt.Sprintf(`<detail><q:%s xmlns:q="%s">%s</q:%[1]s></detail>`, name, quotes, escape(text))
}

func (f *fault) send(w http.ResponseWriter) {
	send(w, http.StatusInternalServerError, fmt.Sprintf("<soap:Fault><faultcode>soap:%s</faultcode><faultstring>%s</faultstring>%s</soap:Fault>", f.code, escape(f.text), f.detail))
}

// send answers with an envelope; section 6.2 asks for 500 with a fault.
func send(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `%s<soap:Envelope xmlns:soap="%s"><soap:Body>%s</soap:Body></soap:Envelope>`, xml.Header, envelope, body)
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}

func describe(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = fmt.Fprintf(w, wsdl, quotes, action, escape("http://"+r.Host+"/quotes"))
}

const wsdl = xml.Header + `<definitions name="Quotes" targetNamespace="%[1]s" xmlns="http://schemas.xmlsoap.org/wsdl/"
  xmlns:tns="%[1]s" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <message name="Request"><part name="symbol" type="xsd:string"/></message>
  <message name="Response"><part name="Price" type="xsd:decimal"/></message>
  <portType name="Quotes">
    <operation name="GetLastTradePrice"><input message="tns:Request"/><output message="tns:Response"/></operation>
  </portType>
  <binding name="Quotes" type="tns:Quotes">
    <soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="GetLastTradePrice">
      <soap:operation soapAction="%[2]s"/>
      <input><soap:body use="literal" namespace="%[1]s"/></input>
      <output><soap:body use="literal" namespace="%[1]s"/></output>
    </operation>
  </binding>
  <service name="Quotes"><port name="Quotes" binding="tns:Quotes"><soap:address location="%[3]s"/></port></service>
</definitions>
`
