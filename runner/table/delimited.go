package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// readDelimited reads comma- or tab-separated values as pandas, Excel and
// LibreOffice write them: RFC 4180, with the separator that the header has. In a
// .tsv a quote may also stand within a cell that is not quoted.
func readDelimited(t *reader) error {
	s := &scanner{in: bufio.NewReaderSize(regular.UTF8(t.stream()), 1<<16), bare: extension(t.path) == ".tsv"}
	if err := s.findSeparator(); err != nil {
		return err
	}
	for {
		cells, line, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = t.cells(line, cells)
		}
		if err != nil {
			return err
		}
	}
	if t.header.names == nil {
		return mistake(0, "its first line names the columns", "the file is empty")
	}
	return nil
}

// scanner reads records of a delimited file.
type scanner struct {
	in        *bufio.Reader
	separator byte
	bare      bool // a quote may stand within a cell that is not quoted
	line      int  // read so far
	length    int  // of that line
	bytes     int  // of the record
}

const quote = '"'

// findSeparator takes what the header separates its names with, or the line
// sep=; that Excel understands.
func (s *scanner) findSeparator() error {
	head, err := s.in.Peek(1 << 16)
	if err != nil && !errors.Is(err, io.EOF) {
		return readError(0, err)
	}
	first, _, _ := strings.Cut(string(head), "\n")
	if declared, ok := strings.CutPrefix(strings.TrimSuffix(first, "\r"), "sep="); ok && len(declared) == 1 {
		s.separator = declared[0]
		s.line++
		_, err := s.in.Discard(min(len(first)+1, len(head)))
		return err
	}
	counts := separatorsOf(head)
	s.separator = ','
	if s.bare {
		s.separator = '\t'
	}
	if s.bare && counts['\t'] > 0 {
		return nil
	}
	for _, c := range []byte(separators) {
		if counts[c] > counts[s.separator] {
			s.separator = c
		}
	}
	return nil
}

const separators = ",;\t|"

// separatorsOf counts what may separate the names of the header, which ends with
// the first line that is not empty, and may have line breaks within quotes.
func separatorsOf(head []byte) map[byte]int {
	counts := map[byte]int{}
	header := bytes.TrimLeft(head, "\r\n")
	quoted := false
	for i, c := range header {
		begins := i == 0 || strings.IndexByte(separators, header[i-1]) >= 0
		switch {
		case c == quote && (quoted || begins):
			quoted = !quoted
		case quoted:
		case c == '\n':
			return counts
		case i+1 < len(header) && header[i+1] == ' ': // as in text
		case strings.IndexByte(separators, c) >= 0:
			counts[c]++
		}
	}
	return counts
}

// next reads a record and returns the line on which it begins. Empty lines are none.
func (s *scanner) next() (cells []string, line int, err error) {
	text := ""
	for text == "" {
		s.bytes = 0
		if text, err = s.readLine(); err != nil {
			return nil, 0, err
		}
	}
	line = s.line
	if strings.IndexByte(text, quote) < 0 {
		return strings.Split(text, string(s.separator)), line, nil
	}
	for {
		var cell string
		if text != "" && text[0] == quote {
			cell, text, err = s.quoted(text[1:])
		} else {
			cell, text, err = s.plain(text)
		}
		if err != nil {
			return nil, 0, err
		}
		cells = append(cells, cell)
		if text == "" {
			return cells, line, nil
		}
		text = text[1:] // the separator
	}
}

// plain reads a cell without quotes; rest begins with a separator or is empty.
func (s *scanner) plain(text string) (cell, rest string, err error) {
	end := strings.IndexByte(text, s.separator)
	if end < 0 {
		end = len(text)
	}
	if !s.bare && strings.IndexByte(text[:end], quote) >= 0 {
		return "", "", s.mistake(text[strings.IndexByte(text, quote):], `write "say ""hi"""`, `a " in a value that is not quoted`)
	}
	return text[:end], text[end:], nil
}

// quoted reads a cell from behind its first quote on, over lines if need be.
func (s *scanner) quoted(text string) (cell, rest string, err error) {
	begun := s.line
	var b strings.Builder
	for {
		end := strings.IndexByte(text, quote)
		switch {
		case end < 0:
			b.WriteString(text)
			b.WriteByte('\n')
			if text, err = s.readLine(); errors.Is(err, io.EOF) {
				err = mistake(begun, `within quotes write " as ""`, "a quote is not closed")
			}
			if err != nil {
				return "", "", err
			}
		case end+1 < len(text) && text[end+1] == quote:
			b.WriteString(text[:end+1])
			text = text[end+2:]
		case end+1 < len(text) && text[end+1] != s.separator:
			return "", "", s.mistake(text[end+1:], `within quotes write " as ""`, "text follows the quote that ends a value")
		default:
			b.WriteString(text[:end])
			return b.String(), text[end+1:], nil
		}
	}
}

// readLine reads a line without its end.
func (s *scanner) readLine() (string, error) {
	s.line++
	var long []byte
	for {
		part, err := s.in.ReadSlice('\n')
		if s.bytes += len(part); s.bytes > maxRowBytes {
			hint := ""
			if s.separator != 0 {
				hint = "is a quote not closed?"
			}
			return "", mistake(s.line, hint, "a row has more than %d MiB", maxRowBytes>>20)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			long = append(long, part...)
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return "", readError(s.line, err)
		case err != nil && len(part)+len(long) == 0:
			return "", io.EOF
		}
		if long != nil {
			part = append(long, part...)
		}
		text := string(bytes.TrimSuffix(bytes.TrimSuffix(part, []byte("\n")), []byte("\r")))
		s.length = len(text)
		if bad := notUTF8(s.line, text); bad != nil {
			return "", bad
		}
		if strings.IndexByte(text, '\r') >= 0 && s.line == 1 {
			return "", mistake(1, "save the file with line ends of Unix or Windows", "the lines end with a carriage return alone")
		}
		return text, nil
	}
}

// mistake is one where the rest of the line begins.
func (s *scanner) mistake(rest, hint, what string) error {
	return &Error{Line: s.line, Column: s.length - len(rest) + 1, What: what, Hint: hint}
}

func readError(line int, err error) error { return mistake(line, "", "%s", cause(err)) }
