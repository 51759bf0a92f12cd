// Package source reads the image's folder of migrations as golang-migrate does, and says what it holds.
package source

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/golang-migrate/migrate/v4/source"
)

// Folder is the set of files. It is golang-migrate's source: the body that it hands out is the file's name alone, which the
// migrator's driver reads the file by, so that nothing is buffered twice.
type Folder struct {
	path  string
	files *source.Migrations
}

// Open lists the folder. The error is for people; the folder is empty then.
func Open(path string) (*Folder, error) {
	f := &Folder{path: path, files: source.NewMigrations()}
	entries, err := os.ReadDir(path)
	if err != nil {
		return f, fmt.Errorf("the image's folder of migrations, %s, cannot be read: %w", path, reason(err))
	}
	found := source.NewMigrations()
	for _, entry := range entries {
		m, err := source.DefaultParse(entry.Name())
		switch {
		case errors.Is(err, source.ErrParse), entry.IsDir(): // golang-migrate passes over it as well
		case err != nil, m.Version > math.MaxInt64:
			return f, fmt.Errorf("%s has a version that no database can hold: the highest is %d", entry.Name(), math.MaxInt64)
		case !found.Append(m):
			other, _ := of(found, m.Version, m.Direction)
			return f, fmt.Errorf("duplicate migration file: %s and %s have the same version; give each its own", other.Raw, m.Raw)
		}
	}
	f.files = found
	return f, nil
}

func of(files *source.Migrations, version uint, direction source.Direction) (*source.Migration, bool) {
	if direction == source.Up {
		return files.Up(version)
	}
	return files.Down(version)
}

// reason is the error without the path, which the message has already.
func reason(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// Read returns a file's text.
func (f *Folder) Read(name string) (string, error) {
	var text strings.Builder
	err := f.copy(name, &text, nil)
	return text.String(), err
}

// copy gives a file to a writer. A buffer for many files may be given.
func (f *Folder) copy(name string, into io.Writer, buffer []byte) error {
	file, err := os.Open(filepath.Join(f.path, name))
	if err == nil {
		defer func() { _ = file.Close() }()
		if text, ok := into.(*strings.Builder); ok {
			if info, err := file.Stat(); err == nil {
				text.Grow(int(info.Size()))
			}
		}
		_, err = io.CopyBuffer(into, struct{ io.Reader }{file}, buffer)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", name, reason(err))
	}
	return nil
}

// ups are the up files in their order.
func (f *Folder) ups() iter.Seq[*source.Migration] {
	return func(yield func(*source.Migration) bool) {
		for version, ok := f.files.First(); ok; version, ok = f.files.Next(version) {
			if m, has := f.files.Up(version); has && !yield(m) {
				return
			}
		}
	}
}

// Pending is an up file that is still to run.
type Pending struct {
	Version uint   `json:"version"`
	Name    string `json:"name"`
	File    string `json:"file"`
}

// Pending lists the up files above a version, or all.
func (f *Folder) Pending(version *int) []Pending {
	list := []Pending{}
	for m := range f.ups() {
		if version == nil || m.Version > uint(*version) {
			list = append(list, Pending{m.Version, m.Identifier, m.Raw})
		}
	}
	return list
}

// Holds is what the image holds, as automation/migrations/record.ts digests it.
type Holds struct {
	Count  int    `json:"count"`
	First  *uint  `json:"first"`
	Last   *uint  `json:"last"`
	Sha256 string `json:"sha256"`
}

// Holds reads every file once.
func (f *Folder) Holds() (*Holds, error) {
	h := &Holds{}
	all, buffer := sha256.New(), make([]byte, 32*1024)
	digest := func(m *source.Migration) (string, error) {
		hash := sha256.New()
		err := f.copy(m.Raw, hash, buffer)
		return hex.EncodeToString(hash.Sum(nil)), err
	}
	for up := range f.ups() {
		upHash, err := digest(up)
		downHash := "-"
		if down, ok := f.files.Down(up.Version); ok && err == nil {
			downHash, err = digest(down)
		}
		if err != nil {
			return nil, err
		}
		h.Last = &up.Version
		if h.First == nil {
			h.First = h.Last
		}
		h.Count++
		fmt.Fprintf(all, "%d\t%s\t%s\t%s\n", up.Version, upHash, downHash, up.Identifier)
	}
	h.Sha256 = hex.EncodeToString(all.Sum(nil))
	return h, nil
}

// The rest is golang-migrate's source.Driver.

func (f *Folder) Open(string) (source.Driver, error) { return f, nil }
func (f *Folder) Close() error                       { return nil }

func (f *Folder) First() (uint, error) {
	version, ok := f.files.First()
	return version, f.missing(ok, "first")
}

func (f *Folder) Prev(version uint) (uint, error) {
	prev, ok := f.files.Prev(version)
	return prev, f.missing(ok, "prev for version %d", version)
}

func (f *Folder) Next(version uint) (uint, error) {
	next, ok := f.files.Next(version)
	return next, f.missing(ok, "next for version %d", version)
}

func (f *Folder) ReadUp(version uint) (io.ReadCloser, string, error) {
	return f.body(version, source.Up)
}

func (f *Folder) ReadDown(version uint) (io.ReadCloser, string, error) {
	return f.body(version, source.Down)
}

func (f *Folder) body(version uint, direction source.Direction) (io.ReadCloser, string, error) {
	m, ok := of(f.files, version, direction)
	if !ok {
		return nil, "", f.missing(ok, "read %s for version %d", direction, version)
	}
	return io.NopCloser(strings.NewReader(m.Raw)), m.Identifier, nil
}

// missing is the error of an operation that found nothing. golang-migrate knows it by its kind, and prints it.
func (f *Folder) missing(ok bool, operation string, args ...any) error {
	if ok {
		return nil
	}
	return &fs.PathError{Op: fmt.Sprintf(operation, args...), Path: f.path, Err: fs.ErrNotExist}
}
