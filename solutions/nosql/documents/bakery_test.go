package documents_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/mongodb"
	"github.com/kata-go/kata/solutions/nosql/documents"
)

const (
	most  = 12               // commands of one call that a test looks between
	ample = 30 * time.Second // more than any call needs
	hung  = 5 * time.Second  // after which a call counts as one that waits for another
)

// bakery is the chain's MongoDB, and the moment of the next visit.
type bakery struct {
	*mongodb.Server
	t    testing.TB
	rand *rand.Rand
	now  time.Time
	last int
}

func open(t testing.TB) *bakery {
	t.Helper()
	r := kit.Rand(t)
	return &bakery{Server: mongodb.Start(t), t: t, rand: r, now: time.Date(2026, 5, 1+r.IntN(20), 6, 0, 0, 0, time.UTC)}
}

// next returns a later moment than any before, of the same day for the first
// hundreds.
func (b *bakery) next() time.Time {
	b.now = b.now.Add(time.Second + time.Duration(b.rand.IntN(9))*time.Millisecond)
	return b.now
}

func (b *bakery) today() string { return b.now.Format(time.DateOnly) }

// shop returns a name that no shop has had.
func (b *bakery) shop() string {
	b.last++
	return fmt.Sprintf("%s street %d", kit.Word(b.rand, 5), b.last)
}

// email returns an address that nobody has had.
func (b *bakery) email() string {
	b.last++
	return fmt.Sprintf("%s%d@%s.example", kit.Word(b.rand, 3), b.last, kit.Word(b.rand, 4))
}

// till is a process of its own: a client, and Cards that it opened.
type till struct {
	*bakery
	cards *documents.Cards
	lines *lines
}

func (b *bakery) till() *till {
	b.t.Helper()
	tl := &till{bakery: b, lines: new(lines)}
	db := b.client(b.URI(), tl.lines).Database(b.Database())
	ctx, cancel := context.WithTimeout(context.Background(), ample)
	defer cancel()
	var err error
	if tl.cards, err = documents.Open(ctx, db); err != nil {
		kit.Fail(b.t, kit.Failure{Sent: "Open(ctx, db), as each till does when it starts", Got: kit.Said(err), Want: "no error", Note: b.Saw(), At: kit.At(documents.Open)})
	}
	return tl
}

// client connects, and ends with the test.
func (b *bakery) client(uri string, l *lines) *mongo.Client {
	b.t.Helper()
	o := options.Client().ApplyURI(uri).SetRetryReads(false) // what fails, fails at once
	if l != nil {
		o.SetMonitor(&event.CommandMonitor{Started: l.note})
	}
	c, err := mongo.Connect(o)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = c.Disconnect(context.Background()) })
	return c
}

// lines notes which line of the learner's sent each command.
type lines struct {
	mu       sync.Mutex
	sent     []string
	commands []*event.CommandStartedEvent
}

func (l *lines) note(_ context.Context, e *event.CommandStartedEvent) {
	at := kit.Entry()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent, l.commands = append(l.sent, at), append(l.commands, e)
}

func (l *lines) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent, l.commands = nil, nil
}

// at returns the learner's line that sent the last command, or where fn stands.
func (tl *till) at(fn any) string { return tl.lines.at(-1, fn) }

// at returns the learner's line that sent the n-th command since forget, the
// last one for -1, or where fn stands.
func (l *lines) at(n int, fn any) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n < 0 {
		n = len(l.sent)
	}
	if n >= 1 && n <= len(l.sent) && l.sent[n-1] != "" {
		return l.sent[n-1]
	}
	return kit.At(fn)
}

// call is one call of a till's, and what it is called.
type call struct {
	told string
	do   func(context.Context) error
	fn   any
}

func (tl *till) stamp(number, shop string, at time.Time) call {
	return call{
		fmt.Sprintf("Stamp(ctx, %q, %q, %s)", number, shop, at.Format("2 Jan 15:04:05.000")),
		func(ctx context.Context) error { return tl.cards.Stamp(ctx, number, shop, at) },
		(*documents.Cards).Stamp,
	}
}

func (tl *till) redeem(number string) call {
	return call{
		fmt.Sprintf("Redeem(ctx, %q)", number),
		func(ctx context.Context) error { return tl.cards.Redeem(ctx, number) },
		(*documents.Cards).Redeem,
	}
}

func (tl *till) join(email, name string, number *string) call {
	return call{
		fmt.Sprintf("Join(ctx, %q, %q)", email, name),
		func(ctx context.Context) (err error) {
			*number, err = tl.cards.Join(ctx, email, name)
			return err
		},
		(*documents.Cards).Join,
	}
}

func (tl *till) byEmail(email string, card *documents.Card) call {
	return call{
		fmt.Sprintf("ByEmail(ctx, %q)", email),
		func(ctx context.Context) (err error) {
			*card, err = tl.cards.ByEmail(ctx, email)
			return err
		},
		(*documents.Cards).ByEmail,
	}
}

func (tl *till) visits(number string, visits *[]documents.Visit) call {
	return call{
		fmt.Sprintf("Visits(ctx, %q)", number),
		func(ctx context.Context) (err error) {
			*visits, err = tl.cards.Visits(ctx, number)
			return err
		},
		(*documents.Cards).Visits,
	}
}

func (tl *till) day(shop, day string, stamps *int) call {
	return call{
		fmt.Sprintf("Day(ctx, %q, %q)", shop, day),
		func(ctx context.Context) (err error) {
			*stamps, err = tl.cards.Day(ctx, shop, day)
			return err
		},
		(*documents.Cards).Day,
	}
}

// errHung stands for the answer of a call that waited for another till's.
var errHung = errors.New("no answer while the other till's call was under way")

// run makes the call and returns its error.
func (c call) run() error {
	ctx, cancel := context.WithTimeout(context.Background(), ample)
	defer cancel()
	return c.do(ctx)
}

// meanwhile is run for a call within another till's: it waits no longer than
// hung, since the other may be what it waits for.
func (c call) meanwhile() error {
	came := make(chan error, 1)
	go func() { came <- c.run() }()
	select {
	case err := <-came:
		return err
	case <-time.After(hung):
		return errHung
	}
}

// must makes the calls, one after the other, none of which has a reason to fail.
func (tl *till) must(calls ...call) {
	tl.t.Helper()
	for _, c := range calls {
		tl.lines.forget()
		if err := c.run(); err != nil {
			kit.Fail(tl.t, kit.Failure{Sent: c.told, Got: kit.Said(err), Want: "no error", Note: tl.Saw(), At: tl.at(c.fn)})
		}
	}
}

// customer signs somebody up and stamps the card.
func (tl *till) customer(stamps int) (number, email string) {
	tl.t.Helper()
	email = tl.email()
	tl.must(tl.join(email, "Ann", &number))
	for range stamps {
		tl.must(tl.stamp(number, tl.shop(), tl.next()))
	}
	return number, email
}

// several is a number of things in words: "1 stamp", "2 stamps".
func several(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// stamps returns what a card shows.
func (tl *till) stamps(email string) int {
	tl.t.Helper()
	var card documents.Card
	tl.must(tl.byEmail(email, &card))
	return card.Stamps
}

// between reports, for n = 1, 2 and so on, how a call goes and how others' go
// that are made right after its n-th command. It ends with the first n that the
// call does not reach, or when judge has failed the behaviour.
func (tl *till) between(prepare func() (ours call, theirs []call), judge func(f kit.Failure, ours error, theirs []error)) {
	tl.t.Helper()
	for n := 1; n <= most; n++ {
		ours, others := prepare()
		tl.Forget()
		tl.lines.forget()
		told := ours.told + "\nand right after its command %d, at another till,"
		var errs []error
		sprung := tl.After(n, func() {
			for _, c := range others {
				errs = append(errs, c.meanwhile())
			}
		})
		err := ours.run()
		if !sprung() {
			return
		}
		f := kit.Failure{Sent: fmt.Sprintf(told, n), Got: word(err), Note: tl.Saw(), At: tl.lines.at(n, ours.fn)}
		for i, c := range others {
			f.Sent += "\n" + c.told
			f.Got += "\nthere: " + word(errs[i])
			if errors.Is(errs[i], errHung) {
				f.Want = "an answer: the other till knows nothing of this one"
				kit.Fail(tl.t, f)
			}
		}
		judge(f, err, errs)
	}
}

// rush makes the calls at once, each of whose first commands come before any
// answer, and returns their errors.
func (b *bakery) rush(calls []call) []error {
	b.Together(len(calls))
	errs := make([]error, len(calls))
	var all sync.WaitGroup
	for i, c := range calls {
		all.Go(func() { errs[i] = c.run() })
	}
	all.Wait()
	return errs
}

// word says an error of the brief in a word.
func word(err error) string {
	for name, known := range map[string]error{"ErrTaken": documents.ErrTaken, "ErrUnknown": documents.ErrUnknown, "ErrTooFew": documents.ErrTooFew} {
		if errors.Is(err, known) {
			return name
		}
	}
	return kit.Said(err)
}

// largest returns the size in bytes of the largest document that is stored, and
// how many there are.
func (b *bakery) largest() (size, count int, where string) {
	b.t.Helper()
	db := b.client(b.OwnURI(), nil).Database(b.Database())
	names, err := db.ListCollectionNames(context.Background(), bson.D{})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, name := range names {
		docs, err := db.Collection(name).Find(context.Background(), bson.D{})
		if err != nil {
			b.t.Fatal(err)
		}
		for docs.Next(context.Background()) {
			count++
			if n := len(docs.Current); n > size {
				size, where = n, name
			}
		}
		if err := docs.Err(); err != nil {
			b.t.Fatal(err)
		}
	}
	return size, count, where
}
