package secret

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
)

// least is how many bytes a value, or a line of one, must have to be looked for:
// shorter ones are parts of other words.
const least = 4

// formsOf lists the ways in which a value can be met: as it is, without space
// around it, its lines, on one line, and each of them as Go, JSON, YAML, shells,
// URLs, XML, and what makes text visible write it; JSON within JSON, too.
func formsOf(value string) []string {
	var all []string
	add := func(text string) {
		if len(text) >= least && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	for _, text := range partsOf(value) {
		add(text)
		for _, write := range writers {
			once := write(text)
			add(once)
			add(goQuoted(once))
			add(visible.Line(once))
		}
	}
	return all
}

// partsOf is a value in the ways in which programs take it up.
func partsOf(value string) []string {
	trimmed := strings.TrimSpace(value)
	parts := []string{
		value, trimmed, strings.Join(strings.Fields(value), " "), strings.Join(strings.Fields(value), ""),
		norm.NFC.String(trimmed), norm.NFD.String(trimmed), norm.NFKC.String(trimmed), strings.ToValidUTF8(trimmed, "\ufffd"),
	}
	lines := strings.FieldsFunc(value, func(r rune) bool { return r == '\n' || r == '\r' })
	if len(lines) > 1 {
		for _, line := range lines {
			parts = append(parts, strings.TrimSpace(line))
		}
		parts = append(parts, strings.Join(lines, "\n"), strings.Join(lines, "\r\n"), strings.Join(lines, ""))
	}
	if strings.Contains(trimmed, "/") { // a path that is joined with a folder
		clean := path.Clean(trimmed)
		parts = append(parts, clean, strings.TrimLeft(clean, "./"))
	}
	parts = append(parts, strings.ToLower(trimmed), strings.ToUpper(trimmed))
	if f, err := strconv.ParseFloat(trimmed, 64); err == nil { // YAML reads it as a number
		parts = append(parts, fmt.Sprint(f), strconv.FormatFloat(f, 'f', -1, 64), strconv.FormatFloat(f, 'e', -1, 64))
	}
	return slices.DeleteFunc(parts, func(s string) bool { return len(strings.TrimSpace(s)) < least })
}

var writers = []func(string) string{
	goQuoted, goASCII, goBackquoted, jsonQuoted(true), jsonQuoted(false), jsonASCII,
	replacing("'", "''"), replacing("'", `'\''`), replacing("'", `'"'"'`), // YAML and shells between '
	replacing(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`"), // shells between "
	shellBare,
	url.QueryEscape, url.PathEscape, percent(false), percent(true), urlLower(url.QueryEscape), urlLower(url.PathEscape), urlUser,
	html.EscapeString, xmlEscaped,
	replacing("&", "&amp;", "<", "&lt;", ">", "&gt;"),
	replacing("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;"),
	replacing("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;"),
	replacing("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;"),
	replacing("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;"),
	visible.Text, visible.Line,
}

// goQuoted is a text between the quotes of a Go string.
func goQuoted(s string) string { return inner(strconv.Quote(s)) }

func goASCII(s string) string { return inner(strconv.QuoteToASCII(s)) }

// goBackquoted is what %#q may write: the text itself where it can stand between `.
func goBackquoted(s string) string { return strings.ReplaceAll(s, "`", "` + \"`\" + `") }

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

func jsonQuoted(htmlToo bool) func(string) string {
	return func(s string) string {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(htmlToo)
		if enc.Encode(s) != nil {
			return s
		}
		return inner(strings.TrimSuffix(b.String(), "\n"))
	}
}

// jsonASCII is how Python's json module writes text.
func jsonASCII(s string) string {
	q := jsonQuoted(false)(s)
	var b strings.Builder
	for _, r := range q {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r < 0x10000:
			b.WriteString(`\u` + hex4(r))
		default:
			r -= 0x10000
			b.WriteString(`\u` + hex4(0xd800+r>>10) + `\u` + hex4(0xdc00+r&0x3ff))
		}
	}
	return b.String()
}

func hex4(r rune) string {
	s := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", max(0, 4-len(s))) + s
}

func replacing(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }

var bare = regexp.MustCompile(`[^A-Za-z0-9_@%+=:,./-]`)

// shellBare has a backslash before what a shell would obey, as printf %q writes it.
func shellBare(s string) string { return bare.ReplaceAllString(s, `\$0`) }

// percent is a text in a URL with nothing but letters, digits and - . _ ~ as they
// are (RFC 3986), with + for a space where a form is sent.
func percent(lower bool) func(string) string {
	return func(s string) string {
		s = strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
		if lower {
			return lowerHex(s)
		}
		return s
	}
}

func urlUser(s string) string { return strings.TrimPrefix(url.UserPassword("", s).String(), ":") }

var hexByte = regexp.MustCompile(`%[0-9A-F]{2}`)

func lowerHex(s string) string { return hexByte.ReplaceAllStringFunc(s, strings.ToLower) }

func urlLower(escape func(string) string) func(string) string {
	return func(s string) string { return lowerHex(escape(s)) }
}

func xmlEscaped(s string) string {
	var b bytes.Buffer
	if xml.EscapeText(&b, []byte(s)) != nil {
		return s
	}
	return b.String()
}
