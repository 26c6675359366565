package breaker_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	"github.com/kata-go/kata/solutions/architecture/breaker"
)

// errReset is what a network says whose peer has gone.
var errReset = errors.New("connection reset by peer")

// network carries what the transport under test sends to peers that do what
// the test says.
type network struct {
	t      *testing.T
	rand   *rand.Rand
	client http.RoundTripper // the transport under test
	began  time.Time

	mu    sync.Mutex
	peer  func(sending) reply
	sent  []sending
	open  int      // bodies of answers that nobody has closed
	story []string // what the test did, for the learner
}

// sending is one arrival at a peer.
type sending struct {
	number       int // from 1, over all peers
	method, host string
	header       http.Header
	body         string
	at           time.Duration
	line         string
}

// reply is what a peer does about it, when gate is closed or takes has passed.
type reply struct {
	status int
	err    error
	takes  time.Duration
	gate   <-chan struct{}
}

// never is when a peer answers that hangs.
const never = 1000 * time.Hour

// plenty is of which a test that is about something else has enough.
const plenty = 1 << 20

// in opens a network on a fake clock. Zero fields of c become plenty.
func in(t *testing.T, c breaker.Config, f func(*network)) {
	t.Helper()
	bubble.Run(t, "calls, one after another", func(t *testing.T) { f(connect(t, c)) })
}

// crowd is in for tests whose calls meet: a call that waits under a lock would
// stop the fake clock.
func crowd(t *testing.T, c breaker.Config, f func(*network)) {
	t.Helper()
	failWith(t, heldBySending())
	failWith(t, heldByWaiting())
	in(t, c, f)
}

func connect(t *testing.T, c breaker.Config) *network {
	c.Attempts, c.Budget, c.Failures = cmp.Or(c.Attempts, 1), cmp.Or(c.Budget, plenty), cmp.Or(c.Failures, plenty)
	c.Backoff, c.Cooldown = cmp.Or(c.Backoff, 100*time.Millisecond), cmp.Or(c.Cooldown, 30*time.Second)
	n := &network{t: t, rand: kit.Rand(t), began: time.Now()}
	n.story = []string{fmt.Sprintf("Attempts %d, Backoff %s, Budget %s, Failures %s, Cooldown %s",
		c.Attempts, c.Backoff, number(c.Budget), number(c.Failures), c.Cooldown)}
	n.client = breaker.New(n, c)
	n.does(reply{status: 200})
	return n
}

func number(n int) string {
	if n == plenty {
		return "plenty"
	}
	return fmt.Sprint(n)
}

// does makes all peers behave in one way from now on.
func (n *network) does(r reply) { n.answers(func(sending) reply { return r }) }

func (n *network) answers(f func(sending) reply) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.peer = f
}

// failure is how calls fail where it does not matter how.
func (n *network) failure() reply { return reply{status: 503} }

// RoundTrip is the network's end of the transport under test.
func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	s, does := n.arrives(r)
	if err := does.wait(r.Context()); err != nil {
		return nil, err
	}
	return n.answer(r, s, does.status), nil
}

// wait returns the reply's error, or the context's when it ends before.
func (r reply) wait(ctx context.Context) error {
	if r.gate == nil && r.takes == 0 {
		return r.err
	}
	var alarm <-chan time.Time
	if r.gate == nil {
		alarm = time.After(r.takes)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-alarm:
	case <-r.gate:
	}
	return r.err
}

func (n *network) arrives(r *http.Request) (sending, reply) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	s := sending{len(n.sent) + 1, r.Method, r.URL.Host, r.Header.Clone(), string(body), time.Since(n.began), kit.Caller()}
	n.sent = append(n.sent, s)
	return s, n.peer(s)
}

func (n *network) answer(r *http.Request, s sending, status int) *http.Response {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open++
	text := s.answer()
	return &http.Response{
		Status: fmt.Sprint(status, " ", http.StatusText(status)), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Request: r, ContentLength: int64(len(text)), Body: &body{Reader: strings.NewReader(text), n: n},
	}
}

// answer is what the answer to this sending says.
func (s sending) answer() string { return fmt.Sprintf("answer to number %d", s.number) }

// body is an answer's body, which cannot be read any more once it is closed.
type body struct {
	io.Reader
	n    *network
	once sync.Once
}

func (b *body) Close() error {
	b.once.Do(func() {
		b.n.mu.Lock()
		defer b.n.mu.Unlock()
		b.n.open--
		b.Reader = closed{}
	})
	return nil
}

type closed struct{}

func (closed) Read([]byte) (int, error) { return 0, errors.New("http: read on closed response body") }

// outcome is what a caller got, and when.
type outcome struct {
	sent   string
	status int
	body   string
	err    error
	took   time.Duration
}

func (o outcome) String() string {
	if o.status == 0 && o.err == nil {
		return "" // of many calls
	}
	text := fmt.Sprintf("%d %q", o.status, o.body)
	if o.err != nil {
		text = fmt.Sprintf("the error %q", o.err)
	}
	if o.took > 0 {
		text += " after " + o.took.String()
	}
	return text
}

const stock = "stock:8080"

// request makes one with a body unless content is empty.
func request(ctx context.Context, method, host, content string) *http.Request {
	var from io.Reader
	if content != "" {
		from = strings.NewReader(content)
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+host+"/items", from)
	if err != nil {
		panic(err) // a test's own constants
	}
	return r
}

// get calls stock with GET.
func (n *network) get() outcome { return n.getFrom(context.Background(), stock) }

func (n *network) getFrom(ctx context.Context, host string) outcome {
	return n.call(request(ctx, "GET", host, ""))
}

func (n *network) call(r *http.Request) outcome {
	began := time.Now()
	answer, err := n.client.RoundTrip(r)
	o := outcome{sent: r.Method + " " + r.URL.String(), err: err, took: time.Since(began)}
	if end, ok := r.Context().Deadline(); ok {
		o.sent += fmt.Sprintf(", with %s left", end.Sub(began))
	}
	if err == nil {
		text, failed := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		o.status, o.body, o.err = answer.StatusCode, string(text), failed
	}
	return o
}

// together makes count calls at once and returns when all have ended.
func (n *network) together(count int, call func() outcome) []outcome {
	all := make([]outcome, count)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() { all[i] = call() })
	}
	wg.Wait()
	return all
}

// arrived returns what the peer has been sent.
func (n *network) arrived(host string) (all []sending) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.sent {
		if s.host == host {
			all = append(all, s)
		}
	}
	return all
}

// then adds to what a failure tells.
func (n *network) then(format string, args ...any) {
	n.story = append(n.story, fmt.Sprintf(format, args...))
}

func (n *network) pass(d time.Duration) {
	time.Sleep(d)
	n.then("%s passed", d)
}

// breakDown makes calls fail until stock is left alone, after failures of them.
func (n *network) breakDown(failures int) {
	n.does(n.failure())
	for range failures {
		n.get()
	}
	n.then("%d × GET from %s failed, one after another", failures, stock)
	n.does(reply{status: 200})
}

// fail reports what was got for what o sent.
func (n *network) fail(o outcome, got, want string) {
	n.t.Helper()
	synctest.Wait()
	n.mu.Lock()
	line := kit.At(breaker.New)
	if len(n.sent) > 0 {
		line = cmp.Or(n.sent[len(n.sent)-1].line, line)
	}
	n.mu.Unlock()
	kit.Fail(n.t, kit.Failure{Sent: strings.Join(append(n.story, o.sent), "\n"), Got: got, Want: want, At: line})
}

// mustArrive fails unless stock has been sent count calls.
func (n *network) mustArrive(o outcome, count int, why string) {
	n.t.Helper()
	if got := len(n.arrived(stock)); got != count {
		n.fail(o, strings.TrimPrefix(fmt.Sprintf("%s\nsent %s in all", o, times(got)), "\n"), fmt.Sprintf("sent %s in all: %s", times(count), why))
	}
}

// mustPass makes a call that must reach stock and succeed.
func (n *network) mustPass(why string) {
	n.t.Helper()
	before := len(n.arrived(stock))
	if o := n.get(); o.status != 200 || len(n.arrived(stock)) != before+1 {
		n.fail(o, o.String(), "200: "+why)
	}
}

// mustBeLeftAlone makes a call that must not reach stock.
func (n *network) mustBeLeftAlone(why string) {
	n.t.Helper()
	before := len(n.arrived(stock))
	o := n.get()
	if sent := len(n.arrived(stock)) - before; !errors.Is(o.err, breaker.ErrOpen) || o.took > 0 || sent > 0 {
		n.fail(o, fmt.Sprintf("%s, sent %s", o, times(sent)), "ErrOpen at once, and nothing sent: "+why)
	}
}

func times(n int) string {
	switch n {
	case 0:
		return "not at all"
	case 1:
		return "once"
	}
	return fmt.Sprint(n, " times")
}
