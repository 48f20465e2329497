package check

import "testing"

// What people are told can be read can be, and what cannot, cannot.
func TestExamplesOfReading(t *testing.T) {
	for kind, e := range examples {
		if _, ok := kinds[kind]; !ok {
			t.Errorf("there is no kind %s", kind)
		}
		for _, answer := range e.reads {
			if v := verdictOf(t, e.entry, wide, answer); v.Unread || v.Kind != kind {
				t.Errorf("%s does not read %s: %s", e.entry, answer, v.Reason)
			}
		}
		for _, answer := range e.refuses {
			if v := verdictOf(t, e.entry, wide, answer); !v.Unread || v.Kind != kind {
				t.Errorf("%s reads %s: %s %s", e.entry, answer, v.Outcome, v.Reason)
			}
		}
	}
}
