//! Program `openapi-drift`.

use std::process::ExitCode;

fn main() -> ExitCode {
    openapi_drift::cli::main()
}
