//! Where the API is.

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
}
