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

// Folder is the set of files. It is golang-migrate's source: the body that it hands out is the file's name alone, which the
// migrator's driver reads the file by, so that nothing is buffered twice.
type Folder struct {
	source.Driver // its Open and Close, which nobody calls
	path          string
	files         []*source.Migration // in their order
}

func compare(a, b *source.Migration) int {
	// "up" comes before "down".
	return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(b.Direction, a.Direction))
}

// Open lists the folder. The error is for people; the folder is empty then.
func Open(path string) (*Folder, error) {
	f := &Folder{path: path}
	dir, err := os.Open(path)
	if err != nil {
		return &Folder{}, f.unreadable(err)
	}
	defer func() { _ = dir.Close() }()
	for err == nil {
		var entries []fs.DirEntry
		entries, err = dir.ReadDir(256) // there may be very many
		for _, entry := range entries {
			m, bad := source.DefaultParse(entry.Name())
			switch {
			case errors.Is(bad, source.ErrParse), entry.IsDir(): // golang-migrate passes over it as well
			case bad != nil, m.Version > math.MaxInt64:
				return &Folder{}, fmt.Errorf("%s has a version that no database can hold: the highest is %d", entry.Name(), math.MaxInt64)
			default:
				f.files = append(f.files, m)
			}
		}
	}
	if !errors.Is(err, io.EOF) {
		return &Folder{}, f.unreadable(err)
	}
	slices.SortFunc(f.files, func(a, b *source.Migration) int { return cmp.Or(compare(a, b), cmp.Compare(a.Raw, b.Raw)) })
	for i := range f.files[min(1, len(f.files)):] {
		if a, b := f.files[i], f.files[i+1]; compare(a, b) == 0 {
			return &Folder{}, fmt.Errorf("duplicate migration file: %s and %s have the same version; give each its own", a.Raw, b.Raw)
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
	for _, m := range f.files {
		if m.Direction == source.Up && (version == nil || m.Version > uint(*version)) {
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
	var unread error
	digest := func(m *source.Migration) string {
		hash := sha256.New()
		unread = cmp.Or(unread, f.copy(m.Raw, hash, buffer))
		return hex.EncodeToString(hash.Sum(nil))
	}
	for i, up := range f.files {
		if up.Direction != source.Up {
			continue
		}
		upHash, downHash := digest(up), "-"
		if i+1 < len(f.files) && f.files[i+1].Version == up.Version {
			downHash = digest(f.files[i+1])
		}
		h.First, h.Last = cmp.Or(h.First, &up.Version), &up.Version
		h.Count++
		fmt.Fprintf(all, "%d\t%s\t%s\t%s\n", up.Version, upHash, downHash, up.Identifier)
	}
	if unread != nil {
		return nil, unread
	}
	h.Sha256 = hex.EncodeToString(all.Sum(nil))
	return h, nil
}

// The rest is golang-migrate's source.Driver.

// at is the i-th file. golang-migrate knows this error by its kind, and prints it.
func (f *Folder) at(i int, format string, args ...any) (*source.Migration, error) {
	if i < 0 || i >= len(f.files) {
		return &source.Migration{}, &fs.PathError{Op: fmt.Sprintf(format, args...), Path: f.path, Err: fs.ErrNotExist}
	}
	return f.files[i], nil
}

// place is where the file is, or the first one behind it.
func (f *Folder) place(version uint, direction source.Direction) (i int, found bool) {
	return slices.BinarySearchFunc(f.files, &source.Migration{Version: version, Direction: direction}, compare)
}

func (f *Folder) First() (uint, error) {
	m, err := f.at(0, "first")
	return m.Version, err
}

func (f *Folder) Prev(version uint) (uint, error) {
	i, _ := f.place(version, source.Up)
	m, err := f.at(i-1, "prev for version %d", version)
	return m.Version, err
}

func (f *Folder) Next(version uint) (uint, error) {
	i, _ := f.place(version+1, source.Up)
	m, err := f.at(i, "next for version %d", version)
	return m.Version, err
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
		i = len(f.files)
	}
	m, err := f.at(i, "read %s for version %d", direction, version)
	return io.NopCloser(strings.NewReader(m.Raw)), m.Identifier, err
}
