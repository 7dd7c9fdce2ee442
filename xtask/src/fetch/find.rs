//! The search for a document: an address may be that of the document, or of a page that shows it.
//!
//! Behind a page, everything that it names is looked at; the usual places are tried if none of that is our API.
//! Everything is looked for on the page's own origin. What a page names elsewhere is looked for at the same path here
//! (a site's configured host is often not the one that serves it), and told to the person if that fails: whom to
//! trust is theirs to decide.

use std::collections::VecDeque;

use anyhow::{Context as _, Result, bail};
use openapi_drift::Document;
use url::Url;

use super::choose::{Choice, choose};
use super::http::{Answer, Content, Fetcher, Validators};
use super::operations::Operations;
use super::page::{self, Candidate};
use super::script;

/// The most requests of one search.
const MOST_REQUESTS: usize = 40;

/// A document and where it was.
#[derive(Debug)]
pub(crate) struct Found {
    /// As it is published; what is embedded in a page, as it is written there.
    pub(crate) bytes: Vec<u8>,
    /// The address of the document, or of the page that holds it; none for a file.
    pub(crate) url: Option<Url>,
    /// What named it: `spec-url`, `a guess`; of a file, its path. Empty if nothing had to.
    pub(crate) named_by: String,
    pub(crate) validators: Validators,
}

impl Found {
    /// A document that a person has at hand.
    pub(crate) fn file(bytes: Vec<u8>, path: &str) -> Self {
        Self { bytes, url: None, named_by: path.to_owned(), validators: Validators::default() }
    }

    /// Its address or path.
    pub(crate) fn name(&self) -> String {
        self.url.as_ref().map_or_else(|| self.named_by.clone(), ToString::to_string)
    }

    /// Where it was, for people.
    pub(crate) fn described(&self) -> String {
        match &self.url {
            None => self.named_by.clone(),
            Some(url) if self.named_by.is_empty() => url.to_string(),
            Some(url) => format!("{url} (named by {})", self.named_by),
        }
    }
}

/// What we have already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) url: Url,
    pub(crate) validators: Validators,
}

/// What looking at candidates came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visited {
    All,
    /// One of them is the document that is here.
    NotModified,
}

/// The result of a search.
#[derive(Debug)]
pub(crate) enum Published {
    /// The server says that what we have is current.
    NotModified,
    /// A document, which may still be the one that we have.
    Found(Found),
}

/// Finds the document behind an address. Behind a page with several, it is the one that shares the most operations with
/// the pinned document.
///
/// # Errors
///
/// If the address does not answer, if neither it nor what it names is an OpenAPI document, or if the choice among several
/// is not clear. The message lists what was tried, or the documents.
pub(crate) fn find(
    fetcher: &Fetcher,
    start: &Url,
    known: Option<&Known>,
    pinned: &Operations,
) -> Result<Published> {
    let mut search = Search {
        fetcher,
        known,
        pinned,
        choices: Vec::new(),
        tried: Vec::new(),
        elsewhere: Vec::new(),
        requests: 0,
    };
    let content = match search.get(start)? {
        Answer::NotModified => return Ok(Published::NotModified),
        Answer::Status(status) => bail!("{start} answers with {status}"),
        Answer::Content(content) => content,
    };
    if !looks_like_html(&content.bytes) {
        let name = content.url.to_string();
        Document::parse(name, content.bytes.clone())?;
        return Ok(Published::Found(found(content, "")));
    }
    search.behind(&content)
}

struct Search<'a> {
    fetcher: &'a Fetcher,
    known: Option<&'a Known>,
    pinned: &'a Operations,
    /// The documents that were found.
    choices: Vec<Choice>,
    /// What was tried, and why it was not it.
    tried: Vec<(Url, String)>,
    /// What the page names on other hosts.
    elsewhere: Vec<Url>,
    requests: usize,
}

impl Search<'_> {
    fn get(&mut self, url: &Url) -> Result<Answer> {
        self.requests += 1;
        let validators = self.known.filter(|known| known.url == *url).map(|known| &known.validators);
        self.fetcher.get(url, validators)
    }

    fn behind(mut self, content: &Content) -> Result<Published> {
        let page = &content.url;
        let html = String::from_utf8_lossy(&content.bytes);
        for candidates in [page::candidates(&html, page), page::guesses(page)] {
            if self.visit(candidates, content) == Visited::NotModified {
                return Ok(Published::NotModified);
            }
            if self.choices.iter().any(Choice::shares_something) {
                break;
            }
        }
        match choose(std::mem::take(&mut self.choices), page)? {
            Some(found) => Ok(Published::Found(found)),
            None => self.nothing(page),
        }
    }

    /// Looks at the candidates, and at what they name.
    fn visit(&mut self, candidates: Vec<Candidate>, content: &Content) -> Visited {
        let page = &content.url;
        let mut queue = VecDeque::from(candidates);
        while let Some(candidate) = queue.pop_front() {
            let (url, named_by) = match candidate {
                Candidate::Document(text, named_by) => {
                    let embedded = Content {
                        bytes: text.into_bytes(),
                        validators: content.validators.clone(),
                        url: page.clone(),
                    };
                    self.add(embedded, named_by, true);
                    continue;
                }
                Candidate::Address(url, named_by) => (self.at_home(url, page), named_by),
                Candidate::Script(url) | Candidate::Configuration(url) => {
                    let url = self.at_home(url, page);
                    let more = self.settings(&url, page);
                    more.into_iter().rev().for_each(|candidate| queue.push_front(candidate));
                    continue;
                }
            };
            if self.requests >= MOST_REQUESTS || self.tried.iter().any(|(tried, _)| *tried == url) {
                continue;
            }
            match self.get(&url) {
                Ok(Answer::NotModified) => return Visited::NotModified,
                Ok(Answer::Status(status)) => self.tried.push((url, format!("answers with {status}"))),
                Err(error) => self.tried.push((url, format!("{error:#}"))),
                Ok(Answer::Content(content)) if looks_like_html(&content.bytes) => {
                    self.tried.push((url, "is a page, not a document".to_owned()));
                }
                Ok(Answer::Content(content)) => {
                    self.tried.push((url, "was found before".to_owned()));
                    self.add(content, named_by, false);
                }
            }
        }
        Visited::All
    }

    /// Adds a document to those to choose from, or the reason why it is none.
    fn add(&mut self, content: Content, named_by: &'static str, embedded: bool) {
        let url = content.url.clone();
        match Choice::read(found(content, named_by), embedded, self.pinned) {
            Ok(choice) => self.choices.push(choice),
            Err(reason) => {
                self.tried.retain(|(tried, _)| *tried != url);
                self.tried.push((url, reason));
            }
        }
    }

    /// What a script or a configuration file names.
    fn settings(&mut self, url: &Url, page: &Url) -> Vec<Candidate> {
        if self.requests >= MOST_REQUESTS || self.tried.iter().any(|(tried, _)| tried == url) {
            return Vec::new();
        }
        let found = match self.fetcher.get(url, None) {
            Ok(Answer::Content(content)) => {
                let configured = script::configured(&content.bytes);
                let configured = configured.iter().filter_map(|text| page.join(text).ok());
                let mut found: Vec<Candidate> = configured
                    .map(|url| Candidate::Address(url, "the configuration of Swagger UI"))
                    .collect();
                if found.is_empty() && !looks_like_html(&content.bytes) {
                    found = page::from_script(&String::from_utf8_lossy(&content.bytes), page);
                }
                found
            }
            _ => Vec::new(),
        };
        self.requests += 1;
        self.tried.push((url.clone(), "names no document that could be used".to_owned()));
        found
    }

    /// The same path on the page's own origin.
    fn at_home(&mut self, url: Url, page: &Url) -> Url {
        if url.origin() == page.origin() {
            return url;
        }
        let mut home = page.clone();
        home.set_path(url.path());
        home.set_query(url.query());
        home.set_fragment(None);
        if !self.elsewhere.contains(&url) {
            self.elsewhere.push(url);
        }
        home
    }

    fn nothing(self, page: &Url) -> Result<Published> {
        let mut message = format!("no OpenAPI document was found behind {page}");
        if let Some((url, _)) = self.tried.iter().find(|(_, reason)| reason.contains("Swagger 2.0")) {
            message = format!(
                "the document behind {page} is Swagger 2.0 ({url}), which is not read; convert it to OpenAPI 3.0 and \
                 use `--from FILE`"
            );
        }
        for (url, reason) in &self.tried {
            message.push_str(&format!("\n  tried {url}: {}", reason.lines().next().unwrap_or_default()));
        }
        for url in &self.elsewhere {
            message
                .push_str(&format!("\n  the page names {url}: if you trust that host, use `--from {url}`"));
        }
        bail!(message)
    }
}

fn found(content: Content, named_by: &'static str) -> Found {
    let Content { url, bytes, validators } = content;
    Found { bytes, url: Some(url), named_by: named_by.to_owned(), validators }
}

/// Neither JSON nor YAML of OpenAPI begins with a tag.
fn looks_like_html(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

/// Reads an address from what a person typed, if it is one.
pub(crate) fn as_url(text: &str) -> Option<Result<Url>> {
    let is_address = text.starts_with("http://") || text.starts_with("https://");
    is_address.then(|| text.parse().with_context(|| format!("`{text}` is not an address")))
}
