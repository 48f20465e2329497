package point

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain is an answer in ASCII digits and punctuation, with the way back to the
// bytes of the answer.
type plain struct {
	text string
	at   []int32 // of each byte of text, and of its end, where it stood; nil when nothing moved
}

// normalise writes full-width punctuation, typographic quotes and the digits of
// any script in ASCII, and leaves out what has no width.
func normalise(answer string) plain {
	first := strings.IndexFunc(answer, func(r rune) bool { return r >= utf8.RuneSelf && foldRune(r) != r })
	if first < 0 {
		return plain{text: answer}
	}
	out := make([]byte, 0, len(answer))
	at := make([]int32, 0, len(answer)+1)
	for i, r := range answer {
		folded := foldRune(r)
		if folded < 0 {
			continue
		}
		size := len(out)
		if r == utf8.RuneError { // the bytes as they are, valid or not
			_, n := utf8.DecodeRuneInString(answer[i:])
			out = append(out, answer[i:i+n]...)
		} else {
			out = utf8.AppendRune(out, folded)
		}
		for range len(out) - size {
			at = append(at, int32(i))
		}
	}
	return plain{string(out), append(at, int32(len(answer)))}
}

// span leads back to the answer.
func (p plain) span(start, end int) (int, int) {
	if p.at == nil {
		return start, end
	}
	return int(p.at[start]), int(p.at[end])
}

// foldRune returns r in ASCII where it is a variant of that, -1 where it is
// invisible, and r itself otherwise.
func foldRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case r >= '！' && r <= '～': // the full-width forms
		return r - '！' + '!'
	case unicode.Is(unicode.Cf, r):
		return -1
	case unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.Is(unicode.Nd, r):
		return '0' + digit(r)
	}
	switch r {
	case '−', '–':
		return '-'
	case '“', '”', '„', '«', '»':
		return '"'
	case '‘', '’', '‚':
		return '\''
	case '、', '،', '٬':
		return ','
	case '٫':
		return '.'
	case '【', '〔', '〚':
		return '['
	case '】', '〕', '〛':
		return ']'
	}
	return r
}

// digit is the value of a decimal digit: every range of them begins with a zero.
func digit(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	return 0
}
