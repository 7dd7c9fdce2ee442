//! Candidates for the document of a documentation page, the most specific first.

use scraper::{Html, Selector};
use url::Url;

use super::script::{self, Setting};

/// Possible place of the document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Candidate {
    /// An address, and its origin.
    Address(Url, &'static str),
    /// A script that may name more.
    Script(Url),
    /// A JSON file that may name more.
    Configuration(Url),
    /// Document itself, and its origin.
    Document(String, &'static str),
}

/// Usual paths of a document, from the top of the origin. The first is Redocusaurus's, the next
/// drf-spectacular's, drf-yasg's, and those of other frameworks.
const GUESSES: [&str; 13] = [
    "/redocusaurus/plugin-redoc-0.yaml",
    "/api/schema/?format=json",
    "/api/schema/",
    "/schema/?format=json",
    "/schema/",
    "/openapi.json",
    "/openapi.yaml",
    "/api/openapi.json",
    "/v3/api-docs",
    "/api-docs",
    "/swagger/?format=openapi",
    "/swagger.json",
    "/swagger/v1/swagger.json",
];

/// Usual paths relative to the page.
const RELATIVE_GUESSES: [&str; 3] = ["openapi.json", "openapi.yaml", "?format=openapi"];

/// Attributes that hold an address, the most specific first: Redoc and RapiDoc, Scalar, Stoplight Elements; the
/// standard link; Redocusaurus's and Redoc's download button.
const ATTRIBUTES: [(&str, &str, &str); 6] = [
    ("link[rel~='service-desc'][href]", "href", "<link rel=\"service-desc\">"),
    ("[spec-url]", "spec-url", "spec-url"),
    ("#api-reference[data-url]", "data-url", "data-url of Scalar"),
    ("[apidescriptionurl]", "apidescriptionurl", "apiDescriptionUrl of Elements"),
    ("a[download][href]", "href", "<a download>"),
    (
        "a[href$='.json'], a[href$='.yaml'], a[href$='.yml'], a[href$='.json.gz'], a[href$='.yaml.gz'], a[href$='.yml.gz']",
        "href",
        "a link",
    ),
];

/// Lists what a page holds and names.
pub(super) fn candidates(html: &str, page: &Url) -> Vec<Candidate> {
    let document = Html::parse_document(html);
    let base = values(&document, "base[href]", "href").next().and_then(|href| page.join(&href).ok());
    let base = base.as_ref().unwrap_or(page);
    let mut found = Vec::new();
    for (selector, attribute, name) in ATTRIBUTES {
        let addresses = values(&document, selector, attribute).filter_map(|value| address(base, &value));
        found.extend(addresses.map(|url| Candidate::Address(url, name)));
    }
    for (kind, code) in inline_scripts(&document) {
        let embedded = if kind.contains("json") { script::embedded(&code) } else { Vec::new() };
        // The addresses in a document are those of servers and licences.
        if embedded.is_empty() {
            found.extend(from_script(&code, base));
        }
        found.extend(embedded.into_iter().map(|text| Candidate::Document(text, "a script")));
    }
    let scripts = values(&document, "script[src]", "src").filter(|source| may_have_settings(source));
    found.extend(scripts.filter_map(|source| address(base, &source)).map(Candidate::Script));
    // Documents in the page need no request.
    found.sort_by_key(|candidate| !matches!(candidate, Candidate::Document(..)));
    found
}

/// Lists the usual places, for a page that names none.
pub(super) fn guesses(page: &Url) -> Vec<Candidate> {
    let guesses = RELATIVE_GUESSES.iter().chain(&GUESSES).filter_map(|guess| page.join(guess).ok());
    guesses.map(|url| Candidate::Address(url, "a guess")).collect()
}

/// Returns the candidates that a script names.
pub(super) fn from_script(code: &str, base: &Url) -> Vec<Candidate> {
    let settings = script::settings(code).into_iter();
    settings
        .filter_map(|setting| match setting {
            Setting::Address(text) => Some(Candidate::Address(address(base, &text)?, "a script")),
            Setting::Configuration(text) => Some(Candidate::Configuration(address(base, &text)?)),
            Setting::Document(text) => Some(Candidate::Document(text, "a script")),
        })
        .collect()
}

/// Returns whether a script may hold settings rather than the tool itself: Swagger UI's `swagger-initializer.js`,
/// `swagger-ui-init.js`, drf-spectacular's `?script=`.
fn may_have_settings(source: &str) -> bool {
    let source = source.to_ascii_lowercase();
    source.contains("init") || source.contains("?script") || source.contains("config")
}

fn address(base: &Url, value: &str) -> Option<Url> {
    let url = base.join(value.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn values(document: &Html, selector: &str, attribute: &str) -> impl Iterator<Item = String> {
    let selector = Selector::parse(selector).ok();
    let elements: Vec<String> = selector
        .iter()
        .flat_map(|selector| document.select(selector))
        .filter_map(|element| element.attr(attribute).map(ToOwned::to_owned))
        .collect();
    elements.into_iter()
}

/// Returns type and text of each.
fn inline_scripts(document: &Html) -> Vec<(String, String)> {
    let selector = Selector::parse("script:not([src])").ok();
    selector
        .iter()
        .flat_map(|selector| document.select(selector))
        .map(|script| (script.attr("type").unwrap_or_default().to_ascii_lowercase(), script.text().collect()))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Pages are anybody's: whatever they hold, the candidates are addresses of the web.
        #[test]
        fn any_page_gives_candidates(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just("<script>".to_owned()), Just("</script>".to_owned()), Just("<a download href='".to_owned()),
                    Just("<redoc spec-url=".to_owned()), Just("url: '".to_owned()), Just("__redoc_state = {".to_owned()),
                    Just("Redoc.init(`".to_owned()), Just("<script type=application/json>".to_owned()), Just("\\u00".to_owned()), Just("\"spec\":{\"data\":".to_owned()), ".{0,12}",
                ],
                0..24,
            )
        ) {
            let page: Url = "https://docs.example/api/".parse().expect("is an address");
            let found = candidates(&parts.concat(), &page);
            for candidate in &found {
                if let Candidate::Address(url, _) | Candidate::Script(url) | Candidate::Configuration(url) = candidate {
                    prop_assert!(matches!(url.scheme(), "http" | "https"));
                }
            }
        }
    }
}
