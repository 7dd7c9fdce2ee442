//! Reads YAML 1.2, one document, with YAML 1.1's merge key, which OpenAPI documents use.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, Span};

use crate::scalar::{self, Plain};
use crate::text::Text;
use crate::text::limits::DEPTH_LIMIT;
use crate::tree::{Builder, Kind, NodeId, Refusal, Size, Slice, Tree};

/// Reads a text as YAML.
pub(crate) fn read(text: &Arc<Text>) -> Result<Tree, Refusal> {
    build(text)
}

/// Maps anchors to their nodes, once these are complete, with their sizes.
type Anchors = HashMap<usize, (NodeId, Size)>;

#[derive(Debug, Default)]
struct State {
    anchors: Anchors,
    /// Anchors of the open nodes.
    open: Vec<usize>,
    /// End of the last node: a block collection ends there, not at the next token.
    end: usize,
    documents: usize,
}

fn build(text: &Arc<Text>) -> Result<Tree, Refusal> {
    let options = granit_parser::options! {
        flow_nesting_limit: DEPTH_LIMIT,
        block_nesting_limit: DEPTH_LIMIT,
    };
    let mut builder = Builder::new(Arc::clone(text));
    let mut state = State::default();
    for event in Parser::new_from_str_with_options(text.as_str(), options) {
        let (event, span) = event.map_err(|error| {
            (error.marker().byte_offset().unwrap_or_default(), format!("not YAML: {}", error.kind()))
        })?;
        step(&mut builder, &mut state, event, &span)?;
    }
    if builder.is_empty() {
        return Err((0, "the document is empty".to_owned()));
    }
    Ok(builder.finish())
}

fn step(builder: &mut Builder, state: &mut State, event: Event<'_>, span: &Span) -> Result<(), Refusal> {
    let range = span.byte_range().unwrap_or_default();
    let start = range.start;
    match event {
        Event::DocumentStart(..) => {
            state.documents += 1;
            if state.documents > 1 {
                return Err((
                    start,
                    "a second YAML document begins here; put one document in each file".to_owned(),
                ));
            }
        }
        Event::Alias(id) => {
            let Some(&(node, size)) = state.anchors.get(&id) else {
                return Err((start, "an alias is inside the node that it names".to_owned()));
            };
            if builder.wants_key() {
                return Err((start, "an alias cannot be a key".to_owned()));
            }
            state.end = range.end;
            builder.alias(node, size, start)?;
        }
        Event::Scalar(value, style, anchor, tag) => {
            state.end = range.end;
            // A quoted text begins after the quote.
            let inside = match style {
                ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => start + 1,
                _ => start,
            };
            let text = builder.intern(&value, inside);
            if builder.wants_key() {
                builder.key(text, start)?;
                if &*value == "<<" && style == ScalarStyle::Plain {
                    builder.expect_merge();
                }
                return Ok(());
            }
            let is_string = tag.as_ref().is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
            let kind = match style {
                ScalarStyle::Plain if !is_string => match scalar::resolve(&value) {
                    Plain::Null => Kind::Null,
                    Plain::Bool(value) => Kind::Bool(value),
                    Plain::Decimal => Kind::Number(text),
                    Plain::Converted(number) => Kind::Number(builder.intern(&number, start)),
                    Plain::String => Kind::String(text),
                },
                _ => Kind::String(text),
            };
            let node = builder.scalar(kind, start, range.end)?;
            if anchor > 0 {
                state.anchors.insert(anchor, (node, Size::scalar(&value)));
            }
        }
        Event::SequenceStart(..) | Event::MappingStart(..) if builder.wants_key() => {
            return Err((start, "only a scalar can be a key".to_owned()));
        }
        Event::SequenceStart(_, anchor, _) => {
            builder.open(Kind::Sequence(Slice::default()), start)?;
            state.open.push(anchor);
            state.end = range.end;
        }
        Event::MappingStart(_, anchor, _) => {
            builder.open(Kind::Mapping(Slice::default()), start)?;
            state.open.push(anchor);
            state.end = range.end;
        }
        Event::SequenceEnd | Event::MappingEnd => {
            // The end of a flow collection is a token; that of a block collection is not.
            state.end = state.end.max(if range.is_empty() { state.end } else { range.end });
            let anchor = state.open.pop().unwrap_or_default();
            if let Some((node, size)) = builder.close(state.end)
                && anchor > 0
            {
                state.anchors.insert(anchor, (node, size));
            }
        }
        _ => {}
    }
    Ok(())
}
