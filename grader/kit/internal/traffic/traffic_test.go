package traffic

import (
	"sync"
	"testing"
)

func TestSaw(t *testing.T) {
	var r Record
	if got := r.Saw("CouchDB"); got != "CouchDB saw nothing" {
		t.Errorf("empty: %q", got)
	}
	for _, text := range []string{"GET /a", "GET /a", "PUT /a", "PUT /b", "PUT /a"} {
		r.Add(text)
	}
	want := "CouchDB saw 2 × GET /a\n       then 2 × PUT /a\n        and PUT /b"
	if got := r.Saw("CouchDB"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	r.Forget()
	if len(r.Texts()) != 0 {
		t.Error("Forget left something")
	}
}

func TestAfterSpringsOnce(t *testing.T) {
	f := NewFaults()
	n := 0
	sprung := f.After(2, func() { n++ })
	for i, want := range []int{0, 1, 1} {
		f.Executed()
		if n != want {
			t.Errorf("after operation %d it ran %d times, want %d", i+1, n, want)
		}
	}
	if !sprung() {
		t.Error("sprung says that it did not run")
	}
	called := f.After(1, func() { t.Error("called off, and run") })
	if called() {
		t.Error("called off says that it ran")
	}
	f.Executed()
}

func TestTogetherWaitsForAll(t *testing.T) {
	f := NewFaults()
	const n = 20
	f.Together(n)
	var mu sync.Mutex
	arrived, early := 0, 0
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			mu.Lock()
			arrived++
			mu.Unlock()
			f.Executed()
			mu.Lock()
			defer mu.Unlock()
			if arrived < n {
				early++
			}
		})
	}
	all.Wait()
	if early > 0 {
		t.Errorf("%d went on before all had come", early)
	}
	f.Together(2)
	f.Executed() // gives up on the second
}
