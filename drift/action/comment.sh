#!/usr/bin/env bash
# Writes the report into one comment of the pull request, which later runs update. Without permission it is left out: the
# job summary has the same report.
set -euo pipefail

skip() {
    echo "::notice title=openapi-drift::no comment was written: $1; the report is in the job summary"
    exit 0
}

if [[ ! -s ${REPORT:-} ]]; then skip "there is no report"; fi
if [[ $HEAD_REPOSITORY != "$REPOSITORY" ]]; then
    skip "the pull request comes from a fork, for which workflows may not write"
fi

# Each document has a comment of its own. A hash, because a path may end the HTML comment.
key=$(printf '%s' "$DOCUMENT" | git hash-object --stdin)
marker="<!-- openapi-drift ${key:0:16} -->"
body="$RUNNER_TEMP/openapi-drift/comment.md"
{ printf '%s\n' "$marker"; cat "$REPORT"; } > "$body"
# GitHub takes 65,536 characters, and the program writes fewer bytes.
if [[ $(wc -c < "$body") -gt 65000 ]]; then
    { printf '%s\n' "$marker"; tail -n 1 "$REPORT"; } > "$body"
fi

# Only a comment of this workflow's own user is updated: anybody may write one that begins like it.
comments="repos/$REPOSITORY/issues/$PULL_REQUEST/comments"
select='.[] | select(.user.login == "github-actions[bot]") | select(.body | startswith(env.MARKER)) | .id'
if ! ids=$(MARKER=$marker gh api --paginate "$comments" --jq "$select"); then skip "the comments could not be read"; fi
id=${ids%%$'\n'*}

if [[ -n $id ]]; then
    gh api --silent --method PATCH "repos/$REPOSITORY/issues/comments/$id" --field "body=@$body" ||
        skip "the comment could not be updated; the permission \`pull-requests: write\` may be missing"
elif [[ $WORST == none ]]; then
    skip "nothing changed"
else
    gh api --silent --method POST "$comments" --field "body=@$body" ||
        skip "the permission \`pull-requests: write\` may be missing"
fi
