// Package grpc serves the shop's orders over gRPC.
package grpc

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// New returns a server of the store's orders. It lets in calls that carry one
// of the tokens, each the name of a customer's key.
func New(store Store, customers map[string]string) *grpc.Server {
	g := guard(customers)
	s := grpc.NewServer(grpc.UnaryInterceptor(g.unary))
	RegisterOrdersServer(s, &server{store})
	return s
}

type server struct{ store Store }

// Place implements OrdersServer.
func (s *server) Place(ctx context.Context, in *structpb.Struct) (*wrapperspb.StringValue, error) {
	o := Order{
		Item:     in.GetFields()["item"].GetStringValue(),
		Quantity: int(in.GetFields()["quantity"].GetNumberValue()),
		Customer: in.GetFields()["customer"].GetStringValue(),
	}
	if o.Item == "" {
		return nil, errors.New("invalid item")
	}
	if o.Quantity < 1 || o.Quantity > 1000 {
		return nil, errors.New("invalid quantity")
	}
	id, err := s.store.Place(context.Background(), o) // an order is not lost when the app goes away
	if err != nil {
		return nil, fmt.Errorf("place: %w", err)
	}
	return wrapperspb.String(id), nil
}

// Get implements OrdersServer.
func (s *server) Get(ctx context.Context, in *wrapperspb.StringValue) (*structpb.Struct, error) {
	o, err := s.store.Find(context.Background(), in.GetValue())
	if err != nil {
		return nil, fmt.Errorf("get: %w", err)
	}
	return structpb.NewStruct(map[string]any{"id": o.ID, "item": o.Item, "quantity": o.Quantity, "customer": o.Customer})
}

// Watch implements OrdersServer.
func (s *server) Watch(in *wrapperspb.StringValue, out grpc.ServerStreamingServer[wrapperspb.StringValue]) error {
	states, err := s.store.States(context.Background(), in.GetValue())
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	for {
		state, more := <-states
		if !more {
			states = nil // nothing new for now
			continue
		}
		_ = out.Send(wrapperspb.String(state))
	}
}

// guard is the customers' names by their tokens.
type guard map[string]string

func (g guard) unary(ctx context.Context, in any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	for _, value := range metadata.ValueFromIncomingContext(ctx, "authorization") {
		if _, known := g[strings.TrimPrefix(value, "Bearer ")]; !known {
			return nil, errors.New("wrong token")
		}
	}
	return next(ctx, in)
}
