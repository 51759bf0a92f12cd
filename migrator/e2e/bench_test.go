package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

var peer = flag.String("peer", "", "golang-migrate's own command, for BenchmarkPeer; built with -tags 'postgres mysql'")

// measured is one run of a command.
type measured struct {
	took, firstSQL time.Duration
	peakMB         float64
}

// BenchmarkPeer prints a table of this binary and golang-migrate's own command, run in turns on a PostgreSQL server.
func BenchmarkPeer(b *testing.B) {
	if *peer == "" {
		b.Skip("-peer names golang-migrate's own command")
	}
	small := benchFolder(b, 1, "INSERT INTO seen SELECT clock_timestamp();\n")
	large := benchFolder(b, 1, strings.Repeat("INSERT INTO filled VALUES (1, 'one row of many, so that the file is large');\n", 5_000_000/77))
	fmt.Println("| | migrator | golang-migrate's command |\n| --- | --- | --- |")
	row := func(title string, rounds int, path, operation, format string, values func(m measured) []any) {
		cells := [2]string{}
		samples := [2][]measured{}
		for range rounds {
			for i, program := range []string{binary, *peer} {
				samples[i] = append(samples[i], runBench(b, program, path, operation))
			}
		}
		for i, list := range samples {
			slices.SortFunc(list, func(a, b measured) int { return int(a.took - b.took) })
			cells[i] = fmt.Sprintf(format, values(list[len(list)/2])...)
		}
		fmt.Printf("| %s | %s | %s |\n", title, cells[0], cells[1])
	}
	both := func(m measured) []any { return []any{m.took.Seconds(), m.peakMB} }
	row("`version`, median of 15 runs, process start to end", 15, small, "version", "%.3f s, %.0f MB", both)
	row("process start to the first statement of a file, median of 15 runs", 15, small, "up", "%.3f s", func(m measured) []any { return []any{m.firstSQL.Seconds()} })
	row("one file of 5 MB: time, peak memory", 3, large, "up", "%.1f s, %.0f MB", both)
	for _, n := range []int{1_000, 10_000} {
		many := benchFolder(b, n, "INSERT INTO filled VALUES (1, 'one');\n")
		row(fmt.Sprintf("%d files of one statement: time, peak memory", n), 1, many, "up", "%.1f s, %.0f MB", both)
	}
}

func benchFolder(b *testing.B, n int, text string) string {
	path := b.TempDir()
	for i := range n {
		if err := os.WriteFile(filepath.Join(path, fmt.Sprintf("%d_a.up.sql", i+1)), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return path
}

// runBench runs one operation in a database of its own.
func runBench(b *testing.B, program, path, operation string) measured {
	ctx, name := context.Background(), newName()
	ask := func(database, text string) string {
		conn, err := pgconn.Connect(ctx, pg.url(database))
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = conn.Close(ctx) }()
		results, err := conn.Exec(ctx, text).ReadAll()
		if err != nil {
			b.Fatal(err)
		}
		if last := results[len(results)-1]; len(last.Rows) > 0 {
			return string(last.Rows[0][0])
		}
		return ""
	}
	ask("postgres", "CREATE DATABASE "+name)
	ask(name, "CREATE TABLE seen (at timestamptz); CREATE TABLE filled (id int, note text); CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)")
	command := exec.Command(program, operation)
	command.Env = []string{"MIGRATION_DB=" + pg.url(name), "MIGRATIONS_PATH=" + path}
	if program == *peer {
		command.Args = []string{program, "-path", path, "-database", pg.url(name), operation}
	}
	out := &lockedBuffer{}
	command.Stdout, command.Stderr = out, out
	begun := time.Now()
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	peak := make(chan float64, 1)
	go func() { peak <- peakOf(command.Process.Pid) }()
	err := command.Wait()
	m := measured{took: time.Since(begun), peakMB: <-peak}
	if text := out.String(); err != nil && !strings.Contains(text, "no migration") {
		b.Fatalf("%s: %v\n%s", program, err, text[max(0, len(text)-2000):])
	}
	if seen := ask(name, "SELECT coalesce(max(extract(epoch FROM at) * 1000000)::bigint, 0) FROM seen"); seen != "0" {
		var micros int64
		_, _ = fmt.Sscan(seen, &micros)
		m.firstSQL = time.UnixMicro(micros).Sub(begun)
	}
	ask("postgres", "DROP DATABASE "+name)
	return m
}

// peakOf follows a process of Linux to its end. What wait4 tells is no less than the peak of this process, which forked it.
func peakOf(pid int) (peakMB float64) {
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		_, peak, ok := strings.Cut(string(status), "VmHWM:")
		if err != nil || !ok {
			return peakMB
		}
		var kB float64
		_, _ = fmt.Sscan(peak, &kB)
		peakMB = kB / 1024
		time.Sleep(2 * time.Millisecond)
	}
}
