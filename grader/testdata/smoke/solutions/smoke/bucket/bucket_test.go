package bucket_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/kata-go/kata/grader/kit"

	"github.com/kata-go/kata/grader/kit/bucket"
	answer "github.com/kata-go/kata/solutions/smoke/bucket"
)

// 1. Save stores an object.
func TestIt(t *testing.T) {
	s := bucket.Start(t)
	key, secret := s.Credentials()
	endpoint := s.Endpoint()
	client := s3.New(s3.Options{BaseEndpoint: &endpoint, UsePathStyle: true, Region: bucket.Region,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, "")})
	err := answer.Save(t.Context(), client, s.Name(), "k", "tea")
	if got, ok := s.Object("k"); err != nil || !ok || string(got) != "tea" {
		kit.Fail(t, kit.Failure{Got: fmt.Sprint(err), Want: "tea", Note: s.Saw()})
	}
}
