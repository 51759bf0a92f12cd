package drivers

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/result"
	"ecs-migrate/migrator/internal/run"
)

// FuzzURL gives URLs of every driver with a password in them, well-formed or not, and looks for any four bytes of it in all
// that is printed. Each byte of the password is one that no message of ours has: a run of them cannot be there by chance.
func FuzzURL(f *testing.F) {
	for _, shape := range []string{
		"postgres://u:@@127.0.0.1:1/db", "postgres://u:@#rest@127.0.0.1:1/db", "pgx5://u:pw@@/db", "mysql://u:@@tcp(127.0.0.1:1)/db",
		"mysql://weird:@/x@tcp(h:1)", "postgres://@@127.0.0.1:1/db", "postgres://127.0.0.1:1/db?password=@", "postgres://u:@", "postgres:@",
		"postgres://u:x@@:y/db", "mysql://@", "mysql://u:@%zz@tcp(127.0.0.1:1)/db", "sqlserver://u:@@127.0.0.1:1?database=d", "cockroachdb://u:@@127.0.0.1:1/d",
		"postgres://u:@@127.0.0.1:1/db?sslmode=@", "postgres://u:@@127.0.0.1:1/db?sslrootcert=/@", "mysql://u:@@tcp(127.0.0.1:1)/db?tls=@", "@", "{\"password\":\"@\"}",
	} {
		for _, between := range []string{"", "/", "#", "?", "%", "@", ":", " ", "\n", "[", "\\", "%40", "(", ")"} {
			f.Add(shape, between)
		}
	}
	f.Fuzz(func(t *testing.T, shape, between string) {
		parts := []string{"Qz7Jx9Kv", "Wq4Zj8Xk"}
		password := parts[0] + between + parts[1]
		if !strings.Contains(shape, "@") || len(shape) > 200 || len(between) > 20 {
			return
		}
		url := strings.Replace(shape, "@", password, 1)
		printed := runWith(url)
		for _, part := range parts {
			for i := 0; i+4 <= len(part); i++ {
				if strings.Contains(printed, part[i:i+4]) {
					t.Fatalf("%q of %q shows:\n%s", part[i:i+4], url, printed)
				}
			}
		}
	})
}

// runWith is what the program prints for a database URL; the database is not there.
func runWith(url string) string {
	env := func(name string) string {
		switch name {
		case "MIGRATION_DB":
			return url
		case "CONNECT_TIMEOUT":
			return "0"
		}
		return ""
	}
	var printed bytes.Buffer
	out := mask.NewPrinter(&printed)
	out.Hide(config.RawSecrets(env)...)
	c, err := config.Read([]string{"version"}, env)
	if err != nil {
		out.Line("error: %s", err)
		return printed.String()
	}
	out.Hide(c.Database.Secrets()...)
	// Names are resolved nowhere, and no host but this one is called.
	if c.Database.Host != "127.0.0.1" {
		engine, err := Open(c, out)
		if err != nil {
			out.Line("error: %s", err)
		} else {
			engine.Close()
		}
		return printed.String()
	}
	stop := run.Stop{Soft: make(chan struct{}), Hard: make(chan struct{})}
	line := &result.Line{Database: &result.Database{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run.Run(c, out, stop, func() (database.Engine, error) { return Open(c, out) }, line)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	select {
	case <-done:
		out.Result(line.Encode())
	case <-ctx.Done():
	}
	return printed.String()
}
