package judges

import (
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// tunedFrom is from how many labels on the weight of a judge may be estimated: with fewer its interval is too short.
const tunedFrom = 50

// Measured is how a judge compares with people.
type Measured struct {
	Judge      string   `json:"judge"`
	Backend    string   `json:"backend"`
	Labels     int      `json:"labels"`
	Calibrated bool     `json:"calibrated"`
	Kappa      *float64 `json:"kappa"` // Cohen's, of passing or not; nil where all say the same
	Alpha      *float64 `json:"alpha"` // Krippendorff's, of the grades
	// Confusion counts the labels: what the judge passes and people do not is the wrong kind of pass.
	Confusion Confusion `json:"confusion"`
	Bias      float64   `json:"bias"` // mean grade less mean of people
	// Judged is the judge's mean over a run, and Corrected what people would say of it; nil without a run.
	Judged    *float64   `json:"judged,omitempty"`
	Corrected *Corrected `json:"corrected,omitempty"`
}

// Confusion counts labels by whether judge and people pass the answer.
type Confusion struct {
	BothPass   int `json:"both_pass"`
	JudgePass  int `json:"only_judge_passes"`
	PeoplePass int `json:"only_people_pass"`
	BothFail   int `json:"both_fail"`
}

// Corrected is a mean by prediction-powered inference, with its interval at 0.95.
type Corrected struct {
	Mean   float64 `json:"mean"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Lambda float64 `json:"lambda"` // weight of the judge
	Others int     `json:"others"` // grades without a label
}

// Measure compares a judge with the labels of its answers; graded are its grades in a run, for the correction.
func (l *Labels) Measure(judge string, graded []Graded) Measured {
	labels := l.Of(judge)
	m := Measured{Judge: judge, Labels: len(labels), Calibrated: len(labels) >= Enough}
	var human, grade []float64
	var people, model []stats.Label
	ratings := make([][]*stats.Label, 2)
	for _, one := range labels {
		m.Backend = one.Backend
		human, grade = append(human, one.Human), append(grade, one.Grade)
		byJudge, byPeople := one.Grade >= one.Min, one.Human >= one.Min
		m.Confusion.add(byJudge, byPeople)
		people, model = append(people, verdict(byPeople)), append(model, verdict(byJudge))
		h, g := stats.NumberLabel(one.Human), stats.NumberLabel(one.Grade)
		ratings[0], ratings[1] = append(ratings[0], &h), append(ratings[1], &g)
		m.Bias += (one.Grade - one.Human) / float64(len(labels))
	}
	if k, err := stats.CohenKappa(people, model, stats.Unweighted); err == nil {
		m.Kappa = &k
	}
	if a, err := stats.KrippendorffAlpha(ratings, stats.Distances); err == nil {
		m.Alpha = &a
	}
	m.correct(l, judge, human, grade, graded)
	return m
}

func verdict(pass bool) stats.Label {
	return stats.TextLabel(map[bool]string{true: "pass", false: "fail"}[pass])
}

func (c *Confusion) add(judge, people bool) {
	switch {
	case judge && people:
		c.BothPass++
	case judge:
		c.JudgePass++
	case people:
		c.PeoplePass++
	default:
		c.BothFail++
	}
}

// correct estimates what people would say of a run: the labels, and the grades of the answers that have none.
func (m *Measured) correct(l *Labels, judge string, human, grade []float64, graded []Graded) {
	var rest []float64
	total, n := 0.0, 0
	for _, g := range graded {
		if g.Judge != judge {
			continue
		}
		m.Backend = g.Backend
		total, n = total+g.Grade, n+1
		if !l.Has(judge, g.Case, g.Answer) {
			rest = append(rest, g.Grade)
		}
	}
	if n == 0 {
		return
	}
	mean := total / float64(n)
	m.Judged = &mean
	var lambda *float64
	if one := 1.0; len(human) < tunedFrom {
		lambda = &one
	}
	if p, err := stats.PPIMean(human, grade, rest, lambda, 0.95); err == nil {
		m.Corrected = &Corrected{Mean: p.Estimate, Low: p.Low, High: p.High, Lambda: p.Lambda, Others: len(rest)}
	}
}

// Calibrations are how many labels the judges of a run have, by [Key]: what its gates stand on.
func (l *Labels) Calibrations(run *result.Run) map[string]int {
	all := map[string]int{}
	for i := range run.Cases {
		EachVerdict(&run.Cases[i], func(_ *result.Turn, v *result.Verdict) {
			if v.Judge != nil {
				all[Key(&run.Manifest, v.Judge)] = 0
			}
		})
	}
	for key := range all {
		all[key] = len(l.Of(key))
	}
	return all
}
