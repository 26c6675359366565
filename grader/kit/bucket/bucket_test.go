package bucket_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/kata-go/kata/grader/kit/bucket"
	"github.com/kata-go/kata/grader/kit/internal/conformance"
)

// client is AWS's own, for one bucket.
type client struct {
	*s3.Client
	ctx  context.Context
	name *string
}

func dial(t *testing.T, s *bucket.Server, secret string) client {
	t.Helper()
	key, right := s.Credentials()
	if secret == "" {
		secret = right
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return client{s3.New(s3.Options{
		BaseEndpoint: aws.String(s.Endpoint()), UsePathStyle: true, Region: bucket.Region, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	}), ctx, aws.String(s.Name())}
}

func second[T any](_ T, err error) error { return err }

func (c client) put(key, text string, change ...func(*s3.PutObjectInput)) error {
	in := &s3.PutObjectInput{Bucket: c.name, Key: &key, Body: strings.NewReader(text), Metadata: map[string]string{"who": "kata"}}
	for _, f := range change {
		f(in)
	}
	return second(c.PutObject(c.ctx, in))
}

func (c client) get(key string, change ...func(*s3.GetObjectInput)) (string, error) {
	in := &s3.GetObjectInput{Bucket: c.name, Key: &key}
	for _, f := range change {
		f(in)
	}
	out, err := c.GetObject(c.ctx, in)
	if err != nil {
		return "", err
	}
	defer out.Body.Close()
	b, err := io.ReadAll(out.Body)
	return string(b), err
}

func (c client) holds(key, want string, change ...func(*s3.GetObjectInput)) error {
	got, err := c.get(key, change...)
	if err == nil && got != want {
		return fmt.Errorf("got %q, want %q", got, want)
	}
	return err
}

func TestConformance(t *testing.T) {
	table := conformance.New(t, "conformance.md", "The embedded S3, asked by aws-sdk-go-v2")
	s := bucket.Start(t)
	c := dial(t, s, "")
	table.Works("PutObject", c.put("a b/ü+1", "text"))
	table.Works("GetObject", c.holds("a b/ü+1", "text"))
	table.Works("GetObject of a range", c.holds("a b/ü+1", "ex", func(in *s3.GetObjectInput) { in.Range = aws.String("bytes=1-2") }))
	table.Refused("GetObject of nothing", second(c.get("none")), "NoSuchKey")
	once := func(in *s3.PutObjectInput) { in.IfNoneMatch = aws.String("*") }
	table.Works("PutObject if there is none", c.put("once", "1", once))
	table.Refused("PutObject if there is none, and there is one", c.put("once", "2", once), "PreconditionFailed")
	head, err := c.HeadObject(c.ctx, &s3.HeadObjectInput{Bucket: c.name, Key: aws.String("once")})
	table.Works("HeadObject", err)
	table.Works("PutObject if it is unchanged", c.put("once", "3", func(in *s3.PutObjectInput) { in.IfMatch = head.ETag }))
	table.Refused("PutObject if it is unchanged, and it is not", c.put("once", "4", func(in *s3.PutObjectInput) { in.IfMatch = head.ETag }), "PreconditionFailed")
	table.Refused("a bucket that is not there", second(c.GetObject(c.ctx, &s3.GetObjectInput{Bucket: aws.String("other"), Key: aws.String("k")})), "NoSuchBucket")
	table.Refused("a wrong secret", second(dial(t, s, "wrong").get("once")), "SignatureDoesNotMatch")
	lists(t, table, s, c)
	multipart(table, c)
	links(table, s, c)
}

func lists(t *testing.T, table *conformance.Table, s *bucket.Server, c client) {
	for i := range 5 {
		if err := c.put(fmt.Sprintf("page/%d", i), "x"); err != nil {
			t.Fatal(err)
		}
	}
	var keys []string
	p := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{Bucket: c.name, Prefix: aws.String("page/"), MaxKeys: aws.Int32(2)})
	var err error
	for p.HasMorePages() && err == nil {
		var page *s3.ListObjectsV2Output
		if page, err = p.NextPage(c.ctx); err == nil {
			for _, o := range page.Contents {
				keys = append(keys, *o.Key)
			}
		}
	}
	table.Works("ListObjectsV2 in pages", err)
	if len(keys) != 5 || !slices.IsSorted(keys) {
		t.Errorf("listed %q", keys)
	}
	source := s.Name() + "/once"
	table.Works("CopyObject", second(c.CopyObject(c.ctx, &s3.CopyObjectInput{Bucket: c.name, Key: aws.String("copy"), CopySource: &source})))
	table.Works("DeleteObject", second(c.DeleteObject(c.ctx, &s3.DeleteObjectInput{Bucket: c.name, Key: aws.String("copy")})))
	table.Works("DeleteObject of nothing", second(c.DeleteObject(c.ctx, &s3.DeleteObjectInput{Bucket: c.name, Key: aws.String("copy")})))
	if _, ok := s.Object("copy"); ok || slices.Contains(s.Keys(), "copy") {
		t.Error("the deleted object is there")
	}
}

func multipart(table *conformance.Table, c client) {
	key := aws.String("large")
	upload, err := c.CreateMultipartUpload(c.ctx, &s3.CreateMultipartUploadInput{Bucket: c.name, Key: key})
	table.Works("CreateMultipartUpload", err)
	part, err := c.UploadPart(c.ctx, &s3.UploadPartInput{Bucket: c.name, Key: key, UploadId: upload.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("part")})
	table.Works("UploadPart", err)
	table.Refused("the object before it is complete", second(c.get("large")), "NoSuchKey")
	_, err = c.CompleteMultipartUpload(c.ctx, &s3.CompleteMultipartUploadInput{Bucket: c.name, Key: key, UploadId: upload.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{ETag: part.ETag, PartNumber: aws.Int32(1)}}}})
	table.Works("CompleteMultipartUpload", err)
	table.Works("the object when it is complete", c.holds("large", "part"))
	_, err = c.AbortMultipartUpload(c.ctx, &s3.AbortMultipartUploadInput{Bucket: c.name, Key: key, UploadId: upload.UploadId})
	table.Refused("AbortMultipartUpload of a complete one", err, "NoSuchUpload")
}

func links(table *conformance.Table, s *bucket.Server, c client) {
	link := func(key string) string {
		signed, err := s3.NewPresignClient(c.Client).PresignGetObject(c.ctx, &s3.GetObjectInput{Bucket: c.name, Key: &key}, s3.WithPresignExpires(10*time.Minute))
		if err != nil {
			return "http://127.0.0.1/" + err.Error()
		}
		return signed.URL
	}
	open := func(url string) error {
		res, err := http.Get(url)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if b, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
			return fmt.Errorf("%d %s", res.StatusCode, b)
		}
		return nil
	}
	url := link("a b/ü+1")
	table.Works("a presigned link", open(url))
	table.Refused("a presigned link, changed", open(strings.Replace(url, "X-Amz-Expires=600", "X-Amz-Expires=900", 1)), "SignatureDoesNotMatch")
	table.Refused("no signature", open(strings.Split(url, "?")[0]), "AccessDenied")
	s.Advance(11 * time.Minute)
	table.Refused("a presigned link after its life", open(url), "AccessDenied")
	table.Works("a signed request on a clock that was moved", c.put("late", "x"))
}

func TestFaultsAndRecord(t *testing.T) {
	s := bucket.Start(t)
	c := dial(t, s, "")
	s.Next("PutObject", bucket.SlowDown, bucket.Lost)
	for range 2 {
		if err := c.put("k", "text"); err == nil {
			t.Error("put in spite of the fault")
		}
	}
	if b, ok := s.Object("k"); !ok || string(b) != "text" {
		t.Error("a request whose answer was lost was not carried out")
	}
	s.Next("GetObject", bucket.Torn)
	if got, err := c.get("k"); err == nil {
		t.Errorf("the torn answer was taken for whole: %q", got)
	}
	s.Down()
	if err := second(c.get("k")); err == nil {
		t.Error("a server that is down answered")
	}
	s.Up()
	for _, want := range []string{"PutObject k", "SlowDown", "the answer was lost", "torn in the middle", "connection cut"} {
		if !strings.Contains(s.Saw(), want) {
			t.Errorf("%q is not in\n%s", want, s.Saw())
		}
	}
	s.Forget()
	if _, err := c.get("k"); err != nil {
		t.Error(err)
	}
	if _, out := s.Bytes(); out != 4 {
		t.Errorf("%d bytes went out, want 4", out)
	}
}

func TestBytesAreCountedWhileTheyFlow(t *testing.T) {
	s := bucket.Start(t)
	c := dial(t, s, "")
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		url, _ := s3.NewPresignClient(c.Client).PresignPutObject(c.ctx, &s3.PutObjectInput{Bucket: c.name, Key: aws.String("k")})
		req, _ := http.NewRequest(http.MethodPut, url.URL, r)
		req.ContentLength = 2 << 20
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		done <- err
	}()
	_, _ = w.Write(bytes.Repeat([]byte("x"), 1<<20))
	for in := int64(0); in < 1<<19 && c.ctx.Err() == nil; in, _ = s.Bytes() {
		time.Sleep(time.Millisecond)
	}
	if _, ok := s.Object("k"); ok {
		t.Error("half an object is there")
	}
	_, _ = w.Write(bytes.Repeat([]byte("x"), 1<<20))
	_ = w.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if b, _ := s.Object("k"); len(b) != 2<<20 {
		t.Errorf("stored %d bytes", len(b))
	}
}

func TestServersAreStrangersToOneAnother(t *testing.T) {
	for i := range 200 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			s := bucket.Start(t)
			if err := dial(t, s, "").put("k", "x"); err != nil {
				t.Fatal(err)
			}
			if n := len(s.Keys()); n != 1 || len(s.Requests()) != 1 {
				t.Errorf("%d keys, %s", n, s.Saw())
			}
		})
	}
}
