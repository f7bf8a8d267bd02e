//! The signature vectors that Twilio's SDKs and documentation publish, one test each.

use serde::Deserialize;
use sms_framework::provider::WebhookCall;

use crate::support::{build, form_urlencoded};

#[derive(Debug, Deserialize)]
struct Vector {
    id: String,
    token: String,
    url: String,
    params: Vec<(String, String)>,
    body: Option<String>,
    signature: String,
    valid: bool,
}

fn vectors() -> Vec<Vector> {
    let json = include_str!("../data/signature-vectors.json");
    serde_json::from_str(json).unwrap()
}

impl Vector {
    /// The call, in every way in which it could have come.
    fn calls(&self) -> Vec<WebhookCall> {
        let post = WebhookCall::new("POST", &*self.url);
        let calls = match &self.body {
            Some(json) => vec![
                post.header("Content-Type", "application/json")
                    .body(&**json),
            ],
            None if self.params.is_empty() => vec![WebhookCall::new("GET", &*self.url), post],
            None => vec![post.body(form_urlencoded(&self.params))],
        };
        let sign = |call: WebhookCall| call.header("X-Twilio-Signature", &*self.signature);
        let bare = calls.iter().filter(|_| self.signature.is_empty()).cloned();
        let signed = calls.iter().cloned().map(sign);
        bare.chain(signed).collect()
    }

    async fn holds(&self) {
        let table = format!("account_sid = 'AC1'\nauth_token = '{}'", self.token);
        let provider = build(&table).unwrap();
        for call in self.calls() {
            match provider.webhooks().unwrap().events(&call).await {
                Ok(events) => {
                    assert!(self.valid, "{self:?} is taken");
                    assert!(events.is_empty(), "these calls are about calls: {events:?}");
                }
                Err(error) => {
                    assert_eq!(error.code(), "WEBHOOK_REFUSED");
                    assert!(!self.valid, "{self:?}: {error}");
                }
            }
        }
    }
}

macro_rules! vectors {
    ($($name:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let id = stringify!($name).replace('_', "-");
                let vector = vectors().into_iter().find(|vector| vector.id == id);
                vector.unwrap().holds().await;
            }
        )*

        #[test]
        fn every_vector_has_its_test() {
            let tests = [$(stringify!($name).replace('_', "-")),*];
            let ids: Vec<_> = vectors().into_iter().map(|vector| vector.id).collect();
            assert_eq!(ids, tests);
        }
    };
}

vectors! {
    docs_example,
    form_basic,
    form_wrong_signature,
    form_empty_signature,
    https_port_stripped,
    https_port_kept,
    http_port_kept,
    https_443_added,
    http_80_added,
    userinfo_as_is,
    userinfo_443_added,
    username_only_as_is,
    username_only_443_added,
    query_quote_reencoded,
    array_two_values,
    array_two_values_reversed,
    duplicate_values_collapsed,
    json_body,
    json_body_only_query_param,
    json_body_empty_object,
    json_body_tampered,
    json_body_without_hash,
    name_prefix_order,
    name_prefix_order_wrong,
    name_prefix_http,
    name_prefix_http_port_stripped,
    form_body_no_hash,
    no_params,
    no_query,
    extra_query,
    query_percent_encoded,
    special_characters,
    empty_values,
    null_values_as_empty,
    key_sorting,
    key_case_sensitive,
    raw_utf8_url,
    explicit_443_double_slash,
    host_mixed_case,
    host_mixed_case_port,
    host_mixed_case_http,
    host_mixed_case_wrong,
    userinfo_http,
    scheme_upper_case,
    userinfo_mixed_case,
    s3cr3t_port_both,
    s3cr3t_port_signer_only,
    s3cr3t_port_receiver_only,
    s3cr3t_query_differs,
    s3cr3t_quote_raw_raw,
    s3cr3t_quote_raw_encoded,
    s3cr3t_quote_encoded_raw,
    s3cr3t_quote_encoded_encoded,
}
