package runner

import (
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
)

// redactor replaces secrets; nil when there is none.
func redactor(secrets []string) *strings.Replacer {
	var pairs []string
	for _, s := range secrets {
		if s != "" {
			pairs = append(pairs, s, "[redacted]")
		}
	}
	if pairs == nil {
		return nil
	}
	return strings.NewReplacer(pairs...)
}

// redactCase takes secrets out of every text of a result.
func redactCase(r *strings.Replacer, c *result.Case) {
	if r == nil {
		return
	}
	texts := []*string{&c.ID, &c.Name, &c.Reason, &c.XFail}
	if c.Quarantine != nil {
		texts = append(texts, &c.Quarantine.Reason)
	}
	for k, v := range c.Vars {
		c.Vars[k] = r.Replace(v)
	}
	for i := range c.Samples {
		s := &c.Samples[i]
		for j := range s.Turns {
			t := &s.Turns[j]
			texts = append(texts, &t.Prompt, &t.Answer)
			for k := range t.Verdicts {
				v := &t.Verdicts[k]
				texts = append(texts, &v.Expected, &v.Actual, &v.Reason)
				if v.Judge != nil {
					texts = append(texts, &v.Judge.Prompt, &v.Judge.Answer)
				}
			}
		}
		if s.Error != nil {
			texts = append(texts, &s.Error.Message, &s.Error.Stderr)
		}
		for j := range s.Retries {
			texts = append(texts, &s.Retries[j].Message, &s.Retries[j].Stderr)
		}
	}
	for _, t := range texts {
		*t = r.Replace(*t)
	}
}
