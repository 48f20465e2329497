package point

// format is one way to answer: a syntax, where its numbers stand and in which
// order, and a space, what they count.
type format struct {
	find   func(text string) ([]shape, error)
	yFirst bool
	unit   unit
	family
}

// family is how a format is explained to people; see [Families].
type family struct {
	models, example, note, source string
}

// unit is what one coordinate counts. Positive values divide; pixels divide by the image's size.
type unit float64

const (
	fraction   unit = 1
	percent    unit = 100
	thousandth unit = 1000
	of999      unit = 999  // the largest coordinate, 999, is the far edge
	of1024     unit = 1024 // PaliGemma's bins
	pixel      unit = 0    // of the image as the model was shown it
	roboPoint  unit = -1   // a decimal point anywhere in the tuple makes it a fraction, else pixels of 640x480
)

// formats is the table of formats. Every one reads the syntax of its family first, and where the answer has none of it
// (a server may leave out special tokens) JSON, lists in brackets, named and bare numbers, in the same space.
var formats = map[string]format{
	// For models without a format of their own and for prompts that ask for a scale.
	"fraction": {find: findPlain, unit: fraction, family: family{
		models: "LLaVA-1.5, Prismatic (TRI-ML), ShowUI, and prompts that ask for fractions", example: "[0.12, 0.34, 0.56, 0.78]",
		note:   "a model that pads its images to a square may answer in fractions of the padded one; these are not undone",
		source: "haotian-liu/LLaVA, docs/Data.md; TRI-ML/vlm-evaluation, refcoco.py; showlab/ShowUI",
	}},
	"percent": {find: findPlain, unit: percent, family: family{models: "prompts that ask for percent", example: "(12.5, 34)"}},
	"thousandth": {find: findPlain, unit: thousandth, family: family{
		models: "prompts that ask for 0 to 1000", example: "[120, 340, 560, 780]",
	}},
	"pixel": {find: findPlain, unit: pixel, family: family{
		models: "Claude, GPT and prompts that ask for pixels", example: "[115, 84, 574, 420]",
		note:   "of the image as the service shrank it, or of the size that the prompt states: say which by model_size",
		source: "platform.claude.com, vision and computer use",
	}},
	"json": {find: findPlain, unit: fraction, family: family{models: "prompts that ask for JSON in fractions", example: `{"box": [0.1, 0.2, 0.3, 0.4]}`}},

	"robopoint": {find: findPlain, unit: roboPoint, family: family{
		models: "RoboPoint", example: "[(0.461, 0.527), (0.498, 0.521)]",
		note: "four numbers are a box; whole numbers are pixels of 640x480, whatever the image", source: "wentaoyuan/RoboPoint, robopoint/eval/summarize_vqa.py",
	}},
	"molmo": {find: findMolmo, unit: percent, family: family{
		models: "Molmo", example: `<point x="52.3" y="61.0" alt="dog">dog</point>`,
		note: "also Click(52.3, 61.0) and p=523, 610 in tenths", source: "allenai/molmo, olmo/util.py",
	}},
	"molmo-2": {find: findMolmo, unit: percent, family: family{
		models: "Molmo 2", example: `<points coords="1 1 523 610 2 100 050">cups</points>`,
		note:   "in thousandths of at least three digits: number of the image (or a time), then number, x, y of each point",
		source: "allenai/molmo2, olmo/preprocessing/point_formatter.py",
	}},
	"paligemma": {find: findPaliGemma, yFirst: true, unit: of1024, family: family{
		models: "PaliGemma, PaliGemma 2", example: "<loc0256><loc0512><loc0768><loc1023> dog",
		note: "segmentation codes (<seg000>) are not read", source: "google-research/big_vision, proj/paligemma",
	}},
	"qwen-vl": {find: findQwen, unit: of999, family: family{
		models: "Qwen-VL", example: "<ref>dog</ref><box>(536,509),(588,602)</box>",
		note: "its makers also say /1000 (QwenLM/Qwen-VL#221), 0.1 % apart", source: "QwenLM/Qwen-VL, eval_mm/evaluate_grounding.py",
	}},
	"qwen2-vl": {find: findQwen2, unit: thousandth, family: family{
		models: "Qwen2-VL, UI-TARS 1.0", example: "<|object_ref_start|>dog<|object_ref_end|><|box_start|>(235,499),(788,920)<|box_end|>",
		source: "QwenLM/Qwen3-VL#721; bytedance/UI-TARS",
	}},
	"qwen2.5-vl": {find: findQwen3, unit: pixel, family: family{
		models: "Qwen2.5-VL, UI-TARS 1.5", example: `[{"bbox_2d": [100, 50, 300, 200], "label": "dog"}]`,
		note:   "of the image after its resize to multiples of 28: `resize: {factor: 28, max_pixels: ...}`",
		source: "QwenLM/Qwen3-VL#676, #769; bytedance/UI-TARS, README_coordinates.md",
	}},
	"qwen3-vl": {find: findQwen3, unit: thousandth, family: family{
		models: "Qwen3-VL, Qwen3.5", example: `[{"point_2d": [452, 118], "label": "cup"}]`, source: "QwenLM/Qwen3-VL, cookbooks/2d_grounding.ipynb",
	}},
	"gemini": {find: findPlain, yFirst: true, unit: thousandth, family: family{
		models: "Gemini", example: `[{"box_2d": [100, 200, 300, 400], "label": "cat"}]`, source: "ai.google.dev, image understanding",
	}},
	"kosmos-2": {find: findKosmos, unit: fraction, family: family{ // the finder turns cells into fractions
		models: "Kosmos-2", example: "<phrase>a snowman</phrase><object><patch_index_0044><patch_index_0863></object>",
		note: "cells of a 32x32 grid, from centre to centre", source: "huggingface/transformers, models/kosmos2",
	}},
	"shikra": {find: findShikra, unit: fraction, family: family{
		models: "Shikra", example: "the man[0.220,0.216,0.568,0.830]",
		note: "objects of one phrase apart by a semicolon", source: "shikras/shikra, mllm/dataset/process_function",
	}},
	"florence-2": {find: findFlorence, unit: thousandth, family: family{
		models: "Florence-2", example: "car<loc_300><loc_400><loc_500><loc_600>",
		note: "a bin stands for its centre; quadrilaterals and polygons are refused", source: "huggingface/transformers, models/florence2",
	}},
	"internvl": {find: findInternVL, unit: thousandth, family: family{
		models: "InternVL 1.5 to 3", example: "<ref>cat</ref><box>[[100, 200, 500, 600]]</box>", source: "OpenGVLab/InternVL, eval/refcoco",
	}},
	"deepseek-vl2": {find: findDeepSeek, unit: of999, family: family{
		models: "DeepSeek-VL2, DeepSeek-OCR", example: "<|ref|>cat<|/ref|><|det|>[[580, 270, 999, 904]]<|/det|>", source: "deepseek-ai/DeepSeek-VL2#100",
	}},
	"moondream": {find: findPlain, unit: fraction, family: family{
		models: "Moondream 2 and 3, through its own runtime", example: `{"x_min": 0.1, "y_min": 0.2, "x_max": 0.3, "y_max": 0.4}`,
		source: "vikhyat/moondream, moondream/torch/moondream.py",
	}},
	"cogvlm": {find: findCogVLM, unit: thousandth, family: family{
		models: "CogVLM, CogAgent", example: "[[034,201,512,630;600,110,720,400]]", note: "boxes apart by a semicolon", source: "zai-org/CogVLM, README and #46",
	}},
	"ferret": {find: findPhrases, unit: thousandth, family: family{
		models: "Ferret", example: "the dog [120, 340, 560, 780]", source: "apple/ml-ferret, ferret/eval/eval_refexp.py",
	}},
	"glm-v": {find: findGLM, unit: thousandth, family: family{
		models: "GLM-4.1V, GLM-4.5V, GLM-4.6V, GLM-5V", example: "<|begin_of_box|>[[120,340,560,780]]<|end_of_box|>",
		note: "GLM-4V-9B (2024) counts to 1120 over the padded square and is not read", source: "zai-org/GLM-V, README; zai-org/GLM-4#196",
	}},
	"minicpm-v": {find: findMiniCPM, unit: thousandth, family: family{
		models: "MiniCPM-V 4.5", example: "<box>120 340 560 780</box>", source: "OpenBMB/MiniCPM-V#982",
	}},
	"seed-vl": {find: findSeed, unit: of999, family: family{
		models: "Seed1.5-VL, Doubao", example: "<bbox>120 340 560 780</bbox>", source: "arXiv:2505.07062; ByteDance-Seed/Seed1.5-VL",
	}},
	"minigpt-v2": {find: findMiniGPT, unit: percent, family: family{
		models: "MiniGPT-v2", example: "<p>the dog</p> {<12><34><56><78>}", source: "arXiv:2310.09478, section 2.2",
	}},
}
