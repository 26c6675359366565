package course

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// large is a packed course of 200 exercises in 20 tracks, with starters as
// long as real ones.
func large(t testing.TB) fstest.MapFS {
	files := tree(small)
	trees := fstest.MapFS{}
	brief := strings.Replace(string(files["exercises/rest/crud/README.md"].Data), `after = ["go/leak"]`, "", 1)
	brief += strings.Repeat("Words about what is broken, and where to read more of it.\n", 30)
	for track := range 20 {
		var list []string
		for n := range 10 {
			list = append(list, fmt.Sprintf("%q", fmt.Sprintf("e%d", n)))
			dir := fmt.Sprintf("exercises/t%d/e%d/", track, n)
			trees[dir+"README.md"] = &fstest.MapFile{Data: []byte(brief)}
			trees[dir+"orders.go"] = &fstest.MapFile{Data: []byte("package orders\n" + strings.Repeat("// code\n", 500))}
			trees[dir+"migrations/1.sql"] = files["exercises/rest/crud/migrations/1.sql"]
		}
		trees[fmt.Sprintf("exercises/t%d/track.toml", track)] = &fstest.MapFile{
			Data: fmt.Appendf(nil, "title = \"T\"\nabout = \"A.\"\nexercises = [%s]\n", strings.Join(list, ", ")),
		}
	}
	return packedOnly(t, trees)
}

func BenchmarkLoad200(b *testing.B) {
	fsys := large(b)
	b.ReportAllocs()
	for b.Loop() {
		if c, err := Load(fsys); err != nil || len(Order(c)) != 200 {
			b.Fatal(err)
		}
	}
}

// TestLoadIsQuick keeps `kata list` far below what a person notices; the best
// of some runs, because other work on the machine is none of ours.
func TestLoadIsQuick(t *testing.T) {
	fsys := large(t)
	best := time.Hour
	for range 10 {
		start := time.Now()
		if _, err := Load(fsys); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	if limit := 100 * time.Millisecond; best > limit {
		t.Errorf("loading 200 exercises took %v, want less than %v", best, limit)
	}
}
