package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	drivers "github.com/golang-migrate/migrate/v4/database"
)

var schemeOf = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9+.-]*):`)

// readURL reads a database URL. No error quotes any part of it: what stands where is just what is not known then.
func readURL(raw string) (d Database, err error) {
	trimmed := strings.TrimSpace(raw)
	ends := strings.Replace(raw, trimmed, "", 1)
	m := schemeOf.FindStringSubmatch(raw)
	switch {
	case strings.ContainsAny(ends, "\r\n"):
		return d, errors.New("MIGRATION_DB begins or ends with a newline; store the secret again without it (printf instead of echo)")
	case ends != "":
		return d, errors.New("MIGRATION_DB begins or ends with a space; store the secret again without it (printf instead of echo)")
	case strings.HasPrefix(raw, `"`), strings.HasPrefix(raw, "'"):
		return d, errors.New("MIGRATION_DB is in quotes; store the secret again without them")
	case strings.HasPrefix(raw, "{"):
		return d, errors.New("MIGRATION_DB is a JSON document, not a URL; hand its keys on as DATABASE_USER and DATABASE_PASSWORD, or name the key that holds the URL")
	case strings.ContainsFunc(raw, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return d, errors.New("MIGRATION_DB has a newline or another control character inside; " + Escape)
	case m == nil:
		return d, errors.New("MIGRATION_DB is no URL; it must begin with a scheme such as postgres:// or mysql://")
	}
	d = Database{Engine: engineOf(strings.ToLower(m[1])), URL: raw}
	_, own := standardPort[d.Engine]
	switch {
	case !strings.HasPrefix(raw[len(m[0]):], "//"):
		err = errors.New("MIGRATION_DB is no URL; after the scheme comes ://, as in postgres://user:password@host:5432/name")
	case !own && !slices.Contains(drivers.List(), d.Engine):
		// It is not named: the scheme of a URL that does not read may be a piece of its password.
		err = errors.New("MIGRATION_DB has a scheme that this migrator was built without a driver for; it has postgres and mysql (MariaDB's as well), and others by the build argument DRIVERS")
	case d.Engine == "mysql":
		err = d.readMySQL(raw)
	default:
		err = d.readStandard(raw)
	}
	return d, err
}

// readStandard reads a URL as net/url does, and refuses those that it reads as something else than was meant.
func (d *Database) readStandard(raw string) error {
	bad := func(why string) error {
		return fmt.Errorf("MIGRATION_DB does not read as a database URL: %s; %s", why, Escape)
	}
	_, rest, _ := strings.Cut(raw, "://")
	behind := strings.TrimLeftFunc(rest, func(r rune) bool { return !strings.ContainsRune("/?#", r) }) // the authority
	u, errURL := url.Parse(raw)
	switch {
	case strings.Contains(rest, "#"):
		return bad("it has a # that is not encoded")
	case strings.Contains(behind, "@"):
		return bad("an @ stands after the host")
	case errURL != nil:
		return bad("its parts cannot be told apart")
	case strings.ContainsAny(strings.TrimPrefix(u.EscapedPath(), "/"), "/:") && d.Engine == "postgres":
		return bad("more than the database's name stands after the host")
	}
	params, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return bad("what follows the ? is no list of parameters")
	}
	d.Host, d.Port, d.Name, d.Params = u.Hostname(), u.Port(), strings.TrimPrefix(u.Path, "/"), params
	if d.Engine == "postgres" {
		d.Port = cmp.Or(d.Port, standardPort[d.Engine])
	}
	d.User = u.User.Username()
	d.Password, _ = u.User.Password()
	return nil
}

// mysqlShape is [user[:password]@][net[(addr)]]/dbname[?params], where only user and password may hold any character.
var mysqlShape = regexp.MustCompile(`^(?:(.*)@)?(tcp[46]?|unix)?(?:\(([^()@]*)\))?/([^/@():?]*)$`)

func (d *Database) readMySQL(raw string) error {
	bad := func(why string) error {
		return fmt.Errorf("MIGRATION_DB does not read as a database URL: %s; it must be mysql://user:password@tcp(host:3306)/name; %s", why, Escape)
	}
	_, rest, _ := strings.Cut(raw, "://")
	m, query := mysqlShape.FindStringSubmatch(rest), ""
	// A password may hold a ?, a parameter a /: the first ? before which the shape is right begins the parameters.
	for n := 0; m == nil && n < len(rest); n++ {
		if rest[n] == '?' {
			m, query = mysqlShape.FindStringSubmatch(rest[:n]), rest[n+1:]
		}
	}
	if m == nil {
		return bad("its parts cannot be told apart")
	}
	if strings.Contains(query, "@") || strings.Contains(raw, "#") {
		return bad("it has an @ or a # that is not encoded")
	}
	user, password, _ := strings.Cut(m[1], ":")
	var errUser, errPassword, errParams error
	// golang-migrate's driver decodes both so.
	d.User, errUser = url.QueryUnescape(user)
	d.Password, errPassword = url.QueryUnescape(password)
	d.Params, errParams = url.ParseQuery(query)
	d.Name = m[4]
	d.Host, d.Port = "127.0.0.1", "3306"
	if m[2] == "unix" {
		d.Host, d.Port = m[3], ""
	} else if host, port, err := net.SplitHostPort(m[3]); err == nil {
		d.Host, d.Port = host, port
	} else if m[3] != "" {
		d.Host = m[3]
	}
	_, isNumber := digits(d.Port)
	switch {
	case errUser != nil, errPassword != nil:
		return bad("a % in user or password is not encoded")
	case errParams != nil:
		return bad("what follows the ? is no list of parameters")
	case !isNumber && m[2] != "unix":
		return bad("the port is no number")
	}
	return nil
}
