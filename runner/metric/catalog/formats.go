package catalog

import (
	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/reader"
)

type detectionInput struct {
	Text   text    `json:"text"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// resizedInput has the size of the image as the model saw it.
type resizedInput struct {
	detectionInput
	InputWH [2]float64 `json:"input_wh"`
}

// detected makes an entry of a reader of labelled boxes.
func detected[T any](read func(T) ([]reader.Detection, error)) func(T) (any, error) {
	return func(in T) (any, error) {
		all, err := read(in)
		if err != nil {
			return nil, err
		}
		xyxy, labels := []metric.Box{}, []string{}
		for _, d := range all {
			xyxy, labels = append(xyxy, d.Box), append(labels, d.Label)
		}
		return map[string]any{"xyxy": xyxy, "labels": labels}, nil
	}
}

var formats = []Metric{
	{"format.deepseek_vl2", Variant, "roboflow/supervision, supervision/detection/vlm.py from_deepseek_vl_2", "boxes 0 to 999 in <|det|> blocks, pixels", on(detected(func(in detectionInput) ([]reader.Detection, error) {
		return reader.DeepSeekVL2(string(in.Text), in.Width, in.Height)
	}))},
	{"format.florence2_region", Core, "roboflow/supervision, supervision/detection/vlm.py from_florence_2", "one box of <loc_n> bins, pixels", on(detected(func(in detectionInput) ([]reader.Detection, error) {
		return reader.Florence2Region(string(in.Text), in.Width, in.Height)
	}))},
	{"format.gemini_box_2d", Core, "roboflow/supervision, supervision/detection/vlm.py from_google_gemini_2_0", "JSON box_2d, y first in thousandths, pixels", on(detected(func(in detectionInput) ([]reader.Detection, error) {
		return reader.Gemini(string(in.Text), in.Width, in.Height)
	}))},
	{"format.kosmos2", Core, "huggingface/transformers, src/transformers/models/kosmos2/processing_kosmos2.py", "clean text and phrases with boxes as fractions", on(kosmos)},
	{"format.moondream", Variant, "roboflow/supervision, supervision/detection/vlm.py from_moondream", "boxes as pixels", on(moondream)},
	{"format.paligemma", Core, "roboflow/supervision, supervision/detection/vlm.py from_paligemma", "boxes of <locNNNN> tokens, y first, pixels", on(detected(func(in detectionInput) ([]reader.Detection, error) {
		return reader.PaliGemma(string(in.Text), in.Width, in.Height), nil
	}))},
	{"format.qwen_bbox_2d", Core, "roboflow/supervision, supervision/detection/vlm.py from_qwen_2_5_vl", "JSON bbox_2d in the model's input size, pixels", on(detected(func(in resizedInput) ([]reader.Detection, error) {
		return reader.Qwen(string(in.Text), in.InputWH[0], in.InputWH[1], in.Width, in.Height)
	}))},
	{"format.shikra_boxes", Variant, "shikras/shikra, mllm/dataset/process_function/box_process_function.py PlainBoxFormatter.extract", "boxes per mention as fractions", on(func(in textInput) (any, error) {
		return reader.ShikraBoxes(string(in.Text)), nil
	})},
	{"format.shikra_points", Variant, "shikras/shikra, mllm/dataset/process_function/box_process_function.py PlainBoxFormatter.extract_point", "points per mention as fractions", on(func(in textInput) (any, error) {
		return reader.ShikraPoints(string(in.Text)), nil
	})},
}

func kosmos(in struct {
	Text text `json:"text"`
	Grid int  `json:"grid"`
},
) (any, error) {
	if in.Grid == 0 {
		in.Grid = 32
	}
	clean, all := reader.Kosmos2(string(in.Text), in.Grid)
	entities := []map[string]any{}
	for _, e := range all {
		entities = append(entities, map[string]any{"name": e.Name, "span": [2]int{e.Start, e.End}, "boxes": e.Boxes})
	}
	return map[string]any{"text": clean, "entities": entities}, nil
}

func moondream(in struct {
	Result struct {
		Objects []map[string]float64 `json:"objects"`
	} `json:"result"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
},
) (any, error) {
	return reader.Moondream(in.Result.Objects, in.Width, in.Height)
}
