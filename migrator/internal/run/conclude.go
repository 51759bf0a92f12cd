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
func (o *operation) conclude(err error) {
	l := o.line
	l.WaitedMs = result.Ms(o.waited)
	if err != nil {
		o.explain(err)
	}
	interrupted := o.stop.Soft.Err() != nil && (!o.config.ReadsOnly() || err != nil)
	switch {
	case l.To != nil && l.To.Dirty:
		l.Outcome, l.ExitCode = "dirty", ExitDirty
		text := "the database is dirty at version " + strings.TrimSuffix(words(l.To), " (dirty)")
		if l.Error == nil {
			l.Error = &text
		}
		o.out.Line("%s: complete or undo by hand what its file left half done, then force the version that the database has", text)
	case interrupted:
		l.Outcome, l.ExitCode = "interrupted", ExitInterrupted
		if l.Error == nil {
			l.Error = database.Text(errInterrupted.Error())
		}
	case err != nil:
		l.Outcome, l.ExitCode = "failed", ExitFailed
	case o.config.ReadsOnly() || o.unchanged():
		l.Outcome = "unchanged"
	default:
		l.Outcome = "applied"
	}
}

func (o *operation) unchanged() bool {
	from, to := o.line.From, o.line.To
	if from == nil { // `force` of what did not read
		return false
	}
	return len(o.line.Files) == 0 && (to == nil || words(from) == words(to))
}

// explain fills in `error` and `failed`.
func (o *operation) explain(err error) {
	if errors.Is(err, errInterrupted) {
		return
	}
	var f *database.Failure
	if !errors.As(err, &f) {
		f = explainMigrate(err)
	}
	if f.File == nil && o.config.Operation != "force" || f.Effect == "" {
		f.Effect = database.Nothing
	}
	text := o.out.Text(place(f) + f.Error() + effect(f))
	o.out.Line("error: %s", text)
	f.Message = result.Clip(o.out.Text(f.Error()), 2000)
	o.line.Error, o.line.Failed = &text, f
	if f.Detail != "" {
		o.out.Line("  %s", f.Detail)
	}
	if f.Kind == database.Version {
		o.out.Line("this image lacks the file of that version: run the image that has it (an older image knows no newer files)")
	}
}

func place(f *database.Failure) string {
	switch {
	case f.File == nil:
		return ""
	case f.Statement == nil:
		return *f.File + ": "
	}
	return fmt.Sprintf("%s, statement %d of %d, line %d: ", *f.File, f.Statement.N, f.Statement.Of, f.Statement.Line)
}

func effect(f *database.Failure) string {
	switch {
	case f.File == nil:
		return ""
	case f.Effect == database.Nothing:
		return "; nothing of this file took effect"
	case f.Effect == database.Some:
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
		switch {
		case strings.HasPrefix(f.Message, "file does not exist"):
			f.Message = "there is no migration to undo: the database is at no version"
		case strings.HasPrefix(f.Message, "first "):
			f.Message = "the image's folder of migrations holds no file that is named as one (VERSION_NAME.up.sql)"
		}
	}
	return f
}
