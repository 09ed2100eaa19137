#!/bin/sh
# Brings both Temporal databases to the schema of this image. Does nothing when they have it, so it
# also carries out the schema part of an upgrade.
set -eu

schema=/etc/temporal/schema/postgresql/v12

update() {
  database=$1 versions=$2
  tool="temporal-sql-tool --plugin postgres12 --ep $SQL_HOST -p 5432 -u $SQL_USER --db $database"
  # Reading the version fails as long as there is none: only then is there anything to set up.
  $tool setup-schema -v 0.0 2>&1 || echo "$database has a schema already"
  $tool update-schema -d "$versions"
}

update temporal "$schema/temporal/versioned"
update temporal_visibility "$schema/visibility/versioned"
