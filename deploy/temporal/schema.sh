#!/bin/sh
# Brings both Temporal databases to the schema of this image. Does nothing when they have it, so it
# also carries out the schema part of an upgrade.
set -eu

schema=/etc/temporal/schema/postgresql/v12

update() {
  database=$1 versions=$2
  tool="temporal-sql-tool --plugin postgres12 --ep $SQL_HOST -p 5432 -u $SQL_USER --db $database"
  # Only sets the version when there is none yet.
  $tool setup-schema -v 0.0
  $tool update-schema -d "$versions"
}

update temporal "$schema/temporal/versioned"
update temporal_visibility "$schema/visibility/versioned"
