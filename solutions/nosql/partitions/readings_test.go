package partitions_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/cassandra"
)

// 1. Every reading can be read again, also when many stations send at one moment.
func TestSave(t *testing.T) {
	t.Run("no reading is lost when many stations send at one moment", func(t *testing.T) {
		s := open(t)
		moment := s.reading(s.place("region"), "", s.rand.IntN(2) == 0)
		var sent []reading
		for range 3 + s.rand.IntN(4) {
			r := s.reading(moment.region, s.place("station"), true)
			r.at = moment.at
			sent = append(sent, r)
		}
		s.save(sent...)
		for _, r := range sent {
			s.day(r).is([]reading{r}, false, fmt.Sprintf("one of %d readings of one moment", len(sent)))
		}
	})
	t.Run("a reading below zero is saved as others are", func(t *testing.T) {
		s := open(t)
		region, station := s.place("region"), s.place("station")
		sent := []reading{s.reading(region, station, true), s.reading(region, station, false), s.reading(region, station, true)}
		s.save(sent...)
		s.day(sent[0]).is(newest(sent), false, "all three, newest first")
	})
}

// week saves readings of several stations on several days and returns them.
func (s *service) week(region string, stations, days, each int, warm bool) (all []reading) {
	s.t.Helper()
	var names []string
	for range stations {
		names = append(names, s.place("station"))
	}
	for range days {
		for range each {
			for _, i := range s.rand.Perm(stations) {
				all = append(all, s.reading(region, names[i], warm))
			}
		}
		s.tomorrow()
	}
	s.save(all...)
	return all
}

// only keeps the readings of a station's day.
func only(all []reading, like reading) (kept []reading) {
	for _, r := range all {
		if r.station == like.station && r.day() == like.day() {
			kept = append(kept, r)
		}
	}
	return kept
}

// 2. `day` answers the readings of a station on a day, and `last` the last ten of them, both newest first.
func TestDay(t *testing.T) {
	t.Run("a day has its own readings of its own station, newest first", func(t *testing.T) {
		s := open(t)
		all := s.week(s.place("region"), 3, 3, 4, true)
		like := all[len(all)/2]
		s.day(like).is(newest(only(all, like)), false, "the station's readings of that day, newest first")
	})
	t.Run("of a day with many readings the last ten come, newest first", func(t *testing.T) {
		s := open(t)
		all := s.week(s.place("region"), 2, 2, 11+s.rand.IntN(9), true)
		like := all[0]
		s.lastTen(like).is(newest(only(all, like))[:10], false, "the station's last ten of that day, newest first")
	})
	t.Run("of a day with few readings all come", func(t *testing.T) {
		s := open(t)
		all := s.week(s.place("region"), 2, 2, 2+s.rand.IntN(7), true)
		like := all[0]
		s.lastTen(like).is(newest(only(all, like)), false, "all of that day, newest first")
	})
	t.Run("a day without readings has no row", func(t *testing.T) {
		s := open(t)
		all := s.week(s.place("region"), 2, 2, 2, true)
		s.tomorrow()
		none := s.reading(all[0].region, all[0].station, true)
		s.day(none).is(nil, false, "no row: the station sent nothing that day")
		s.lastTen(none).is(nil, false, "no row: the station sent nothing that day")
	})
}

// 3. `overview` answers the reading of each station of a region that was saved last, stations by name.
func TestOverview(t *testing.T) {
	t.Run("each station of the region is there once, with its last reading", func(t *testing.T) {
		s := open(t)
		region := s.place("region")
		all := s.week(region, 4, 2, 3, true)
		s.week(s.place("region"), 2, 2, 2, true)
		s.overview(all[0]).is(lastOf(all), true, "the last reading of each station of the region, stations by name")
	})
	t.Run("a station that fell silent keeps its last reading", func(t *testing.T) {
		s := open(t)
		region := s.place("region")
		all := s.week(region, 2, 1, 2, true)
		s.tomorrow()
		all = append(all, s.week(region, 2, 2, 2, true)...)
		s.overview(all[0]).is(lastOf(all), true, "also the stations that sent nothing today or yesterday")
	})
	t.Run("a reading below zero is in the overview too", func(t *testing.T) {
		s := open(t)
		region, station := s.place("region"), s.place("station")
		all := []reading{s.reading(region, station, true), s.reading(region, station, false)}
		s.save(all...)
		s.overview(all[0]).is(all[1:], true, "the last reading")
	})
}

// 4. `frosts` answers the stations of a region that had frost on a day, each once, by name, with the frosty reading that came last.
func TestFrosts(t *testing.T) {
	t.Run("a station with frost is there once, with its last frosty reading", func(t *testing.T) {
		s := open(t)
		region := s.place("region")
		all := s.week(region, 4, 1, 3, false)
		later := s.reading(region, all[0].station, true)
		later.at = all[len(all)-1].at.Add(20 * time.Second)
		s.save(later) // it thaws
		s.frosts(all[0]).is(lastOf(all), true, "each station with its last reading below zero, stations by name")
	})
	t.Run("other regions, other days and warm stations are not among the frosts", func(t *testing.T) {
		s := open(t)
		region := s.place("region")
		all := s.week(region, 2, 2, 2, false)
		began := s.now
		s.now = all[0].at.Add(time.Hour)
		s.week(region, 2, 1, 2, true)
		s.now = all[0].at.Add(2 * time.Hour)
		s.week(s.place("region"), 2, 1, 2, false)
		s.now = began
		like := all[0]
		today := slices.DeleteFunc(slices.Clone(all), func(r reading) bool { return r.day() != like.day() })
		s.frosts(like).is(lastOf(today), true, "the region's stations with frost on that day")
	})
	t.Run("a day without frost has no row", func(t *testing.T) {
		s := open(t)
		all := s.week(s.place("region"), 2, 2, 2, true)
		s.frosts(all[0]).is(nil, true, "no row: it was warm")
	})
}

var filtering = regexp.MustCompile(`(?i)\bALLOW\s+FILTERING\b`)

// 5. A question reads one partition, and there no row that it does not answer with; nothing says `ALLOW FILTERING`.
func TestReads(t *testing.T) {
	t.Run("a station's day is one partition, read without the rest", func(t *testing.T) {
		s := open(t)
		all := s.many()
		s.lean(0, func() answer { return s.day(all[0]) })
	})
	t.Run("a station's last ten are in one partition, read without other days", func(t *testing.T) {
		s := open(t)
		const readings = 14
		all := s.week(s.place("region"), 2, 2, readings, true)
		s.lean(readings, func() answer { return s.lastTen(all[0]) })
	})
	t.Run("a region's overview is one partition, read without the rest", func(t *testing.T) {
		s := open(t)
		all := s.many()
		s.lean(0, func() answer { return s.overview(all[0]) })
	})
	t.Run("a day's frosts are one partition, read without the rest", func(t *testing.T) {
		s := open(t)
		all := s.many()
		s.lean(0, func() answer { return s.frosts(all[0]) })
	})
	t.Run("nothing says ALLOW FILTERING", func(t *testing.T) {
		_, asked := read(t)
		for _, name := range []string{"save", "frost", "day", "last", "overview", "frosts"} {
			for _, st := range asked[name].statements {
				if filtering.MatchString(st.text) {
					kit.Fail(t, kit.Failure{Sent: name + ":\n" + kit.Wrap(st.text), Got: "ALLOW FILTERING", Want: "a table whose key is what the question asks with", At: st.at})
				}
			}
		}
	})
}

// The size of the sample that many saves: what the brief calls 500 stations and
// 8,640 readings a day.
const (
	stations = 3
	each     = 4
)

// many saves readings, below zero, of two regions on two days.
func (s *service) many() []reading {
	s.t.Helper()
	all := s.week(s.place("region"), stations, 2, each, false)
	s.now = all[0].at
	s.week(s.place("region"), stations, 2, each, false)
	return all
}

// lean fails the behaviour when a question reads more than it answers with, or
// than limit where that is more: a partition of which a LIMIT takes the first.
func (s *service) lean(limit int, ask func() answer) {
	s.t.Helper()
	s.Forget()
	a := ask()
	for _, st := range s.Statements("select") {
		f := kit.Failure{Sent: a.sent, Want: "one partition, and as many rows as are answered", At: a.at}
		f.Got = fmt.Sprintf("%d rows read in %s,\n%d answered", st.Read, where(st), st.Returned)
		wasted := st.Read > max(st.Returned, limit)
		if st.Scan {
			f.Note = "the WHERE does not give the whole partition key of " + st.Table
		} else if wasted {
			f.Note = "rows that are read and thrown away cost as much as the others"
		}
		if st.Scan || st.Filtering || len(st.Partitions) > 1 || wasted {
			kit.Fail(s.t, f)
		}
	}
	if len(a.rows) == 0 {
		kit.Fail(s.t, kit.Failure{Sent: a.sent, Got: "no row", Want: "an answer", At: a.at})
	}
}

func where(st cassandra.Statement) string {
	switch {
	case len(st.Partitions) == 1:
		return "the partition " + st.Partitions[0]
	case st.Scan:
		return fmt.Sprintf("all partitions (here %d)", len(st.Partitions))
	}
	return fmt.Sprintf("%d partitions", len(st.Partitions))
}

// 6. No partition ever has more than 10,000 rows, however many regions, stations and days there are.
func TestSizes(t *testing.T) {
	for _, c := range []struct{ name, query string }{
		{"partitions of a station's readings stay small", "day"},
		{"partitions of the last readings stay small", "last"},
		{"partitions of the overview stay small", "overview"},
		{"partitions of the frosts stay small", "frosts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			s.many()
			s.small(c.query)
		})
	}
}

var from = regexp.MustCompile(`(?i)\bFROM\s+(?:\w+\s*\.\s*)?"?(\w+)"?`)

// small fails the behaviour when the table that a question asks has a partition
// with more rows than one of the brief's numbers allows: it then has the product
// of two of them.
func (s *service) small(name string) {
	s.t.Helper()
	st := s.asked[name].statements[0]
	table := from.FindStringSubmatch(st.text)
	if table == nil {
		kit.Fail(s.t, kit.Failure{Sent: kit.Wrap(st.text), Got: "no FROM", Want: "one SELECT: it is a question", At: st.at})
	}
	sizes := s.PartitionSizes(table[1])
	for _, key := range slices.Sorted(maps.Keys(sizes)) {
		if sizes[key] <= max(stations, each) {
			continue
		}
		kit.Fail(s.t, kit.Failure{
			Sent: fmt.Sprintf("2 regions with %d stations each, all frosty, sent %d readings\na day each, on 2 days", stations, each),
			Got:  fmt.Sprintf("%d rows in the partition %s of %s", sizes[key], key, table[1]),
			Want: "no partition that has more than the stations of one region, or the\nreadings of one station on one day",
			Note: "a region has up to 500 stations, a station sends 8,640 readings\na day, and readings are kept for years",
			At:   s.made(table[1]),
		})
	}
}

// made returns where the learner's table is made.
func (s *service) made(table string) string {
	all, _ := read(s.t)
	for _, st := range all {
		if strings.Contains(strings.ToLower(st.text), "table "+strings.ToLower(table)) {
			return st.at
		}
	}
	return kit.Line(tables, 1)
}
