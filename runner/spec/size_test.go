package spec

import "testing"

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"500MB": 500e6, "2 GB": 2e9, "1.5kb": 1500, "7B": 7, "1TB": 1e12, " 3mb ": 3e6,
		"": 0, "500": 0, "MB": 0, "-1MB": 0, "1e3MB": 0, "0GB": 0, "1MiB": 0, "99999999999999TB": 0, "0x10MB": 0, "1.MB": 0, "1,5GB": 0,
	} {
		if got, err := ParseSize(text); got != want || (err == nil) != (want > 0) {
			t.Errorf("%q is %d, %v", text, got, err)
		}
	}
}
