package runner

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// varText is the value of a row variable as text: numbers without an exponent,
// lists and maps as JSON.
func varText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	if data, err := json.Marshal(value); err == nil {
		return string(data)
	}
	return fmt.Sprint(value)
}
