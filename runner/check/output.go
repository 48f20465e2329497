package check

// beginning keeps the beginning of what is written to it, and calls full once
// there is more. It has no ReadFrom, which io.Copy would prefer to Write.
type beginning struct {
	data []byte
	cut  bool
	full func()
}

// Write implements io.Writer; it never fails.
func (b *beginning) Write(p []byte) (int, error) {
	room := maxCommandOutput - len(b.data)
	b.data = append(b.data, p[:min(room, len(p))]...)
	if len(p) > room && !b.cut {
		b.cut = true
		b.full()
	}
	return len(p), nil
}

// ending keeps the end of what is written to it.
type ending struct{ data []byte }

// Write implements io.Writer; it never fails.
func (e *ending) Write(p []byte) (int, error) {
	e.data = append(e.data, p[max(len(p)-endOfCommand, 0):]...)
	if len(e.data) > 2*endOfCommand {
		e.data = e.data[:copy(e.data, e.data[len(e.data)-endOfCommand:])]
	}
	return len(p), nil
}

func (e *ending) String() string { return string(e.data) }
