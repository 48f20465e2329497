package procenv

import (
	"slices"
	"strings"
	"testing"
)

func TestFor(t *testing.T) {
	own := []string{
		"PATH=/bin", "HOME=/home/a", "LC_ALL=C", "https_proxy=http://p", "CUDA_VISIBLE_DEVICES=1", "PYTHONPATH=/py", "VLMSPEC_MODELS=/m",
		"AWS_SECRET_ACCESS_KEY=s1", "HF_TOKEN=s2", "OPENAI_API_KEY=s3", "UV_PUBLISH_TOKEN=s4", "CUDA_SECRET=s5", "GITHUB_TOKEN=s6",
		"VLMSPEC_REATTACH_BACKENDS={}", "VLMSPEC_BACKEND_TLS=s7", "VLMSPEC_TEST_KEY=s8", "PATHOLOGICAL=1", "MY_NAME=me", "=C:=C:\\", "rubbish",
	}
	for name, test := range map[string]struct {
		extra Extra
		want  string
	}{
		"nothing": {Extra{}, "CUDA_VISIBLE_DEVICES=1 HOME=/home/a LC_ALL=C PATH=/bin PYTHONPATH=/py VLMSPEC_MODELS=/m https_proxy=http://p"},
		"passed":  {Extra{Pass: []string{"HF_TOKEN", "NOT_SET"}}, "CUDA_VISIBLE_DEVICES=1 HF_TOKEN=s2 HOME=/home/a LC_ALL=C PATH=/bin PYTHONPATH=/py VLMSPEC_MODELS=/m https_proxy=http://p"},
		"set":     {Extra{Set: map[string]string{"PATH": "/only", "KEY": "a=b"}}, "CUDA_VISIBLE_DEVICES=1 HOME=/home/a KEY=a=b LC_ALL=C PATH=/only PYTHONPATH=/py VLMSPEC_MODELS=/m https_proxy=http://p"},
	} {
		if got := strings.Join(For(own, test.extra), " "); got != test.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, test.want)
		}
	}
}

func TestCounting(t *testing.T) {
	own := []string{"PATH=/bin", "LANG=C", "GGML_X=1", "LD_LIBRARY_PATH=/l", "MODE=fast"}
	if got := Counting(own, Extra{Pass: []string{"MODE"}, Set: map[string]string{"B": "2"}}); !slices.Equal(got, []string{"B=2", "GGML_X=1", "LD_LIBRARY_PATH=/l", "MODE=fast"}) {
		t.Errorf("got %q", got)
	}
}
