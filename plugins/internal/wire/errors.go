package wire

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

var codeOf = map[sdk.ErrorKind]codes.Code{
	sdk.InvalidRequest: codes.InvalidArgument,
	sdk.InvalidConfig:  codes.FailedPrecondition,
	sdk.Unavailable:    codes.Aborted,
	sdk.Timeout:        codes.DeadlineExceeded,
	sdk.Internal:       codes.Internal,
}

// toStatus makes a gRPC error of what a backend returned.
func toStatus(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return status.Error(codes.Canceled, err.Error())
	case errors.Is(err, context.DeadlineExceeded):
		return status.Error(codes.DeadlineExceeded, err.Error())
	}
	code, ok := codeOf[sdk.KindOf(err)]
	if !ok {
		code = codes.Internal
	}
	return status.Error(code, err.Error())
}

// fromStatus makes of a gRPC error what the backend meant. A broken connection
// is sdk.Crashed.
func fromStatus(err error) error {
	if err == nil {
		return nil
	}
	s := status.Convert(err)
	switch s.Code() {
	case codes.Canceled:
		return context.Canceled
	case codes.Unavailable:
		return &sdk.Error{Kind: sdk.Crashed, Message: "the connection to the backend broke"}
	case codes.ResourceExhausted:
		return &sdk.Error{Kind: sdk.InvalidRequest, Message: "the request or the answer is too large for the connection: " + s.Message()}
	}
	for kind, code := range codeOf {
		if code == s.Code() {
			return &sdk.Error{Kind: kind, Message: s.Message()}
		}
	}
	return &sdk.Error{Kind: sdk.Internal, Message: s.Message()}
}
