// Package grpc serves the shop's orders over gRPC.
package grpc

import (
	"context"
	"errors"
	"math"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// New returns a server of the store's orders. It lets in calls that carry one
// of the tokens, each the name of a customer's key.
func New(store Store, customers map[string]string) *grpc.Server {
	g := guard(customers)
	s := grpc.NewServer(grpc.UnaryInterceptor(g.unary), grpc.StreamInterceptor(g.stream))
	RegisterOrdersServer(s, &server{store})
	return s
}

type server struct{ store Store }

// Place implements OrdersServer.
func (s *server) Place(ctx context.Context, in *structpb.Struct) (*wrapperspb.StringValue, error) {
	o, err := parse(in)
	if err != nil {
		return nil, err
	}
	o.Customer = customer(ctx)
	id, err := s.store.Place(ctx, o)
	if err != nil {
		return nil, told(err)
	}
	return wrapperspb.String(id), nil
}

// Get implements OrdersServer.
func (s *server) Get(ctx context.Context, in *wrapperspb.StringValue) (*structpb.Struct, error) {
	o, err := s.store.Find(ctx, in.GetValue())
	if err != nil {
		return nil, told(err)
	}
	return structpb.NewStruct(map[string]any{"id": o.ID, "item": o.Item, "quantity": o.Quantity, "customer": o.Customer})
}

// Watch implements OrdersServer.
func (s *server) Watch(in *wrapperspb.StringValue, out grpc.ServerStreamingServer[wrapperspb.StringValue]) error {
	states, err := s.store.States(out.Context(), in.GetValue())
	if err != nil {
		return told(err)
	}
	for {
		select {
		case state, more := <-states:
			if !more {
				return nil
			}
			if err := out.Send(wrapperspb.String(state)); err != nil {
				return err
			}
		case <-out.Context().Done():
			return told(out.Context().Err())
		}
	}
}

// parse reads an order, or tells of every field that is wrong.
func parse(in *structpb.Struct) (Order, error) {
	var wrong errdetails.BadRequest
	refuse := func(field, why string) {
		wrong.FieldViolations = append(wrong.FieldViolations, &errdetails.BadRequest_FieldViolation{Field: field, Description: why})
	}
	item := in.GetFields()["item"].GetStringValue()
	if strings.TrimSpace(item) == "" {
		refuse("item", "must be a text that is not empty")
	}
	quantity := in.GetFields()["quantity"].GetNumberValue()
	if quantity < 1 || quantity > 1000 || quantity != math.Trunc(quantity) {
		refuse("quantity", "must be a whole number from 1 to 1000")
	}
	if len(wrong.FieldViolations) == 0 {
		return Order{Item: item, Quantity: int(quantity)}, nil
	}
	st, err := status.New(codes.InvalidArgument, "the order cannot be taken").WithDetails(&wrong)
	if err != nil {
		return Order{}, err
	}
	return Order{}, st.Err()
}

// told turns an error of the store into what the caller may know of it.
func told(err error) error {
	switch {
	case errors.Is(err, ErrNotFound):
		return status.Error(codes.NotFound, ErrNotFound.Error())
	case errors.Is(err, ErrSoldOut):
		return status.Error(codes.FailedPrecondition, ErrSoldOut.Error())
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return status.FromContextError(cause(err)).Err()
	}
	return status.Error(codes.Internal, "internal error")
}

// cause strips what the store wrapped around a context's error.
func cause(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	return context.Canceled
}

// guard is the customers' names by their tokens.
type guard map[string]string

type customerKey struct{}

func customer(ctx context.Context) string {
	name, _ := ctx.Value(customerKey{}).(string)
	return name
}

// admit returns a context that knows the customer, or Unauthenticated.
func (g guard) admit(ctx context.Context) (context.Context, error) {
	for _, value := range metadata.ValueFromIncomingContext(ctx, "authorization") {
		token, bearer := strings.CutPrefix(value, "Bearer ")
		if name, known := g[token]; bearer && known {
			return context.WithValue(ctx, customerKey{}, name), nil
		}
	}
	return nil, status.Error(codes.Unauthenticated, "a bearer token is needed")
}

func (g guard) unary(ctx context.Context, in any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	ctx, err := g.admit(ctx)
	if err != nil {
		return nil, err
	}
	return next(ctx, in)
}

func (g guard) stream(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	ctx, err := g.admit(stream.Context())
	if err != nil {
		return err
	}
	return next(srv, admitted{stream, ctx})
}

// admitted is a stream whose context knows the customer.
type admitted struct {
	grpc.ServerStream
	ctx context.Context
}

// Context implements grpc.ServerStream.
func (a admitted) Context() context.Context { return a.ctx }
