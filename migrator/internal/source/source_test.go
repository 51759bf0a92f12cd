package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, names ...string) string {
	t.Helper()
	path := t.TempDir()
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(path, name), []byte("-- "+name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// Names as golang-migrate's parser takes them: any number of digits, zeros, any extension.
func TestOpen(t *testing.T) {
	f, err := Open(write(t, "000002_b.up.sql", "1_a.up.sql", "1_a.down.sql", "20261124120000_c.up.sql.gz", "3_.up.", "README.md", "x_y.up.sql"))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, file := range f.Pending(nil) {
		names = append(names, file.File)
	}
	if got := strings.Join(names, " "); got != "1_a.up.sql 000002_b.up.sql 3_.up. 20261124120000_c.up.sql.gz" {
		t.Fatal(got)
	}
	if pending := f.Pending(new(2)); len(pending) != 2 || pending[0].Version != 3 {
		t.Fatal(pending)
	}
	h, err := f.Holds()
	if err != nil || h.Count != 4 || *h.First != 1 || *h.Last != 20261124120000 {
		t.Fatal(h, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	_, err := Open(write(t, "1_a.up.sql", "01_b.up.sql"))
	if err == nil || !strings.HasPrefix(err.Error(), "duplicate migration file: ") {
		t.Fatal(err)
	}
	for _, name := range []string{"99999999999999999999_z.up.sql", "9223372036854775808_z.down.sql"} {
		if _, err := Open(write(t, name)); err == nil || err.Error() != name+" has a version that no database can hold: the highest is 9223372036854775807" {
			t.Fatal(err)
		}
	}
	if _, err := Open("/nonexistent"); err == nil || err.Error() != "the image's folder of migrations, /nonexistent, cannot be read: no such file or directory" {
		t.Fatal(err)
	}
}
