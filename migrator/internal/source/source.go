// Package source reads the image's folder of migrations as golang-migrate does, and says what it holds.
package source

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/golang-migrate/migrate/v4/source"
)

// file is what is kept of one: there may be very many.
type file struct {
	version   uint
	direction source.Direction
	name      string
}

func (f file) compare(other file) int {
	// "up" comes before "down".
	return cmp.Or(cmp.Compare(f.version, other.version), cmp.Compare(other.direction, f.direction))
}

// Folder is the set of files. It is golang-migrate's source: the body that it hands out is the file's name alone, which the
// migrator's driver reads the file by, so that nothing is buffered twice.
type Folder struct {
	path  string
	files []file // in their order
}

// Open lists the folder. The error is for people; the folder is empty then.
func Open(path string) (*Folder, error) {
	f := &Folder{path: path}
	dir, err := os.Open(path)
	if err != nil {
		return &Folder{}, f.unreadable(err)
	}
	defer func() { _ = dir.Close() }()
	for {
		entries, err := dir.ReadDir(256)
		for _, entry := range entries {
			m, err := source.DefaultParse(entry.Name())
			switch {
			case errors.Is(err, source.ErrParse), entry.IsDir(): // golang-migrate passes over it as well
			case err != nil, m.Version > math.MaxInt64:
				return &Folder{}, fmt.Errorf("%s has a version that no database can hold: the highest is %d", entry.Name(), math.MaxInt64)
			default:
				f.files = append(f.files, file{m.Version, m.Direction, m.Raw})
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return &Folder{}, f.unreadable(err)
		}
	}
	slices.SortFunc(f.files, func(a, b file) int { return cmp.Or(a.compare(b), cmp.Compare(a.name, b.name)) })
	for i := range f.files[min(1, len(f.files)):] {
		if a, b := f.files[i], f.files[i+1]; a.compare(b) == 0 {
			return &Folder{}, fmt.Errorf("duplicate migration file: %s and %s have the same version; give each its own", a.name, b.name)
		}
	}
	return f, nil
}

func (f *Folder) unreadable(err error) error {
	return fmt.Errorf("the image's folder of migrations, %s, cannot be read: %w", f.path, reason(err))
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

// Pending is an up file that is still to run.
type Pending struct {
	Version uint   `json:"version"`
	Name    string `json:"name"`
	File    string `json:"file"`
}

// Pending lists the up files above a version, or all.
func (f *Folder) Pending(version *int) []Pending {
	list := []Pending{}
	for _, one := range f.files {
		if m, err := source.DefaultParse(one.name); err == nil && m.Direction == source.Up && (version == nil || m.Version > uint(*version)) {
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
	digest := func(i int) (string, error) {
		hash := sha256.New()
		if err := f.copy(f.files[i].name, hash, buffer); err != nil {
			return "", err
		}
		return hex.EncodeToString(hash.Sum(nil)), nil
	}
	for i, up := range f.files {
		if up.direction != source.Up {
			continue
		}
		m, err := source.DefaultParse(up.name)
		upHash, err2 := digest(i)
		downHash, err3 := "-", error(nil)
		if i+1 < len(f.files) && f.files[i+1].version == up.version {
			downHash, err3 = digest(i + 1)
		}
		if err := errors.Join(err, err2, err3); err != nil {
			return nil, err
		}
		h.First, h.Last = cmp.Or(h.First, &m.Version), &m.Version
		h.Count++
		fmt.Fprintf(all, "%d\t%s\t%s\t%s\n", up.version, upHash, downHash, m.Identifier)
	}
	h.Sha256 = hex.EncodeToString(all.Sum(nil))
	return h, nil
}

// The rest is golang-migrate's source.Driver.

func (f *Folder) Open(string) (source.Driver, error) { return f, nil }
func (f *Folder) Close() error                       { return nil }

// at is the version of the i-th file. golang-migrate knows this error by its kind, and prints it.
func (f *Folder) at(i int, operation string) (uint, error) {
	if i < 0 || i >= len(f.files) {
		return 0, &fs.PathError{Op: operation, Path: f.path, Err: fs.ErrNotExist}
	}
	return f.files[i].version, nil
}

// place is where the file is, or the first one behind it.
func (f *Folder) place(version uint, direction source.Direction) (i int, found bool) {
	return slices.BinarySearchFunc(f.files, file{version, direction, ""}, file.compare)
}

func (f *Folder) First() (uint, error) { return f.at(0, "first") }

func (f *Folder) Prev(version uint) (uint, error) {
	i, _ := f.place(version, source.Up)
	return f.at(i-1, fmt.Sprintf("prev for version %d", version))
}

func (f *Folder) Next(version uint) (uint, error) {
	i, _ := f.place(version+1, source.Up)
	return f.at(i, fmt.Sprintf("next for version %d", version))
}

func (f *Folder) ReadUp(version uint) (io.ReadCloser, string, error) {
	return f.body(version, source.Up)
}

func (f *Folder) ReadDown(version uint) (io.ReadCloser, string, error) {
	return f.body(version, source.Down)
}

func (f *Folder) body(version uint, direction source.Direction) (io.ReadCloser, string, error) {
	i, ok := f.place(version, direction)
	if !ok {
		return nil, "", &fs.PathError{Op: fmt.Sprintf("read %s for version %d", direction, version), Path: f.path, Err: fs.ErrNotExist}
	}
	m, err := source.DefaultParse(f.files[i].name)
	if err != nil {
		return nil, "", err
	}
	return io.NopCloser(strings.NewReader(m.Raw)), m.Identifier, nil
}
