package host

import (
	"encoding/json"
	"fmt"

	"github.com/vlmspec/vlmspec/plugins/internal/wire"
)

// AttachEnv is the environment variable [ParseAttach] reads:
// VLMSPEC_REATTACH_BACKENDS.
const AttachEnv = wire.AttachEnv

// Attachments says, for names of backends or of plugins, where running
// processes listen.
type Attachments = map[string]wire.Attachment

// ParseAttach reads the value of [AttachEnv]; "" is none.
func ParseAttach(value string) (Attachments, error) {
	if value == "" {
		return nil, nil
	}
	var a Attachments
	if err := json.Unmarshal([]byte(value), &a); err != nil {
		return nil, fmt.Errorf(`%s is not as a backend started with -debug prints it, {"llamacpp": {"pid": 1, ...}}: %w`, AttachEnv, err)
	}
	return a, nil
}
