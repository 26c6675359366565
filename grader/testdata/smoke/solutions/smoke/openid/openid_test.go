package openid_test

import (
	"fmt"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/openid"
	answer "github.com/kata-go/kata/solutions/smoke/openid"
)

// 1. Issuer asks discovery.
func TestIt(t *testing.T) {
	p := openid.Start(t)
	got, err := answer.Issuer(p.Issuer())
	if err != nil || got != p.Issuer() || p.Count(openid.Discovery) != 1 {
		kit.Fail(t, kit.Failure{Got: fmt.Sprint(got, err), Want: p.Issuer(), Note: p.Saw()})
	}
}
