//go:build sqlite

package drivers

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/result"
	"ecs-migrate/migrator/internal/run"
)

// A driver of golang-migrate's keeps the old rule: a file that fails leaves the database dirty.
func TestSQLite(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"1_a.up.sql": "CREATE TABLE a (id int);", "2_b.up.sql": "INSERT INTO nope VALUES ('hunter2secret');"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	url := "sqlite://" + filepath.Join(folder, "db")
	for _, step := range []struct {
		args          string
		code, version int
		dirty         bool
	}{{"goto 1", 0, 1, false}, {"up", 12, 2, true}, {"force 1", 0, 1, false}, {"version", 0, 1, false}} {
		var printed bytes.Buffer
		out := mask.NewPrinter(&printed)
		c, err := config.Read(strings.Fields(step.args), func(name string) string {
			return map[string]string{"MIGRATION_DB": url, "MIGRATIONS_PATH": folder}[name]
		})
		if err != nil {
			t.Fatal(err)
		}
		c.Heartbeat = time.Second
		line := &result.Line{Database: &result.Database{}}
		engine, err := Open(c, out)
		if err != nil {
			t.Fatal(err)
		}
		run.Run(c, out, run.Stop{Soft: t.Context(), Hard: t.Context()}, engine, line)
		if line.ExitCode != step.code || *line.To.Version != step.version || line.To.Dirty != step.dirty || strings.Contains(printed.String(), "hunter2secret") {
			t.Fatal(step, printed.String())
		}
	}
}
