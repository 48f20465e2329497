package wire

import (
	"fmt"
	"net"

	goplugin "github.com/hashicorp/go-plugin"
)

// AttachEnv is the environment variable that makes the host use processes that
// already run: a JSON object from the name of a backend, or of its plugin, to an
// [Attachment].
const AttachEnv = "VLMSPEC_REATTACH_BACKENDS"

// AliveEnv is the environment variable by which the host informs a process it
// starts how to see that the host has ended: "stdin" is by the end of standard
// input.
const AliveEnv = "VLMSPEC_BACKEND_ALIVE"

// Attachment says where a running backend process listens.
type Attachment struct {
	PID        int    `json:"pid"`
	Network    string `json:"network"` // "unix" or "tcp"
	Address    string `json:"address"`
	Version    int    `json:"version"`    // of the protocol
	Configured bool   `json:"configured"` // its model is loaded: Configure must not be called
	// Program is the SHA-256 of the program, in hex; "" when it is not known.
	Program string `json:"program,omitempty"`
	// TLS is the credential the process was started with; "" is none.
	TLS Credential `json:"tls,omitempty"`
}

// AttachmentOf is what another process needs to attach.
func AttachmentOf(r *goplugin.ReattachConfig, configured bool) Attachment {
	return Attachment{
		PID: r.Pid, Network: r.Addr.Network(), Address: r.Addr.String(),
		Version: r.ProtocolVersion, Configured: configured,
	}
}

// Reattach is the configuration with which go-plugin attaches. Its Kill leaves
// the process alone.
func (a Attachment) Reattach() (*goplugin.ReattachConfig, error) {
	var addr net.Addr
	var err error
	switch a.Network {
	case "unix":
		addr, err = net.ResolveUnixAddr(a.Network, a.Address)
	case "tcp":
		addr, err = net.ResolveTCPAddr(a.Network, a.Address)
	default:
		err = fmt.Errorf("unknown network %q; unix and tcp are known", a.Network)
	}
	if err != nil {
		return nil, err
	}
	return &goplugin.ReattachConfig{
		Protocol: goplugin.ProtocolGRPC, ProtocolVersion: a.Version, Pid: a.PID, Addr: addr, Test: true,
	}, nil
}
