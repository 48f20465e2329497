package main

import (
	"bytes"
	"encoding/json"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// maxFileBytes of a recording are read.
const maxFileBytes = 1 << 30

// readLines reads a recording; the first bad line is named by its number.
func readLines(path string) (data []byte, lines []line, err error) {
	data, err = regular.Text(path, maxFileBytes)
	if err != nil {
		return nil, nil, sdk.Errorf(sdk.InvalidConfig, "read the recording: %w", err)
	}
	for i, text := range bytes.Split(data, []byte("\n")) {
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		var l line
		err := d.Decode(&l)
		if err == nil {
			err = l.check()
		}
		if err != nil {
			return nil, nil, sdk.Errorf(sdk.InvalidConfig, "%s:%d: %w", path, i+1, err)
		}
		lines = append(lines, l)
	}
	return data, lines, nil
}
