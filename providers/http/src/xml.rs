//! An XML body: a document with placeholders in its texts and attributes.

use std::ops::Range;

use roxmltree::{Document, Node, ParsingOptions};
use sms_framework::Error;

use crate::escape;
use crate::template::{Names, Part, Place, Slot, spans};
use crate::values::Values;

/// A document with placeholders.
#[derive(Debug)]
pub(crate) struct XmlTemplate(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Literal(String),
    Slot(Slot),
    /// An element or an attribute that is left out where a slot in it is empty.
    Optional(Vec<Piece>),
}

impl XmlTemplate {
    /// Reads the document at `key`.
    pub(crate) fn read(names: &Names<'_>, key: &str, text: &str) -> Result<Self, Error> {
        let wrong = |why: &str| names.check.wrong(key, why);
        let parts = spans(names, text, Place::Xml).map_err(|why| wrong(&why))?;
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: 10_000,
            ..ParsingOptions::default()
        };
        let document = Document::parse_with_options(text, options)
            .map_err(|error| wrong(&format!("it is not well-formed XML ({error}); mend it")))?;
        if text.contains("<![CDATA[") {
            return Err(wrong(
                "a CDATA section cannot be escaped into; write plain text",
            ));
        }
        let (mut slots, mut groups) = (Vec::new(), Vec::new());
        for (span, part) in parts {
            let Part::Slot(slot) = part else { continue };
            let (whole, is_root) = holder(&document, &span).ok_or_else(|| {
                wrong("a placeholder may stand in the text of an element or in the value of an attribute only")
            })?;
            if slot.optional {
                if is_root {
                    return Err(wrong(
                        "a placeholder with `?` would take the whole document away; put it into an element of its own",
                    ));
                }
                groups.push(whole);
            }
            slots.push((span, slot));
        }
        groups.sort_by_key(|group| (group.start, std::cmp::Reverse(group.end)));
        groups.dedup();
        Ok(Self(pieces(text, &slots, &groups, 0..text.len())))
    }

    pub(crate) fn slots(&self) -> Vec<&Slot> {
        fn collect<'a>(pieces: &'a [Piece], found: &mut Vec<&'a Slot>) {
            for piece in pieces {
                match piece {
                    Piece::Literal(_) => {}
                    Piece::Slot(slot) => found.push(slot),
                    Piece::Optional(inner) => collect(inner, found),
                }
            }
        }
        let mut found = Vec::new();
        collect(&self.0, &mut found);
        found
    }

    pub(crate) fn fill(&self, values: &Values<'_>) -> Result<String, Error> {
        Ok(fill(&self.0, values)?.unwrap_or_default())
    }
}

fn fill(pieces: &[Piece], values: &Values<'_>) -> Result<Option<String>, Error> {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Slot(slot) => match values.of(slot)? {
                Some(value) => out.push_str(&escape::xml(&value)?),
                None => return Ok(None),
            },
            Piece::Optional(inner) => out.extend(fill(inner, values)?),
        }
    }
    Ok(Some(out))
}

/// The element or attribute that a placeholder stands in, and whether that is the root.
fn holder(document: &Document<'_>, span: &Range<usize>) -> Option<(Range<usize>, bool)> {
    let holds = |range: &Range<usize>| range.start <= span.start && span.end <= range.end;
    let innermost = document
        .descendants()
        .filter(|node| node.is_element() && holds(&node.range()))
        .min_by_key(|node| node.range().len())?;
    let attribute = innermost
        .attributes()
        .find(|attribute| holds(&attribute.range_value()));
    if let Some(attribute) = attribute {
        return Some((attribute.range(), false));
    }
    let in_text = |child: Node<'_, '_>| child.is_text() && holds(&child.range());
    innermost
        .children()
        .any(in_text)
        .then(|| (innermost.range(), innermost == document.root_element()))
}

/// What of `text` lies in `range`, with every group of `groups` as one piece. The groups are sorted,
/// the outer before the inner.
fn pieces(
    text: &str,
    slots: &[(Range<usize>, Slot)],
    groups: &[Range<usize>],
    range: Range<usize>,
) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut at = range.start;
    let mut groups = groups;
    while at < range.end {
        let slot = slots
            .iter()
            .find(|(span, _)| span.start >= at && span.end <= range.end);
        let next_slot = slot.map_or(range.end, |(span, _)| span.start);
        let next_group = groups.first().map_or(range.end, |group| group.start);
        let next = next_slot.min(next_group);
        if next > at {
            // The one way to write a brace in a template.
            let literal = text[at..next].replace("{{", "{").replace("}}", "}");
            out.push(Piece::Literal(literal));
        }
        at = match (groups, slot) {
            ([group, after @ ..], _) if next_group <= next_slot => {
                let inner = after
                    .iter()
                    .take_while(|inner| inner.start < group.end)
                    .count();
                let (within, rest) = after.split_at(inner);
                let inside = pieces(text, slots, within, group.clone());
                out.push(Piece::Optional(inside));
                groups = rest;
                group.end
            }
            (_, Some((span, slot))) => {
                out.push(Piece::Slot(slot.clone()));
                span.end
            }
            _ => range.end,
        };
    }
    out
}
