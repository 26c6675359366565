package grpc

// What protoc-gen-go-grpc makes of orders.proto, kept by hand and shortened. It
// is not to be changed.

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// OrdersServer is the service's side of orders.proto.
type OrdersServer interface {
	Place(context.Context, *structpb.Struct) (*wrapperspb.StringValue, error)
	Get(context.Context, *wrapperspb.StringValue) (*structpb.Struct, error)
	Watch(*wrapperspb.StringValue, grpc.ServerStreamingServer[wrapperspb.StringValue]) error
}

// RegisterOrdersServer makes a server answer for the service.
func RegisterOrdersServer(s grpc.ServiceRegistrar, srv OrdersServer) {
	s.RegisterService(&grpc.ServiceDesc{
		ServiceName: "shop.v1.Orders",
		HandlerType: (*OrdersServer)(nil),
		Methods: []grpc.MethodDesc{
			{MethodName: "Place", Handler: placeHandler},
			{MethodName: "Get", Handler: getHandler},
		},
		Streams:  []grpc.StreamDesc{{StreamName: "Watch", Handler: watchHandler, ServerStreams: true}},
		Metadata: "orders.proto",
	}, srv)
}

func placeHandler(srv any, ctx context.Context, dec func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
	in := new(structpb.Struct)
	if err := dec(in); err != nil {
		return nil, err
	}
	call := func(ctx context.Context, req any) (any, error) {
		return srv.(OrdersServer).Place(ctx, req.(*structpb.Struct))
	}
	if interceptor == nil {
		return call(ctx, in)
	}
	return interceptor(ctx, in, &grpc.UnaryServerInfo{Server: srv, FullMethod: "/shop.v1.Orders/Place"}, call)
}

func getHandler(srv any, ctx context.Context, dec func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
	in := new(wrapperspb.StringValue)
	if err := dec(in); err != nil {
		return nil, err
	}
	call := func(ctx context.Context, req any) (any, error) {
		return srv.(OrdersServer).Get(ctx, req.(*wrapperspb.StringValue))
	}
	if interceptor == nil {
		return call(ctx, in)
	}
	return interceptor(ctx, in, &grpc.UnaryServerInfo{Server: srv, FullMethod: "/shop.v1.Orders/Get"}, call)
}

func watchHandler(srv any, stream grpc.ServerStream) error {
	in := new(wrapperspb.StringValue)
	if err := stream.RecvMsg(in); err != nil {
		return err
	}
	return srv.(OrdersServer).Watch(in, &grpc.GenericServerStream[wrapperspb.StringValue, wrapperspb.StringValue]{ServerStream: stream})
}
