//! Plivo's two signatures: V2 over the URL alone, V3 over the parameters as well.

use secrecy::ExposeSecret;
use sms_framework::Error;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{
    Hash, check_path, from_base64, header, hmac_matches, refused, unchecked,
};

use crate::Plivo;

/// The headers of one version: the account's or subaccount's signature, the main account's, the nonce.
struct Headers {
    own: &'static str,
    main: &'static str,
    nonce: &'static str,
}

const V2: Headers = Headers {
    own: "X-Plivo-Signature-V2",
    main: "X-Plivo-Signature-Ma-V2",
    nonce: "X-Plivo-Signature-V2-Nonce",
};
const V3: Headers = Headers {
    own: "X-Plivo-Signature-V3",
    main: "X-Plivo-Signature-Ma-V3",
    nonce: "X-Plivo-Signature-V3-Nonce",
};

impl Headers {
    fn signatures<'a>(&self, call: &'a WebhookCall) -> Vec<&'a str> {
        let headers = [self.own, self.main];
        headers
            .iter()
            .filter_map(|name| call.header_value(name))
            .collect()
    }
}

impl Plivo {
    /// Believes a call by its path and its signature: V2 alone signs too little.
    pub(crate) fn check_call(&self, call: &WebhookCall) -> Result<(), Error> {
        let Some(secret) = &self.path_secret else {
            return Err(unchecked("webhook_path_secret"));
        };
        check_path(call, secret)?;
        let token = self.auth_token.expose_secret().as_bytes();
        check_signature(token, call)
    }
}

/// V3 where it is there: a wrong one is not saved by a V2 beside it.
fn check_signature(token: &[u8], call: &WebhookCall) -> Result<(), Error> {
    let v3 = V3.signatures(call);
    let (version, signatures, text) = if v3.is_empty() {
        let url = bare_url(call).to_owned();
        (V2, V2.signatures(call), url)
    } else {
        // Several signatures may stand in one header of V3.
        let single = v3.iter().flat_map(|list| list.split(',')).collect();
        (V3, single, v3_text(call) + ".")
    };
    if signatures.is_empty() {
        return Err(refused(&format!("it has no header {}", version.own)));
    }
    let nonce = header(call, version.nonce)?;
    let signed = text + nonce;
    let ours = signatures
        .into_iter()
        .filter_map(from_base64)
        .any(|tag| hmac_matches(Hash::Sha256, token, signed.as_bytes(), &tag));
    if ours {
        Ok(())
    } else {
        Err(refused("its signature does not match"))
    }
}

/// The URL without query and fragment, with the port as it was written.
fn bare_url(call: &WebhookCall) -> &str {
    call.url().split(['?', '#']).next().unwrap_or_default()
}

/// What V3 signs, but for the nonce.
fn v3_text(call: &WebhookCall) -> String {
    let (mut query, mut form) = (call.query(), call.form());
    if call.method().eq_ignore_ascii_case("GET") {
        query.append(&mut form);
    }
    // By name, then by value.
    query.sort();
    form.sort();
    let mut text = bare_url(call).to_owned();
    if !query.is_empty() || !form.is_empty() {
        text.push('?');
    }
    let pairs: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    text.push_str(&pairs.join("&"));
    if !query.is_empty() && !form.is_empty() {
        text.push('.');
    }
    for (name, value) in form {
        text.push_str(&name);
        text.push_str(&value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector in the tests of Plivo's clients: plivo-python `tests/resources/test_signature.py`,
    /// plivo-node `test/utils.js`.
    const SIGNATURE: &str = "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc=";

    fn is_right(url: &str, token: &[u8], nonce: &str) -> bool {
        let call = WebhookCall::new("POST", url)
            .header(V2.own, SIGNATURE)
            .header(V2.nonce, nonce);
        check_signature(token, &call).is_ok()
    }

    #[test]
    fn the_published_vector() {
        let token = b"my_auth_token";
        assert!(is_right("https://answer.url", token, "12345"));
        // Query and fragment are not signed; nothing is added to an empty path.
        assert!(is_right("https://answer.url?x=1#top", token, "12345"));
        assert!(!is_right("https://answer.url/", token, "12345"));
        assert!(!is_right("https://answer.url:443", token, "12345"));
        assert!(!is_right("http://answer.url", token, "12345"));
        assert!(!is_right("https://answer.url", token, "12346"));
        assert!(!is_right("https://answer.url", b"another", "12345"));
    }

    #[test]
    fn what_v3_signs() {
        let text = |method: &str, url: &str, body: &str| {
            v3_text(&WebhookCall::new(method, url).body(body))
        };
        for (method, url, body, signed) in [
            ("POST", "https://h", "", "https://h"),
            ("POST", "https://h/p?", "", "https://h/p"),
            (
                "POST",
                "https://h:443/p?b=2&a=1",
                "",
                "https://h:443/p?a=1&b=2",
            ),
            // The question mark stays where the query is empty and the form is not.
            ("POST", "https://h/p", "b=2&a=1", "https://h/p?a1b2"),
            ("POST", "https://h/p?q", "b=2&b=1", "https://h/p?q=.b1b2"),
            ("get", "https://h/p?b=2&a=1", "", "https://h/p?a=1&b=2"),
            (
                "GET",
                "https://h/p?b=2&a=1",
                "b=1",
                "https://h/p?a=1&b=1&b=2",
            ),
            (
                "GET",
                "https://h/p;x?a=%2B+%26#top",
                "",
                "https://h/p;x?a=+ &",
            ),
        ] {
            assert_eq!(text(method, url, body), signed, "{method} {url} {body}");
        }
    }
}
