//! Somebody else's text made harmless for each format.

use std::borrow::Cow;

/// Zero-width space: parts what a format would otherwise join into a link or a mention.
const GAP: char = '\u{200b}';

/// Returns what a terminal obeys, or what makes a line look other than it is: control characters, marks that turn the direction
/// of writing, and what XML cannot carry.
pub(crate) fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
        || matches!(character, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}')
}

/// So much of a sentence or a name is shown: a document may have names as long as itself.
const MOST_CHARACTERS: usize = 400;

/// Returns the beginning of a text that is too long to show.
pub(crate) fn clip(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((at, _)) => Cow::Owned(format!("{}…", text.get(..at).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// Returns one line that a terminal prints unchanged: what it would obey is spelled out.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            other if is_obeyed(other) => line.extend(other.escape_unicode()),
            other => line.push(other),
        }
    }
    Cow::Owned(line)
}

/// A piece of Markdown that shows a text as code, in which neither markup nor mentions work.
pub(crate) fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // Within a table a bar ends the cell even in code; and a span of code may not begin or end in its own fence.
    let text = text.replace('|', "\\|");
    let edge = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    format!("{fence}{edge}{text}{edge}{fence}")
}

/// Returns a sentence as Markdown: what is between backticks is code, all else is text without markup, links or mentions.
pub(crate) fn markdown(sentence: &str) -> String {
    let parts: Vec<&str> = sentence.split('`').collect();
    let mut out = String::with_capacity(sentence.len() + 16);
    for (index, part) in parts.iter().enumerate() {
        let closed = index + 1 < parts.len();
        match index % 2 {
            1 if closed && !part.is_empty() => out.push_str(&code(part)),
            1 => {
                out.push_str("\\`");
                out.push_str(&plain_markdown(part));
            }
            _ => out.push_str(&plain_markdown(part)),
        }
    }
    out
}

fn plain_markdown(text: &str) -> String {
    let text = visible(text);
    let mut out = String::with_capacity(text.len() + 8);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' | '#' | ':' => {
                out.push(character);
                // A space ends what would be a mention, a reference or an address anyhow.
                if characters.peek().is_some_and(|next| *next != ' ') {
                    out.push(GAP);
                }
            }
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '+' | '-' | '!' | '|' | '~'
            | '$' | '=' => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
    }
    // `www.` becomes a link without any colon.
    out.replace("www.", &format!("www{GAP}."))
}

/// Returns the message of a workflow command.
pub(crate) fn command_message(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
pub(crate) fn command_property(text: &str) -> String {
    command_message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_spelled_out() {
        assert_eq!(visible("plain · é"), "plain · é");
        assert_eq!(visible("\u{1b}[2J\u{9b}1m\r\n\u{202e}"), "\\u{1b}[2J\\u{9b}1m\\r\\n\\u{202e}");
    }

    #[test]
    fn code_in_markdown_is_not_left_early() {
        assert_eq!(code("GET /a"), "`GET /a`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a|b\n# c"), "`a\\|b\\n# c`");
    }

    #[test]
    fn markup_and_mentions_in_sentences_do_nothing() {
        assert_eq!(markdown("`a_b` was added"), "`a_b` was added");
        assert_eq!(markdown("[x](y) <img>"), "\\[x\\]\\(y\\) &lt;img&gt;");
        assert_eq!(markdown("ask @me, #1"), format!("ask @{GAP}me, #{GAP}1"));
        assert_eq!(markdown("see https://x.example"), format!("see https:{GAP}//x.example"));
        assert_eq!(markdown("a `lone backtick*"), "a \\`lone backtick\\*");
        assert_eq!(markdown("two: words"), "two: words");
    }

    #[test]
    fn a_workflow_command_stays_one_command() {
        assert_eq!(command_message("100%\n::error::x"), "100%25\\n::error::x");
        assert_eq!(command_property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
