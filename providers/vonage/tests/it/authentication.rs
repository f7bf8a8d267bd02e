//! Who we are to Vonage.

use std::collections::BTreeSet;

use jiff::Timestamp;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};
use sms_framework::provider::signature::from_base64;
use sms_framework::testkit::http::{ScriptedServer, Then};

use crate::support::{
    BASIC, block_on, build, from_url_safe, message, parts, request, taken_by_messages,
};

const APPLICATION: &str = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab";
const PRIVATE_KEY: &str = include_str!("../data/test-rsa-private-key.pem");
const PKCS1: &str = include_str!("../data/test-rsa-private-key-pkcs1.pem");
const PUBLIC_KEY: &str = include_str!("../data/test-rsa-public-key.pem");

fn table(private_key: &str) -> String {
    format!(
        "from = '+14155550100'\napplication_id = '{APPLICATION}'\nprivate_key = '''{private_key}'''"
    )
}

#[test]
fn an_api_key_goes_by_basic_authentication() {
    // Base64 of `abcd1234:s3cr3t-of-api-k3y`.
    let basic = Some("Basic YWJjZDEyMzQ6czNjcjN0LW9mLWFwaS1rM3k=");
    let sent = request(BASIC, taken_by_messages(), &message());
    assert_eq!(sent.header("authorization"), basic);
    let table = format!("{BASIC}\napi = 'sms'");
    let sent = request(&table, parts(&[("0", "M1")]), &message());
    assert_eq!(sent.header("authorization"), basic);
    for field in ["api_key", "api_secret", "sig"] {
        assert_eq!(sent.field(field), None, "{field} is for the header alone");
    }
}

/// Header and claims of a request's token, whose signature was checked.
fn token(authorization: &str) -> (Value, Value) {
    let token = authorization.strip_prefix("Bearer ").unwrap();
    let (signed, tag) = token.rsplit_once('.').unwrap();
    let der: String = PUBLIC_KEY
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, from_base64(&der).unwrap());
    key.verify(signed.as_bytes(), &from_url_safe(tag)).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let object = |part| serde_json::from_slice(&from_url_safe(part)).unwrap();
    (object(header), object(claims))
}

#[test]
fn an_application_goes_by_a_token_that_its_private_key_signed() {
    let one_line = PRIVATE_KEY.replace('\n', "\\n");
    for private_key in [PRIVATE_KEY, PKCS1, &one_line] {
        let sent = request(&table(private_key), taken_by_messages(), &message());
        let authorization = sent.headers.iter();
        let authorization: Vec<_> = authorization
            .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"))
            .collect();
        assert_eq!(authorization.len(), 1, "never both ways at once");
        let (header, claims) = token(&authorization[0].1);
        assert_eq!(header, json!({"alg": "RS256", "typ": "JWT"}));
        assert_eq!(claims["application_id"], json!(APPLICATION));
        let (made, ends) = (
            claims["iat"].as_i64().unwrap(),
            claims["exp"].as_i64().unwrap(),
        );
        assert_eq!(ends - made, 900);
        assert!((Timestamp::now().as_second() - made).abs() < 60);
    }
}

#[test]
fn each_request_has_a_token_of_its_own() {
    block_on(async {
        let server = ScriptedServer::start([Then::Answer(taken_by_messages())]).await;
        let table = format!("{}\nbase_url = '{}'", table(PRIVATE_KEY), server.url());
        let provider = build(&table).unwrap();
        for _ in 0..3 {
            provider.send(&message()).await.unwrap();
        }
        let requests = server.requests();
        let named = requests.iter().map(|request| {
            let (_, claims) = token(request.header("authorization").unwrap());
            claims["jti"].as_str().unwrap().to_owned()
        });
        assert_eq!(named.collect::<BTreeSet<_>>().len(), 3);
    });
}

#[test]
fn an_application_is_used_rather_than_an_api_key_by_the_messages_api_only() {
    let both =
        format!("{BASIC}\napplication_id = '{APPLICATION}'\nprivate_key = '''{PRIVATE_KEY}'''");
    let sent = request(&both, taken_by_messages(), &message());
    assert!(sent.header("authorization").unwrap().starts_with("Bearer "));
    let both = format!("{both}\napi = 'sms'");
    let sent = request(&both, parts(&[("0", "M1")]), &message());
    assert!(sent.header("authorization").unwrap().starts_with("Basic "));
}
