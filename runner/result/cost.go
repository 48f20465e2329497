package result

// Cost is what tokens cost, by the price in vlmspec.yaml.
type Cost struct {
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency"`
	// Unknown says that the backend counted no tokens, so that Amount is not known.
	Unknown bool `json:"unknown,omitempty"`
}

// Costs are sums, by currency.
type Costs struct {
	Sums    map[string]float64
	Unknown int // answers of a backend with a price that counted no tokens
}

// Add adds a cost; nil is none.
func (s *Costs) Add(c *Cost) {
	switch {
	case c == nil:
	case c.Unknown:
		s.Unknown++
	default:
		if s.Sums == nil {
			s.Sums = map[string]float64{}
		}
		s.Sums[c.Currency] += c.Amount
	}
}

// AddCase adds what the answers of a case cost, and those of judges.
func (s *Costs) AddCase(c *Case) {
	for _, sample := range c.Samples {
		for _, t := range sample.Turns {
			s.Add(t.Cost)
			for i := range t.JudgeCosts {
				s.Add(&t.JudgeCosts[i])
			}
		}
	}
}
