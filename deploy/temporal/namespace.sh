#!/bin/sh
# Creates the namespace of the releases once the server takes requests. Safe to repeat.
set -eu

for attempt in $(seq 1 60); do
  if temporal operator cluster health >/dev/null 2>&1; then break; fi
  if [ "$attempt" = 60 ]; then echo "Temporal did not become healthy" >&2; exit 1; fi
  sleep 1
done

temporal operator namespace describe -n "$NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create -n "$NAMESPACE" --retention "$RETENTION"
