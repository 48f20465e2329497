package wire

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"sync"

	"google.golang.org/grpc"

	backendv1 "github.com/vlmspec/vlmspec/plugins/proto/vlmspec/backend/v1"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Server answers gRPC calls with a backend. A panic in the backend is the error
// of its call, with the stack on stderr; the process goes on.
type Server struct {
	backendv1.UnimplementedBackendServiceServer
	backend sdk.Backend

	mu    sync.Mutex
	calls map[string]*call // Generate calls in flight, by id
	turns chan struct{}    // holds a place for each call that the backend takes concurrently; nil for any number
}

// call is one Generate call in flight.
type call struct {
	cancel context.CancelFunc
	ended  chan struct{} // closed when the backend has returned
}

// NewServer serves b.
func NewServer(b sdk.Backend) *Server {
	return &Server{backend: b, calls: map[string]*call{}, turns: make(chan struct{}, 1)}
}

// Configure implements the protocol.
func (s *Server) Configure(ctx context.Context, req *backendv1.ConfigureRequest) (_ *backendv1.ConfigureResponse, err error) {
	defer recovered("Configure", &err)
	if err := s.backend.Configure(ctx, req.GetConfig().AsMap()); err != nil {
		return nil, toStatus(err)
	}
	if info, err := s.backend.Describe(ctx); err == nil {
		s.mu.Lock()
		s.turns = make(chan struct{}, max(info.Capabilities.Concurrency, 1))
		if info.Capabilities.Queues {
			s.turns = nil
		}
		s.mu.Unlock()
	}
	return &backendv1.ConfigureResponse{}, nil
}

// Describe implements the protocol.
func (s *Server) Describe(ctx context.Context, _ *backendv1.DescribeRequest) (_ *backendv1.DescribeResponse, err error) {
	defer recovered("Describe", &err)
	info, err := s.backend.Describe(ctx)
	if err != nil {
		return nil, toStatus(err)
	}
	return fromInfo(info), nil
}

// Generate implements the protocol.
func (s *Server) Generate(req *backendv1.GenerateRequest, stream grpc.ServerStreamingServer[backendv1.GenerateResponse]) (err error) {
	defer recovered("Generate", &err)
	request, err := toRequest(req)
	if err != nil {
		return toStatus(err)
	}
	ctx, done := s.begin(stream.Context(), req.GetId())
	defer done()
	events := sender{stream: stream}
	defer events.end()
	var emit func(string)
	if req.GetStream() {
		emit = func(text string) {
			events.send(&backendv1.GenerateResponse{Event: &backendv1.GenerateResponse_Chunk{Chunk: text}})
		}
	}
	begun := sync.OnceFunc(func() {
		events.send(&backendv1.GenerateResponse{Event: &backendv1.GenerateResponse_Begun{Begun: &backendv1.Begun{}}})
	})
	resp, err := s.generate(ctx, request, begun, emit)
	if err != nil {
		return toStatus(err)
	}
	events.end()
	return stream.Send(fromResponse(resp))
}

// sender sends what comes before the answer, from any goroutine.
type sender struct {
	mu     sync.Mutex
	stream grpc.ServerStreamingServer[backendv1.GenerateResponse]
	ended  bool
}

func (s *sender) send(event *backendv1.GenerateResponse) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended && s.stream.Context().Err() == nil {
		_ = s.stream.Send(event) // a stream that breaks cancels its context
	}
}

// end makes what comes later go nowhere.
func (s *sender) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
}

// generate waits until the backend takes one more call: the host sends some
// ahead, and several hosts may have attached. A backend that queues calls waits
// itself, and reports when the wait is over.
func (s *Server) generate(ctx context.Context, req sdk.Request, begun func(), emit func(string)) (sdk.Response, error) {
	s.mu.Lock()
	turns := s.turns
	s.mu.Unlock()
	if turns != nil {
		select {
		case turns <- struct{}{}:
			defer func() { <-turns }()
		case <-ctx.Done():
			return sdk.Response{}, ctx.Err()
		}
		begun()
	}
	return s.backend.Generate(sdk.WithBegun(ctx, begun), req, emit)
}

// begin makes a call known to Cancel.
func (s *Server) begin(parent context.Context, id string) (ctx context.Context, done func()) {
	ctx, cancel := context.WithCancel(parent)
	c := &call{cancel: cancel, ended: make(chan struct{})}
	s.mu.Lock()
	s.calls[id] = c
	s.mu.Unlock()
	return ctx, func() {
		s.mu.Lock()
		if s.calls[id] == c {
			delete(s.calls, id)
		}
		s.mu.Unlock()
		close(c.ended)
		cancel()
	}
}

// Cancel implements the protocol.
func (s *Server) Cancel(ctx context.Context, req *backendv1.CancelRequest) (*backendv1.CancelResponse, error) {
	s.mu.Lock()
	c := s.calls[req.GetId()]
	s.mu.Unlock()
	if c == nil {
		return &backendv1.CancelResponse{}, nil
	}
	c.cancel()
	select {
	case <-c.ended:
		return &backendv1.CancelResponse{}, nil
	case <-ctx.Done():
		return nil, toStatus(ctx.Err())
	}
}

// recovered turns a panic into the error of a call.
func recovered(method string, err *error) {
	if p := recover(); p != nil {
		fmt.Fprintf(os.Stderr, "panic in %s: %v\n%s", method, p, debug.Stack())
		*err = toStatus(sdk.Errorf(sdk.Internal, "the backend panicked in %s: %v", method, p))
	}
}
