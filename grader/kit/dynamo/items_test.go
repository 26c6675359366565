package dynamo_test

import (
	"encoding/json"
	"fmt"
	"sort"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type item = map[string]types.AttributeValue

// attr turns a Go value into an attribute.
func attr(v any) types.AttributeValue {
	switch x := v.(type) {
	case string:
		return &types.AttributeValueMemberS{Value: x}
	case int:
		return &types.AttributeValueMemberN{Value: fmt.Sprint(x)}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: x}
	case []byte:
		return &types.AttributeValueMemberB{Value: x}
	case []string:
		return &types.AttributeValueMemberSS{Value: x}
	case []any:
		list := []types.AttributeValue{}
		for _, e := range x {
			list = append(list, attr(e))
		}
		return &types.AttributeValueMemberL{Value: list}
	case map[string]any:
		m := item{}
		for k, e := range x {
			m[k] = attr(e)
		}
		return &types.AttributeValueMemberM{Value: m}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

// it makes an item of names and values.
func it(pairs ...any) item {
	m := item{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = attr(pairs[i+1])
	}
	return m
}

// plain shows an attribute as JSON.
func plain(v types.AttributeValue) any {
	switch x := v.(type) {
	case *types.AttributeValueMemberS:
		return x.Value
	case *types.AttributeValueMemberN:
		return json.Number(x.Value)
	case *types.AttributeValueMemberBOOL:
		return x.Value
	case *types.AttributeValueMemberB:
		return x.Value
	case *types.AttributeValueMemberSS:
		sort.Strings(x.Value)
		return x.Value
	case *types.AttributeValueMemberL:
		list := []any{}
		for _, e := range x.Value {
			list = append(list, plain(e))
		}
		return list
	case *types.AttributeValueMemberM:
		return plainItem(x.Value)
	case *types.AttributeValueMemberNULL:
		return nil
	}
	return fmt.Sprintf("%T", v)
}

func plainItem(m item) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		out[k] = plain(v)
	}
	return out
}

func show(m item) string {
	b, err := json.Marshal(plainItem(m))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func differ(got, want string, err error) error {
	if err == nil && got != want {
		return fmt.Errorf("got %s, want %s", got, want)
	}
	return err
}
