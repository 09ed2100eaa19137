#!/bin/bash
# Runs once, on an empty data folder: a role and its databases for Temporal, others for the journal.
# Neither can read what the other has.
set -euo pipefail

psql --no-psqlrc -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv temporal_password TEMPORAL_DB_PASSWORD
\getenv journal_password JOURNAL_DB_PASSWORD

create role temporal login password :'temporal_password';
create database temporal owner temporal;
create database temporal_visibility owner temporal;

create role journal login password :'journal_password';
create database journal owner journal;

revoke connect on database temporal, temporal_visibility, journal from public;
SQL
