package point_test

import (
	"fmt"

	"github.com/vlmspec/vlmspec/runner/point"
)

func Example() {
	answer := `<loc0256><loc0512><loc0768><loc1023> dog`
	boxes, err := point.Boxes(answer, point.Options{})
	fmt.Println(boxes, err)

	_, err = point.Points("The cup is at (452, 118).", point.Options{})
	fmt.Println(err)
	// Output:
	// [{0.5 0.25 0.9990234375 0.75 dog 0 36}] <nil>
	// ambiguous coordinates: [452 118] may count pixels (pixel, qwen2.5-vl), thousandths (thousandth, qwen3-vl) or percent; name the format
}
