package runs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/result"
)

// outcomesFile says in short what cases.jsonl says at length, so that the
// outcomes of hundreds of runs are read in milliseconds: a line that names the
// format, what made the run and how many cases it has, then for each case its outcome, the outcome
// without quarantine, when it was known in milliseconds since 1970, backend and
// ID, between tabs. It is written at the end of a run; where there is none, as
// after a kill, or it is damaged, cases.jsonl is read.
const outcomesFormat = "vlmspec outcomes 1"

func outcomesHead(madeBy string, cases int) []byte {
	return fmt.Appendf(nil, "%s\t%s\t%d\n", outcomesFormat, madeBy, cases)
}

// Case names a case on a backend. An ID alone does not: `--backend` runs the same
// case on another one.
type Case struct{ ID, Backend string }

// outcome is how a case ended.
type outcome struct {
	Case
	result.Outcome
	judged result.Outcome // without quarantine
	at     int64          // milliseconds since 1970
}

func outcomeOf(c *result.Case, m *result.Manifest) outcome {
	o := outcome{Case{c.ID, c.Backend}, c.Outcome, c.Outcome, m.Started.UnixMilli()}
	if c.Outcome == result.Quarantined && c.Quarantine != nil {
		o.judged = c.Quarantine.Outcome
	}
	if !c.Started.IsZero() { // else it was skipped
		o.at = c.Started.Add(time.Duration(c.Seconds * float64(time.Second))).UnixMilli()
	}
	return o
}

func (o outcome) append(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s\t%s\t%d\t%s\t%s\n", o.Outcome, o.judged, o.at, o.Backend, o.ID)
}

func parseOutcome(line string) (o outcome, ok bool) {
	text, line, _ := strings.Cut(line, "\t")
	judged, line, _ := strings.Cut(line, "\t")
	when, line, _ := strings.Cut(line, "\t")
	backend, id, ok := strings.Cut(line, "\t")
	at, err := strconv.ParseInt(when, 10, 64)
	return outcome{Case{id, backend}, result.Outcome(text), result.Outcome(judged), at}, ok && err == nil
}

// outcomes reads how the cases of a run ended, and what made it. The error says
// that a run was there, and nothing of it can be known.
func (s Store) outcomes(id string) (madeBy string, all []outcome, err error) {
	if data, err := regular.Read(filepath.Join(s.Folder(id), outcomesFile), 1<<30); err == nil {
		if madeBy, all, ok := parseOutcomes(string(data)); ok {
			return madeBy, all, nil
		}
	}
	return s.scan(id)
}

func parseOutcomes(text string) (madeBy string, all []outcome, ok bool) {
	head, rest, _ := strings.Cut(text, "\n")
	format, head, _ := strings.Cut(head, "\t")
	madeBy, count, _ := strings.Cut(head, "\t")
	n, err := strconv.Atoi(count)
	if format != outcomesFormat || err != nil || strings.Count(rest, "\n") != n || rest != "" && !strings.HasSuffix(rest, "\n") {
		return "", nil, false
	}
	all = make([]outcome, 0, n)
	for line := range strings.Lines(rest) {
		o, ok := parseOutcome(strings.TrimSuffix(line, "\n"))
		if !ok {
			return "", nil, false
		}
		all = append(all, o)
	}
	return madeBy, all, true
}

// scan takes the outcomes out of cases.jsonl, without what makes a case large.
func (s Store) scan(id string) (madeBy string, all []outcome, err error) {
	var m result.Manifest
	if err := readJSON(filepath.Join(s.Folder(id), manifestFile), &m); err != nil {
		return "", nil, err
	}
	err = eachLine(filepath.Join(s.Folder(id), casesFile), func(line []byte) error {
		var c struct {
			ID         string             `json:"id"`
			Backend    string             `json:"backend"`
			Outcome    result.Outcome     `json:"outcome"`
			Quarantine *result.Quarantine `json:"quarantine"`
			Started    time.Time          `json:"started"`
			Seconds    float64            `json:"seconds"`
		}
		err := json.Unmarshal(line, &c)
		all = append(all, outcomeOf(&result.Case{
			ID: c.ID, Backend: c.Backend, Outcome: c.Outcome, Quarantine: c.Quarantine, Started: c.Started, Seconds: c.Seconds,
		}, &m))
		return err
	})
	return m.MadeBy, all, err
}
