// Package mongo counts.
package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// Count adds one to the count of name.
func Count(ctx context.Context, c *mongo.Collection, name string) error {
	var d struct{ N int }
	filter := bson.D{{Key: "_id", Value: name}}
	if err := c.FindOne(ctx, filter).Decode(&d); err != nil {
		return err
	}
	_, err := c.UpdateOne(ctx, filter, bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: d.N + 1}}}})
	return err
}
