package bus

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// read makes an order of a message.
func read(m Message) (Order, error) {
	readers := map[string]func(string) (Order, error){"application/xml": readXML, "application/json": readJSON}
	reader, ok := readers[m.Type]
	if !ok {
		return Order{}, fmt.Errorf("unknown type %q", m.Type)
	}
	o, err := reader(m.Body)
	if err != nil {
		return Order{}, err
	}
	o.Country = strings.ToUpper(o.Country)
	return o, o.check()
}

func (o Order) check() error {
	if o.Number == "" || o.Country == "" || len(o.Lines) == 0 {
		return errors.New("an order needs a number, a country and lines")
	}
	return nil
}

func readXML(body string) (o Order, err error) {
	var x struct {
		XMLName xml.Name `xml:"urn:shop:order:1 order"`
		Number  string   `xml:"number"`
		Country string   `xml:"ship-to>country"`
		Total   string   `xml:"total"`
		Lines   []struct {
			SKU      string `xml:"sku,attr"`
			Quantity int    `xml:"quantity,attr"`
		} `xml:"lines>line"`
	}
	if err := xml.Unmarshal([]byte(body), &x); err != nil {
		return o, err
	}
	o = Order{Number: x.Number, Country: x.Country}
	for _, l := range x.Lines {
		o.Lines = append(o.Lines, Line(l))
	}
	o.Cents, err = cents(x.Total)
	return o, err
}

// cents reads a decimal number with at most two decimals.
func cents(total string) (int64, error) {
	whole, part, _ := strings.Cut(strings.TrimSpace(total), ".")
	part += "00"[:max(0, 2-len(part))]
	n, err := strconv.ParseUint(whole+part, 10, 63)
	if err != nil || whole == "" || len(part) != 2 {
		return 0, cmp.Or(err, fmt.Errorf("total %q is no amount", total))
	}
	return int64(n), nil
}

func readJSON(body string) (o Order, err error) {
	var j struct {
		OrderNo  string `json:"orderNo"`
		Shipping struct {
			Country string `json:"country"`
		} `json:"shipping"`
		AmountCents *int64 `json:"amountCents"`
		Items       []struct {
			Article string `json:"article"`
			Qty     int    `json:"qty"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(body), &j); err != nil {
		return o, err
	}
	if j.AmountCents == nil {
		return o, errors.New("an order needs an amount")
	}
	o = Order{Number: j.OrderNo, Country: j.Shipping.Country, Cents: *j.AmountCents}
	for _, i := range j.Items {
		o.Lines = append(o.Lines, Line{i.Article, i.Qty})
	}
	return o, nil
}
