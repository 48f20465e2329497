package catalog

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

type depictInput struct {
	Predictions identified `json:"predictions"`
	Answers     identified `json:"answers"`
}

// scores compares answer by answer, and says which predictions have one.
func (in depictInput) scores(score func(prediction, gold string) float64) (all []float64, places []int, err error) {
	said, gold, places, err := matched(in.Predictions, in.Answers)
	for i := range said {
		all = append(all, score(said[i], gold[i]))
	}
	return all, places, err
}

// depict makes an entry of a mean, which the scripts print with four decimals.
func depict(score func(prediction, gold string) float64) func(depictInput) (any, error) {
	return func(in depictInput) (any, error) {
		all, _, err := in.scores(score)
		if err != nil {
			return nil, err
		}
		m, err := metric.Mean(all)
		return number(pytext.Round(m, 4), err)
	}
}

type scoresInput struct {
	X []float64 `json:"x"`
	Y []float64 `json:"y"`
}

var depictqa = []Metric{
	{"depictqa.cal_acc_multi_distortion", Core, "XPixelGroup/DepictQA, src/eval/cal_acc_multi_distortion.py", "distortion names found, four decimals", on(depict(metric.DepictQADistortions))},
	{"depictqa.cal_acc_rating", Core, "XPixelGroup/DepictQA, src/eval/cal_acc_rating.py", "share of equal texts, four decimals", on(depict(metric.DepictQAEqual))},
	{"depictqa.cal_acc_single_distortion", Core, "XPixelGroup/DepictQA, src/eval/cal_acc_single_distortion.py", "share of equal texts, four decimals", on(depict(metric.DepictQAEqual))},
	{"depictqa.cal_acc_rating_confidence", Core, "XPixelGroup/DepictQA, src/eval/cal_acc_rating.py", "share of equal texts per interval of confidence", on(depictBins)},
	{"depictqa.fit_curve_4param", Variant, "XPixelGroup/DepictQA, src/eval/cal_srcc_plcc_voting.py fit_curve", "logistic fit and its correlations, tolerance 1e-4", on(func(in scoresInput) (any, error) {
		fitted, srcc, plcc, err := metric.FittedCorrelation(in.X, in.Y)
		if err != nil {
			return nil, err
		}
		return map[string]any{"yhat": fitted, "srcc": srcc, "plcc": plcc}, nil
	})},
	{"depictqa.parse_judge_pair", Variant, "XPixelGroup/DepictQA, src/eval/cal_gpt4_score_detail_v1.py parse_score", "two scores of the first line, else -1, -1", on(func(in struct {
		Review text `json:"review"`
	},
	) (any, error) {
		if a, b, ok := metric.JudgePair(string(in.Review)); ok {
			return []float64{a, b}, nil
		}
		return []float64{-1, -1}, nil
	})},
	{"depictqa.parse_judge_score", Variant, "XPixelGroup/DepictQA, src/eval/cal_gpt4_score_detail_v2.py parse_score", "the score of the first line, else -1", on(func(in struct {
		Review text `json:"review"`
	},
	) (any, error) {
		if s, ok := metric.JudgeScore(string(in.Review)); ok {
			return number(s, nil)
		}
		return -1, nil
	})},
	{"depictqa.srcc_plcc", Core, "XPixelGroup/DepictQA, src/eval/cal_srcc_plcc_voting.py calculate_srcc + calculate_plcc", "rank and linear correlation", on(func(in struct {
		Pred []float64 `json:"pred"`
		MOS  []float64 `json:"mos"`
	},
	) (any, error) {
		srcc, err := number(metric.SRCC(in.Pred, in.MOS))
		if err != nil {
			return nil, err
		}
		plcc, err := number(metric.PLCC(in.Pred, in.MOS))
		return map[string]any{"srcc": srcc, "plcc": plcc}, err
	})},
	{"depictqa.srcc_plcc_voting", Core, "XPixelGroup/DepictQA, src/eval/cal_srcc_plcc_voting.py", "correlations of fitted mean votes with opinions, tolerance 1e-3", on(voting)},
}

func depictBins(in struct {
	depictInput
	Confidence []*float64    `json:"confidence"`
	Intervals  []json.Number `json:"intervals"`
},
) (any, error) {
	all, places, err := in.scores(metric.DepictQAEqual)
	if err != nil {
		return nil, err
	}
	given, err := pick(in.Confidence, places)
	if err != nil {
		return nil, fmt.Errorf("confidence: %w", err)
	}
	var right []bool
	var confidence, bounds []float64
	for i, s := range all {
		if given[i] == nil {
			return nil, fmt.Errorf("answer %d has no confidence", i)
		}
		right, confidence = append(right, s == 1), append(confidence, *given[i])
	}
	for _, b := range in.Intervals {
		x, _ := pytext.Float(b.String())
		bounds = append(bounds, x)
	}
	bins, err := metric.ConfidenceBins(right, confidence, bounds)
	if err != nil {
		return nil, err
	}
	return binLines(bins, in.Intervals)
}

// binLines prints as the script does.
func binLines(bins []metric.ConfidenceBin, bounds []json.Number) (any, error) {
	var lines []string
	samples, right := 0, 0
	for i, b := range bins {
		line := fmt.Sprintf("Confidence Interval [%s,%s], %d Samples", pyNumber(bounds[i]), pyNumber(bounds[i+1]), b.Samples)
		if b.Samples > 0 {
			line += ", Accuracy: " + pytext.FormatFloat(pytext.Round(float64(b.Right)/float64(b.Samples), 4))
		}
		lines = append(lines, line)
		samples, right = samples+b.Samples, right+b.Right
	}
	if samples == 0 {
		return nil, fmt.Errorf("no answers: division by zero")
	}
	average := pytext.Round(float64(right)/float64(samples), 4)
	lines = append(lines, "Average Accuracy: "+pytext.FormatFloat(average))
	return map[string]any{"lines": lines, "average": average}, nil
}

func pyNumber(n json.Number) string {
	s, _ := scalarText([]byte(n.String())) // a number is a scalar
	return s
}

func voting(in struct {
	Pairs []struct {
		A          string  `json:"image_A"`
		B          string  `json:"image_B"`
		Text       text    `json:"text"`
		Confidence float64 `json:"confidence"`
	} `json:"pairs"`
	MOS           map[string]float64 `json:"mos"`
	UseConfidence bool               `json:"use_confidence"`
},
) (any, error) {
	var votes []metric.Vote
	for _, p := range in.Pairs {
		votes = append(votes, metric.Vote{A: p.A, B: p.B, Text: string(p.Text), Confidence: p.Confidence})
	}
	scores, err := metric.VoteScores(votes, in.UseConfidence)
	if err != nil {
		return nil, err
	}
	var x, y []float64
	for _, image := range slices.Sorted(maps.Keys(in.MOS)) {
		s, ok := scores[image]
		if !ok {
			return nil, fmt.Errorf("no votes on image %q", image)
		}
		x, y = append(x, s), append(y, in.MOS[image])
	}
	_, srcc, plcc, err := metric.FittedCorrelation(x, y)
	if err != nil {
		return nil, err
	}
	return map[string]float64{"srcc": srcc, "plcc": plcc}, nil
}
