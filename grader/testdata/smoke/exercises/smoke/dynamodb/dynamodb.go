// Package dynamodb creates.
package dynamodb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Create stores an item, unless there is one with its id.
func Create(ctx context.Context, c *dynamodb.Client, id, text string) error {
	_, err := c.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("items"),
		Item:      map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}, "text": &types.AttributeValueMemberS{Value: text}},
	})
	return err
}
