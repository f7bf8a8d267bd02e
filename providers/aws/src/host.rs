//! SNS itself, as far as we call it: for its certificates, and to confirm a subscription.

use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{Answer, HttpClient};
use sms_framework::provider::signature::refused;
use sms_framework::{Error, ErrorKind};

/// SNS at its own hosts, or at a stand-in on this machine.
#[derive(Clone)]
pub(crate) struct Sns {
    http: HttpClient,
    instead: Option<Url>,
}

impl Sns {
    pub(crate) fn new(http: HttpClient, instead: Option<Url>) -> Self {
        Self { http, instead }
    }

    /// Fetches what a call points at, from SNS and from nobody else.
    ///
    /// An error carries no HTTP status: it would become the status of our reply, and SNS would take
    /// the call for done.
    pub(crate) async fn get(&self, what: &str, url: &str) -> Result<Answer, Error> {
        let url = Url::parse(url)
            .ok()
            .filter(is_of_sns)
            .ok_or_else(|| refused(&format!("its {what} does not lead to SNS")))?;
        let url = match &self.instead {
            Some(instead) => elsewhere(&url, instead),
            None => url,
        };
        let failed = |why: &str| {
            let message =
                format!("what the {what} of a webhook call leads to could not be fetched: {why}");
            Error::new(ErrorKind::Connect, message)
        };
        let answer = self
            .http
            .execute(self.http.get(url.as_str()))
            .await
            .map_err(|error| failed(error.message()))?;
        match answer.status {
            200..=299 => Ok(answer),
            // It is not there: the call made it up.
            403 | 404 => Err(refused(&format!("its {what} leads to nothing"))),
            status => Err(failed(&format!("SNS answered {status}"))),
        }
    }

    /// Tells SNS that we want what the topic sends.
    pub(crate) async fn confirm(&self, url: &str) -> Result<(), Error> {
        self.get("SubscribeURL", url).await.map(drop)
    }
}

/// `https://sns.REGION.amazonaws.com/…`, or the same in China.
fn is_of_sns(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let region = host.strip_prefix("sns.").and_then(|rest| {
        rest.strip_suffix(".amazonaws.com")
            .or_else(|| rest.strip_suffix(".amazonaws.com.cn"))
    });
    let of_a_region = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    let is_region = |region: &str| !region.is_empty() && region.bytes().all(of_a_region);
    url.scheme() == "https"
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && region.is_some_and(is_region)
}

/// The same path and query at another place.
fn elsewhere(url: &Url, place: &Url) -> Url {
    let mut moved = place.clone();
    moved.set_path(url.path());
    moved.set_query(url.query());
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sns_is_sns() {
        let is = |url: &str| Url::parse(url).is_ok_and(|url| is_of_sns(&url));
        for url in [
            "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem",
            "https://SNS.us-gov-west-1.amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com:443/?Action=ConfirmSubscription",
            "https://sns.cn-north-1.amazonaws.com.cn/x.pem",
        ] {
            assert!(is(url), "{url}");
        }
        for url in [
            "http://sns.eu-central-1.amazonaws.com/x.pem",
            "https://sns.eu-central-1.amazonaws.com:8443/x.pem",
            "https://sns.amazonaws.com/x.pem",
            "https://sns..amazonaws.com/x.pem",
            "https://sns.a.b.amazonaws.com/x.pem",
            "https://sns.eu-central-1.amazonaws.com.example.org/x.pem",
            "https://sns.eu-central-1.amazonaws.com.cn.example.org/x.pem",
            "https://sns.eu-central-1.amazonaws.org/x.pem",
            "https://example.org/sns.eu-central-1.amazonaws.com/x.pem",
            "https://sns.eu-central-1.amazonaws.com@example.org/x.pem",
            "https://me@sns.eu-central-1.amazonaws.com/x.pem",
            "https://s3.eu-central-1.amazonaws.com/sns/x.pem",
            "https://xsns.eu-central-1.amazonaws.com/x.pem",
            "ftp://sns.eu-central-1.amazonaws.com/x.pem",
            "sns.eu-central-1.amazonaws.com/x.pem",
        ] {
            assert!(!is(url), "{url}");
        }
    }
}
