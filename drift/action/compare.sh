#!/usr/bin/env bash
# Compares the document with that of the base, and writes annotations, the job summary, the reports and the outputs.
# Its status is 0 whatever was found, so that the comment follows; result.sh ends the job.
set -euo pipefail

program="$RUNNER_TEMP/openapi-drift/release/openapi-drift"
# A job may compare several documents. A hash, because a path may have anything in it.
key=$(printf '%s' "$DOCUMENT" | git hash-object --stdin)
reports="$RUNNER_TEMP/openapi-drift/reports/${key:0:16}"
rm -rf "$reports"
mkdir -p "$reports"

output() { printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"; }

skip() {
    echo "::notice title=openapi-drift::$1"
    output status skipped
    output worst none
    output summary "$1"
    exit 0
}

old=$OLD
if [[ -z $old ]]; then
    if [[ ! $BASE_SHA =~ ^[0-9a-f]{40,64}$ || $BASE_SHA =~ ^0+$ ]]; then
        skip "there is no earlier commit to compare with"
    fi
    # A checkout has one commit by default. Where the commit is there already, nothing is fetched.
    if ! git cat-file -e "$BASE_SHA^{commit}" 2>/dev/null; then
        git fetch --quiet --no-tags --depth=1 origin "$BASE_SHA"
    fi
    # Git knows the top of the repository by no name.
    path=${DOCUMENT%/}
    if [[ $path == . ]]; then path=; fi
    if ! git cat-file -e "$BASE_SHA:$path" 2>/dev/null; then
        skip "the document is new: the base commit has none at this path"
    fi
    old="git:$BASE_SHA:$path"
fi

arguments=(diff "--fail-on=$FAIL_ON")
if [[ $ALLOW_INCOMPLETE == true ]]; then arguments+=(--allow-incomplete); fi

# `--` ends the options: a path may begin with a dash.
report() { "$program" "${arguments[@]}" "$@" -- "$old" "$DOCUMENT"; }

status=0
report --format=github 2>"$reports/errors" || status=$?
# What git or a parser quotes of a document must not become a command of the workflow.
sed -e 's/::/: :/g' -e 's/##\[/# # [/g' "$reports/errors" >&2
case $status in
    0) word=passes ;;
    1) word=fails ;;
    *) word=incomplete ;;
esac
# Status 2 without a report is an error, which was printed above.
if ! summary=$(report --format=markdown --output="$reports/report.md" 2>/dev/null) && [[ ! -s $reports/report.md ]]; then
    output status error
    output worst none
    output summary "the documents could not be compared"
    exit 0
fi
report --format=html --output="$reports/report.html" >/dev/null 2>&1 || true

# The summary is one line of the program's own words and numbers.
summary=${summary%%$'\n'*}
worst=${summary#wire: }
worst=${worst%% *}
if [[ $worst == no ]]; then worst=none; fi

# GitHub takes 1 MiB for each step; the report has less than 64 KiB.
head -c 1000000 "$reports/report.md" >> "$GITHUB_STEP_SUMMARY"
output status "$word"
output worst "$worst"
output summary "$summary"
output markdown "$reports/report.md"
output html "$reports/report.html"
