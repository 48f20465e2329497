package suite_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/plugin"
	"github.com/vlmspec/vlmspec/runner/suite"
)

// parrot is a backend that repeats the prompt, unless that asks what it is.
type parrot struct{ is string }

func (p *parrot) Configure(_ context.Context, config map[string]any) error {
	p.is, _ = config["is"].(string)
	path, _ := config["starts"].(string)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = fmt.Fprintln(f, os.Getpid())
	return err
}

func (*parrot) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "fake", Version: "1", Model: "parrot", ConfigSchema: []byte(`{"type": "object"}`)}, nil
}

func (p *parrot) Generate(_ context.Context, req sdk.Request, _ func(string)) (sdk.Response, error) {
	parts := req.Messages[len(req.Messages)-1].Parts
	text := parts[len(parts)-1].Text
	if text == "which" {
		text = p.is
	}
	return sdk.Response{Text: text, Finish: sdk.FinishStop}, nil
}

func (*parrot) Close() error { return nil }

// The test binary is its own backend, and a suite of specs in YAML and Go. The
// environment says which project it runs.
func TestMain(m *testing.M) {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "vlmspec-backend-") {
		plugin.Serve(&parrot{})
	}
	dir, err := os.MkdirTemp("", "suite")
	if err != nil {
		panic(err)
	}
	exe, err := os.Executable()
	if err == nil {
		err = os.Symlink(exe, filepath.Join(dir, "vlmspec-backend-fake"))
	}
	if err != nil {
		panic(err)
	}
	_ = os.Setenv("VLMSPEC_PLUGIN_PATH", dir)
	_ = os.Setenv("VLMSPEC_STATE", cmp.Or(os.Getenv("VLMSPEC_STATE"), filepath.Join(dir, "state")))
	if os.Getenv("SUITE_FOLDER") != "" { // ginkgo runs every test of a binary
		flag.Parse()
		_ = flag.Set("test.run", "TestSpecs$")
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	_ = os.Remove(ownStarts)
	os.Exit(code)
}

// testdata is a file in testdata; the package's folder may not be the current one.
func testdata(name string) string { return filepath.Join(os.Getenv("SUITE_FOLDER"), "testdata", name) }

// ownStarts is where the backend notes its starts unless the environment says so.
var ownStarts = filepath.Join(os.TempDir(), fmt.Sprintf("vlmspec-starts-%d", os.Getpid()))

// project sets what its backend reads of the environment, which it does as it is loaded.
func project() string {
	_ = os.Setenv("SUITE_STARTS", cmp.Or(os.Getenv("SUITE_STARTS"), ownStarts))
	name := cmp.Or(os.Getenv("SUITE_PROJECT"), "good")
	if filepath.IsAbs(name) {
		return name
	}
	return testdata(name)
}

var specs = suite.Specs(project())

var _ = Describe("in Go", func() {
	ask := func(prompt string) suite.Answer {
		answer, err := specs.Ask(context.Background(), prompt, testdata("good/red-circle.png"))
		Expect(err).NotTo(HaveOccurred())
		return answer
	}
	It("asks and matches", func() {
		Expect(ask("(0.5, 0.25)")).To(suite.HaveKeypointNear(0.5, 0.25, 0.01))
		Expect(ask("(0.5, 0.25)")).NotTo(suite.HaveKeypointNear(0.9, 0.9, 0.1))
		Expect(ask("about 3 of them")).To(suite.HaveNumber(3, 0))
		Expect(ask("4")).To(suite.HaveScoreBetween(3, 5))
		Expect(ask("Yes.")).To(suite.SayYes())
		Expect(ask("No.")).To(suite.SayNo())
		Expect(ask("(0.2, 0.2)")).To(suite.Satisfy("points_in: {box: [0, 0, 0.5, 0.5]}"))
		Expect("a Red circle").To(suite.EqualText("A red circle"))
		_, err := specs.Ask(context.Background(), "red", testdata("missing.png"))
		Expect(err).To(MatchError(ContainSubstring("there is no such file")))
	})
	It("says what does not match", func() {
		near := suite.HaveKeypointNear(0.5, 0.5, 0.05)
		answer := ask("(0.1, 0.1)")
		Expect(near.Match(answer)).To(BeFalse())
		Expect(near.FailureMessage(answer)).To(And(ContainSubstring("keypoints"), ContainSubstring("(0.1, 0.1)")))
		Expect(suite.SayYes().NegatedFailureMessage("yes")).To(ContainSubstring("should not be"))
		_, err := suite.SayYes().Match(7)
		Expect(err).To(MatchError("expected a suite.Answer or a string, got int"))
		_, err = suite.Satisfy("equls: red").Match("red")
		Expect(err).To(MatchError(ContainSubstring("did you mean equals?")))
		_, err = suite.Satisfy("{").Match("red")
		Expect(err).To(HaveOccurred())
		Expect(suite.MatchGolden("echo/nothing").Match(answer)).To(BeFalse())
	})
})

func TestSpecs(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "specs")
}

// again runs this test binary on another project.
func again(t *testing.T, project string, args ...string) (string, error) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, append([]string{"-test.run=TestSpecs$", "-ginkgo.no-color"}, args...)...)
	cmd.Env = append(os.Environ(), "SUITE_PROJECT="+project)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestFailureStandsAtItsLine(t *testing.T) {
	out, err := again(t, "failing")
	for _, want := range []string{"wrong [It] is wrong", "specs/wrong.yaml:3", `answer is "blue", not "red"`, "1 Failed"} {
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("%v; want %q in:\n%s", err, want, out)
		}
	}
}

func TestMistakeFailsTheSuite(t *testing.T) {
	out, err := again(t, "mistaken")
	if want := `specs/typo.yaml:3:17: unknown key "promt"; did you mean prompt?`; err == nil || !strings.Contains(out, want) {
		t.Errorf("%v; want %q in:\n%s", err, want, out)
	}
}

// inParallel runs this test binary by `ginkgo` in three processes.
func inParallel(t *testing.T, project string, args ...string) (string, error) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", append(append([]string{"tool", "ginkgo", "run", "--procs=3", "--no-color"}, args...), exe)...)
	cmd.Env = append(os.Environ(), "SUITE_FOLDER="+here, "SUITE_PROJECT="+project)
	out, err := cmd.CombinedOutput()
	if !strings.Contains(string(out), "in parallel across 3 processes") {
		t.Fatalf("%v:\n%s", err, out)
	}
	return string(out), err
}

// Under `ginkgo -p` the backend starts once, however many processes there are.
func TestParallelProcessesShareABackend(t *testing.T) {
	starts := filepath.Join(t.TempDir(), "starts")
	t.Setenv("SUITE_STARTS", starts)
	out, err := inParallel(t, "good")
	if err != nil || !strings.Contains(out, "Ran 7 of 8 Specs") {
		t.Fatalf("%v:\n%s", err, out)
	}
	data, err := os.ReadFile(starts)
	if n := strings.Count(string(data), "\n"); err != nil || n != 1 {
		t.Errorf("the backend started %d times: %v", n, err)
	}
}
