package check

import (
	"slices"
	"strings"
	"testing"
)

// What documentation shows of a check's reading is what the check does.
func TestReadingsShown(t *testing.T) {
	for _, kind := range names() {
		r, has := shown[kind]
		ruled := hasRule(kind)
		if !has {
			if ruled && kind != "similar" {
				t.Errorf("%s has a rule, and shows no reading", kind)
			}
			continue
		}
		if len(r.reads) < 3 || len(r.refuses) < 3 || ruled != (r.ruled != "") {
			t.Errorf("%s shows %d and %d answers, and the rule %q", kind, len(r.reads), len(r.refuses), r.ruled)
		}
		for i, read := range Readings(kind) {
			if read.Unread != (i >= len(r.reads)) || read.Read == "" || read.Unread != strings.HasPrefix(read.Read, "cannot be read: ") {
				t.Errorf("%s of %q: %+v", kind, read.Answer, read)
			}
		}
		if both := Ruled(kind); ruled && both[0].Read == both[1].Read {
			t.Errorf("%s: the rule reads %q alike", kind, both[0].Answer)
		}
	}
}

func hasRule(kind string) bool {
	for _, d := range Kinds() {
		if d.Kind == kind {
			return slices.ContainsFunc(d.Args, func(a Arg) bool { return a.Name == "rule" })
		}
	}
	return false
}
