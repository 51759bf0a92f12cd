package mysql

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/reach"
)

// encoded hides what the driver reads in a value: it decodes those of the server's variables, and no others.
var encoded = strings.NewReplacer("%", "%25", "+", "%2B", "&", "%26")

// config is the driver's configuration of a connection.
func (e *Engine) config() (*mysql.Config, error) {
	dsn := "/?"
	for name := range e.at.Params {
		if !strings.HasPrefix(name, "x-") && name != "tls" {
			dsn += name + "=" + encoded.Replace(e.at.Params.Get(name)) + "&"
		}
	}
	c, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, fmt.Errorf("a parameter of the database URL does not read")
	}
	c.User, c.Passwd, c.DBName, c.MultiStatements, c.InterpolateParams = e.at.User, e.at.Password, e.at.Name, true, true
	c.Net, c.Addr = "tcp", net.JoinHostPort(e.at.Host, e.at.Port)
	if e.at.Port == "" {
		c.Net, c.Addr = "unix", e.at.Host
	}
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	// A statement is silent for as long as it runs. Whether the server is there, the connection's keepalive finds out.
	c.ReadTimeout = 0
	c.ConnectionAttributes = "program_name:ecs-migrate"
	c.DialFunc = reach.Dialer(c.Timeout).DialContext
	// An IAM token goes as clear text; the driver sends it over TLS alone.
	c.AllowCleartextPasswords = c.AllowCleartextPasswords || e.at.IAM
	return c, e.setTLS(c)
}

// setTLS understands tls as golang-migrate does: true, skip-verify, preferred, or any other word with x-tls-ca.
func (e *Engine) setTLS(c *mysql.Config) error {
	get := e.at.Params.Get
	mode := get("tls")
	if mode == "" && e.at.VerifiesTLS() {
		mode = "true"
	}
	verified := &tls.Config{ServerName: e.at.Host, RootCAs: reach.Roots(), MinVersion: tls.VersionTLS12}
	switch strings.ToLower(mode) {
	case "", "0", "false":
		c.TLSConfig = "false"
	case "skip-verify", "preferred":
		c.TLSConfig = strings.ToLower(mode)
	case "1", "true":
		c.TLS = verified
	default:
		if get("x-tls-ca") == "" {
			return fmt.Errorf("tls in the database URL must be true, false, skip-verify or preferred, or custom with the file of an authority in x-tls-ca")
		}
		return e.customTLS(c, verified)
	}
	return nil
}

func (e *Engine) customTLS(c *mysql.Config, verified *tls.Config) error {
	get := e.at.Params.Get
	pem, err := os.ReadFile(get("x-tls-ca"))
	if err != nil {
		return fmt.Errorf("the file that x-tls-ca names cannot be read in the image")
	}
	verified.RootCAs = x509.NewCertPool()
	if !verified.RootCAs.AppendCertsFromPEM(pem) {
		return fmt.Errorf("the file that x-tls-ca names holds no certificate")
	}
	if get("x-tls-cert") != "" || get("x-tls-key") != "" {
		pair, err := tls.LoadX509KeyPair(get("x-tls-cert"), get("x-tls-key"))
		if err != nil {
			return fmt.Errorf("the files that x-tls-cert and x-tls-key name cannot be read as a certificate and its key")
		}
		verified.Certificates = []tls.Certificate{pair}
	}
	verified.InsecureSkipVerify, _ = strconv.ParseBool(get("x-tls-insecure-skip-verify"))
	c.TLS = verified
	return nil
}

// Dial makes the pool, and takes the session from it. Each of its connections asks for the password anew: an IAM token grows old.
func (e *Engine) Dial(ctx context.Context) error {
	c, err := e.config()
	if err != nil {
		return &database.Failure{Kind: database.TLS, Message: err.Error()}
	}
	_ = c.Apply(mysql.BeforeConnect(func(ctx context.Context, c *mysql.Config) (err error) {
		c.Passwd, err = reach.Password(ctx, e.at, e.out.Hide)
		return err
	}))
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return &database.Failure{Kind: database.Settings, Message: "a parameter of the database URL does not read"}
	}
	db := sql.OpenDB(connector)
	conn, err := db.Conn(ctx)
	if err != nil {
		_ = db.Close()
		return e.explainConnect(err)
	}
	e.db, e.conn, e.in, e.autocommit = db, conn, false, true
	return nil
}

const hello = "SELECT CONNECTION_ID(), VERSION(), @@SESSION.sql_mode"

func (e *Engine) Greet(row []string) (database.Questions, error) {
	e.version, e.backslash = row[1], !strings.Contains(row[2], "NO_BACKSLASH_ESCAPES")
	variant := ""
	switch {
	case e.isMariaDB():
		variant = "MariaDB"
	case strings.HasPrefix(e.version, "5."):
		variant = "MySQL 5"
	}
	q := database.ReadQuestions(questions, variant)
	if e.at.NoLock {
		q["try lock"], q["unlock"] = "SELECT ? IS NOT NULL", "SELECT ?"
	}
	return q, nil
}

func (e *Engine) Close() {
	if e.conn != nil {
		_ = e.conn.Close()
		_ = e.db.Close()
	}
}
