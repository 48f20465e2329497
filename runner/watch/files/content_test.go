package files

import (
	"testing"
	"time"
)

// A file that is compared by its date alone may have been written twice within a
// step of its clock.
func TestSurely(t *testing.T) {
	written := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(looked time.Duration) content {
		return content{there: true, size: 3, written: written, looked: written.Add(looked)}
	}
	for _, c := range []struct {
		what string
		now  content
		old  content
		want bool
	}{
		{"read long after it was written", at(time.Hour), at(dateStep + 1), true},
		{"read just after it was written", at(time.Hour), at(dateStep), false},
		{"another size", content{there: true, size: 4, written: written}, at(time.Hour), false},
		{"another date", content{there: true, size: 3, written: written.Add(1)}, at(time.Hour), false},
		{"still away", content{}, content{}, true},
	} {
		if got := c.now.surely(c.old); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}

func TestWrittenSince(t *testing.T) {
	written := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := content{there: true, written: written}
	for _, k := range []struct {
		since time.Duration
		want  bool
	}{{-time.Second, true}, {0, true}, {10 * time.Millisecond, true}, {11 * time.Millisecond, false}} {
		if got := c.writtenSince(written.Add(k.since)); got != k.want {
			t.Errorf("since %s after it was written: %v", k.since, got)
		}
	}
	if c.writtenSince(time.Time{}) || (content{written: written}).writtenSince(written) {
		t.Error("nothing was read, or nothing is there")
	}
}
