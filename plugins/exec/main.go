// Command vlmspec-backend-exec answers with any command: it reads a request as JSON
// on standard input and writes the answer to standard output, for each case a process
// of its own, or one that stays and speaks JSON lines.
//
// Start reading at backend.go; once.go has a process per case, stay.go one that stays.
package main

import (
	"os"

	"github.com/vlmspec/vlmspec/plugins/sdk/plugin"
)

func main() { plugin.Serve(&command{log: os.Stderr}) }
