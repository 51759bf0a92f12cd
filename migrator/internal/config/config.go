// Package config reads the arguments and the environment. Its names are those of automation/contract/container.ts.
package config

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed usage.txt
var Usage string

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
	c := Config{}
	if len(args) > 0 {
		c.Operation = args[0]
		c.Argument = strings.Join(args[1:], " ")
	}
	program, _ := os.Executable() // where it is not known: the working directory
	c.MigrationsPath = cmp.Or(env("MIGRATIONS_PATH"), filepath.Join(filepath.Dir(program), "migrations"))
	if err := cmp.Or(c.readArguments(args), c.readSettings(env)); err != nil {
		return c, err
	}
	var err error
	c.Database, err = readDatabase(env)
	return c, err
}

func (c *Config) readArguments(args []string) error {
	if c.Operation == "" {
		return fmt.Errorf("an operation is missing")
	}
	needs, known := Operations[c.Operation]
	switch {
	case !known:
		return fmt.Errorf("the operation is unknown")
	case needs == "" && len(args) > 1:
		return fmt.Errorf("%s takes no argument", c.Operation)
	case needs == "":
		return nil
	case len(args) != 2:
		return fmt.Errorf("%s needs one argument: %s", c.Operation, needs)
	}
	n, ok := digits(args[1])
	switch {
	case c.Operation == "down":
		c.Steps, ok = n, ok && n > 0 || args[1] == "--all"
	case c.Operation == "force" && args[1] == "-1":
		c.Version, ok = -1, true
	default:
		c.Version = n
	}
	if !ok {
		return fmt.Errorf("%s needs %s", c.Operation, needs)
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
		name, standard string
		into           *time.Duration
	}{
		{"LOCK_TIMEOUT", "5s", &c.LockTimeout},
		{"LOCK_BUDGET", "2m", &c.LockBudget},
		{"CONNECT_TIMEOUT", "1m", &c.ConnectTimeout},
		{"STOP_TIMEOUT", "2m", &c.StopTimeout},
		{"HEARTBEAT", "10s", &c.Heartbeat},
	}
	for _, t := range times {
		var ok bool
		if *t.into, ok = readDuration(cmp.Or(env(t.name), t.standard)); !ok {
			return fmt.Errorf("%s is %q; it must be a time such as 5s, 500ms or 2m, or a number of seconds", t.name, env(t.name))
		}
	}
	if c.Heartbeat <= 0 {
		return fmt.Errorf("HEARTBEAT must be longer than 0")
	}
	var err error
	details := env("SHOW_ERROR_DETAILS")
	if c.ShowDetails, err = strconv.ParseBool(cmp.Or(details, "false")); err != nil {
		return fmt.Errorf("SHOW_ERROR_DETAILS is %q; it must be true or false", details)
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
