//! Where the API is.

use sms_framework::provider::http::reqwest::Url;

/// The edge in each region. Twilio withdrew `api.{region}.twilio.com` for every region but `us1` on
/// 2026-04-28 ("Twilio API domain migration guide"), so a region alone needs its edge beside it.
const EDGES: &[(&str, &str)] = &[
    ("au1", "sydney"),
    ("br1", "sao-paulo"),
    ("de1", "frankfurt"),
    ("ie1", "dublin"),
    ("jp1", "tokyo"),
    ("sg1", "singapore"),
    ("us2", "umatilla"),
];

/// `api.twilio.com`, `api.{edge}.{region}.twilio.com`; an edge alone is in `us1`, as in the SDKs.
pub(crate) fn base_url(edge: Option<&str>, region: Option<&str>) -> String {
    match (edge, region) {
        (None, None) => "https://api.twilio.com".to_owned(),
        (Some(edge), region) => {
            format!("https://api.{edge}.{}.twilio.com", region.unwrap_or("us1"))
        }
        (None, Some(region)) => match EDGES.iter().find(|(known, _)| *known == region) {
            Some((_, edge)) => format!("https://api.{edge}.{region}.twilio.com"),
            None => format!("https://api.{region}.twilio.com"),
        },
    }
}

/// One label of a host name.
pub(crate) fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Checks a base URL and cuts the slashes at its end.
pub(crate) fn checked(base: &str) -> Result<Url, &'static str> {
    let url = Url::parse(base.trim_end_matches('/')).map_err(|_| "it is not an absolute URL")?;
    if !matches!(url.scheme(), "http" | "https") || url.cannot_be_a_base() {
        return Err("it is neither http nor https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user or a password; set `account_sid` and `auth_token` instead");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has a query or a fragment");
    }
    Ok(url)
}

/// True where nobody on the way can read a plain connection.
pub(crate) fn is_private(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    url.scheme() == "https" || matches!(host, "localhost" | "[::1]") || host.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_and_region_make_the_host() {
        let hosts = [
            (None, None, "https://api.twilio.com"),
            (
                Some("dublin"),
                Some("ie1"),
                "https://api.dublin.ie1.twilio.com",
            ),
            (Some("ashburn"), None, "https://api.ashburn.us1.twilio.com"),
            (None, Some("us1"), "https://api.us1.twilio.com"),
            (None, Some("au1"), "https://api.sydney.au1.twilio.com"),
            (None, Some("xx9"), "https://api.xx9.twilio.com"),
        ];
        for (edge, region, host) in hosts {
            assert_eq!(base_url(edge, region), host);
        }
    }

    #[test]
    fn a_plain_connection_is_private_on_the_same_machine_only() {
        for (url, private) in [
            ("https://api.twilio.com", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost:8080", true),
            ("http://[::1]:8080", true),
            ("http://10.0.0.7", false),
        ] {
            assert_eq!(is_private(&checked(url).unwrap()), private, "{url}");
        }
    }
}
