package runner

import "github.com/vlmspec/vlmspec/plugins/sdk"

// paramsOf are parameters by the names that specs have for them, those that say
// something.
func paramsOf(p sdk.Params) map[string]any {
	m := map[string]any{}
	put := func(key string, value any, given bool) {
		if given {
			m[key] = value
		}
	}
	put("max_tokens", p.MaxTokens, p.MaxTokens != 0)
	put("temperature", p.Temperature, p.Temperature != 0)
	put("top_p", p.TopP, p.TopP != 0)
	put("top_k", p.TopK, p.TopK != 0)
	put("min_p", p.MinP, p.MinP != 0)
	put("repeat_penalty", p.RepeatPenalty, p.RepeatPenalty != 0)
	put("seed", p.Seed, p.Seed != 0 && p.Temperature != 0)
	put("stop", p.Stop, len(p.Stop) > 0)
	put("extra", p.Extra, len(p.Extra) > 0)
	if len(m) == 0 {
		return nil
	}
	return m
}
