package point

// format is one syntax: where its numbers stand, in which order, and what they count.
type format struct {
	find   func(answer string) []shape
	yFirst bool
	unit   unit
}

// unit is what one coordinate counts. Positive values divide; pixels divide by the image's size.
type unit float64

const (
	fraction   unit = 1
	percent    unit = 100
	thousandth unit = 1000
	of999      unit = 999  // the largest coordinate, 999, is the far edge
	of1024     unit = 1024 // PaliGemma's bins
	pixel      unit = 0
	mixed      unit = -1 // RoboPoint: a decimal point anywhere in the tuple makes it a fraction, else pixels
)

// formats is the table of syntaxes. Sources: the model cards and reference readers named on each line.
var formats = map[string]format{
	// Any bracketed tuple or JSON object, x first, in the stated unit: for models without a syntax of their own
	// (LLaVA-1.5 and Prismatic write fractions) and for prompts that ask for a scale.
	"fraction":   {find: findPlain, unit: fraction},
	"percent":    {find: findPlain, unit: percent},
	"thousandth": {find: findPlain, unit: thousandth},
	"pixel":      {find: findPlain, unit: pixel},

	// JSON objects only, fractions, x first.
	"json": {find: findJSON, unit: fraction},

	// github.com/wentaoyuan/RoboPoint: [(0.461, 0.527), …]; four numbers are a box.
	"robopoint": {find: findTuples, unit: mixed},
	// github.com/allenai/molmo, olmo/util.py: <point x= y=>, <points x1= y1= …>, p=523, 610 and coords="…".
	"molmo": {find: findMolmo, unit: percent},
	// PaliGemma: <locYYYY><locXXXX><locYYYY><locXXXX> label.
	"paligemma": {find: findPaliGemma, yFirst: true, unit: of1024},
	// Qwen-VL: <ref>name</ref><box>(x1,y1),(x2,y2)</box>; its evaluate_grounding.py divides by 999.
	"qwen-vl": {find: findQwen, unit: of999},
	// Qwen2-VL: <|object_ref_start|>name<|object_ref_end|><|box_start|>(x1,y1),(x2,y2)<|box_end|>.
	"qwen2-vl": {find: findQwen2, unit: thousandth},
	// Qwen2.5-VL: JSON bbox_2d and point_2d in pixels of the resized input.
	"qwen2.5-vl": {find: findJSON, unit: pixel},
	// Qwen3-VL: the same JSON, or <points x1= y1=>, in thousandths.
	"qwen3-vl": {find: findQwen3, unit: thousandth},
	// Gemini: JSON box_2d [ymin, xmin, ymax, xmax] and point [y, x].
	"gemini": {find: findJSON, yFirst: true, unit: thousandth},
	// Kosmos-2: <patch_index_0044><patch_index_0863>; the finder turns cells into fractions.
	"kosmos-2": {find: findKosmos, unit: fraction},
	// Shikra: [0.220,0.216,0.568,0.830], no spaces, ';' between objects of one phrase.
	"shikra": {find: findShikra, unit: fraction},
	// Florence-2: label<loc_x1><loc_y1><loc_x2><loc_y2>; the finder adds the half bin its authors add.
	"florence-2": {find: findFlorence, unit: thousandth},
	// InternVL: <ref>…</ref><box>[[x1, y1, x2, y2]]</box>, <point>[[x, y]]</point>.
	"internvl": {find: findInternVL, unit: thousandth},
	// DeepSeek-VL2: <|ref|>…<|/ref|><|det|>[[x1, y1, x2, y2], …]<|/det|>.
	"deepseek-vl2": {find: findDeepSeek, unit: of999},
	// Moondream: JSON x_min, y_min, x_max, y_max (or x, y) in fractions.
	"moondream": {find: findJSON, unit: fraction},
}
