package partitions_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocql "github.com/apache/cassandra-gocql-driver/v2"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/cassandra"
)

// reading is what a station sends.
type reading struct {
	region, station string
	at              time.Time
	celsius         float64
}

func (r reading) String() string {
	return fmt.Sprintf("%s  %s  %g", r.station, r.at.UTC().Format("2006-01-02 15:04:05.000"), r.celsius)
}

func (r reading) day() string { return r.at.UTC().Format(time.DateOnly) }

// values are what a query gets for its parameters.
func (r reading) values() map[string]value {
	at, celsius := r.at.UTC().Format("2006-01-02T15:04:05.000Z"), strconv.FormatFloat(r.celsius, 'f', -1, 64)
	return map[string]value{
		"region": {quoted(r.region), r.region}, "station": {quoted(r.station), r.station},
		"day": {quoted(r.day()), r.day()}, "at": {quoted(at), r.at}, "celsius": {celsius, r.celsius},
	}
}

// service is the learner's tables on an empty Cassandra, and the queries.
type service struct {
	*cassandra.Cluster
	t     testing.TB
	rand  *rand.Rand
	s     *gocql.Session
	asked map[string]query
	last  int
	now   time.Time
}

func open(t testing.TB) *service {
	t.Helper()
	made, asked := read(t)
	c := cassandra.Start(t)
	r := kit.Rand(t)
	s := &service{Cluster: c, t: t, rand: r, s: c.Session(), asked: asked, now: time.Date(2026, 1, 2+r.IntN(20), 5, 0, 0, 0, time.UTC)}
	for _, st := range made {
		s.rule(st)
		if err := s.s.Query(st.text).Exec(); err != nil {
			kit.Fail(t, kit.Failure{Sent: kit.Wrap(st.text), Got: kit.Wrap(err.Error()), Want: "the table", At: st.at})
		}
	}
	return s
}

var forbidden = regexp.MustCompile(`(?i)^\s*CREATE\s+(?:CUSTOM\s+)?(?:INDEX|MATERIALIZED)\b`)

// rule holds the brief's rule on tables.
func (s *service) rule(st statement) {
	s.t.Helper()
	if forbidden.MatchString(st.text) {
		kit.Fail(s.t, kit.Failure{Sent: kit.Wrap(st.text), Got: "an index or a view", Want: "tables only, as the brief rules", At: st.at})
	}
}

// place returns a name that nothing has had.
func (s *service) place(kind string) string {
	s.last++
	return fmt.Sprintf("%s-%s%d", kind, kit.Word(s.rand, 4), s.last)
}

// reading draws what a station sends next; warm is above zero.
func (s *service) reading(region, station string, warm bool) reading {
	s.now = s.now.Add(10*time.Second + time.Duration(s.rand.IntN(900))*time.Millisecond)
	celsius := float64(1+s.rand.IntN(3000)) / 100
	if !warm {
		celsius = -celsius
	}
	return reading{region, station, s.now, celsius}
}

// tomorrow lets the next readings be of the next day.
func (s *service) tomorrow() { s.now = s.now.Truncate(24 * time.Hour).Add(29 * time.Hour) }

// save sends what the programs send for a reading.
func (s *service) save(readings ...reading) {
	s.t.Helper()
	for _, r := range readings {
		s.write("save", r)
		if r.celsius < 0 {
			s.write("frost", r)
		}
	}
}

func (s *service) write(name string, r reading) {
	s.t.Helper()
	for _, st := range s.asked[name].statements {
		text, bound, told := st.filled(s.t, r.values())
		if err := s.s.Query(text, bound...).Exec(); err != nil {
			kit.Fail(s.t, kit.Failure{Sent: name + ":\n" + told, Got: kit.Wrap(err.Error()), Want: "the reading is saved", At: st.at})
		}
	}
}

// answer is what a question got.
type answer struct {
	*service
	sent, at string
	rows     []reading
}

// ask sends a question; only the named values are its parameters.
func (s *service) ask(name string, r reading, parameters ...string) answer {
	s.t.Helper()
	q := s.asked[name]
	if len(q.statements) != 1 || !strings.EqualFold(strings.Fields(q.statements[0].text)[0], "SELECT") {
		kit.Fail(s.t, kit.Failure{Sent: "-- name: " + name, Got: fmt.Sprintf("%d statements", len(q.statements)), Want: "one SELECT: it is a question", At: q.at})
	}
	values := r.values()
	for name := range values {
		if !slices.Contains(parameters, name) {
			delete(values, name)
		}
	}
	st := q.statements[0]
	text, bound, told := st.filled(s.t, values)
	a := answer{service: s, sent: name + ":\n" + told, at: st.at}
	rows, err := s.s.Query(text, bound...).Iter().SliceMap()
	if err != nil {
		kit.Fail(s.t, kit.Failure{Sent: a.sent, Got: kit.Wrap(err.Error()), Want: "an answer", At: a.at})
	}
	columns := []string{"at", "celsius"}
	if slices.Contains(parameters, "region") {
		columns = append(columns, "station")
	}
	for _, row := range rows {
		a.rows = append(a.rows, a.reading(row, columns))
	}
	return a
}

func (s *service) day(r reading) answer      { s.t.Helper(); return s.ask("day", r, "station", "day") }
func (s *service) lastTen(r reading) answer  { s.t.Helper(); return s.ask("last", r, "station", "day") }
func (s *service) overview(r reading) answer { s.t.Helper(); return s.ask("overview", r, "region") }
func (s *service) frosts(r reading) answer   { s.t.Helper(); return s.ask("frosts", r, "region", "day") }

// reading reads a row of an answer.
func (a answer) reading(row map[string]any, columns []string) (r reading) {
	a.t.Helper()
	for _, name := range columns {
		ok := false
		switch name {
		case "at":
			r.at, ok = row[name].(time.Time)
		case "celsius":
			r.celsius, ok = row[name].(float64)
		case "station":
			r.station, ok = row[name].(string)
		}
		if !ok {
			kit.Fail(a.t, kit.Failure{Sent: a.sent, Got: fmt.Sprintf("%q is %T (%v)", name, row[name], row[name]), Want: "at is a timestamp, celsius a double, station a text", At: a.at})
		}
	}
	return r
}

// is fails the behaviour unless the rows are these; stations count where the
// answer has them.
func (a answer) is(want []reading, stations bool, why string) {
	a.t.Helper()
	same := slices.EqualFunc(a.rows, want, func(g, w reading) bool {
		return g.at.Equal(w.at) && g.celsius == w.celsius && (!stations || g.station == w.station)
	})
	if !same {
		want = slices.Clone(want)
		for i := range want {
			if !stations {
				want[i].station = ""
			}
		}
		kit.Fail(a.t, kit.Failure{Sent: a.sent, Got: list(a.rows), Want: why + ":\n" + list(want), At: a.at})
	}
}

// list shows readings, a line each.
func list(readings []reading) string {
	const shown = 8
	var lines []string
	for _, r := range readings[:min(len(readings), shown)] {
		lines = append(lines, strings.TrimSpace(r.String()))
	}
	if n := len(readings) - shown; n > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", n))
	}
	if len(lines) == 0 {
		return "no row"
	}
	return strings.Join(lines, "\n")
}

// newest returns readings, the last one first.
func newest(readings []reading) []reading {
	all := slices.Clone(readings)
	slices.Reverse(all)
	return all
}

// lastOf returns the last reading of each station, by the stations' names.
func lastOf(readings []reading) (all []reading) {
	last := map[string]reading{}
	for _, r := range readings {
		last[r.station] = r
	}
	for _, r := range last {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b reading) int { return strings.Compare(a.station, b.station) })
	return all
}
