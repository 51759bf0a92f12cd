//go:build sqlserver

package drivers

import _ "github.com/golang-migrate/migrate/v4/database/sqlserver" // registers the driver
