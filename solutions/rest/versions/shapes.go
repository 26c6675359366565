package versions

import (
	"fmt"
	"mime"
	"strings"
)

// version is how one version of the API looks. Versions share no types: what
// changes in one cannot change in another.
type version struct {
	name string
	ends bool // it is deprecated
	show func(Product) any
	list func([]Product) any
}

// versions are those that there are, oldest first.
var versions = []version{
	{"v1", true, func(p Product) any { return toV1(p) }, listV1},
	{"v2", false, func(p Product) any { return toV2(p) }, listV2},
}

type productV1 struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Price string `json:"price"`
}

func toV1(p Product) productV1 {
	return productV1{p.ID, p.Name, fmt.Sprintf("%d.%02d", p.Cents/100, p.Cents%100)}
}

func listV1(products []Product) any {
	list := []productV1{}
	for _, p := range products {
		list = append(list, toV1(p))
	}
	return list
}

type productV2 struct {
	ID    int     `json:"id"`
	Title string  `json:"title"`
	Price priceV2 `json:"price"`
}

type priceV2 struct {
	Cents    int    `json:"cents"`
	Currency string `json:"currency"`
}

func toV2(p Product) productV2 {
	return productV2{p.ID, p.Name, priceV2{p.Cents, "EUR"}}
}

func listV2(products []Product) any {
	list := []productV2{}
	for _, p := range products {
		list = append(list, toV2(p))
	}
	return map[string]any{"products": list}
}

// choice is a version, and the media type to send it as.
type choice struct {
	version   version
	mediaType string
}

const plainType = "application/json"

// choose returns what the Accept fields ask for: the newest version that they
// name, else the oldest if they would take any.
func choose(accept []string) (chosen choice, ok bool) {
	ranges := mediaTypes(accept)
	if len(ranges) == 0 || ranges["*/*"] || ranges["application/*"] || ranges[plainType] {
		chosen, ok = choice{versions[0], plainType}, true
	}
	for _, v := range versions {
		if t := "application/vnd.shop." + v.name + "+json"; ranges[t] {
			chosen, ok = choice{v, t}, true
		}
	}
	return chosen, ok
}

// mediaTypes returns the media ranges of the fields, without their parameters.
func mediaTypes(accept []string) map[string]bool {
	ranges := map[string]bool{}
	for _, text := range strings.Split(strings.Join(accept, ","), ",") {
		if t, _, _ := mime.ParseMediaType(text); t != "" {
			ranges[t] = true
		}
	}
	return ranges
}
