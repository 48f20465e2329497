package event

import (
	"bytes"
	"encoding/json"
	"sync"
)

// caseText is the JSON of a case, which is made once for all who write it.
type caseText struct {
	once sync.Once
	data []byte
	err  error
}

// JSON is the case as one line of JSON, without the line feed. Nobody may change it.
func (e CaseJudged) JSON() ([]byte, error) {
	t := e.text
	if t == nil {
		t = &caseText{}
	}
	t.once.Do(func() {
		var buf bytes.Buffer
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false)
		t.err = enc.Encode(e.Case)
		t.data = bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	})
	return t.data, t.err
}
