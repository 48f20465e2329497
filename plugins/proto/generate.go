// Package proto holds the protocol between vlmspec and its backends; read
// vlmspec/backend/v1/backend.proto.
package proto

//go:generate go run github.com/bufbuild/buf/cmd/buf@v1.57.2 generate
