// Command migrator runs one operation of golang-migrate in a one-off task and ends with one JSON line on stdout. See
// docs/migrator.md.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/drivers"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/result"
	"ecs-migrate/migrator/internal/run"
)

func main() {
	// The server works and this program waits: memory is dearer than its own time.
	debug.SetGCPercent(30)
	os.Exit(start(os.Args[1:], os.Getenv, os.Stdout))
}

// start is the program: it ends with the exit code that the result line says.
func start(args []string, env func(string) string, stdout io.Writer) int {
	started := time.Now()
	out := mask.NewPrinter(stdout)
	out.Hide(config.RawSecrets(env)...)
	c, err := config.Read(args, env)
	out.Hide(c.Database.Secrets()...)
	line := newLine(c, env, out, started)
	var engine database.Engine
	if err == nil {
		engine, err = drivers.Open(c, out)
	}
	if err == nil {
		out.Line("ecs-migrate: %s%s%s", strings.Join(args, " "), prefixed(" on ", env("ENV")), prefixed(", image ", env("IMAGE")))
		execute(c, engine, out, line)
	} else {
		refuse(out, line, err)
	}
	line.DurationMs = result.Ms(time.Since(started))
	if _, known := config.Operations[line.Operation]; known { // by those who read the line
		out.Result(line.Encode())
	}
	return line.ExitCode
}

func execute(c config.Config, engine database.Engine, out *mask.Printer, line *result.Line) {
	defer func() {
		if problem := recover(); problem != nil {
			line.Outcome, line.ExitCode = "failed", run.ExitFailed
			line.Error = database.Text(out.Text(fmt.Sprintf("the migrator itself failed: %v", problem)))
			out.Line("error: %s", *line.Error)
		}
	}()
	stop, end := listen(c, out)
	defer end()
	run.Run(c, out, stop, engine, line)
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func newLine(c config.Config, env func(string) string, out *mask.Printer, started time.Time) *result.Line {
	text := func(s string) *string { return database.Text(result.Clip(out.Text(s), 500)) }
	d := c.Database
	return &result.Line{
		EcsMigrate: 2, Operation: c.Operation, Argument: text(c.Argument), StartedAt: started.UTC().Format("2006-01-02T15:04:05Z"),
		Image: text(env("IMAGE")), MigrationsSha256: text(env("MIGRATIONS_SHA256")),
		Run:      result.Run{By: text(env("RUN_BY")), Commit: text(env("RUN_COMMIT")), Branch: text(env("RUN_BRANCH")), Build: text(env("RUN_BUILD"))},
		Database: &result.Database{Engine: d.Engine, Secret: text(d.SecretDigest), Endpoint: text(config.Digest16(d.EndpointText))},
	}
}

// refuse says what is wrong, for exit code 2.
func refuse(out *mask.Printer, line *result.Line, err error) {
	out.Line("error: %s", err)
	out.Line("")
	out.Line("%s", config.Usage)
	text := out.Text(err.Error())
	line.Outcome, line.ExitCode, line.Error, line.Database = "usage", run.ExitUsage, &text, nil
	line.Failed = &database.Failure{Kind: database.Settings, Message: text, Effect: database.Nothing}
}

// reserve of the task's stopTimeout are for cancelling the statement and for the result line.
const reserve = 10 * time.Second

// listen turns signals into Stop: the first lets the running file end, the second, or the end of the task's stopTimeout,
// cancels its statement. The function that it returns ends that.
func listen(c config.Config, out *mask.Printer) (run.Stop, func()) {
	soft, stopSoft := context.WithCancel(context.Background())
	hard, stopHard := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		first := <-signals
		// golang-migrate's own words, which people look for.
		out.Line("%s: Stopping after this running migration ...", unix.SignalName(first.(syscall.Signal)))
		stopSoft()
		select {
		case <-signals:
		case <-time.After(max(c.StopTimeout-reserve, c.StopTimeout/2)):
		}
		stopHard()
	}()
	return run.Stop{Soft: soft, Hard: hard}, func() { signal.Stop(signals) }
}
