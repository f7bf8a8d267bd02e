//! Reading what a gateway says: a document of one of four forms, and paths into it.

use roxmltree::{Document as Xml, Node, ParsingOptions};
use serde_json::{Map, Value};

use crate::tables::Read;

/// The deepest XML that is read.
const DEEPEST: usize = 64;
/// The longest path, in steps.
const LONGEST: usize = 32;
/// The most nodes of XML that are read.
const MOST_NODES: u32 = 100_000;

/// The body as a tree; `None` where it is not what it is read as.
pub(crate) fn document(read: Read, body: &[u8]) -> Option<Value> {
    match read {
        Read::Json => serde_json::from_slice(body).ok(),
        Read::Form => Some(form(form_urlencoded::parse(body).into_owned())),
        Read::Xml => xml(std::str::from_utf8(body).ok()?),
        Read::Text => Some(Value::from(text(body))),
    }
}

/// The body as text, without the blanks around it.
pub(crate) fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).trim().to_owned()
}

/// Pairs as a tree; of fields of one name the first counts.
pub(crate) fn form(pairs: impl IntoIterator<Item = (String, String)>) -> Value {
    let mut object = Map::new();
    for (name, value) in pairs {
        object.entry(name).or_insert_with(|| Value::from(value));
    }
    Value::Object(object)
}

fn xml(body: &str) -> Option<Value> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    let document = Xml::parse_with_options(body, options).ok()?;
    element(document.root_element(), DEEPEST)
}

/// Children by their names, several of one name as a list; attributes as `@name`. An element that
/// holds text alone is that text.
fn element(node: Node<'_, '_>, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let mut object = Map::new();
    for attribute in node.attributes() {
        object.insert(format!("@{}", attribute.name()), attribute.value().into());
    }
    for child in node.children().filter(Node::is_element) {
        let value = element(child, depth)?;
        match object.get_mut(child.tag_name().name()) {
            None => drop(object.insert(child.tag_name().name().to_owned(), value)),
            Some(Value::Array(several)) => several.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
        }
    }
    let text: String = node
        .children()
        .filter_map(|child| child.text().filter(|_| child.is_text()))
        .collect();
    let text = text.trim();
    if object.is_empty() {
        return Some(Value::from(text));
    }
    if !text.is_empty() {
        object.insert("#text".to_owned(), Value::from(text));
    }
    Some(Value::Object(object))
}

/// A way into a document: names and numbers with dots between them, `a.b.0.c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(Vec<String>);

impl Path {
    /// Reads a path; the empty one is the whole document.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let steps: Vec<String> = text.split('.').map(str::to_owned).collect();
        let bad = |step: &String| step.is_empty() || step.contains(char::is_control);
        if steps.iter().any(bad) {
            return Err(
                "it is no path; write names and numbers with a dot between them, such as `data.messages.0.id`"
                    .to_owned(),
            );
        }
        if steps.len() > LONGEST {
            return Err(format!("a path has {LONGEST} steps at most; shorten it"));
        }
        Ok(Self(steps))
    }

    /// What stands there; nothing where it is null.
    pub(crate) fn find<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        let mut at = root;
        for step in &self.0 {
            at = match at {
                Value::Object(object) => object.get(step).or_else(|| {
                    // XML has no lists: one element is the first of its name.
                    (step == "0").then_some(at)
                })?,
                Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
                other if step == "0" => other,
                _ => return None,
            };
        }
        (!at.is_null()).then_some(at)
    }

    /// The text that stands there: numbers and truth values as text, tables and lists not at all.
    pub(crate) fn text(&self, root: &Value) -> Option<String> {
        scalar(self.find(root)?)
    }

    /// Every item there, each with what holds it, the innermost first: `*` is every item of a list on
    /// the way, and a list at the end is taken apart.
    ///
    /// # Errors
    /// The first step that leads nowhere, or the end that is no list.
    pub(crate) fn each<'v>(&self, root: &'v Value) -> Result<Vec<Vec<&'v Value>>, String> {
        let mut scopes = vec![vec![root]];
        for (index, step) in self.0.iter().enumerate() {
            let mut next = Vec::new();
            for scope in scopes {
                let at = scope[0];
                if step == "*" {
                    let items = at.as_array().ok_or_else(|| self.said(index))?;
                    next.extend(items.iter().map(|item| inside(item, &scope)));
                } else {
                    let one = Self(vec![step.clone()]);
                    let found = one.find(at).ok_or_else(|| self.said(index))?;
                    next.push(inside(found, &scope));
                }
            }
            scopes = next;
        }
        if self.0.last().is_some_and(|last| last == "*") {
            return Ok(scopes);
        }
        let mut items = Vec::new();
        for scope in scopes {
            let list = scope[0].as_array();
            let list = list.ok_or_else(|| self.said(self.0.len().saturating_sub(1)))?;
            items.extend(list.iter().map(|item| inside(item, &scope)));
        }
        Ok(items)
    }

    fn said(&self, index: usize) -> String {
        let steps = &self.0[..self.0.len().min(index + 1)];
        steps.join(".")
    }
}

fn inside<'v>(item: &'v Value, scope: &[&'v Value]) -> Vec<&'v Value> {
    std::iter::once(item).chain(scope.iter().copied()).collect()
}

/// A value that is one text.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
