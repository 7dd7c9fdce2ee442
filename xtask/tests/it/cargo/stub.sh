#!/bin/sh
# Replaces Cargo in tests that are not about compiling: prints the messages of a file, and fails if those report an error. It records
# how it was called, and what it was to compile, in the folder STUB_CALLS.
messages=${STUB_MESSAGES:-$(dirname "$0")/compiles.json}
if [ -n "$STUB_CALLS" ]; then
    echo "$@" > "$STUB_CALLS/arguments"
    cp "$ND8_OPENAPI" "$STUB_CALLS/document"
fi
cat "$messages"
! grep -q '"success": *false' "$messages"
