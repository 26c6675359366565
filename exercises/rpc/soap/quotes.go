// Package soap answers the exchange's price service in SOAP 1.1.
package soap

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
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

type message struct {
	XMLName xml.Name `xml:"Envelope"`
	Body    struct {
		Call struct {
			Symbol string `xml:"symbol"`
		} `xml:"GetLastTradePrice"`
	} `xml:"Body"`
}

func (p Prices) serve(w http.ResponseWriter, r *http.Request) {
	var m message
	if err := xml.NewDecoder(r.Body).Decode(&m); err != nil {
		http.Error(w, "bad request: "+err.Error(), http.StatusBadRequest)
		return
	}
	price, err := p(r.Context(), m.Body.Call.Symbol)
	if err != nil {
		send(w, "<Fault><faultcode>Error</faultcode><faultstring>"+err.Error()+"</faultstring></Fault>")
		return
	}
	send(w, "<GetLastTradePriceResponse><Price>"+price+"</Price></GetLastTradePriceResponse>")
}

func send(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = fmt.Fprintf(w, "%s<Envelope><Body>%s</Body></Envelope>", xml.Header, body)
}

func describe(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = fmt.Fprintf(w, `%s<definitions name="Quotes" xmlns="http://schemas.xmlsoap.org/wsdl/"/>`, xml.Header)
}
