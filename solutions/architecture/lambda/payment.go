package lambda

import (
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/aws/aws-lambda-go/events"
)

type payment struct {
	Payment  string `json:"payment"`
	Customer string `json:"customer"`
	Cents    int64  `json:"cents"`
}

// read reads the body of a record or of a request.
func read(body string, inBase64 bool) (p payment, err error) {
	data := []byte(body)
	if inBase64 {
		if data, err = base64.StdEncoding.DecodeString(body); err != nil {
			return p, err
		}
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, err
	}
	if p.Payment == "" || p.Customer == "" || p.Cents <= 0 {
		return p, errors.New("a payment needs a name, a customer and an amount")
	}
	return p, nil
}

func answer(status int, key, value string) events.APIGatewayV2HTTPResponse {
	body, _ := json.Marshal(map[string]string{key: value}) // strings always can be
	return events.APIGatewayV2HTTPResponse{StatusCode: status, Headers: map[string]string{"content-type": "application/json"}, Body: string(body)}
}
