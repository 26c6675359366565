package run_test

import (
	"bytes"
	"testing"

	"github.com/kata-go/kata/grader/run"
)

func TestSealedReportArrivesWhole(t *testing.T) {
	t.Parallel()
	for _, size := range []string{"0", "1048576"} {
		c := play(t, "seal", size)
		c.Plan = []byte("rest/crud\n4211\n")
		checkReport(t, mustRun(t, c), c.Plan, number(size))
	}
}

func TestLongestPlanArrives(t *testing.T) {
	t.Parallel()
	c := play(t, "seal", "0")
	c.Plan = bytes.Repeat([]byte("p"), 1<<16-32)
	checkReport(t, mustRun(t, c), c.Plan, 0)
}

func checkReport(t *testing.T, out run.Outcome, plan []byte, size int) {
	t.Helper()
	if out.ExitCode != 0 || len(out.Secret) != 32 {
		t.Fatalf("code %d, stdout %q, secret of %d bytes", out.ExitCode, out.Stdout, len(out.Secret))
	}
	want := append(append(bytes.Clone(out.Secret), plan...), bytes.Repeat([]byte("r"), size)...)
	if !bytes.Equal(out.Report, want) {
		t.Errorf("report of %d bytes, want %d and the same", len(out.Report), len(want))
	}
}

func TestSecretIsFreshAndOnlyForThoseWithAPlan(t *testing.T) {
	t.Parallel()
	c := play(t, "seal", "0")
	c.Plan = []byte{}
	if a, b := mustRun(t, c), mustRun(t, c); bytes.Equal(a.Secret, b.Secret) {
		t.Error("two runs with one secret")
	}
	c.Plan = nil
	if out := mustRun(t, c); out.ExitCode != 9 || out.Secret != nil || out.Report != nil {
		t.Errorf("without a plan: %+v", out)
	}
}

func TestEndlessReportIsStopped(t *testing.T) {
	t.Parallel()
	c := play(t, "seal", "100000000")
	c.Plan = []byte("p")
	if out := mustRun(t, c); !out.Flooded || len(out.Report) != 4<<20 {
		t.Errorf("flooded %v, report of %d bytes", out.Flooded, len(out.Report))
	}
}
