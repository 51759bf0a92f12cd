// Package source reads the image's folder of migrations as golang-migrate does, and says what it holds.
package source

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/golang-migrate/migrate/v4/source"
)

// File is one file of the folder.
type File struct {
	Name       string // as it is called, zeros kept
	Version    uint
	Identifier string
	Direction  string // up, down
}

// Folder is the set of files. It is golang-migrate's source: the body that it hands out is the file's name alone, which the
// migrator's driver reads the file by, so that nothing is buffered twice.
type Folder struct {
	path     string
	versions []uint
	files    map[uint]map[source.Direction]File
}

// Open lists the folder. The error is for people.
func Open(path string) (*Folder, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("the image's folder of migrations, %s, cannot be read: %w", path, reason(err))
	}
	f := &Folder{path: path, files: map[uint]map[source.Direction]File{}}
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		m, err := source.DefaultParse(entry.Name())
		if err != nil {
			continue // golang-migrate passes it over as well
		}
		if f.files[m.Version] == nil {
			f.files[m.Version] = map[source.Direction]File{}
			f.versions = append(f.versions, m.Version)
		}
		if other, twice := f.files[m.Version][m.Direction]; twice {
			return nil, fmt.Errorf("duplicate migration file: %s and %s have the same version; give each its own", other.Name, m.Raw)
		}
		f.files[m.Version][m.Direction] = File{m.Raw, m.Version, m.Identifier, string(m.Direction)}
	}
	sort.Slice(f.versions, func(i, j int) bool { return f.versions[i] < f.versions[j] })
	return f, nil
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
	text, err := os.ReadFile(filepath.Join(f.path, name))
	if err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", name, reason(err))
	}
	return string(text), nil
}

// Find returns the file of a version, if there is one.
func (f *Folder) Find(version uint, direction string) (File, bool) {
	file, ok := f.files[version][source.Direction(direction)]
	return file, ok
}

// ByName returns the file of that name.
func (f *Folder) ByName(name string) (File, bool) {
	m, err := source.DefaultParse(name)
	if err != nil {
		return File{}, false
	}
	return f.Find(m.Version, string(m.Direction))
}

// Pending lists the up files above a version (-1: none).
func (f *Folder) Pending(version int) []File {
	list := []File{}
	for _, v := range f.versions {
		if file, ok := f.Find(v, "up"); ok && (version < 0 || v > uint(version)) {
			list = append(list, file)
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
	all := sha256.New()
	for _, v := range f.versions {
		up, ok := f.Find(v, "up")
		if !ok {
			continue
		}
		upHash, err := f.digest(up.Name)
		if err != nil {
			return nil, err
		}
		downHash := "-"
		if down, ok := f.Find(v, "down"); ok {
			if downHash, err = f.digest(down.Name); err != nil {
				return nil, err
			}
		}
		if h.First == nil {
			h.First = &v
		}
		h.Last = &v
		h.Count++
		fmt.Fprintf(all, "%d\t%s\t%s\t%s\n", v, upHash, downHash, up.Identifier)
	}
	h.Sha256 = hex.EncodeToString(all.Sum(nil))
	return h, nil
}

func (f *Folder) digest(name string) (string, error) {
	file, err := os.Open(filepath.Join(f.path, name))
	if err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", name, reason(err))
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", name, reason(err))
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// The rest is golang-migrate's source.Driver.

func (f *Folder) Open(string) (source.Driver, error) { return f, nil }
func (f *Folder) Close() error                       { return nil }

func (f *Folder) missing(op string) error {
	return &fs.PathError{Op: op, Path: f.path, Err: fs.ErrNotExist}
}

func (f *Folder) First() (uint, error) {
	if len(f.versions) == 0 {
		return 0, f.missing("first")
	}
	return f.versions[0], nil
}

func (f *Folder) index(version uint) int {
	i := sort.Search(len(f.versions), func(i int) bool { return f.versions[i] >= version })
	if i < len(f.versions) && f.versions[i] == version {
		return i
	}
	return -1
}

func (f *Folder) Prev(version uint) (uint, error) {
	if i := f.index(version); i > 0 {
		return f.versions[i-1], nil
	}
	return 0, f.missing(fmt.Sprintf("prev for version %d", version))
}

func (f *Folder) Next(version uint) (uint, error) {
	if i := f.index(version); i >= 0 && i+1 < len(f.versions) {
		return f.versions[i+1], nil
	}
	return 0, f.missing(fmt.Sprintf("next for version %d", version))
}

func (f *Folder) ReadUp(version uint) (io.ReadCloser, string, error) {
	return f.body(version, source.Up)
}

func (f *Folder) ReadDown(version uint) (io.ReadCloser, string, error) {
	return f.body(version, source.Down)
}

func (f *Folder) body(version uint, direction source.Direction) (io.ReadCloser, string, error) {
	file, ok := f.files[version][direction]
	if !ok {
		return nil, "", f.missing(fmt.Sprintf("read %s for version %d", direction, version))
	}
	return io.NopCloser(strings.NewReader(file.Name)), file.Identifier, nil
}
