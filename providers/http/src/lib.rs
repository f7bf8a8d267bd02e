//! Any HTTP gateway as a provider of `sms-framework`, described by TOML alone.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_http as _;
//! ```
//!
//! The folder `examples/gateways` of the repository holds whole descriptions, one file each:
//! ClickSend, SMSAPI, 46elks, Africa's Talking, MSG91, Kavenegar, GatewayAPI, seven, Jasmin, Yo and
//! Clickatell. `sms --config examples/gateways/seven.toml` uses one as it is.
//!
//! # Configuration
//! A description is a table of kind `http`, under a name of your own. Whatever is wrong with it is said
//! when it is read, with the full key and what to do; nothing is passed over.
//!
//! ```
//! use sms_framework::config::Sources;
//! use sms_framework::provider::Registry;
//!
//! let settings = Sources::new()
//!     .toml(r#"
//!         provider = "acme"
//!
//!         [providers.acme]
//!         kind = "http"
//!         base_url = "https://rest.acme.example"
//!         secrets = ["user", "key"]
//!         from = "+14155550100"
//!         callback_url = "https://example.org/sms/acme"
//!
//!         [providers.acme.request]
//!         path = "/v1/messages"
//!         auth = { basic = ["{secret.user}", "{secret.key}"] }
//!
//!         [providers.acme.request.fields]
//!         to = "{to}"
//!         sender = "{from?}"
//!         text = "{text}"
//!         reference = "{message_id}"
//!         callback = "{receipt_url?}"
//!
//!         [providers.acme.request.unicode]
//!         encoding = "UCS2"
//!
//!         [providers.acme.accept]
//!         where = { status = ["queued", "sent"] }
//!         id = "message.id"
//!
//!         [providers.acme.reject]
//!         code = "error.code"
//!         message = "error.text"
//!
//!         [providers.acme.reject.codes]
//!         101 = "recipient"
//!         102 = { class = "opted_out", meaning = "the number is on the blacklist" }
//!
//!         [providers.acme.receipt]
//!         from = "form"
//!         id = "id"
//!         message_id = "reference"
//!         status = "state"
//!
//!         [providers.acme.receipt.states]
//!         DELIVRD = "delivered"
//!         UNDELIV = "undelivered"
//!     "#)
//!     .variable("SMS_PROVIDERS__ACME__SECRET__USER", "me")
//!     .variable("SMS_PROVIDERS__ACME__SECRET__KEY", "s3cr3t")
//!     .variable("SMS_PROVIDERS__ACME__WEBHOOK_PATH_SECRET", "Zk3nVt0Q8rWm2YxB");
//! let registry = Registry::new().with(sms_provider_http::ENTRY)?;
//! let settings = settings.load_with(&registry)?;
//! let provider = settings.build_provider("acme", &registry)?;
//! assert!(provider.capabilities().receipts);
//! # Ok::<_, sms_framework::Error>(())
//! ```
//!
//! ## The table itself
//!
//! | key | default | meaning |
//! |---|---|---|
//! | `base_url` | | where the API is; `request.path` is put behind it |
//! | `regions`, `region` | none | base URLs by name, and the one that is used instead of `base_url` |
//! | `from` | none | the sender of messages that name none |
//! | `secrets` | none | the names of the credentials: a to z, 0 to 9, single `_` |
//! | `secret.NAME` | | their values, by `SMS_PROVIDERS__TABLE__SECRET__NAME` or `…__NAME_FILE`, never in a file |
//! | `config` | none | values of your own, for `{config.NAME}` |
//! | `request` | | how a message is sent |
//! | `accept` | | how an answer says that the message was taken |
//! | `reject` | none | what an answer that does not says of the message |
//! | `receipt` | none | how delivery receipts are read |
//! | `inbound` | none | how messages from phones are read |
//! | `callback_url` | none | our URL for receipts, given to the gateway by `{receipt_url}` |
//! | `webhook_path_secret` (secret) | none | a segment that the path of each call must hold: 16 or more of letters, digits and `- . _ ~` |
//! | `allow_plain_http` | `false` | allows `http://` to another machine |
//! | `connect_timeout`, `timeout` | `"10s"`, `"30s"` | how long DNS, connect and TLS, and one request, may take |
//!
//! A secret that is declared must be set and used; so must a value of `config`.
//!
//! ## `[request]`
//!
//! | key | default | meaning |
//! |---|---|---|
//! | `method` | `"POST"` | `"POST"` or `"GET"` |
//! | `path` | | begins with a slash; placeholders are percent-encoded as part of a segment |
//! | `headers` | none | fixed or with placeholders, but for secrets; a line break is refused |
//! | `query` | none | parameters of the URL |
//! | `body` | `"json"`; for a GET `"none"` | `"json"`, `"form"`, `"xml"`; with `"none"` the fields are part of the query |
//! | `number` | `"e164"` | the recipient: `"e164"` (with plus), `"digits"`, `"zero_zero"`, `"integer"` (digits; in JSON a number) |
//! | `sender_number` | `"e164"` | a sender that is a phone number: `"e164"`, `"digits"`, `"zero_zero"` |
//! | `auth` | `"none"` | one of `{ basic = [USER, PASSWORD] }`, `{ bearer = TOKEN }`, `{ header = [NAME, VALUE] }`, `{ query = [NAME, VALUE] }` |
//! | `max_segments` | none | a longer message is refused before it is sent |
//! | `validity` | none | `{ shortest = "1m", longest = "72h", beyond = "refused" }` for `{validity_seconds?}`; `beyond` is what the gateway does with a longer one: `"refused"`, `"cut"`, `"not_said"` (the default) |
//! | `idempotent` | `false` | the gateway refuses to send the same `{message_id}` twice |
//! | `fields` | | a tree that becomes the JSON, or a flat table that becomes the form or the query |
//! | `unicode` | none | laid over `fields` where the text is not GSM-7: tables are merged, values replaced, `{ absent = true }` takes a field away |
//! | `xml` | | the document of `body = "xml"` |
//!
//! ## Placeholders
//!
//! | placeholder | value | may be empty |
//! |---|---|---|
//! | `{to}` | the recipient in the form of `number` | |
//! | `{from}` | the sender: the message's, else `from` | yes |
//! | `{text}` | the text, byte for byte | |
//! | `{text.hex_utf16be}` | the text in UTF-16, big end first, as hexadecimal digits | |
//! | `{message_id}` | our id of the message, the same at each try | |
//! | `{attempt_id}` | an id of this request alone: no key for idempotency | |
//! | `{receipt_url}` | `callback_url` with `webhook_path_secret` at the end of its path (unless it is in it) and our id in its query | yes |
//! | `{encoding}` | `GSM-7` or `UCS-2` | |
//! | `{segments}` | how many segments the text needs; a number | |
//! | `{validity_seconds?}` | how long the gateway may hold the message, in whole seconds; a number | yes |
//! | `{var.NAME}` | the message's tag `NAME` (`Message::tag`), for templates that the gateway keeps | yes |
//! | `{secret.NAME}` | a credential: in `auth`, `path`, `query`, `fields` and `xml` only | |
//! | `{config.NAME}` | a value of `config` | yes |
//!
//! With `?` at its end (`{from?}`) an empty value drops the whole field: the value of a table, the item
//! of a list, the parameter, the header, the element or attribute of XML. Without it a message that
//! lacks the value is refused before anything is sent. A field that is one placeholder keeps the type of its value; all
//! else is text. A brace is written `{{` or `}}`. Names hold no placeholders, and nothing nests.
//!
//! Values are escaped by where they stand, and arrive byte for byte. What a place cannot carry is
//! refused: a line break in a header, most control characters in XML, a path segment of dots.
//!
//! ## `[accept]`
//! All of it has to hold. A gateway that tells errors with a 200 needs `where`; a description that asks
//! nothing of the body is warned of at start-up.
//!
//! | key | default | meaning |
//! |---|---|---|
//! | `status` | every 2xx | the statuses of success |
//! | `read` | `"json"` | what bodies are: `"json"`, `"xml"`, `"form"`, `"text"` |
//! | `where` | none | path = value, list of values, or `{ absent = true }` |
//! | `id` | none | the path of the gateway's id: text or a whole number |
//! | `capture` | none | for `"text"`: an expression that has to match; its one group, where it has one, is the id |
//!
//! A path is names and numbers with dots between, `data.messages.0.id`; the empty path is the whole.
//! Numbers and truth values count as text, null as absent. In XML a path starts below the root, `@name`
//! is an attribute, and `0` is the element itself where there is one only. A name with a dot in it
//! cannot be reached. An expression has 256 bytes at most and is matched in linear time.
//!
//! ## `[reject]`
//!
//! | key | default | meaning |
//! |---|---|---|
//! | `code` | none | the path of the error code, or several to try in turn: the first that is listed counts |
//! | `capture` | none | an expression over the body as it came, whose one group is the code |
//! | `message` | none | the path of the gateway's sentence, shown to people with numbers masked |
//! | `codes` | none | code = word, or `{ class = word, proven_not_sent = true, meaning = "…" }` |
//! | `status` | none | the same for HTTP statuses of 300 and above |
//! | `default` | none | the word for a code that is not listed, in a 2xx whose `where` does not hold |
//!
//! | word | kind | class | certainty |
//! |---|---|---|---|
//! | `permanent` | `REFUSED` | permanent | `Rejected` |
//! | `recipient` | `RECIPIENT` | permanent | `Rejected` |
//! | `opted_out` | `OPTED_OUT` | permanent | `Rejected` |
//! | `configuration` | `ACCOUNT` | account | `Rejected` |
//! | `credentials` | `UNAUTHORIZED` | account | `Rejected` |
//! | `transient` | `REFUSED` | transient | `NotSent` |
//! | `throttle` | `PROVIDER_THROTTLED` | throttled | `NotSent` |
//! | `ambiguous` | `BAD_ANSWER`, with a 5xx `SERVER_ERROR` | transient | `MaybeSent` |
//!
//! # Certainty
//!
//! | what happened | certainty |
//! |---|---|
//! | no connection, or the message does not fit the description | `NotSent` |
//! | a 2xx that does not say success, without a code that is listed | `MaybeSent` |
//! | a 2xx that says success and bears a code that is listed | `MaybeSent` |
//! | a listed code in a 2xx, 3xx or 4xx (but not 408) | its word's |
//! | a listed code in a 5xx or 408 | `MaybeSent`; its word's with `proven_not_sent` |
//! | 429 without a listed code | `NotSent` |
//! | another 4xx without a listed code | `Rejected`, or what `reject.status` says |
//! | 5xx, 408, no answer, half an answer | `MaybeSent`, or what `reject.status` proves |
//!
//! # Receipts and messages from phones
//!
//! | `[receipt]` | default | meaning |
//! |---|---|---|
//! | `from` | | where the values are: `"form"`, `"json"`, `"query"`, `"json_in_form:FIELD"` |
//! | `each` | none | the path of a list, where several come at once: `"*"` is every item of a list (`"*"` alone of the whole, `"*.report"` of the lists in a list). A path is looked for in the item, then in what holds it |
//! | `when` | none | conditions as in `accept.where`; a call that they do not hold for says nothing |
//! | `status` | | the path of the gateway's word |
//! | `id`, `message_id` | none | the paths of the gateway's id, and of ours; ours comes from the URL, too |
//! | `to`, `at` | none | the paths of the recipient, and of the time (seconds since 1970, or RFC 3339) |
//! | `error` | none | the path of a code; `codes` says what it means, in the words of `[reject]`. Another is kept, and is a `REFUSED` where the state says that the message failed |
//! | `states` | none | word = `scheduled`, `accepted`, `sent`, `delivered`, `undelivered`, `failed`, `canceled`, `expired` or `rejected`; another word is kept and changes nothing |
//! | `auth` | `"url_secret"` | how a call is told from anybody's: `"url_secret"`, `{ basic = [USER, PASSWORD] }`, `{ header = [NAME, VALUE] }`, `{ jwt_hs256 = [HEADER, KEY] }`; with `url_secret = true` in such a table, it does not start without `webhook_path_secret` |
//! | `reply` | `{ status = 200 }` | what the gateway hears: `status`, `body`, `content_type` (`"text/plain"`); of messages from phones, too |
//!
//! `[inbound]` has `from`, `each`, `when` and `auth` likewise, and the paths `sender`, `to`, `text`, and,
//! where there are, `id` and `at`. One URL may get both sorts of call: `when` tells them apart, else
//! the presence of `receipt.status` or `inbound.text`.
//!
//! Set up the gateway to call `callback_url/webhook_path_secret`, or put `{receipt_url?}` into the
//! request. Where `webhook_path_secret` is set, every call must have it, whatever `auth` says. Neither a
//! header nor a token (`jwt_hs256`; its `exp` is heeded) covers the body of a call: set the
//! secret besides (without it a warning is logged at the start).
//!
//! # What follows from a description
//! The capabilities are not declared but derived: `{message_id}` makes receipts match (`idempotent`
//! makes it a key), `{receipt_url}` does where there is a `callback_url`, `{validity_seconds?}` takes
//! validity periods, `max_segments` bounds the length, `[receipt]` and `[inbound]` hear from the gateway.
//! There is no lookup. A message that may be out is held for a person, as is one that was answered
//! with a 5xx or a 408; `retry.after_server_error = "resend"` sends those again.
//!
//! # What cannot be described
//! These need a plugin, or belong elsewhere:
//! - expressions, loops, conditions beyond `?` and `[request.unicode]`; more than one group in an
//!   expression;
//! - signed requests (OAuth 1, HMAC with a nonce, a digest of fields), and logins that fetch a token;
//! - several requests for a message, or hosts in turn: that is a route over several tables;
//! - several recipients in a request;
//! - retries, waits and rates: `[retry]` and `[rate_limit]` of the framework;
//! - redirects, proxies, TLS without verification;
//! - files and environment by placeholder; secrets in headers other than `auth`, in `where`, in states;
//! - a 5xx or a 408 that is called final or not sent without `proven_not_sent` on that very code;
//! - media, messaging services, lists in a form, names with dots in a path.
//!
//! # Not known
//! The shipped descriptions mark what their gateways' public material does not confirm with
//! `# not confirmed`. None of them has been run against the gateway itself.

mod answer;
mod auth;
mod call;
mod check;
mod condition;
mod config;
mod escape;
mod fields;
mod gateway;
mod inbound;
mod judge;
mod meaning;
#[cfg(test)]
mod properties;
mod receipt;
mod request;
mod secrets;
mod tables;
mod template;
mod values;
mod webhooks;
mod xml;

pub use config::HttpConfig;
pub use gateway::Http;

sms_framework::register_provider!(Http);
