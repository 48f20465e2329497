package runner

import (
	"github.com/vlmspec/vlmspec/runner/judges"
	"github.com/vlmspec/vlmspec/runner/result"
)

// calibrate notes how many labels of people measure the judges of the gated cases, so that a stored run is gated by what was
// known when it was made. Labels that cannot be read count as none.
func (e *Execution) calibrate(m *result.Manifest) error {
	labels, err := judges.Open(e.plan.Project.Dir)
	if err != nil {
		return err
	}
	if of := labels.Calibrations(&result.Run{Manifest: *m, Cases: e.gated}); len(of) > 0 {
		m.Judges = of
	}
	return nil
}
