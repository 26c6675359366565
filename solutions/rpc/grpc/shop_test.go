package grpc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/memnet"
	shop "github.com/kata-go/kata/solutions/rpc/grpc"
)

// office is a server under test, a store that the test plays, and a client of
// grpc-go.
type office struct {
	t        *testing.T
	client   *grpc.ClientConn
	server   *grpc.Server
	token    string
	customer string

	mu     sync.Mutex
	calls  []string // of the store
	placed []shop.Order
	ctx    context.Context // of the store's last call
	at     string
	err    error         // what the store answers
	block  bool          // the store waits for its context
	called chan struct{} // one for each call of the store
	states chan string
}

func open(t *testing.T) *office {
	r := kit.Rand(t)
	o := &office{t: t, token: kit.Word(r, 12), customer: kit.Word(r, 6), called: make(chan struct{}, 10), states: make(chan string)}
	l := memnet.Listen()
	s := shop.New(store{o}, map[string]string{o.token: o.customer, kit.Word(r, 12): "somebody else"})
	go func() { _ = s.Serve(l) }()
	t.Cleanup(s.Stop)
	dial := func(ctx context.Context, _ string) (net.Conn, error) { return l.Dial(ctx) }
	client, err := grpc.NewClient("passthrough:///memory", grpc.WithContextDialer(dial), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	o.client, o.server = client, s
	t.Cleanup(func() { _ = client.Close() })
	return o
}

// store is the office's shop.Store.
type store struct{ o *office }

func (s store) enter(ctx context.Context, call string) error {
	s.o.mu.Lock()
	s.o.calls, s.o.ctx, s.o.at = append(s.o.calls, call), ctx, kit.Caller()
	block, err := s.o.block, s.o.err
	s.o.mu.Unlock()
	s.o.called <- struct{}{}
	if block {
		<-ctx.Done()
		return fmt.Errorf("query: %w", ctx.Err())
	}
	return err
}

// Place implements shop.Store.
func (s store) Place(ctx context.Context, o shop.Order) (string, error) {
	err := s.enter(ctx, "Place")
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	s.o.placed = append(s.o.placed, o)
	return "order-1", err
}

// Find implements shop.Store.
func (s store) Find(ctx context.Context, id string) (shop.Order, error) {
	return shop.Order{ID: id, Item: "tea", Quantity: 7, Customer: s.o.customer}, s.enter(ctx, "Find "+id)
}

// States implements shop.Store.
func (s store) States(ctx context.Context, id string) (<-chan string, error) {
	return s.o.states, s.enter(ctx, "States "+id)
}

// patience is long: only a call that never ends takes so long.
const patience = 10 * time.Second

// allowed is a context with the customer's token.
func (o *office) allowed() context.Context { return o.with("Bearer " + o.token) }

func (o *office) with(authorization string) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	o.t.Cleanup(cancel)
	if authorization == "" {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, "authorization", authorization)
}

// place calls Place with an order.
func (o *office) place(ctx context.Context, order map[string]any) (string, error) {
	in, err := structpb.NewStruct(order)
	if err != nil {
		o.t.Fatal(err)
	}
	out := new(wrapperspb.StringValue)
	err = o.client.Invoke(ctx, "/shop.v1.Orders/Place", in, out)
	return out.GetValue(), err
}

var tea = map[string]any{"item": "tea", "quantity": 2}

func (o *office) get(ctx context.Context, id string) (*structpb.Struct, error) {
	out := new(structpb.Struct)
	err := o.client.Invoke(ctx, "/shop.v1.Orders/Get", wrapperspb.String(id), out)
	return out, err
}

// watch calls Watch and returns a function that receives the next state.
func (o *office) watch(ctx context.Context, id string) func() (string, error) {
	desc := &grpc.StreamDesc{StreamName: "Watch", ServerStreams: true}
	stream, err := o.client.NewStream(ctx, desc, "/shop.v1.Orders/Watch")
	if err == nil {
		err = stream.SendMsg(wrapperspb.String(id))
	}
	if err == nil {
		err = stream.CloseSend()
	}
	return func() (string, error) {
		if err != nil {
			return "", err
		}
		out := new(wrapperspb.StringValue)
		err := stream.RecvMsg(out)
		return out.GetValue(), err
	}
}

// rpcs are the names of the calls.
func rpcs() []string { return []string{"Place", "Get", "Watch"} }

// each is the three calls, each as one that returns its error.
func (o *office) each() map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"Place": func(ctx context.Context) error { _, err := o.place(ctx, tea); return err },
		"Get":   func(ctx context.Context) error { _, err := o.get(ctx, "order-1"); return err },
		"Watch": func(ctx context.Context) error { _, err := o.watch(ctx, "order-1")(); return err },
	}
}

// code fails the behaviour unless the error has that code.
func (o *office) code(sent string, err error, want codes.Code) *status.Status {
	o.t.Helper()
	got := status.Convert(err)
	if got.Code() != want {
		o.fail(sent, said(err), want.String())
	}
	return got
}

func said(err error) string {
	s := status.Convert(err)
	if s.Code() == codes.OK {
		return "OK"
	}
	return kit.Wrap(fmt.Sprintf("%s, %q", s.Code(), s.Message()))
}

// asJSON is an order as the message that it is sent as.
func asJSON(order map[string]any) string {
	text, _ := json.Marshal(order)
	return string(text)
}

// deadline tells what the store's context had, off the caller's.
func deadline(has bool, off time.Duration) string {
	if !has {
		return "the store's context has no deadline"
	}
	return "the store's context has a deadline " + off.Round(time.Second).String() + " off"
}

func (o *office) fail(sent, got, want string) {
	o.t.Helper()
	o.mu.Lock()
	at := o.at
	o.mu.Unlock()
	if at == "" {
		at = kit.At(shop.New)
	}
	kit.Fail(o.t, kit.Failure{Sent: sent, Got: strings.ReplaceAll(got, "; ", ";\n"), Want: want, At: at})
}

// stop returns when every handler has returned.
func (o *office) stop() { o.server.GracefulStop() }

// awaits waits for the store to be called.
func (o *office) awaits(sent string) {
	o.t.Helper()
	kit.Within(o.t, patience, sent, func() { <-o.called })
}
