//! Turns OpenAPI documents into the Rust source of a client: documents in, formatted source out.
//!
//! No I/O and no environment: the build script and the tools hand bytes in and put strings away. The steps, each
//! in a module of its own:
//!
//! 1. `document`: parse, check the version and every `$ref`;
//! 2. `inline`: bring operations into one form;
//! 3. `merge`: add the supplement's operations;
//! 4. `naming`: give operations, bodies and, after the next step, inner schemas the names of the profile's table;
//! 5. `patch`: mend known defects, and fail when one is not there any more;
//! 6. `adapt`: stay within what progenitor turns into good Rust;
//! 7. `enums` and `security`: collect what progenitor would lose;
//! 8. `generator`: progenitor;
//! 9. `postprocess`: request objects, constructors, and what else can only be said about the generated Rust;
//! 10. `surface`: the public items that came out.
//!
//! Beside the road stand `revision`, which tells documents apart, and with the feature `impact` the comparison of what
//! two documents yield.
//!
//! ```
//! use nd8_codegen::{Document, Profile, generate};
//!
//! let document = br#"{
//!     "openapi": "3.0.3",
//!     "info": {"title": "Tiny", "version": "1"},
//!     "paths": {"/ping/": {"get": {"responses": {"204": {"description": "Pong"}}}}}
//! }"#;
//! let generated = generate(Document { name: "tiny.json", bytes: document }, None, &Profile::default())?;
//! assert!(generated.client.contains("pub fn get_ping(&self)"));
//! assert_eq!(generated.warnings.len(), 1, "the naming table does not know the operation");
//! # Ok::<(), nd8_codegen::Error>(())
//! ```

mod adapt;
mod document;
mod enums;
mod error;
mod generator;
#[cfg(feature = "impact")]
pub mod impact;
mod inline;
mod merge;
mod naming;
pub mod nd8;
mod operation;
mod patch;
mod pointer;
mod postprocess;
mod profile;
mod report;
mod revision;
mod schema;
mod security;
mod surface;

pub use document::Document;
pub use error::{Error, Problem};
pub use profile::{KnownValues, OperationName, Profile, SchemaName, SecurityName};
pub use report::Warning;
pub use revision::Revision;

/// The module of the consuming crate that the generated code is included in, and finds its hand-written half in.
const MODULE: &str = "crate::raw";

/// What a generation yields. Equal input gives equal output, byte for byte.
#[derive(Debug)]
#[non_exhaustive]
pub struct Generated {
    /// The types of the wire, as a module `types`.
    pub types: String,
    /// The client, and the operation table.
    pub client: String,
    /// The typed mocks for httpmock.
    pub mocks: String,
    /// The public items of `types` and `client`, one a line, sorted.
    pub surface: String,
    /// Which revision of the API the main document is.
    pub revision: Revision,
    /// What a maintainer should look at.
    pub warnings: Vec<Warning>,
}

impl Generated {
    /// The files that a build script writes, by their names.
    pub fn files(&self) -> [(&'static str, String); 4] {
        let api = self.revision.to_source(None);
        let [types, client, mocks] = [&self.types, &self.client, &self.mocks].map(Clone::clone);
        [("api.rs", api), ("types.rs", types), ("client.rs", client), ("mocks.rs", mocks)]
    }
}

/// Generates a client from a document and, where there is one, its supplement.
///
/// # Errors
///
/// An [`Error`] names the document, the JSON pointer and the problem: the input is not JSON, not OpenAPI 3.0, has a
/// dangling `$ref`, an operation without a success response, two operations of one name, or something that the
/// client has no form for; or an entry of the profile matches nothing any more.
pub fn generate(
    main: Document<'_>,
    supplement: Option<Document<'_>>,
    profile: &Profile,
) -> Result<Generated, Error> {
    let mut warnings = Vec::new();
    let mut tree = document::Tree::parse(main)?;
    let revision = Revision::of(&tree)?;
    inline::inline(&mut tree)?;
    if let Some(supplement) = supplement {
        let mut supplement = document::Tree::parse(supplement)?;
        inline::inline(&mut supplement)?;
        merge::merge(&mut tree, supplement, &mut warnings);
    }
    naming::operations(&mut tree, profile, &mut warnings)?;
    patch::apply(&mut tree, profile)?;
    naming::schemas(&mut tree, profile)?;
    adapt::adapt(&mut tree)?;
    let enums = enums::collect(&mut tree)?;
    let operations = security::operations(&tree, profile)?;
    let output = generator::run(&tree, &enums, MODULE)?;
    let mocks = postprocess::mocks(&tree, output.mocks)?;
    let postprocess::Source { types, client } =
        postprocess::client(&tree, output.client, &enums, &operations, profile)?;
    Ok(Generated {
        surface: surface::list([&types, &client]),
        types: print(&types),
        client: print(&client),
        mocks: print(&mocks),
        revision,
        warnings,
    })
}

fn print(file: &syn::File) -> String {
    format!("{HEADER}{}", prettyplease::unparse(file))
}

const HEADER: &str =
    "// Generated by `cargo xtask codegen` from the documents in `openapi/`. Do not edit.\n\n";
