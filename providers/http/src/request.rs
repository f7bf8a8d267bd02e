//! One request for a message.

use std::time::Duration;

use figment::value::Value as Toml;
use sms_framework::provider::http::HttpClient;
use sms_framework::provider::http::reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use sms_framework::provider::http::reqwest::{RequestBuilder, Url};
use sms_framework::provider::{Capabilities, Reference, Validity};
use sms_framework::{Error, ErrorKind};

use crate::auth::{Auth, RESERVED, header_name};
use crate::check::Check;
use crate::escape;
use crate::fields::Field;
use crate::tables::{Body, Method, NumberForm, RequestTable, SenderForm, ValidityTable};
use crate::template::{Names, Part, Place, Placeholder, Slot, Template};
use crate::values::Values;
use crate::xml::XmlTemplate;

/// `[request]`: how a message becomes a request.
pub(crate) struct Plan {
    method: Method,
    base: String,
    path: Template,
    headers: Vec<(HeaderName, Template)>,
    query: Vec<(String, Template)>,
    content: Content,
    auth: Auth,
    pub(crate) forms: (NumberForm, SenderForm),
    max_segments: Option<u32>,
    validity: Option<Validity>,
    idempotent: bool,
}

enum Content {
    Json(Fields),
    Form(Fields),
    /// No body: the fields are part of the query.
    Query(Fields),
    Xml(XmlTemplate),
}

/// The fields of a text of the GSM alphabet, and of any other text.
struct Fields {
    gsm7: Field,
    unicode: Field,
}

impl Fields {
    fn of(&self, values: &Values<'_>) -> &Field {
        if values.is_gsm7() {
            &self.gsm7
        } else {
            &self.unicode
        }
    }
}

impl Plan {
    /// Reads the table.
    pub(crate) fn read(names: &Names<'_>, base: &Url, table: &Toml) -> Result<Self, Error> {
        let check = &names.check;
        let table: RequestTable = check.read("request", table)?;
        let plan = Self {
            method: table.method,
            base: base.as_str().trim_end_matches('/').to_owned(),
            path: path(names, &table.path)?,
            headers: headers(names, &table)?,
            query: query(names, &table)?,
            content: content(names, &table)?,
            auth: Auth::read(names, table.auth.as_ref())?,
            forms: (table.number, table.sender_number),
            max_segments: table.max_segments,
            validity: table
                .validity
                .as_ref()
                .map(|it| validity(check, it))
                .transpose()?,
            idempotent: table.idempotent,
        };
        plan.is_whole(check)?;
        Ok(plan)
    }

    /// What a request must say, and what may not be said in vain.
    fn is_whole(&self, check: &Check<'_>) -> Result<(), Error> {
        let has = |placeholder: &Placeholder| self.always(|slot| slot.placeholder == *placeholder);
        let text_or_tag = |slot: &Slot| {
            matches!(
                slot.placeholder,
                Placeholder::Text | Placeholder::TextHex | Placeholder::Var(_)
            )
        };
        if self.max_segments == Some(0) {
            let why = "it must be at least 1; leave it out where there is no limit";
            return Err(check.wrong("request.max_segments", why));
        }
        if !has(&Placeholder::To) {
            let why = "nothing in it is the recipient; put `{to}` into a field";
            return Err(check.wrong("request", why));
        }
        if !self.always(text_or_tag) {
            let why = "nothing in it is the text; put `{text}` into a field, or `{var.NAME}` where a template of the gateway is sent";
            return Err(check.wrong("request", why));
        }
        if self.idempotent && !has(&Placeholder::MessageId) {
            let why = "the gateway can know a message again by an id only; put `{message_id}` into a field";
            return Err(check.wrong("request.idempotent", why));
        }
        let has_validity = has(&Placeholder::ValiditySeconds);
        match &self.validity {
            None if self.uses(&Placeholder::ValiditySeconds) => {
                let why = "it is missing; say what `{validity_seconds?}` may be: `{ shortest = \"1m\", longest = \"72h\" }`";
                Err(check.wrong("request.validity", why))
            }
            Some(_) if !has_validity => {
                let why = "nothing in the request holds it; put `{validity_seconds?}` into a field";
                Err(check.wrong("request.validity", why))
            }
            _ => Ok(()),
        }
    }

    /// The slots of every request, and those of the two alphabets.
    fn slots(&self) -> (Vec<&Slot>, [Vec<&Slot>; 2]) {
        let headers = self.headers.iter().flat_map(|(_, value)| value.slots());
        let query = self.query.iter().flat_map(|(_, value)| value.slots());
        let mut common: Vec<_> = self.path.slots().chain(headers).chain(query).collect();
        match &self.content {
            Content::Json(fields) | Content::Form(fields) | Content::Query(fields) => {
                (common, [fields.gsm7.slots(), fields.unicode.slots()])
            }
            Content::Xml(template) => {
                common.extend(template.slots());
                (common, [Vec::new(), Vec::new()])
            }
        }
    }

    /// True where a slot of that sort is in every request, whatever its alphabet.
    fn always(&self, sort: impl Fn(&Slot) -> bool) -> bool {
        let (common, alphabets) = self.slots();
        common.iter().any(|slot| sort(slot))
            || alphabets
                .iter()
                .all(|slots| slots.iter().any(|slot| sort(slot)))
    }

    /// True where any request holds it.
    pub(crate) fn uses(&self, placeholder: &Placeholder) -> bool {
        let (common, alphabets) = self.slots();
        let mut all = common.iter().chain(alphabets.iter().flatten());
        all.any(|slot| slot.placeholder == *placeholder)
    }

    /// The tags of a message that a request holds.
    pub(crate) fn tags(&self) -> Vec<String> {
        let (common, alphabets) = self.slots();
        let all = common.iter().chain(alphabets.iter().flatten());
        let tag = |slot: &&Slot| match &slot.placeholder {
            Placeholder::Var(name) => Some(name.clone()),
            _ => None,
        };
        all.filter_map(tag).collect()
    }

    /// What follows from it.
    pub(crate) fn capabilities(&self, has_callback: bool) -> Capabilities {
        let holds = |wanted| self.always(|slot| slot.placeholder == wanted);
        let reference = if holds(Placeholder::MessageId) {
            if self.idempotent {
                Reference::Idempotent
            } else {
                Reference::Echoed
            }
        } else if has_callback && holds(Placeholder::ReceiptUrl) {
            Reference::Callback
        } else {
            Reference::None
        };
        let mut can = Capabilities::new().with_reference(reference);
        if let Some(segments) = self.max_segments {
            can = can.with_max_segments(segments);
        }
        if let Some(validity) = self.validity {
            can = can.with_validity(validity);
        }
        can
    }

    /// The request of a message.
    pub(crate) fn request(
        &self,
        http: &HttpClient,
        values: &Values<'_>,
    ) -> Result<RequestBuilder, Error> {
        let url = self.url(values)?;
        let request = match self.method {
            Method::Post => http.post(url.as_str()),
            Method::Get => http.get(url.as_str()),
        };
        let (request, content_type) = match &self.content {
            Content::Json(fields) => {
                let body = fields.of(values).json(values)?.unwrap_or_default();
                (request.body(body.to_string()), Some("application/json"))
            }
            Content::Form(fields) => {
                let pairs = fields.of(values).pairs(values)?;
                let mut form = form_urlencoded::Serializer::new(String::new());
                let body = form.extend_pairs(pairs).finish();
                (
                    request.body(body),
                    Some("application/x-www-form-urlencoded"),
                )
            }
            Content::Xml(template) => (
                request.body(template.fill(values)?),
                Some("application/xml"),
            ),
            Content::Query(_) if self.method == Method::Post => (request.body(""), None),
            Content::Query(_) => (request, None),
        };
        self.with_headers(self.auth.sign(request), content_type, values)
    }

    fn with_headers(
        &self,
        mut request: RequestBuilder,
        content_type: Option<&'static str>,
        values: &Values<'_>,
    ) -> Result<RequestBuilder, Error> {
        let own_type = self.headers.iter().any(|(name, _)| name == CONTENT_TYPE);
        if let Some(content_type) = content_type.filter(|_| !own_type) {
            request = request.header(CONTENT_TYPE, content_type);
        }
        for (name, value) in &self.headers {
            let Some(value) = value.plain(values)? else {
                continue;
            };
            let value = HeaderValue::from_bytes(escape::header(&value)?.as_bytes());
            request = request.header(name, value.map_err(|_| unbuildable("a header"))?);
        }
        Ok(request)
    }

    fn url(&self, values: &Values<'_>) -> Result<Url, Error> {
        let path = self.path.fill(values, escape::segment)?.unwrap_or_default();
        let mut pairs: Vec<_> = self.auth.parameter().into_iter().collect();
        for (name, value) in &self.query {
            pairs.extend(value.plain(values)?.map(|value| (name.clone(), value)));
        }
        if let Content::Query(fields) = &self.content {
            pairs.extend(fields.of(values).pairs(values)?);
        }
        let query: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", escape::percent(name), escape::percent(value)))
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let text = format!("{}{path}{mark}{}", self.base, query.join("&"));
        let url = Url::parse(&text).ok();
        // A parser that tidies the path up would call another address.
        url.filter(|url| url.path().ends_with(&path))
            .ok_or_else(|| unbuildable("its path"))
    }
}

fn unbuildable(what: &str) -> Error {
    let message = format!("the request cannot be built: {what} does not fit");
    Error::new(ErrorKind::InvalidMessage, message)
}

fn path(names: &Names<'_>, text: &str) -> Result<Template, Error> {
    const KEY: &str = "request.path";
    let template = Template::read(names, KEY, text, Place::Path)?;
    let wrong = |why: &str| Err(names.check.wrong(KEY, why));
    if !text.starts_with('/') {
        return wrong("it begins with a slash, as in `/v3/sms/send`; add it");
    }
    let literals = template.0.iter().filter_map(|part| match part {
        Part::Literal(text) => Some(text.as_str()),
        Part::Slot(_) => None,
    });
    for literal in literals {
        if literal.contains(['?', '#']) {
            return wrong("it holds a query or a fragment; put parameters into `request.query`");
        }
        let plain = |c: char| c.is_ascii_graphic() && !"\"<>`{}\\^|".contains(c);
        if !literal.chars().all(plain) {
            return wrong("it holds a character that must be percent-encoded; encode it");
        }
    }
    if text.split('/').any(|segment| matches!(segment, "." | "..")) {
        return wrong("it holds a segment of dots; write the path out");
    }
    Ok(template)
}

fn headers(names: &Names<'_>, table: &RequestTable) -> Result<Vec<(HeaderName, Template)>, Error> {
    let header = |(name, value): (&String, &String)| {
        let key = format!("request.headers.{name}");
        let parsed = header_name(&names.check, &key, name)?;
        let wrong = |why: &str| Err(names.check.wrong(&key, why));
        if RESERVED.contains(&parsed.as_str()) {
            return wrong("this header is the protocol's own; remove it");
        }
        if parsed.as_str() == "authorization" {
            return wrong("credentials go into `request.auth`");
        }
        let template = Template::read(names, &key, value, Place::Header)?;
        for part in &template.0 {
            if let Part::Literal(text) = part
                && text.contains(char::is_control)
            {
                return wrong("it holds a line break or another control character; remove it");
            }
        }
        Ok((parsed, template))
    };
    table.headers.iter().map(header).collect()
}

fn query(names: &Names<'_>, table: &RequestTable) -> Result<Vec<(String, Template)>, Error> {
    let parameter = |(name, value): (&String, &String)| {
        let key = format!("request.query.{name}");
        Ok((
            name.clone(),
            Template::read(names, &key, value, Place::Query)?,
        ))
    };
    table.query.iter().map(parameter).collect()
}

fn content(names: &Names<'_>, table: &RequestTable) -> Result<Content, Error> {
    let wrong = |key: &str, why: &str| Err(names.check.wrong(key, why));
    let body = table.body.unwrap_or(match table.method {
        Method::Post => Body::Json,
        Method::Get => Body::None,
    });
    if table.method == Method::Get && body != Body::None {
        let why = "a GET has no body; write `body = \"none\"`, which puts the fields into the query, or `method = \"POST\"`";
        return wrong("request.body", why);
    }
    match (body, &table.xml) {
        (Body::Xml, None) => wrong("request.xml", "it is missing; write the document"),
        (Body::Xml, Some(text)) => {
            for (key, set) in [
                ("request.fields", table.fields.is_some()),
                ("request.unicode", table.unicode.is_some()),
            ] {
                if set {
                    let why = "an XML body is the document in `request.xml`; remove the table";
                    return wrong(key, why);
                }
            }
            Ok(Content::Xml(XmlTemplate::read(names, "request.xml", text)?))
        }
        (_, Some(_)) => wrong(
            "request.xml",
            "it is the body of `body = \"xml\"` only; remove one of them",
        ),
        (body, None) => {
            let fields = fields(names, table, body != Body::Json)?;
            Ok(match body {
                Body::Json => Content::Json(fields),
                Body::Form => Content::Form(fields),
                Body::Xml | Body::None => Content::Query(fields),
            })
        }
    }
}

fn fields(names: &Names<'_>, table: &RequestTable, flat: bool) -> Result<Fields, Error> {
    let empty = Toml::from(figment::value::Dict::new());
    let gsm7 = Field::read(
        names,
        "request.fields",
        table.fields.as_ref().unwrap_or(&empty),
        false,
    )?;
    if !matches!(gsm7, Field::Table(_) | Field::List(_)) {
        return Err(names.check.wrong("request.fields", "it takes a table"));
    }
    if flat {
        gsm7.is_flat(names, "request.fields")?;
    }
    let unicode = match &table.unicode {
        None => gsm7.clone(),
        Some(over) => {
            let key = "request.unicode";
            let over = Field::read(names, key, over, true)?;
            if !matches!((&gsm7, &over), (Field::Table(_), Field::Table(_))) {
                let why =
                    "it is a table laid over the table `request.fields`; write both as tables";
                return Err(names.check.wrong(key, why));
            }
            if flat {
                over.is_flat(names, key)?;
            }
            gsm7.merged(&over)
        }
    };
    Ok(Fields { gsm7, unicode })
}

fn validity(check: &Check<'_>, table: &ValidityTable) -> Result<Validity, Error> {
    let wrong = |why: &str| Err(check.wrong("request.validity", why));
    let whole = |time: Duration| time.subsec_nanos() == 0;
    if table.shortest.is_zero() || !whole(table.shortest) || !whole(table.longest) {
        return wrong("it is written to the gateway in seconds; write whole ones, from \"1s\" on");
    }
    if table.longest < table.shortest {
        return wrong("`longest` is shorter than `shortest`; swap them");
    }
    let validity = Validity::seconds(table.shortest.as_secs(), table.longest.as_secs());
    Ok(validity.beyond(table.beyond.into()))
}
