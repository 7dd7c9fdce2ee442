//! Turns OpenAPI documents into the Rust source of a client: documents in, formatted source out.
//!
//! No I/O and no environment: the build script and the tools hand bytes in and put strings away. The steps, each in a module of
//! its own:
//!
//! 1. `document`: parse, and check the version;
//! 2. `normal`: what the document means, in one way of writing, with the names of the profile and the knowledge of the overlay;
//! 3. `adapt`: the part of OpenAPI that progenitor turns into good Rust, with placeholders for names;
//! 4. `enums` and `security`: collect what progenitor would lose;
//! 5. `generator`: progenitor;
//! 6. `postprocess`: request objects, constructors, and what else can only be stated about the generated Rust;
//! 7. `surface`: the public items that came out.
//!
//! `names` has the one rule for identifiers. Next to the pipeline are `revision`, which identifies the revision of a document, and with the feature
//! `impact` the comparison of what two documents yield.
//!
//! ```
//! use nd8_codegen::{Document, Profile, generate};
//!
//! let document = br#"{
//!     "openapi": "3.0.3",
//!     "info": {"title": "Tiny", "version": "1"},
//!     "paths": {"/ping/": {"get": {"responses": {"204": {"description": "Pong"}}}}}
//! }"#;
//! let profile = Profile::default();
//! let generated = generate(Document { name: "tiny.json", bytes: document }, None, &profile)?;
//! assert!(generated.client.contains("pub fn get_ping(&self)"));
//! # Ok::<(), nd8_codegen::Error>(())
//! ```

mod adapt;
mod document;
mod enums;
mod error;
mod generator;
#[cfg(feature = "impact")]
pub mod impact;
mod names;
pub mod nd8;
mod normal;
mod operation;
mod pointer;
mod postprocess;
mod profile;
mod report;
mod revision;
mod schema;
mod security;
mod surface;

pub use document::Document;
pub use error::{Error, Finding, Problem};
pub use profile::{
    AlternativeName, Credential, CredentialOverride, FieldNeed, IdType, Kind, MovedOperation, OperationEntry,
    Profile, SchemaName, TypeNeeds,
};
pub use report::{Warning, WarningKind};
pub use revision::Revision;

/// Module of the consuming crate that the generated code is included in, and finds its hand-written half in.
const MODULE: &str = "crate::raw";

/// Result of a generation. Equal input gives equal output, byte for byte.
#[derive(Debug)]
#[non_exhaustive]
pub struct Generated {
    /// Types of the wire, as a module `types`.
    pub types: String,
    /// Client, and the operation table.
    pub client: String,
    /// Typed mocks for httpmock.
    pub mocks: String,
    /// Public items of `types` and `client`, one a line, sorted.
    pub surface: String,
    /// Document in the normal form, with all knowledge about it: OpenAPI 3.0, as JSON.
    pub merged: String,
    /// Revision of the API that the main document is.
    pub revision: Revision,
    /// Warnings for a maintainer.
    pub warnings: Vec<Warning>,
}

impl Generated {
    /// Returns the files that a build script writes, by their names.
    pub fn files(&self) -> [(&'static str, String); 4] {
        let api = self.revision.to_source(None);
        let [types, client, mocks] = [&self.types, &self.client, &self.mocks].map(Clone::clone);
        [("api.rs", api), ("types.rs", types), ("client.rs", client), ("mocks.rs", mocks)]
    }
}

/// Knowledge about a document that it does not state.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Knowledge<'a> {
    /// Names, needs and credentials.
    pub profile: &'a Profile,
    /// Operations that the document does not have.
    pub supplement: Option<Document<'a>>,
    /// Facts about operations and types that the document does not state.
    pub overlay: Option<Document<'a>>,
    /// True if knowledge that matches nothing is a warning instead of an error: for those who cannot edit it.
    pub tolerant: bool,
    /// True if what the hand-written layer needs is noted only, and not missed.
    pub(crate) needs_are_notes: bool,
}

impl<'a> Knowledge<'a> {
    /// Returns a profile alone, strictly applied.
    pub fn new(profile: &'a Profile) -> Self {
        Self { profile, supplement: None, overlay: None, tolerant: false, needs_are_notes: false }
    }

    /// Adds the operations of a supplement.
    #[must_use]
    pub fn supplement(self, supplement: Document<'a>) -> Self {
        Self { supplement: Some(supplement), ..self }
    }

    /// Adds an overlay.
    #[must_use]
    pub fn overlay(self, overlay: Document<'a>) -> Self {
        Self { overlay: Some(overlay), ..self }
    }

    /// Makes knowledge that matches nothing a warning.
    #[must_use]
    pub fn tolerant(self) -> Self {
        Self { tolerant: true, ..self }
    }
}

/// Thread that generates.
const THREAD: &str = "nd8-codegen";

/// Stack of the thread that generates. Documents nest, and so do the walks of the generator over what they become.
const STACK: usize = 512 << 20;

/// Generates a client from a document, the operations that it does not have, and the names of a profile, strictly applied.
///
/// [`generate_with`] takes knowledge about the document as well.
///
/// # Errors
///
/// Those of [`generate_with`].
pub fn generate(
    main: Document<'_>,
    supplement: Option<Document<'_>>,
    profile: &Profile,
) -> Result<Generated, Error> {
    generate_with(main, &Knowledge { supplement, ..Knowledge::new(profile) })
}

/// Generates a client from a document and the knowledge about it.
///
/// # Errors
///
/// An [`Error`] lists every reason that was found, each with the document, the line, the JSON pointer and what to do: the input is
/// neither JSON nor YAML, not OpenAPI 3.0 or 3.1, or malformed; something that a client needs is missing, of another kind, or has no
/// form; the document asks for another credential; or, unless [`Knowledge::tolerant`], an entry of the knowledge matches nothing.
pub fn generate_with(main: Document<'_>, knowledge: &Knowledge<'_>) -> Result<Generated, Error> {
    quiet_panics();
    // A thread of its own for its stack: documents nest, and a build script that overflows ends without a message.
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name(THREAD.to_owned()).stack_size(STACK);
        let worker = builder.spawn_scoped(scope, || generate_here(main, knowledge));
        let fail =
            |message: String| Error::new(main.name, pointer::Pointer::root(), Problem::Generator(message));
        match worker.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(fail(generator::message_of(&*panic))),
            Err(error) => Err(fail(format!("no thread could be started: {error}"))),
        }
    })
}

/// Silences panics of the generator: each becomes an error with a place, and the printed one would look like another.
fn quiet_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().name() != Some(THREAD) {
                print(panic);
            }
        }));
    });
}

fn generate_here(main: Document<'_>, knowledge: &Knowledge<'_>) -> Result<Generated, Error> {
    // Lines are added at the end. The normal form has other places than the text, and every error has both names.
    let lines =
        document::Lines::of([Some(main), knowledge.supplement, knowledge.overlay].into_iter().flatten());
    let line = |finding: &Finding| lines.line(finding.document(), finding.pointer());
    let generated = from_normal_form(main, knowledge).map_err(|error| error.located(line))?;
    let warnings = generated.warnings.into_iter().map(|warning| {
        let line = lines.line(&warning.document, &warning.pointer);
        Warning { line, ..warning }
    });
    let mut warnings: Vec<Warning> = warnings.collect();
    // Sorted, so that two builds of one document print the same, whatever order the maps have.
    warnings.sort();
    Ok(Generated { warnings, ..generated })
}

fn from_normal_form(main: Document<'_>, knowledge: &Knowledge<'_>) -> Result<Generated, Error> {
    let Knowledge { profile, supplement, overlay, tolerant, needs_are_notes } = *knowledge;
    let tree = document::Tree::parse(main)?;
    let revision = Revision::of(&tree)?;
    let supplement_tree = supplement.map(document::Tree::parse).transpose()?;
    let overlay_file = overlay.map(normal::overlay::Overlay::parse).transpose()?.unwrap_or_default();
    let mut diagnostics = report::Diagnostics { tolerant, needs_are_notes, ..report::Diagnostics::default() };
    let normal::Normal { tree: mut normal, operations, origins } =
        normal::normalize(tree, supplement_tree, &overlay_file, profile, &mut diagnostics)?;
    let report::Diagnostics { warnings, errors, .. } = diagnostics;
    // All at once: a maintainer who renews the tables sees everything to do, not one line per build.
    if !errors.is_empty() {
        return Err(Error::all(errors));
    }
    // Before `adapt`, which writes for progenitor what a reader of the merged document would misunderstand.
    let merged = write(&normal.root);
    adapt::apply_needs(&mut normal, profile);
    adapt::read_only_is_not_sent(&mut normal.root);
    let (adapted, placeholders) = adapt::adapt(&normal);
    let enums = enums::collect(&normal, profile);
    let output = generator::run(&adapted, &enums, &placeholders, MODULE, &origins)?;
    adapt::provenance_is_stated(&mut normal.root);
    let mocks = postprocess::mocks(&normal, output.mocks)?;
    let postprocess::Source { types, client } =
        postprocess::client(&normal, output.client, &enums, &operations, profile, &placeholders)?;
    Ok(Generated {
        surface: surface::list([&types, &client]),
        types: print(&types),
        client: print(&client),
        mocks: print(&mocks),
        merged,
        revision,
        warnings,
    })
}

/// Writes a document for people: the members of the root in the order in which OpenAPI lists them.
fn write(root: &serde_json::Value) -> String {
    let members = ["openapi", "info", "servers", "paths", "components"].map(|key| {
        let text = serde_json::to_string_pretty(&root[key]).unwrap_or_default();
        format!("  \"{key}\": {}", text.replace('\n', "\n  "))
    });
    format!("{{\n{}\n}}\n", members.join(",\n"))
}

fn print(file: &syn::File) -> String {
    format!("{HEADER}{}", prettyplease::unparse(file))
}

const HEADER: &str =
    "// Generated by `cargo xtask codegen` from the documents in `openapi/`. Do not edit.\n\n";
