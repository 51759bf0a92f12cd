package run

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/golang-migrate/migrate/v4"

	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/result"
)

// conclude turns the error, the versions and the signal into outcome and exit code. A dirty database outweighs all else.
func (r *operation) conclude(err error) {
	l := r.line
	if r.driver != nil {
		l.Files, l.FilesOmitted, l.Retries, l.WaitedMs = r.driver.files, r.driver.omitted, r.driver.retries, result.Ms(r.driver.waited)
	}
	if err != nil {
		r.explain(err)
	}
	interrupted := closed(r.stop.Soft) && (!r.config.ReadsOnly() || err != nil)
	switch {
	case l.To != nil && l.To.Dirty:
		l.Outcome, l.ExitCode = "dirty", ExitDirty
		text := "the database is dirty at version " + strings.TrimSuffix(words(l.To), " (dirty)")
		if l.Error == nil {
			l.Error = &text
		}
		r.out.Line("%s: complete or undo by hand what its file left half done, then force the version that the database has", text)
	case interrupted:
		l.Outcome, l.ExitCode = "interrupted", ExitInterrupted
		if l.Error == nil {
			l.Error = database.Text(errInterrupted.Error())
		}
	case err != nil:
		l.Outcome, l.ExitCode = "failed", ExitFailed
	case r.config.ReadsOnly() || r.unchanged():
		l.Outcome = "unchanged"
	default:
		l.Outcome = "applied"
	}
}

func (r *operation) unchanged() bool {
	from, to := r.line.From, r.line.To
	if from == nil { // `force` of what did not read
		return false
	}
	return len(r.line.Files) == 0 && (to == nil || words(from) == words(to))
}

// explain fills in `error` and `failed`.
func (r *operation) explain(err error) {
	if errors.Is(err, errInterrupted) {
		return
	}
	var f *database.Failure
	if !errors.As(err, &f) {
		f = explainMigrate(err)
	}
	failed := &result.Failed{Kind: f.Kind, Code: database.Text(f.Code), Message: f.Error(), TookEffect: database.Nothing, Blockers: f.Blockers}
	if r.driver != nil && r.driver.failed != nil {
		failed = r.driver.failed
	} else if r.driver != nil && f.Effect != "" {
		failed.TookEffect = f.Effect
	}
	text := r.out.Text(place(failed) + failed.Message + effect(failed))
	failed.Message = result.Clip(r.out.Text(failed.Message), 2000)
	r.line.Error, r.line.Failed = &text, failed
	r.out.Line("error: %s", text)
	if f.Detail != "" {
		r.out.Line("  %s", f.Detail)
	}
	if f.Kind == database.Version {
		r.out.Line("this image lacks the file of that version: run the image that has it (an older image knows no newer files)")
	}
}

func place(f *result.Failed) string {
	switch {
	case f.File == nil:
		return ""
	case f.Statement == nil:
		return *f.File + ": "
	}
	return fmt.Sprintf("%s, statement %d of %d, line %d: ", *f.File, f.Statement.N, f.Statement.Of, f.Statement.Line)
}

func effect(f *result.Failed) string {
	switch {
	case f.File == nil:
		return ""
	case f.TookEffect == database.Nothing:
		return "; nothing of this file took effect"
	case f.TookEffect == database.Some:
		return fmt.Sprintf("; %s of this file took effect", count(len(f.Completed)))
	}
	return "; what this file did is not known"
}

// count is "1 statement", "2 statements".
func count(statements int) string {
	if statements == 1 {
		return "1 statement"
	}
	return fmt.Sprintf("%d statements", statements)
}

// explainMigrate sorts golang-migrate's own errors. Their texts stay as they are.
func explainMigrate(err error) *database.Failure {
	f := &database.Failure{Kind: database.Other, Message: err.Error(), Effect: database.Nothing}
	var dirty migrate.ErrDirty
	var short migrate.ErrShortLimit
	switch {
	case errors.As(err, &dirty):
		f.Kind = database.DirtyBefore
	case errors.As(err, &short):
		f.Kind = database.ShortLimit
	case strings.HasPrefix(f.Message, "no migration found for version"):
		f.Kind = database.Version
	case errors.Is(err, os.ErrNotExist):
		f.Kind = database.Source
		if strings.HasPrefix(f.Message, "file does not exist") {
			f.Message = "there is no migration to undo: the database is at no version"
		}
	}
	return f
}
