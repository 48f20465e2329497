package catalog

import (
	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// agreement are the statistics of raters, and of judges against people.
var agreement = []Metric{
	{"stats.cohen_kappa", Core, "Cohen 1960, 1968; scikit-learn cohen_kappa_score", "agreement of two raters beyond chance", strictly(func(in struct {
		A       []rating `json:"a"`
		B       []rating `json:"b"`
		Weights *string  `json:"weights"`
	},
	) (any, error) {
		weights := stats.Unweighted
		if in.Weights != nil {
			weights = stats.Weights(*in.Weights)
		}
		return number(stats.CohenKappa(labels(in.A), labels(in.B), weights))
	})},
	{"stats.kendall", Core, "Kendall 1945; scipy.stats.kendalltau", "rank correlation, tau-b", strictly(correlationOf(metric.KRCC))},
	{"stats.krippendorff_alpha", Core, "Krippendorff 2011; krippendorff.alpha", "agreement of raters beyond chance, with ratings missing", strictly(krippendorff)},
	{"stats.pearson", Core, "Fisher 1921; scipy.stats.pearsonr", "linear correlation with its interval", strictly(func(in struct {
		pointsInput
		Level float64 `json:"level"`
	},
	) (any, error) {
		r, i, err := stats.Pearson(reals(in.X), reals(in.Y), in.Level)
		return defined(map[string]any{"r": r, "low": i.Low, "high": i.High}, err)
	})},
	{"stats.ppi_mean", Core, "Angelopoulos et al. 2023, arXiv:2301.09633, arXiv:2311.01453", "mean that a judge estimates and labels correct", strictly(ppiMean)},
	{"stats.spearman", Core, "Spearman 1904; scipy.stats.spearmanr", "rank correlation", strictly(correlationOf(metric.SRCC))},
}

type pointsInput struct {
	X []figure `json:"x"`
	Y []figure `json:"y"`
}

func correlationOf(of func(x, y []float64) (float64, error)) func(pointsInput) (any, error) {
	return func(in pointsInput) (any, error) { return number(of(reals(in.X), reals(in.Y))) }
}

func krippendorff(in struct {
	Ratings [][]*rating `json:"ratings"`
	Scale   string      `json:"scale"`
},
) (any, error) {
	ratings := make([][]*stats.Label, len(in.Ratings))
	for r, all := range in.Ratings {
		for _, one := range all {
			ratings[r] = append(ratings[r], (*stats.Label)(one))
		}
	}
	return number(stats.KrippendorffAlpha(ratings, stats.Scale(in.Scale)))
}

func ppiMean(in struct {
	Human  []figure `json:"human"`
	Judge  []figure `json:"judge"`
	Rest   []figure `json:"judge_rest"`
	Lambda tunable  `json:"lambda"`
	Level  float64  `json:"level"`
},
) (any, error) {
	p, err := stats.PPIMean(reals(in.Human), reals(in.Judge), reals(in.Rest), in.Lambda.value, in.Level)
	return defined(map[string]any{"estimate": p.Estimate, "stderr": p.StdErr, "low": p.Low, "high": p.High, "lambda": p.Lambda}, err)
}
