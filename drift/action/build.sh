#!/usr/bin/env bash
# Builds the program from the action's own checkout, so that what runs is the code of the pinned revision.
set -euo pipefail

if ! command -v cargo >/dev/null; then
    echo "::error title=openapi-drift::cargo is not on the PATH: install Rust before this action, as with rustup"
    exit 1
fi
cargo build --release --locked --package openapi-drift --bin openapi-drift \
    --manifest-path "$ACTION_PATH/Cargo.toml" --target-dir "$RUNNER_TEMP/openapi-drift"
