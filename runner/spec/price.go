package spec

// Price is what a backend's tokens cost.
type Price struct {
	Input    float64  `yaml:"input" required:"true" min:"0" doc:"price of a million tokens of prompts, images included"`
	Output   float64  `yaml:"output" required:"true" min:"0" doc:"price of a million tokens of answers, reasoning included"`
	Cached   *float64 `yaml:"cached" min:"0" doc:"price of a million tokens of prompts that the server had computed before; as input when not given"`
	Currency string   `yaml:"currency" doc:"USD when not given"`
}

// Of is the price of tokens: prompt counts those that were cached, too.
func (p *Price) Of(prompt, cached, output int) float64 {
	again := p.Input
	if p.Cached != nil {
		again = *p.Cached
	}
	cached = min(cached, prompt)
	return (float64(prompt-cached)*p.Input + float64(cached)*again + float64(output)*p.Output) / 1e6
}
