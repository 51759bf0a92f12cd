// Package config reads the arguments and the environment. Its names are those of automation/contract/container.ts.
package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const Usage = `usage: migrator up | down N | down --all | goto V | force V | version | status | inspect
  up          apply all pending migrations
  down N      undo the last N migrations (N >= 1); --all undoes every one
  goto V      migrate up or down to version V
  force V     set version V and clear the dirty mark, run nothing (-1: none)
  version     print the database's version
  status      print the version and the pending migrations of this image
  inspect     print what matters before a migration: sizes, invalid indexes, old transactions, who blocks whom
environment
  MIGRATION_DB        the database URL; or its parts:
  DATABASE_HOST, DATABASE_PORT, DATABASE_NAME, DATABASE_ENGINE, DATABASE_PARAMS, DATABASE_USER, DATABASE_PASSWORD
  DATABASE_AUTH       password (default), or iam: a token made under the task's role
  LOCK_TIMEOUT        how long a statement waits for a lock (default 5s, 0: no limit)
  LOCK_BUDGET         for how long a lock is tried again (default 2m)
  CONNECT_TIMEOUT     how long a database that is not up yet is waited for (default 60s)
  STOP_TIMEOUT        the task's stopTimeout (default 120s)
  MIGRATIONS_PATH     folder of the SQL files (default: migrations beside this program)
  SHOW_ERROR_DETAILS  true: show values in messages and the SQL that failed
  DATABASE_SECRET, ENV, IMAGE, MIGRATIONS_SHA256, RUN_BY, RUN_COMMIT, RUN_BRANCH, RUN_BUILD   for the result line
exit codes
  0 ok, 2 usage or configuration, 11 failed (not dirty), 12 dirty, 13 interrupted (not dirty)`

// Config is what one run was asked for.
type Config struct {
	Operation string
	Argument  string // as it was given, or empty
	Steps     int    // down N; 0 with --all
	Version   int    // goto, force

	Database Database

	LockTimeout, LockBudget, ConnectTimeout, StopTimeout, Heartbeat time.Duration

	MigrationsPath string
	ShowDetails    bool

	Environment, Image, MigrationsSha256, By, Commit, Branch, Build string
}

// Operations are the words that the first argument may be, with what each needs behind it.
var Operations = map[string]string{
	"up": "", "down": "a number from 1 on, or --all", "goto": "a version: digits only", "force": "a version: digits only, or -1 for none", "version": "", "status": "", "inspect": "",
}

// ReadsOnly tells whether the operation is a question.
func (c Config) ReadsOnly() bool {
	return c.Operation == "version" || c.Operation == "status" || c.Operation == "inspect"
}

// Read reads arguments (without the program's name) and environment. The error is for people and quotes no value that may
// be secret.
func Read(args []string, env func(string) string) (Config, error) {
	c := Config{
		Environment: env("ENV"), Image: env("IMAGE"), MigrationsSha256: env("MIGRATIONS_SHA256"),
		By: env("RUN_BY"), Commit: env("RUN_COMMIT"), Branch: env("RUN_BRANCH"), Build: env("RUN_BUILD"),
		MigrationsPath: env("MIGRATIONS_PATH"),
	}
	if len(args) > 0 {
		c.Operation = args[0]
		c.Argument = strings.Join(args[1:], " ")
	}
	if err := c.readArguments(args); err != nil {
		return c, err
	}
	if c.MigrationsPath == "" {
		c.MigrationsPath = besideProgram()
	}
	if err := c.readSettings(env); err != nil {
		return c, err
	}
	var err error
	c.Database, err = readDatabase(env)
	return c, err
}

func besideProgram() string {
	program, err := os.Executable()
	if err != nil {
		return "migrations"
	}
	return filepath.Join(filepath.Dir(program), "migrations")
}

func (c *Config) readArguments(args []string) error {
	if len(args) == 0 || args[0] == "" {
		return fmt.Errorf("an operation is missing")
	}
	name, rest := args[0], args[1:]
	needs, known := Operations[name]
	switch {
	case !known:
		return fmt.Errorf("the operation is unknown")
	case needs == "" && len(rest) > 0:
		return fmt.Errorf("%s takes no argument", name)
	case needs == "":
		return nil
	case len(rest) != 1:
		return fmt.Errorf("%s needs one argument: %s", name, needs)
	}
	n, ok := digits(rest[0])
	switch {
	case name == "down":
		c.Steps, ok = n, ok && n > 0 || rest[0] == "--all"
	case name == "force" && rest[0] == "-1":
		c.Version, ok = -1, true
	default:
		c.Version = n
	}
	if !ok {
		return fmt.Errorf("%s needs %s", name, needs)
	}
	return nil
}

// digits reads a number of at most 18 digits, which always fits.
func digits(text string) (int, bool) {
	if text == "" || len(text) > 18 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

func (c *Config) readSettings(env func(string) string) error {
	times := []struct {
		name     string
		standard time.Duration
		into     *time.Duration
	}{
		{"LOCK_TIMEOUT", 5 * time.Second, &c.LockTimeout},
		{"LOCK_BUDGET", 2 * time.Minute, &c.LockBudget},
		{"CONNECT_TIMEOUT", time.Minute, &c.ConnectTimeout},
		{"STOP_TIMEOUT", 2 * time.Minute, &c.StopTimeout},
		{"HEARTBEAT", 10 * time.Second, &c.Heartbeat},
	}
	for _, t := range times {
		*t.into = t.standard
		if value := env(t.name); value != "" {
			d, ok := readDuration(value)
			if !ok {
				return fmt.Errorf("%s is %q; it must be a time such as 5s, 500ms or 2m, or a number of seconds", t.name, value)
			}
			*t.into = d
		}
	}
	if c.Heartbeat <= 0 {
		return fmt.Errorf("HEARTBEAT must be longer than 0")
	}
	if value := env("SHOW_ERROR_DETAILS"); value != "" {
		var err error
		if c.ShowDetails, err = strconv.ParseBool(value); err != nil {
			return fmt.Errorf("SHOW_ERROR_DETAILS is %q; it must be true or false", value)
		}
	}
	return nil
}

func readDuration(value string) (time.Duration, bool) {
	if n, ok := digits(value); ok && n <= 1_000_000 {
		return time.Duration(n) * time.Second, true
	}
	d, err := time.ParseDuration(value)
	return d, err == nil && d >= 0
}

// Digest16 is digest16 of automation/contract/container.ts.
func Digest16(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:16]
}
