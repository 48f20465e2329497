package spec

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// Errors are several mistakes, sorted by place. errors.As finds the first.
type Errors []*Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.Is and errors.As each mistake.
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, err := range e {
		errs[i] = err
	}
	return errs
}

// Mistakes returns every [Error] in err, sorted by file, line and column. An
// error of another type becomes one without a place.
func Mistakes(err error) []*Error {
	var list problems
	list.add(err)
	return list.sorted()
}

// Join makes one error of many: nil, the only [*Error], or [Errors] sorted by
// place, each mistake once.
func Join(errs ...error) error {
	var p problems
	for _, err := range errs {
		p.add(err)
	}
	return p.err()
}

// problems collects mistakes while more are looked for.
type problems []*Error

func (p *problems) add(err error) {
	if err == nil {
		return
	}
	var many Errors
	var one *Error
	switch {
	case errors.As(err, &many):
		*p = append(*p, many...)
	case errors.As(err, &one):
		*p = append(*p, one)
	default:
		*p = append(*p, &Error{What: err.Error()})
	}
}

// sorted returns the mistakes by place, each once: a mistake in a case with
// rows would otherwise be reported for every row.
func (p problems) sorted() []*Error {
	list := slices.Clone(p)
	slices.SortStableFunc(list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column), cmp.Compare(a.What, b.What))
	})
	return slices.CompactFunc(list, func(a, b *Error) bool { return *a == *b })
}

// err returns nil, the only mistake, or all of them as Errors.
func (p problems) err() error {
	switch list := p.sorted(); len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	default:
		return Errors(list)
	}
}
