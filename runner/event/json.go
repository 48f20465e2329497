package event

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
)

// Version is that of the JSON form. It is raised when a reader of the version
// before would misread what is written; fields and kinds may come without that.
const Version = 1

// envelope is what each line has beside the fields of its event.
type envelope struct {
	Version int       `json:"v"`
	Event   string    `json:"event"`
	At      time.Time `json:"at"`
}

// Writer is a sink that writes JSON lines, each in one write, so that a process
// that is killed leaves whole lines but for the last.
type Writer struct {
	out io.Writer
	now func() time.Time

	mu  sync.Mutex
	buf bytes.Buffer
	enc *json.Encoder // to buf
	err error
}

// NewWriter writes to out.
func NewWriter(out io.Writer) *Writer {
	w := &Writer{out: out, now: time.Now}
	w.enc = json.NewEncoder(&w.buf)
	w.enc.SetEscapeHTML(false)
	return w
}

// Event implements [Sink]. After an error nothing more is written.
func (w *Writer) Event(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return
	}
	w.buf.Reset()
	if w.err = w.encode(e); w.err == nil {
		_, w.err = w.out.Write(visible.JSON(w.buf.Bytes()))
	}
}

// encode puts the envelope and the event into one object. What begins each line is
// written without reflection, since there are several lines a case.
func (w *Writer) encode(e Event) error {
	line := append(w.buf.AvailableBuffer(), `{"v":`...)
	line = strconv.AppendInt(line, Version, 10)
	line = append(line, `,"event":"`...)
	line = append(line, e.Name()...)
	line = append(line, `","at":"`...)
	line = w.now().UTC().AppendFormat(line, time.RFC3339Nano)
	line = append(line, '"')
	w.buf.Write(line)
	if judged, ok := e.(CaseJudged); ok {
		text, err := judged.JSON()
		w.buf.WriteString(`,"case":`)
		w.buf.Write(text)
		w.buf.WriteString("}\n")
		return err
	}
	begin := w.buf.Len()
	if err := w.enc.Encode(e); err != nil {
		return err
	}
	w.buf.Bytes()[begin] = ','
	return nil
}

// Err is why events could not be written; nil when all were.
func (w *Writer) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return fmt.Errorf("write the events: %w", w.err)
	}
	return nil
}

// Read hands the events of JSON lines to f, as values. A last line without an end
// is left out: its writer was killed. Kinds of event that are not known are left
// out too; another version of the form is an error, as is an error of f.
func Read(in io.Reader, f func(at time.Time, e Event) error) error {
	lines := bufio.NewReaderSize(in, 1<<16)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read the events: %w", err)
		}
		at, e, err := decode(line)
		if err != nil {
			return fmt.Errorf("read the events: line %d: %w", n, err)
		}
		if e == nil {
			continue
		}
		if err := f(at, e); err != nil {
			return err
		}
	}
}

// decode reads a line; e is nil when its kind is not known.
func decode(line []byte) (at time.Time, e Event, err error) {
	var head envelope
	if err := json.Unmarshal(line, &head); err != nil {
		return at, nil, err
	}
	if head.Version != Version {
		return at, nil, fmt.Errorf("version %d of the events; this vlmspec reads version %d", head.Version, Version)
	}
	blank, known := events[head.Event]
	if !known {
		return head.At, nil, nil
	}
	to := blank()
	if err := json.Unmarshal(line, to); err != nil {
		return at, nil, err
	}
	switch e := to.(type) {
	case *CaseJudged:
		if e.Case == nil {
			return at, nil, errors.New("case_judged without a case")
		}
	case *CaseNotRun:
		if e.Case == nil {
			return at, nil, errors.New("case_not_run without a case")
		}
	}
	return head.At, reflect.ValueOf(to).Elem().Interface().(Event), nil
}
