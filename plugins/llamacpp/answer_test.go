package main

import (
	"strings"
	"testing"
)

func TestAnswer(t *testing.T) {
	for _, c := range []struct {
		name    string
		stops   []string
		tokens  []string
		want    string
		stopped bool
	}{
		{name: "plain", tokens: []string{" a", " red", " circle"}, want: "a red circle"},
		{name: "white space around", tokens: []string{"\n ", "a", " \n"}, want: "a"},
		{name: "stop inside a token", stops: []string{","}, tokens: []string{"a, b"}, want: "a", stopped: true},
		{name: "stop over tokens", stops: []string{"END"}, tokens: []string{"a E", "N", "D b"}, want: "a", stopped: true},
		{name: "what looks like a stop", stops: []string{"END"}, tokens: []string{"a E", "N", "C"}, want: "a ENC"},
		{name: "a stop begun at the end", stops: []string{"END"}, tokens: []string{"a E", "N"}, want: "a EN"},
		{name: "the first of two stops", stops: []string{"c", "b"}, tokens: []string{"a b c"}, want: "a", stopped: true},
		{name: "an empty stop", stops: []string{""}, tokens: []string{"a"}, want: "a"},
		{name: "half characters", tokens: []string{"gr\xc3", "\xbcn \xf0\x9f", "\x94\xb4"}, want: "grün 🔴"},
		{name: "broken characters", tokens: []string{"a\xff", "b\xc3"}, want: "a\uFFFDb\uFFFD"},
		{name: "nothing", want: ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var emitted strings.Builder
			a := answer{stops: c.stops, emit: func(s string) { emitted.WriteString(s) }}
			stopped := false
			for _, token := range c.tokens {
				if stopped = a.add([]byte(token)); stopped {
					break
				}
				if !strings.HasPrefix(c.want, emitted.String()) {
					t.Fatalf("emitted %q, which does not begin %q", emitted.String(), c.want)
				}
			}
			if got := a.finish(); got != c.want || stopped != c.stopped || emitted.String() != c.want {
				t.Errorf("got %q (stopped %v, emitted %q), want %q (%v)", got, stopped, emitted.String(), c.want, c.stopped)
			}
		})
	}
}
