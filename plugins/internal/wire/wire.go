// Package wire is both halves of the protocol between vlmspec and its backends:
// [Server] answers gRPC calls with an sdk.Backend, [Client] is an sdk.Backend
// over gRPC, and convert.go turns the types of one into the other. Start
// reading at [Plugin].
package wire

import (
	"context"
	"errors"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	backendv1 "github.com/vlmspec/vlmspec/plugins/proto/vlmspec/backend/v1"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Name is what the one service of a plugin process is dispensed as.
const Name = "backend"

// MaxMessage is the largest message either side takes, in bytes: enough for
// several images sent by content. gRPC's own limit is 4 MiB.
const MaxMessage = 256 << 20

// Handshake keeps a backend from being started as if it were a program of its
// own; it is no secret.
var Handshake = goplugin.HandshakeConfig{
	MagicCookieKey:   "VLMSPEC_BACKEND_COOKIE",
	MagicCookieValue: "b6a7f6f0-vlmspec-backend",
}

// DirEnv names the environment variable with the folder of the project's file.
const DirEnv = "VLMSPEC_BACKEND_DIR"

// Version is the newest version of the protocol that this vlmspec speaks.
const Version = 1

// Plugins is what go-plugin needs: the protocol versions spoken. b is nil on
// the host's side.
func Plugins(b sdk.Backend) map[int]goplugin.PluginSet {
	return map[int]goplugin.PluginSet{Version: {Name: &Plugin{Backend: b}}}
}

// Plugin makes both halves for go-plugin.
type Plugin struct {
	goplugin.NetRPCUnsupportedPlugin
	Backend sdk.Backend // nil on the host's side
}

// GRPCServer implements goplugin.GRPCPlugin.
func (p *Plugin) GRPCServer(_ *goplugin.GRPCBroker, s *grpc.Server) error {
	if p.Backend == nil {
		return errors.New("there is no backend to serve")
	}
	backendv1.RegisterBackendServiceServer(s, NewServer(p.Backend))
	return nil
}

// GRPCClient implements goplugin.GRPCPlugin; it returns a [*Client].
func (p *Plugin) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return NewClient(conn), nil
}
