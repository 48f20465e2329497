package catalog

import (
	"errors"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/pytext"
	"github.com/vlmspec/vlmspec/runner/metric/reader"
)

type pointInput struct {
	Text       text     `json:"text"`
	Width      int      `json:"width"`
	Height     int      `json:"height"`
	Output     string   `json:"output,omitempty"`
	Divisor    *float64 `json:"normalization_constant"`
	IsAbsolute bool     `json:"is_absolute,omitempty"`
}

// sized fills in RoboPoint's size where the inputs have none.
func (in pointInput) sized() (width, height int) {
	if in.Width == 0 && in.Height == 0 {
		return reader.RoboPointWidth, reader.RoboPointHeight
	}
	return in.Width, in.Height
}

var points = []Metric{
	{"points.lmms_parse_point2d", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/_task_utils/point_format.py parse_point2d", "pairs as pixels; a decimal point makes fractions, else thousandths", on(func(in pointInput) (any, error) {
		return pixels(reader.Point2DLMMS(string(in.Text), in.Width, in.Height)), nil
	})},
	{"points.lmms_pointbench_binary", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/pointbench/utils.py _binary_score", "1 if the first point, or for counting all, lie in the mask", on(func(in struct {
		Points   [][2]float64 `json:"points"`
		Category string       `json:"category"`
		Expected int          `json:"expected_count"`
		Mask     maskInput    `json:"mask"`
	},
	) (any, error) {
		return metric.PointsInMaskPointBench(wholePixels(in.Points), in.Mask.mask(), in.Category, in.Expected), nil
	})},
	{"points.lmms_pointbench_text", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/pointbench/utils.py _text_to_points", "pairs as pixels, the scale guessed per pair", on(func(in pointInput) (any, error) {
		return pixels(reader.PointBench(string(in.Text), in.Width, in.Height)), nil
	})},
	{"points.lmms_where2place_text2pts", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/where2place/utils.py _text2pts", "pairs as pixels, integers scaled too", on(func(in pointInput) (any, error) {
		divisor := 1.0
		if in.Divisor != nil {
			divisor = *in.Divisor
		}
		w, h := in.sized()
		return append([][2]float64{}, reader.Where2PlaceLMMS(string(in.Text), w, h, divisor, in.IsAbsolute)...), nil
	})},
	{"points.molmo_extract", Core, "allenai/molmo, olmo/util.py extract_points", "points as pixels", on(func(in struct {
		Text   text    `json:"text"`
		Width  float64 `json:"width"`
		Height float64 `json:"height"`
	},
	) (any, error) {
		return reader.Molmo(string(in.Text), in.Width, in.Height), nil
	})},
	{"points.molmo_pointing_prf", Variant, "allenai/molmo, olmo/eval/evaluators.py PointingEval.__call__", "precision, recall and F1 of points matched one to one", on(pointing)},
	{"points.molmo_valid_format", Variant, "allenai/molmo, olmo/eval/evaluators.py is_valid_format", "whether the whole answer is in a known format", on(func(in textInput) (any, error) {
		return reader.MolmoValid(string(in.Text)), nil
	})},
	{"points.robopoint_text2pts", Core, "wentaoyuan/RoboPoint, robopoint/eval/summarize_vqa.py text2pts default width=640 height=480", "tuples as pixels, boxes as all their pixels", on(func(in pointInput) (any, error) {
		w, h := in.sized()
		ps, err := reader.RoboPoint(string(in.Text), w, h)
		return pixels(ps), err
	})},
	{"points.vlmevalkit_point2dparser", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/utils/spatial_bench/tools/utils.py Point2DParser.parse", "points of a literal or tuples, the scale guessed", on(func(in pointInput) (any, error) {
		if in.Output == "norm" {
			return reader.Point2D(string(in.Text), in.Width, in.Height), nil
		}
		return pixels(reader.Point2DPixels(string(in.Text), in.Width, in.Height)), nil
	})},
	{"points.vlmevalkit_refspatial_hit", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/refspatial.py RefSpatialDataset._check_points_in_mask", "whether a point lies in the mask", on(func(in struct {
		Points [][2]float64 `json:"points"`
		Mask   maskInput    `json:"mask"`
	},
	) (any, error) {
		return metric.AnyPointInMask(in.Points, in.Mask.mask()), nil
	})},
	{"points.vlmevalkit_refspatial_parse", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/refspatial.py RefSpatialDataset._parse_prediction", "points as fractions from JSON, a tag or tuples", on(func(in textInput) (any, error) {
		ps, err := reader.RefSpatial(string(in.Text))
		if err != nil || len(ps) == 0 {
			return nil, err
		}
		return ps, nil
	})},
	{"points.vlmevalkit_robospatial", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/robospatialbench.py RoboSpatialBench.evaluate_answer", "yes/no by prefix, else the first point in the gold polygon", on(roboSpatial)},
	{"points.where2place_accuracy", Core, "wentaoyuan/RoboPoint, robopoint/eval/summarize_vqa.py __main__", "mean over answers of the share of points in the mask", on(where2Place)},
}

func wholePixels(ps [][2]float64) []metric.Pixel {
	var out []metric.Pixel
	for _, p := range ps {
		out = append(out, metric.Pixel{X: int(p[0]), Y: int(p[1])})
	}
	return out
}

func pointing(in struct {
	Pred   [][2]float64 `json:"pred"`
	Gold   [][2]float64 `json:"gt"`
	Rects  [][4]float64 `json:"mask_rects_xyxy"`
	Width  int          `json:"width"`
	Height int          `json:"height"`
},
) (any, error) {
	var masks []*metric.Mask
	for _, r := range in.Rects {
		m := maskInput{Width: in.Width, Height: in.Height, Rects: [][5]float64{{r[0], r[1], r[2], r[3], 1}}}
		masks = append(masks, m.mask())
	}
	s := metric.PointingMolmo(in.Pred, in.Gold, masks)
	return map[string]float64{"precision": s.Precision, "recall": s.Recall, "f1": s.F1}, nil
}

func roboSpatial(in struct {
	Gold       text `json:"ground_truth"`
	Prediction text `json:"prediction"`
	Width      *int `json:"width"`
	Height     *int `json:"height"`
},
) (any, error) {
	answer, gold := pytext.Strip(string(in.Prediction)), pytext.Strip(string(in.Gold))
	result := func(correct, binary, parsable bool) (any, error) {
		return map[string]bool{"correct": correct, "binary": binary, "parsable": parsable}, nil
	}
	if g := pytext.Lower(gold); g == "yes" || g == "no" {
		return result(strings.HasPrefix(pytext.Lower(answer), g), true, answer != "")
	}
	polygon, ok, err := polygonOf(gold)
	if err != nil || !ok {
		if err != nil {
			return nil, err
		}
		return result(false, false, false)
	}
	w, h := 1, 1
	if in.Width != nil {
		w = *in.Width
	}
	if in.Height != nil {
		h = *in.Height
	}
	ps := reader.Point2D(answer, w, h)
	if len(ps) == 0 {
		return result(false, false, false)
	}
	return result(metric.InPolygonRoboSpatial(ps[0][0], ps[0][1], polygon), false, true)
}

// polygonOf reads a literal list of pairs; ok is false without three of them.
func polygonOf(gold string) (corners [][2]float64, ok bool, err error) {
	v, err := pytext.Literal(gold)
	if err != nil {
		return nil, false, nil //nolint:nilerr // an unreadable gold is wrong, not an error
	}
	items, isList := reader.Sequence(v)
	if !isList || len(items) < 3 {
		return nil, false, nil
	}
	for _, item := range items {
		xy, isPair := reader.Sequence(item)
		if !isPair || len(xy) != 2 {
			continue
		}
		p, ok := reader.Floats(xy)
		if !ok {
			return nil, false, errors.New("gold polygon has a corner that is not two numbers")
		}
		corners = append(corners, [2]float64(p))
	}
	return corners, len(corners) >= 3, nil
}

func where2Place(in struct {
	Items []struct {
		Text text      `json:"text"`
		Mask maskInput `json:"mask"`
	} `json:"items"`
},
) (any, error) {
	var scores []float64
	for _, item := range in.Items {
		ps, err := reader.RoboPoint(string(item.Text), reader.RoboPointWidth, reader.RoboPointHeight)
		if err != nil {
			continue // the original leaves the question out
		}
		scores = append(scores, metric.PointsInMask(ps, item.Mask.mask()))
	}
	return number(metric.Mean(scores))
}
