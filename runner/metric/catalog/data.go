package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// data are the rules by which VLMEvalKit reads cells and builds prompts.
var data = []Metric{
	{"prompt.mcq_build_prompt", Core, "open-compass/VLMEvalKit, vlmeval/dataset/image_mcq.py ImageMCQDataset.build_prompt", "messages of a multiple-choice question", on(func(in struct {
		Row optionRow `json:"row"`
	},
	) (any, error) {
		return mcqPrompt(in.Row)
	})},
	{"prompt.mmmu_interleave", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/image_mcq.py MMMUDataset.split_MMMU", "messages with images at their placeholders", on(func(in struct {
		Messages []message `json:"messages"`
	},
	) (any, error) {
		return interleave(in.Messages)
	})},
	{"tsv.istype_list", Variant, "open-compass/VLMEvalKit, vlmeval/smp/misc.py istype", "whether a cell is the text of a list", on(func(in cellInput) (any, error) {
		_, ok := in.list()
		return ok, nil
	})},
	{"tsv.toliststr", Core, "open-compass/VLMEvalKit, vlmeval/smp/misc.py toliststr", "a cell as a list of texts", on(func(in cellInput) (any, error) {
		return in.texts()
	})},
}

type cellInput struct {
	Value json.RawMessage `json:"value"`
}

// list reads a JSON list or the text of a Python list.
func (in cellInput) list() ([]string, bool) {
	var many []text
	if json.Unmarshal(in.Value, &many) == nil && string(in.Value) != "null" {
		return plain(many), true
	}
	if strings.HasPrefix(string(in.Value), "[") { // a list with a list in it
		return nil, true
	}
	var s string
	if json.Unmarshal(in.Value, &s) != nil {
		return nil, false
	}
	v, err := pytext.Literal(s)
	items, ok := v.([]any)
	if err != nil || !ok {
		return nil, false
	}
	return texts(items), true
}

// texts takes a text for a list only if it is in square brackets from end to end.
func (in cellInput) texts() (any, error) {
	var s string
	if string(in.Value) != "null" && json.Unmarshal(in.Value, &s) == nil {
		if len(s) < 2 || s[0] != '[' || s[len(s)-1] != ']' {
			return []string{s}, nil
		}
	}
	if all, ok := in.list(); ok {
		return append([]string{}, all...), nil
	}
	return nil, fmt.Errorf("no list of texts: %s", in.Value)
}

type message struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

func mcqPrompt(row optionRow) (any, error) {
	var images textList
	if row.empty("image_path") || json.Unmarshal(row["image_path"], &images) != nil {
		return nil, errors.New("row has no image_path")
	}
	var b strings.Builder
	if !row.empty("hint") {
		fmt.Fprintf(&b, "Hint: %s\n", row.text("hint"))
	}
	fmt.Fprintf(&b, "Question: %s\n", row.text("question"))
	if options := row.options(); len(options) > 0 {
		b.WriteString("Options:\n")
		for _, letter := range options.Letters() {
			fmt.Fprintf(&b, "%s. %s\n", letter, options[letter])
		}
		b.WriteString("Please select the correct answer from the options above. \n")
	}
	var out []message
	for _, path := range images {
		out = append(out, message{"image", path})
	}
	return append(out, message{"text", b.String()}), nil
}

// interleave cuts the text at "<image N>", N being one digit that counts the images from 1.
func interleave(messages []message) (any, error) {
	var images, texts []string
	for _, m := range messages {
		switch m.Type {
		case "image":
			images = append(images, m.Value)
		case "text":
			texts = append(texts, m.Value)
		}
	}
	if len(texts) != 1 {
		return nil, fmt.Errorf("%d texts, want one", len(texts))
	}
	parts := strings.Split(texts[0], "<image ")
	if len(parts) == 1 {
		return messages, nil
	}
	out := []message{{"text", parts[0]}}
	for _, p := range parts[1:] {
		if len(p) < 2 || p[0] < '0' || p[0] > '9' || p[1] != '>' {
			return nil, fmt.Errorf("placeholder <image %s", p)
		}
		i := int(p[0]-'0') - 1
		if i < 0 { // Python's index -1
			i = len(images) - 1
		}
		if i < 0 || i >= len(images) {
			return nil, fmt.Errorf("no image for <image %s", p[:2])
		}
		out = append(out, message{"image", images[i]}, message{"text", p[2:]})
	}
	return out, nil
}
