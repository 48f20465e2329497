package suite_test

import (
	"context"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/vlmspec/vlmspec/runner/suite"
)

// A test package in Go: the specs of the project in the parent folder become
// Ginkgo nodes, beside tests that a spec cannot say. Run it with `go test` or
// `ginkgo -p`.
func Example() {
	// At the top level of the test package:
	specs := suite.Specs("..")

	ginkgo.Describe("pointing", func() {
		ginkgo.It("follows the circle from frame to frame", func(ctx context.Context) {
			for _, frame := range []string{"frame-1.png", "frame-2.png"} {
				answer, err := specs.Ask(ctx, "Point to the red circle.", frame)
				gomega.Expect(err).NotTo(gomega.HaveOccurred())
				gomega.Expect(answer).To(suite.HaveKeypointNear(0.28, 0.5, 0.08))
			}
		})
	})

	// And the function that go test looks for:
	_ = func(t *testing.T) { // func TestSpecs(t *testing.T)
		gomega.RegisterFailHandler(ginkgo.Fail)
		ginkgo.RunSpecs(t, "specs")
	}
}
