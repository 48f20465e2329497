package table

import (
	"archive/zip"
	"errors"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Limits of a workbook, which is read as a whole, in bytes.
const (
	maxWorkbook = 128 << 20
	maxUnzipped = 512 << 20
)

// readSheet reads the first sheet of a workbook. Numbers are read as they are kept,
// not as they are shown: 0.5 and not 50%.
func readSheet(t *reader) error {
	f, err := openWorkbook(t)
	if err != nil {
		return err
	}
	defer f.Close()
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return mistake(0, "", "the workbook has no sheet")
	}
	kept, err := f.Rows(sheets[0])
	if err != nil {
		return damagedSheet(0, err)
	}
	defer kept.Close()
	shown, err := f.Rows(sheets[0])
	if err != nil {
		return damagedSheet(0, err)
	}
	defer shown.Close()
	for line := 1; kept.Next() && shown.Next(); line++ {
		cells, err := kept.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return damagedSheet(line, err)
		}
		texts, err := shown.Columns()
		if err != nil {
			return damagedSheet(line, err)
		}
		if err := t.sheetRow(line, cells, texts); err != nil {
			return err
		}
	}
	switch err := errors.Join(kept.Error(), shown.Error()); {
	case err != nil:
		return damagedSheet(0, err)
	case t.header.names == nil:
		return mistake(0, "its first row names the columns", "the sheet %q is empty", sheets[0])
	}
	return nil
}

func openWorkbook(t *reader) (*excelize.File, error) {
	if _, err := zip.NewReader(t.in, t.size); err != nil { // before all of it is in memory
		return nil, mistake(0, "save it as .xlsx or .csv", "%s", notSheet(err))
	}
	if t.size > maxWorkbook {
		return nil, mistake(0, "save it as .csv", "the workbook has more than %d MiB", maxWorkbook>>20)
	}
	f, err := excelize.OpenReader(t.stream(), excelize.Options{UnzipSizeLimit: maxUnzipped})
	if err != nil {
		return nil, mistake(0, "save it as .xlsx or .csv", "%s", notSheet(err))
	}
	return f, nil
}

// sheetRow gives a row of a sheet, which keeps no empty cells at its end.
func (t *reader) sheetRow(line int, cells, shown []string) error {
	empty := true
	for i := range cells {
		if i < len(shown) {
			cells[i] = meant(cells[i], shown[i])
		}
		empty = empty && cells[i] == ""
	}
	if empty {
		return nil
	}
	for t.header.names != nil && len(cells) < t.header.width {
		cells = append(cells, "")
	}
	return t.cells(line, cells)
}

// meant is the value of a cell: for a truth value or a date what is shown, for the
// number behind it tells nobody.
func meant(kept, shown string) string {
	if shown == "TRUE" && kept == "1" || shown == "FALSE" && kept == "0" {
		return strings.ToLower(shown)
	}
	if _, err := strconv.ParseFloat(kept, 64); err == nil && strings.ContainsAny(strings.TrimPrefix(shown, "-"), "-/:") {
		if !strings.ContainsAny(shown, "Ee") {
			return shown
		}
	}
	return kept
}

func notSheet(err error) string {
	switch {
	case errors.Is(err, excelize.ErrWorkbookFileFormat), errors.Is(err, zip.ErrFormat):
		return "it is not a workbook, but another file with its name, or an old .xls"
	case errors.Is(err, excelize.ErrWorkbookPassword):
		return "it is protected by a password"
	}
	return "it is not a workbook: " + err.Error()
}

func damagedSheet(line int, err error) error {
	return mistake(line, "", "the sheet is damaged: %v", err)
}
