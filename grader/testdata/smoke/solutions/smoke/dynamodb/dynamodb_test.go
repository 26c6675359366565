package dynamodb_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/dynamo"
	answer "github.com/kata-go/kata/solutions/smoke/dynamodb"
)

// 1. Create never overwrites.
func TestIt(t *testing.T) {
	s := dynamo.Start(t)
	key, secret := s.Credentials()
	c := dynamodb.New(dynamodb.Options{
		Region: dynamo.Region, BaseEndpoint: aws.String(s.Endpoint()), Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	})
	_, err := c.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("items"), BillingMode: types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
	})
	if err != nil {
		t.Fatal(err)
	}
	first, second := answer.Create(t.Context(), c, "a", "x"), answer.Create(t.Context(), c, "a", "y")
	var failed *types.ConditionalCheckFailedException
	if first != nil || !errors.As(second, &failed) {
		kit.Fail(t, kit.Failure{Got: fmt.Sprint(first, second), Want: "one refusal", Note: s.Saw()})
	}
}
