package catalog

import (
	"errors"

	"github.com/vlmspec/vlmspec/runner/stats"
)

var statistics = []Metric{
	{"stats.binomial_cs", Core, "Robbins 1970; Howard et al. 2021, arXiv:1810.08240", "interval of a share that holds after every sample at once", strictly(func(in shareInput) (any, error) {
		return interval(stats.BinomialCS(int(in.K), int(in.N), in.Level))
	})},
	{"stats.cohens_g", Core, "Cohen 1988, ch. 5", "share of flips that are gains, less one half", strictly(func(in flipsInput) (any, error) {
		return number(stats.CohensG(int(in.B), int(in.C)))
	})},
	{"stats.cohens_h", Core, "Cohen 1988, ch. 6; statsmodels proportion_effectsize", "distance of two shares on the arcsine scale", strictly(func(in struct {
		P1 figure `json:"p1"`
		P2 figure `json:"p2"`
	},
	) (any, error) {
		return number(stats.CohensH(float64(in.P1), float64(in.P2)))
	})},
	{"stats.decided", Core, "curtailed sampling", "whether samples that are left can change a verdict", strictly(func(in struct {
		K       whole `json:"k"`
		N       whole `json:"n"`
		Require whole `json:"require"`
		Max     whole `json:"max"`
	},
	) (any, error) {
		return defined(stats.Decided(int(in.K), int(in.N), int(in.Require), int(in.Max)))
	})},
	{"stats.flip_rate", Core, "Wilson 1927", "share of neighbouring runs of one digest whose outcomes differ", strictly(flipRate)},
	{"stats.holm", Core, "Holm 1979; statsmodels multipletests", "p-values adjusted for their number", strictly(func(in struct {
		P []figure `json:"p"`
	},
	) (any, error) {
		return defined(stats.Holm(reals(in.P)))
	})},
	{"stats.mcnemar_exact", Core, "McNemar 1947; statsmodels mcnemar", "p-value of lost against gained cases", strictly(func(in flipsInput) (any, error) {
		return number(stats.McNemarExact(int(in.B), int(in.C)))
	})},
	{"stats.mcnemar_midp", Core, "Fagerland et al. 2013, BMC Med. Res. Methodol. 13:91", "the same, with half the weight of what was seen", strictly(func(in flipsInput) (any, error) {
		return number(stats.McNemarMidP(int(in.B), int(in.C)))
	})},
	{"stats.pass_at_k", Core, "Chen et al. 2021, arXiv:2107.03374", "chance that one of k samples is right", strictly(func(in passInput) (any, error) {
		return number(stats.PassAtK(int(in.N), int(in.C), int(in.K)))
	})},
	{"stats.pass_hat_k", Core, "Yao et al. 2024, arXiv:2406.12045", "chance that all of k samples are right", strictly(func(in passInput) (any, error) {
		return number(stats.PassHatK(int(in.N), int(in.C), int(in.K)))
	})},
	{"stats.quantile_ci", Core, "Conover 1999, ch. 3.2; scipy.stats.quantile_test", "quantile with the order statistics around it", strictly(quantileCI)},
	{"stats.repeats", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/api/metrics.py expected_accuracy / consensus_accuracy / internal_variance / consistency_rate", "expected, consensus, internal variance and consistency of repeated samples", strictly(repeats)},
	{"stats.shaffer", Core, "Shaffer 1986, JASA 81:826", "p-values of all pairs of groups, adjusted", strictly(func(in struct {
		P      []figure `json:"p"`
		Groups whole    `json:"groups"`
	},
	) (any, error) {
		return defined(stats.Shaffer(reals(in.P), int(in.Groups)))
	})},
	{"stats.wilson", Core, "Wilson 1927; statsmodels proportion_confint", "interval of a share", strictly(func(in shareInput) (any, error) {
		return interval(stats.Wilson(int(in.K), int(in.N), in.Level))
	})},
}

type shareInput struct {
	K     whole   `json:"k"`
	N     whole   `json:"n"`
	Level float64 `json:"level"`
}

type flipsInput struct {
	B whole `json:"b"`
	C whole `json:"c"`
}

type passInput struct {
	N whole `json:"n"`
	C whole `json:"c"`
	K whole `json:"k"`
}

// defined is a value, nil where it is undefined.
func defined[T any](v T, err error) (any, error) {
	switch {
	case errors.Is(err, stats.ErrUndefined):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return v, nil
}

func interval(i stats.Interval, err error) (any, error) {
	return defined(map[string]any{"low": i.Low, "high": i.High}, err)
}

func flipRate(in struct {
	Outcomes []key `json:"outcomes"`
	Digests  []key `json:"digests"`
},
) (any, error) {
	r, err := stats.Flaky(keys(in.Outcomes), keys(in.Digests))
	out := map[string]any{"flips": r.Flips, "pairs": r.Pairs, "rate": nil, "low": nil, "high": nil}
	if r.Pairs > 0 {
		out["rate"], out["low"], out["high"] = r.Rate, r.Low, r.High
	}
	return defined(out, err)
}

func quantileCI(in struct {
	Values []figure `json:"values"`
	Q      float64  `json:"q"`
	Level  float64  `json:"level"`
},
) (any, error) {
	q, err := stats.QuantileCI(reals(in.Values), in.Q, in.Level)
	return defined(map[string]any{"value": q.Value, "low": q.Low, "high": q.High}, err)
}

func repeats(in struct {
	Samples [][]figure `json:"samples"`
},
) (any, error) {
	var samples [][]float64
	for _, s := range in.Samples {
		samples = append(samples, reals(s))
	}
	out := map[string]any{}
	for name, f := range map[string]func([][]float64) (float64, error){
		"expected": stats.ExpectedAccuracy, "consensus": stats.ConsensusAccuracy,
		"internal_variance": stats.InternalVariance, "consistency": stats.ConsistencyRate,
	} {
		v, err := number(f(samples))
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	return out, nil
}
