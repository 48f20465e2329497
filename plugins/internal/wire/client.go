package wire

import (
	"context"
	"errors"
	"io"
	"strconv"
	"sync/atomic"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"

	backendv1 "github.com/vlmspec/vlmspec/plugins/proto/vlmspec/backend/v1"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// cancelTime is how long a backend may take to stop a Generate call. With the
// time that it takes to end a process it stays below two seconds.
const cancelTime = 1500 * time.Millisecond

// ErrHangs is returned by [Client.Generate] in place of the context's error
// when the backend would not stop: its process is of no more use.
var ErrHangs = errors.New("the backend did not stop when asked to")

// Client is a backend in another process, an sdk.Backend whose Close does
// nothing. It is safe for concurrent use.
type Client struct {
	rpc    backendv1.BackendServiceClient
	health healthv1.HealthClient
	calls  atomic.Uint64
}

// NewClient talks over conn.
func NewClient(conn grpc.ClientConnInterface) *Client {
	return &Client{rpc: backendv1.NewBackendServiceClient(conn), health: healthv1.NewHealthClient(conn)}
}

// Answers reports whether the process answers at all before ctx is done, be it
// that it knows no such question. It does not ask the backend itself.
func (c *Client) Answers(ctx context.Context) bool {
	_, err := c.health.Check(ctx, &healthv1.HealthCheckRequest{Service: goplugin.GRPCServiceName})
	switch status.Code(err) {
	case codes.DeadlineExceeded, codes.Canceled, codes.Unavailable:
		return false
	}
	return true
}

// Configure implements sdk.Backend.
func (c *Client) Configure(ctx context.Context, config map[string]any) error {
	s, err := structpb.NewStruct(config)
	if err != nil {
		return sdk.Errorf(sdk.InvalidConfig, "config: %v", err)
	}
	_, err = c.rpc.Configure(ctx, &backendv1.ConfigureRequest{Config: s})
	return fromStatus(err)
}

// Describe implements sdk.Backend.
func (c *Client) Describe(ctx context.Context) (sdk.Info, error) {
	d, err := c.rpc.Describe(ctx, &backendv1.DescribeRequest{})
	if err != nil {
		return sdk.Info{}, fromStatus(err)
	}
	return toInfo(d), nil
}

// Close implements sdk.Backend; the process is the host's to end.
func (c *Client) Close() error { return nil }

// Generate implements sdk.Backend. Once ctx is done it returns when the backend
// has stopped, or [ErrHangs] after a second and a half.
func (c *Client) Generate(ctx context.Context, req sdk.Request, emit func(string)) (sdk.Response, error) {
	return c.GenerateAhead(ctx, req, func() {}, emit)
}

// GenerateAhead is Generate, and reports when the backend has begun: calls made
// from then on wait behind this one.
func (c *Client) GenerateAhead(ctx context.Context, req sdk.Request, begun func(), emit func(string)) (sdk.Response, error) {
	id := req.ID + "#" + strconv.FormatUint(c.calls.Add(1), 10)
	r, err := fromRequest(id, req)
	if err != nil {
		return sdk.Response{}, err
	}
	r.Stream = emit != nil
	// The call outlives ctx by the time it takes to cancel it.
	calling, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	stopped := make(chan error, 1)
	unwatch := context.AfterFunc(ctx, func() { stopped <- c.cancel(id, stop) })
	resp, err := c.receive(calling, r, begun, emit)
	if unwatch() { // ctx is not done
		if errors.Is(err, context.Canceled) { // nor did we cancel the call: the process was ended for another one
			err = &sdk.Error{Kind: sdk.Crashed, Message: "the connection to the backend broke"}
		}
		return resp, err
	}
	if hung := <-stopped; hung != nil {
		return sdk.Response{}, hung
	}
	return sdk.Response{}, ctx.Err()
}

// cancel ends a call on both sides.
func (c *Client) cancel(id string, stop context.CancelFunc) error {
	defer stop()
	ctx, release := context.WithTimeout(context.Background(), cancelTime)
	defer release()
	_, err := c.rpc.Cancel(ctx, &backendv1.CancelRequest{Id: id})
	if status.Code(err) == codes.DeadlineExceeded {
		return ErrHangs
	}
	return nil // stopped, or cannot be asked to, or gone
}

func (c *Client) receive(ctx context.Context, r *backendv1.GenerateRequest, begun func(), emit func(string)) (sdk.Response, error) {
	stream, err := c.rpc.Generate(ctx, r)
	if err != nil {
		return sdk.Response{}, fromStatus(err)
	}
	for {
		msg, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return sdk.Response{}, liar("no end")
		case err != nil:
			return sdk.Response{}, fromStatus(err)
		case msg.GetAnswer() != nil:
			return toResponse(msg.GetAnswer(), imagesOf(r))
		case msg.GetBegun() != nil:
			begun()
		case emit != nil:
			emit(msg.GetChunk())
		}
	}
}
