package catalog

import (
	"errors"

	"github.com/vlmspec/vlmspec/runner/stats"
)

// paired are the statistics of two runs over the same cases.
var paired = []Metric{
	{"stats.bonett_price_paired_diff", Core, "Bonett and Price 2012, J. Educ. Behav. Stat. 37:479", "interval of the difference of paired shares that has width without flips", strictly(func(in tableInput) (any, error) {
		return difference(in, stats.BonettPrice)
	})},
	{"stats.cluster_sign_flip", Core, "Canay, Romano, Shaikh 2017, Econometrica 85:1013", "p-value of a difference, by the signs of sums over images", strictly(signFlip)},
	{"stats.clustered_se", Core, "statsmodels cov_type=cluster; inspect_ai; NeMo Evaluator", "standard error of the mean over clusters", strictly(func(in clusteredInput) (any, error) {
		return number(stats.ClusteredSE(reals(in.Scores), keys(in.Clusters)))
	})},
	{"stats.clustered_stderr", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/api/metrics.py clustered_stderr", "standard error of the mean of dependent scores", strictly(func(in clusteredInput) (any, error) {
		return number(stats.ClusteredStdErr(reals(in.Scores), keys(in.Clusters)))
	})},
	{"stats.mde_paired", Core, "Connor 1987, Biometrics 43:207", "least difference of paired shares that n cases find", strictly(func(in struct {
		N whole `json:"n"`
		designInput
	},
	) (any, error) {
		return number(in.design().Detectable(int(in.N)))
	})},
	{"stats.mean_stderr", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/api/metrics.py mean_stderr", "standard error of the mean", strictly(func(in struct {
		Scores []figure `json:"scores"`
	},
	) (any, error) {
		return number(stats.MeanStdErr(reals(in.Scores)))
	})},
	{"stats.n_paired", Core, "Connor 1987, Biometrics 43:207", "cases that find a difference of paired shares", strictly(func(in struct {
		Delta float64 `json:"delta"`
		designInput
	},
	) (any, error) {
		return defined(in.design().Cases(in.Delta))
	})},
	{"stats.newcombe_paired_diff", Core, "Newcombe 1998, Stat. Med. 17:2635, method 10", "interval of the difference of paired shares", strictly(func(in tableInput) (any, error) {
		return difference(in, stats.Newcombe)
	})},
	{"stats.paired_bootstrap", Core, "Efron and Tibshirani 1993; Miller 2024, arXiv:2411.00640", "interval of a difference, by drawing whole clusters", strictly(pairedBootstrap)},
	{"stats.paired_clustered", Core, "statsmodels OLS with cov_type=cluster; Miller 2024, arXiv:2411.00640", "difference over clusters with Student's interval", strictly(pairedClustered)},
	{"stats.paired_ttest", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/api/metrics.py paired_ttest", "paired t-test against a baseline", strictly(pairedTTest)},
	{"stats.power_paired", Core, "exact, over the number of flips and their split", "chance that McNemar's test finds a difference", strictly(powerPaired)},
}

type tableInput struct {
	Both    whole   `json:"both"`
	B       whole   `json:"b"`
	C       whole   `json:"c"`
	Neither whole   `json:"neither"`
	Level   float64 `json:"level"`
}

func difference(in tableInput, of func(stats.Table, float64) (stats.Interval, error)) (any, error) {
	t := stats.Table{Both: int(in.Both), B: int(in.B), C: int(in.C), Neither: int(in.Neither)}
	i, err := of(t, in.Level)
	return defined(map[string]any{"diff": t.Diff(), "low": i.Low, "high": i.High}, err)
}

type clusteredInput struct {
	Scores   []figure `json:"scores"`
	Clusters []key    `json:"clusters"`
}

type designInput struct {
	Discordance float64 `json:"discordance"`
	Alpha       float64 `json:"alpha"`
	Power       float64 `json:"power"`
}

func (in designInput) design() stats.Design {
	return stats.Design{Discordance: in.Discordance, Alpha: in.Alpha, Power: in.Power}
}

type pairedInput struct {
	Base      []figure `json:"base"`
	Candidate []figure `json:"candidate"`
	Clusters  []key    `json:"clusters"`
}

func signFlip(in pairedInput) (any, error) {
	f, err := stats.SignFlip(reals(in.Base), reals(in.Candidate), keys(in.Clusters))
	return defined(map[string]any{"diff": f.Diff, "clusters": f.Clusters, "p": f.P, "midp": f.MidP}, err)
}

func pairedClustered(in struct {
	pairedInput
	Level float64 `json:"level"`
},
) (any, error) {
	c, err := stats.PairedClustered(reals(in.Base), reals(in.Candidate), keys(in.Clusters), in.Level)
	out := map[string]any{"diff": c.Diff, "stderr": c.StdErr, "df": c.DF, "p": nil, "low": nil, "high": nil}
	if c.Spread {
		out["p"], out["low"], out["high"] = c.P, c.Low, c.High
	}
	return defined(out, err)
}

func pairedBootstrap(in struct {
	pairedInput
	Level     float64 `json:"level"`
	Resamples whole   `json:"resamples"`
},
) (any, error) {
	diff, i, err := stats.PairedBootstrap(reals(in.Base), reals(in.Candidate), keys(in.Clusters), in.Level, int(in.Resamples))
	return defined(map[string]any{"diff": diff, "low": i.Low, "high": i.High}, err)
}

func powerPaired(in struct {
	N           whole   `json:"n"`
	Delta       float64 `json:"delta"`
	Discordance float64 `json:"discordance"`
	Alpha       float64 `json:"alpha"`
	Test        string  `json:"test"`
},
) (any, error) {
	mid, err := stats.TestName(in.Test)
	if err != nil {
		return nil, err
	}
	return number(stats.PowerPaired(int(in.N), in.Delta, in.Discordance, in.Alpha, mid))
}

func pairedTTest(in struct {
	Current  []figure `json:"current"`
	Baseline []figure `json:"baseline"`
},
) (any, error) {
	r, err := stats.PairedTTest(reals(in.Current), reals(in.Baseline))
	out := map[string]any{"n": r.N}
	undefined := errors.Is(err, stats.ErrUndefined)
	if err != nil && !undefined {
		return nil, err
	}
	for name, x := range map[string]float64{
		"mean_diff": r.Mean, "se_diff": r.StdErr, "ci_lower": r.CI.Low, "ci_upper": r.CI.High, "t_stat": r.T, "p_value": r.P,
	} {
		out[name] = nil
		if !undefined {
			out[name], _ = number(x, nil)
		}
	}
	return out, nil
}
