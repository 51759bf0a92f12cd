//go:build sqlite

package drivers

import _ "github.com/golang-migrate/migrate/v4/database/sqlite" // registers the driver
