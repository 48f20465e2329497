package catalog

import (
	"encoding/json"
	"fmt"
)

// identified are texts, each with the id of its question or none of them with one: ["Blur"] or [{"id": 1, "text": "Blur"}].
// Of an answer the text may be called answer, as DepictQA's files call it.
type identified struct {
	ids   []string // nil where there are none
	texts []string
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *identified) UnmarshalJSON(b []byte) error {
	var plainTexts []text
	if json.Unmarshal(b, &plainTexts) == nil {
		l.texts = plain(plainTexts)
		return nil
	}
	var rows []struct {
		ID     *text `json:"id"`
		Text   *text `json:"text"`
		Answer *text `json:"answer"`
	}
	if err := json.Unmarshal(b, &rows); err != nil {
		return err
	}
	for i, r := range rows {
		said := r.Text
		if said == nil {
			said = r.Answer
		}
		if r.ID == nil || said == nil {
			return fmt.Errorf(`item %d has no id or no text: write {"id": "1", "text": "Image A"}`, i)
		}
		l.ids, l.texts = append(l.ids, string(*r.ID)), append(l.texts, string(*said))
	}
	return nil
}

// matched pairs predictions with answers: by their ids, where a prediction without an answer is left out, or by their places.
func matched(predictions, answers identified) (said, gold []string, kept []int, err error) {
	switch {
	case (predictions.ids == nil) != (answers.ids == nil) && len(predictions.texts)*len(answers.texts) > 0:
		return nil, nil, nil, fmt.Errorf("either both predictions and answers have ids, or neither")
	case predictions.ids == nil && len(predictions.texts) != len(answers.texts):
		return nil, nil, nil, fmt.Errorf("%d predictions for %d answers, and no ids to match them by", len(predictions.texts), len(answers.texts))
	}
	byID := map[string]string{}
	for i, id := range answers.ids {
		byID[id] = answers.texts[i]
	}
	for i, p := range predictions.texts {
		answer, ok := "", true
		if predictions.ids != nil {
			answer, ok = byID[predictions.ids[i]]
		} else {
			answer = answers.texts[i]
		}
		if ok {
			said, gold, kept = append(said, p), append(gold, answer), append(kept, i)
		}
	}
	return said, gold, kept, nil
}

// pick keeps the items at some places.
func pick[T any](all []T, places []int) ([]T, error) {
	var out []T
	for _, i := range places {
		if i >= len(all) {
			return nil, fmt.Errorf("there are %d of them, and prediction %d has none", len(all), i)
		}
		out = append(out, all[i])
	}
	return out, nil
}
