// Package bucket stores objects.
package bucket

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Save stores text as the object key of a bucket.
func Save(ctx context.Context, client *s3.Client, bucket, key, text string) error {
	_, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(text)})
	return err
}
