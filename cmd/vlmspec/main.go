// Command vlmspec tests vision-language models: see `vlmspec help` and package cli.
package main

import (
	"os"

	"github.com/vlmspec/vlmspec/runner/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
