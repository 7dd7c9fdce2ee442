#!/usr/bin/env bash
# Ends the job as the comparison came out, after the comment was written.
set -euo pipefail

case $STATUS in
    passes | skipped) echo "$SUMMARY" ;;
    *)
        echo "$STATUS: $SUMMARY"
        exit 1
        ;;
esac
