package reading

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// answerKeys hold the answer of an object, the most likely first.
var answerKeys = []string{"answer", "final_answer", "choice", "option", "prediction", "result", "label", "value", "score", "rating"}

// jsonAnswer is the text of an answer that is JSON: a text, or an object with one that holds the answer. An object
// that does not say which value that is cannot be read.
func jsonAnswer(answer string) (text string, ok bool, err error) {
	trimmed := strings.TrimSpace(answer)
	if !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "\"") && !strings.HasPrefix(trimmed, "```") && !strings.HasPrefix(trimmed, "[\"") {
		return "", false, nil
	}
	if end := strings.TrimRight(trimmed, "."); end == "" || strings.IndexByte("}]\"`", end[len(end)-1]) < 0 {
		return "", false, nil
	}
	v, _, err := JSON(trimmed)
	if err != nil {
		return "", false, nil //nolint:nilerr // it is text
	}
	switch v := v.(type) {
	case map[string]any:
		if text, ok = scalarText(answerOf(v)); !ok {
			err = unread("its JSON does not say which value is the answer")
		}
		return text, ok, err
	case []any:
		if len(v) == 1 {
			text, ok = scalarText(v[0])
		}
	case string:
		return v, true, nil
	}
	return text, ok, nil
}

// answerOf is the value of an object that holds the answer: by its key, or the only one. nil is none.
func answerOf(v map[string]any) any {
	for _, key := range answerKeys {
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if strings.EqualFold(name, key) {
				return v[name]
			}
		}
	}
	if len(v) == 1 {
		for name, inner := range v {
			if low := strings.ToLower(name); !yesWords[low] && !noWords[low] { // {"no": true} says either
				return inner
			}
		}
	}
	return nil
}

func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return v.String(), true
	}
	return "", false
}
