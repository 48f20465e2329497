// Package history is an index over the run store, in SQLite: how every case
// ended in every run, which of its digests changed when, and which cases flip
// without any change. It is never the truth: everything in it is read from the
// run folders, from which it is made again at any time. Start reading at [Open]
// and [Index.Update]; queries are in case.go and flaky.go.
package history

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/vlmspec/vlmspec/runner/runs"
)

// applicationID says whose file it is: "vlms" in ASCII.
const applicationID = 0x766c6d73

//go:embed migrations/*.sql
var migrations embed.FS

// Index is open for one goroutine; several processes may use one file at the
// same time.
type Index struct {
	db    *sql.DB
	store runs.Store
	// Rebuilt says why an index that was there is made anew; "" where it is not.
	Rebuilt string
}

// NewerError is an index that a newer version has made.
type NewerError struct {
	Path           string
	Version, Known int
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%s is from a newer vlmspec (format %d, this one knows %d): use that one, or remove the file, which is made again from the runs", e.Path, e.Version, e.Known)
}

// Open opens the index of a store, or makes it. One that is damaged is moved
// aside; one of a newer version is a [*NewerError]. Nothing is read of the runs
// before [Index.Update].
func Open(ctx context.Context, store runs.Store) (*Index, error) {
	path := store.HistoryFile()
	if err := errors.Join(store.Make(), store.Guard(path)); err != nil {
		return nil, fmt.Errorf("open the history: %w", err)
	}
	unlock, err := lock(ctx, store)
	if err != nil {
		return nil, err
	}
	defer unlock()
	db, err := open(ctx, path)
	var newer *NewerError
	switch {
	case err == nil:
		return &Index{db: db, store: store}, nil
	case errors.As(err, &newer):
		return nil, err
	case !damaged(err):
		return nil, fmt.Errorf("open the history: %w", explain(err))
	}
	aside := path + ".damaged-" + time.Now().UTC().Format("20060102T150405")
	if moving := moveAside(path, aside); moving != nil {
		return nil, fmt.Errorf("open the history: %w; it could not be moved aside: %w", err, moving)
	}
	if db, err = open(ctx, path); err != nil {
		return nil, fmt.Errorf("open the history: %w", err)
	}
	return &Index{db: db, store: store, Rebuilt: "it was damaged; what was there is now " + filepath.Base(aside)}, nil
}

// patience is how long another process may take to bring the index up to date.
const patience = time.Minute

func lock(ctx context.Context, store runs.Store) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return store.LockHistory(ctx)
}

// Close ends the use of the index.
func (x *Index) Close() error { return x.db.Close() }

// open opens a file and brings it up to date.
func open(ctx context.Context, path string) (*sql.DB, error) {
	// The time limit comes first: the switch to WAL may have to wait.
	options := url.Values{"_busy_timeout": {"5000"}, "_journal_mode": {"WAL"}, "_synchronous": {"NORMAL"}, "_foreign_keys": {"1"}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()+"?"+options.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if err := migrate(ctx, db, path); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// migrate applies the migrations that a file lacks, each with its number as one
// transaction.
func migrate(ctx context.Context, db *sql.DB, path string) error {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(files)
	var version, id, tables int
	if err := db.QueryRowContext(ctx, "pragma user_version").Scan(&version); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "pragma application_id").Scan(&id); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "select count(*) from sqlite_master").Scan(&tables); err != nil {
		return err
	}
	switch {
	case id != applicationID && tables > 0:
		return errStranger
	case version > len(files):
		return &NewerError{path, version, len(files)}
	}
	for i := version; i < len(files); i++ {
		if err := apply(ctx, db, files[i], i+1); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(files[i]), err)
		}
	}
	return nil
}

func apply(ctx context.Context, db *sql.DB, file string, version int) error {
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	// Another process may have been first.
	var now int
	if err := tx.QueryRowContext(ctx, "pragma user_version").Scan(&now); err != nil || now >= version {
		return err
	}
	for _, statement := range []string{string(text), fmt.Sprintf("pragma user_version = %d", version), fmt.Sprintf("pragma application_id = %d", applicationID)} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}

var errStranger = errors.New("the file is no history of vlmspec")

// damaged reports whether an error says that the file cannot be used at all.
func damaged(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		code := e.Code() & 0xff
		return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB || code == sqlite3.SQLITE_ERROR
	}
	return errors.Is(err, errStranger)
}

// explain says what to do about an error of SQLite.
func explain(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_BUSY {
		return fmt.Errorf("another process holds it for more than 5 seconds (%w): try again when that has ended", err)
	}
	return err
}

func moveAside(path, aside string) error {
	if err := os.Rename(path, aside); err != nil {
		return err
	}
	for _, tail := range []string{"-wal", "-shm", "-journal"} {
		if err := os.Remove(path + tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
