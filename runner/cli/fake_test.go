package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// fake is a backend that does what the prompt says: "say red" answers red. It
// notes its starts in the file that $FAKE_STARTS names.
type fake struct {
	key   string
	mark  string
	model string // its content
}

func (f *fake) Configure(_ context.Context, config map[string]any) error {
	f.mark, _ = config["mark"].(string)
	f.key, _ = config["key"].(string)
	if path, ok := config["model"].(string); ok {
		data, err := os.ReadFile(path)
		if err != nil {
			return sdk.Errorf(sdk.InvalidConfig, "%w", err)
		}
		f.model = strings.TrimSpace(string(data))
	}
	if path := os.Getenv("FAKE_STARTS"); path != "" {
		starts, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		_, _ = starts.WriteString("started\n")
		_ = starts.Close()
	}
	if config["helper"] == true { // a process that it forgets
		helper := exec.Command("sleep", "1000")
		helper.Stdout, helper.Stderr = os.Stderr, os.Stderr
		if err := helper.Start(); err != nil {
			return err
		}
	}
	if seconds, ok := config["load"].(float64); ok { // its model is large
		time.Sleep(time.Duration(seconds * float64(time.Second)))
	}
	if config["refuse"] == true {
		return sdk.Errorf(sdk.InvalidConfig, "model.gguf is cut off after 12 bytes")
	}
	return nil
}

func (f *fake) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{
		Name: "fake", Version: "1", Model: "parrot", ModelDigest: "sha256:77" + f.model, Device: "cpu", PathKeys: []string{"mark", "model"},
		ConfigSchema: []byte(`{"type": "object", "additionalProperties": false, "properties": {
			"mark": {"type": "string"}, "model": {"type": "string"}, "refuse": {"type": "boolean"}, "helper": {"type": "boolean"}, "load": {"type": "number"}, "key": {"type": "string"}}}`),
		Capabilities: sdk.Capabilities{MaxImages: 2, Concurrency: 1, Seeds: true},
	}, nil
}

func (f *fake) Generate(ctx context.Context, req sdk.Request, _ func(string)) (sdk.Response, error) {
	last := req.Messages[len(req.Messages)-1]
	prompt := last.Parts[len(last.Parts)-1].Text
	verb, rest, _ := strings.Cut(prompt, " ")
	r := sdk.Response{Text: rest, Finish: sdk.FinishStop, Usage: sdk.Usage{TextTokens: 3, ImageTokens: 16, OutputTokens: 1}}
	switch verb {
	case "say":
	case "warn":
		fmt.Fprintln(os.Stderr, "llama_decode: all is well")
		slog.Warn("the cache is \x1b[31mdamaged", "by", rest)
	case "shown": // shown 1148x840 [115, 84]: the answer, to images of that size
		var shown sdk.ImageShown
		_, _ = fmt.Sscanf(rest, "%dx%d", &shown.Width, &shown.Height)
		_, r.Text, _ = strings.Cut(rest, " ")
		r.Images = []sdk.ImageShown{shown}
	case "cut":
		r.Finish = sdk.FinishLength
	case "env":
		r.Text = os.Getenv(rest)
	case "model":
		r.Text = f.model
	case "image":
		r.Usage.CachedImages = 1
	case "seed":
		r.Text = fmt.Sprint(req.Params.Seed)
	case "even":
		r.Text = "no"
		if req.Params.Seed%2 == 0 {
			r.Text = "yes"
		}
	case "turns":
		r.Text = fmt.Sprint(len(req.Messages))
	case "history":
		r.Text = req.Messages[len(req.Messages)-2].Parts[0].Text
	case "crash":
		fmt.Fprintln(os.Stderr, "GGML_ASSERT(n_past < n_ctx) failed")
		os.Exit(134)
	case "key":
		r.Text = "the key is " + f.key
	case "last-words":
		fmt.Fprintln(os.Stderr, rest)
		fmt.Fprintf(os.Stderr, "%q\n", rest)
		os.Exit(134)
	case "refuse-it":
		return sdk.Response{}, sdk.Errorf(sdk.InvalidRequest, "refused: %q, %s", rest, url.QueryEscape(rest))
	case "crash-once":
		if _, err := os.Stat(f.mark); err != nil {
			_ = os.WriteFile(f.mark, nil, 0o644)
			os.Exit(134)
		}
		r.Text = "recovered"
	case "hang": // and say so with a file
		if rest != "" {
			_ = os.WriteFile(rest, []byte("hangs\n"), 0o644)
		}
		select {}
	case "wait":
		<-ctx.Done()
		return sdk.Response{}, ctx.Err()
	case "slow":
		time.Sleep(50 * time.Millisecond)
	case "A": // model was shown the images: a judge, who likes red
		r.Text = `{"reason": "seen", "score": 0.2}`
		if strings.Contains(rest, `"answer":"red"`) {
			r.Text = `{"reason": "seen", "score": 0.9}`
		}
	case "lie":
		r.Usage.OutputTokens = -1
	case "refuse":
		return sdk.Response{}, sdk.Errorf(sdk.InvalidRequest, "the prompt has 2048 tokens, and the context holds 1024; raise context")
	default:
		r.Text = "what?"
	}
	return r, nil
}

func (f *fake) Close() error { return nil }
