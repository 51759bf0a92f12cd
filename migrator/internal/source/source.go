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
	"slices"
	"strings"

	"github.com/golang-migrate/migrate/v4/source"
	"github.com/golang-migrate/migrate/v4/source/iofs"
)

// Folder is the set of files. It is golang-migrate's source: the body that it hands out is the file's name alone, which the
// migrator's driver reads the file by, so that nothing is buffered twice.
type Folder struct {
	iofs.PartialDriver
	path     string
	files    *source.Migrations
	versions []uint
}

// Open lists the folder. The error is for people.
func Open(path string) (*Folder, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("the image's folder of migrations, %s, cannot be read: %w", path, reason(err))
	}
	f := &Folder{path: path, files: source.NewMigrations()}
	for _, entry := range entries {
		m, err := source.DefaultParse(entry.Name())
		if entry.IsDir() || err != nil {
			continue // golang-migrate passes it over as well
		}
		if !f.files.Append(m) {
			other, _ := f.Find(m.Version, m.Direction)
			return nil, fmt.Errorf("duplicate migration file: %s and %s have the same version; give each its own", other.Raw, m.Raw)
		}
		f.versions = append(f.versions, m.Version)
	}
	slices.Sort(f.versions)
	f.versions = slices.Compact(f.versions)
	return f, f.Init(os.DirFS(path), ".")
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
func (f *Folder) Find(version uint, direction source.Direction) (*source.Migration, bool) {
	if direction == source.Up {
		return f.files.Up(version)
	}
	return f.files.Down(version)
}

// Pending lists the up files above a version (-1: none).
func (f *Folder) Pending(version int) []*source.Migration {
	list := []*source.Migration{}
	for _, v := range f.versions {
		if file, ok := f.files.Up(v); ok && (version < 0 || v > uint(version)) {
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
	all, buffer := sha256.New(), make([]byte, 32*1024)
	for _, v := range f.versions {
		up, ok := f.files.Up(v)
		if !ok {
			continue
		}
		upHash, err := f.digest(up.Raw, buffer)
		if err != nil {
			return nil, err
		}
		downHash := "-"
		if down, ok := f.files.Down(v); ok {
			if downHash, err = f.digest(down.Raw, buffer); err != nil {
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

func (f *Folder) digest(name string, buffer []byte) (string, error) {
	file, err := os.Open(filepath.Join(f.path, name))
	if err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", name, reason(err))
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	// One buffer for all files: io.Copy would make one of 32 KiB for each.
	if _, err := io.CopyBuffer(hash, struct{ io.Reader }{file}, buffer); err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", name, reason(err))
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// The rest is golang-migrate's source.Driver.

func (f *Folder) Open(string) (source.Driver, error) { return f, nil }

func (f *Folder) ReadUp(version uint) (io.ReadCloser, string, error) {
	return f.body(version, source.Up)
}

func (f *Folder) ReadDown(version uint) (io.ReadCloser, string, error) {
	return f.body(version, source.Down)
}

func (f *Folder) body(version uint, direction source.Direction) (io.ReadCloser, string, error) {
	file, ok := f.Find(version, direction)
	if !ok {
		return nil, "", &fs.PathError{Op: fmt.Sprintf("read %s for version %d", direction, version), Path: f.path, Err: fs.ErrNotExist}
	}
	return io.NopCloser(strings.NewReader(file.Raw)), file.Identifier, nil
}
