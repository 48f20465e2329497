package catalog

import (
	"errors"

	"github.com/vlmspec/vlmspec/runner/metric"
)

var stats = []Metric{
	{"stats.clustered_stderr", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/api/metrics.py clustered_stderr", "standard error of the mean of dependent scores", on(func(in struct {
		Scores   []truth `json:"scores"`
		Clusters []text  `json:"clusters"`
	},
	) (any, error) {
		return number(metric.ClusteredStdErr(truths(in.Scores), plain(in.Clusters)))
	})},
	{"stats.mean_stderr", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/api/metrics.py mean_stderr", "standard error of the mean", on(func(in struct {
		Scores []truth `json:"scores"`
	},
	) (any, error) {
		return number(metric.MeanStdErr(truths(in.Scores)))
	})},
	{"stats.paired_ttest", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/api/metrics.py paired_ttest", "paired t-test against a baseline", on(pairedTTest)},
	{"stats.repeats", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/api/metrics.py expected_accuracy / consensus_accuracy / internal_variance / consistency_rate", "expected, consensus, internal variance and consistency of repeated samples", on(repeats)},
}

func pairedTTest(in struct {
	Current  []truth `json:"current"`
	Baseline []truth `json:"baseline"`
},
) (any, error) {
	r, err := metric.PairedTTest(truths(in.Current), truths(in.Baseline))
	out := map[string]any{"n": r.N}
	undefined := errors.Is(err, metric.ErrUndefined)
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

func repeats(in struct {
	Samples [][]truth `json:"samples"`
},
) (any, error) {
	var samples [][]float64
	for _, s := range in.Samples {
		samples = append(samples, truths(s))
	}
	out := map[string]any{}
	for name, f := range map[string]func([][]float64) (float64, error){
		"expected": metric.ExpectedAccuracy, "consensus": metric.ConsensusAccuracy,
		"internal_variance": metric.InternalVariance, "consistency": metric.ConsistencyRate,
	} {
		v, err := number(f(samples))
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	return out, nil
}
