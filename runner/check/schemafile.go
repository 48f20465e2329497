package check

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

const maxSchemaBytes = 32 << 20

// readSchema reads a JSON Schema as written in a file.
func readSchema(path string) (any, error) {
	data, err := regular.Text(path, maxSchemaBytes)
	if err != nil {
		return nil, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return value, nil
}

// schemaLoader reads the files that a schema refers to.
type schemaLoader struct{}

func (schemaLoader) Load(url string) (any, error) {
	path, err := jsonschema.FileLoader{}.ToFile(url)
	if err != nil {
		return nil, err
	}
	return readSchema(path)
}
