//go:build !unix

package regular

const (
	nonblock = 0
	nofollow = 0
)
