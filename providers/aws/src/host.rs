//! SNS itself, as far as we call it: for its certificates, and to confirm a subscription.

use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{Answer, HttpClient};
use sms_framework::provider::signature::refused;
use sms_framework::{Error, ErrorKind};

/// SNS at the hosts of one region, or at a stand-in on this machine.
#[derive(Clone)]
pub(crate) struct Sns {
    http: HttpClient,
    region: String,
    instead: Option<Url>,
}

impl Sns {
    pub(crate) fn new(http: HttpClient, region: String, instead: Option<Url>) -> Self {
        Self {
            http,
            region,
            instead,
        }
    }

    /// Fetches the certificate that a call points at.
    pub(crate) async fn certificate(&self, url: &str) -> Result<Answer, Error> {
        self.get("SigningCertURL", url, is_of_a_certificate).await
    }

    /// Tells SNS that we want what the topic sends.
    pub(crate) async fn confirm(&self, url: &str) -> Result<(), Error> {
        self.get("SubscribeURL", url, is_of_a_confirmation)
            .await
            .map(drop)
    }

    /// Fetches what a call points at, from SNS and from nobody else.
    ///
    /// An error carries no HTTP status: it would become the status of our reply, and SNS would take
    /// the call for done.
    async fn get(&self, what: &str, url: &str, fits: fn(&Url) -> bool) -> Result<Answer, Error> {
        let url = Url::parse(url)
            .ok()
            .filter(|url| is_of_sns(url, &self.region) && fits(url))
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
}

/// `https://sns.REGION.amazonaws.com/…`, or the same in China, in that region and no other: as a region,
/// `s3` would lead to whoever has a bucket named `sns`.
fn is_of_sns(url: &Url, region: &str) -> bool {
    let host = url.host_str().unwrap_or_default();
    let rest = host
        .strip_prefix("sns.")
        .and_then(|rest| rest.strip_prefix(region));
    url.scheme() == "https"
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && matches!(rest, Some(".amazonaws.com" | ".amazonaws.com.cn"))
}

/// `/SimpleNotificationService-….pem`: the API at the same host answers with words of the caller's.
fn is_of_a_certificate(url: &Url) -> bool {
    let name = url
        .path()
        .strip_prefix("/SimpleNotificationService-")
        .and_then(|rest| rest.strip_suffix(".pem"));
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    url.query().is_none() && name.is_some_and(is_name)
}

/// `/?Action=ConfirmSubscription&…`, and no other action.
fn is_of_a_confirmation(url: &Url) -> bool {
    let mut actions = url.query_pairs().filter(|(name, _)| name == "Action");
    let first = actions.next();
    url.path() == "/"
        && first.is_some_and(|(_, action)| action == "ConfirmSubscription")
        && actions.next().is_none()
}

/// The same path and query at another place.
fn elsewhere(url: &Url, place: &Url) -> Url {
    let mut moved = place.clone();
    moved.set_path(url.path());
    moved.set_query(url.query());
    moved
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const REGION: &str = "eu-central-1";

    #[test]
    fn only_sns_is_sns() {
        let is = |url: &str, region| Url::parse(url).is_ok_and(|url| is_of_sns(&url, region));
        for (url, region) in [
            ("https://sns.eu-central-1.amazonaws.com/x.pem", REGION),
            ("https://SNS.us-gov-west-1.amazonaws.com/", "us-gov-west-1"),
            ("https://sns.us-east-1.amazonaws.com:443/", "us-east-1"),
            ("https://sns.cn-north-1.amazonaws.com.cn/", "cn-north-1"),
        ] {
            assert!(is(url, region), "{url}");
        }
        for url in [
            "http://sns.eu-central-1.amazonaws.com/x.pem",
            "https://sns.eu-central-1.amazonaws.com:8443/x.pem",
            "https://sns.amazonaws.com/x.pem",
            "https://sns..amazonaws.com/x.pem",
            "https://sns.s3.amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com/x.pem",
            "https://sns.eu-central-1-x.amazonaws.com/x.pem",
            "https://sns.eu-central-1.s3.amazonaws.com/x.pem",
            "https://sns.s3.eu-central-1.amazonaws.com/x.pem",
            "https://sns.eu-central-1.amazonaws.com.example.org/x.pem",
            "https://sns.eu-central-1.amazonaws.com.cn.example.org/x.pem",
            "https://sns.eu-central-1.amazonaws.org/x.pem",
            "https://example.org/sns.eu-central-1.amazonaws.com/x.pem",
            "https://sns.eu-central-1.amazonaws.com@example.org/x.pem",
            "https://me@sns.eu-central-1.amazonaws.com/x.pem",
            "https://s3.eu-central-1.amazonaws.com/sns/x.pem",
            "https://xsns.eu-central-1.amazonaws.com/x.pem",
            "https://sns.eu-central-1.amazonaws.com/x.pem#x",
            "ftp://sns.eu-central-1.amazonaws.com/x.pem",
            "sns.eu-central-1.amazonaws.com/x.pem",
        ] {
            assert!(!is(url, REGION), "{url}");
        }
    }

    fn at_sns(rest: &str) -> Url {
        Url::parse(&format!("https://sns.eu-central-1.amazonaws.com{rest}")).unwrap()
    }

    #[test]
    fn a_certificate_is_at_one_path_only() {
        assert!(is_of_a_certificate(&at_sns(
            "/SimpleNotificationService-0123456789abcdefABCDEF.pem"
        )));
        for rest in [
            "",
            "/",
            "/x.pem",
            "/SimpleNotificationService-.pem",
            "/SimpleNotificationService-1.pem/",
            "/SimpleNotificationService-1.pem?",
            "/SimpleNotificationService-1.pem?Action=Publish",
            "/SimpleNotificationService-1/2.pem",
            "/SimpleNotificationService-1%2e.pem",
            "/x/SimpleNotificationService-1.pem",
            "/?Action=ConfirmSubscription&Token=SimpleNotificationService-1.pem",
        ] {
            assert!(!is_of_a_certificate(&at_sns(rest)), "{rest}");
        }
    }

    #[test]
    fn a_confirmation_is_one_action_only() {
        for rest in [
            "/?Action=ConfirmSubscription&TopicArn=x&Token=y",
            "?Token=y&Action=ConfirmSubscription",
        ] {
            assert!(is_of_a_confirmation(&at_sns(rest)), "{rest}");
        }
        for rest in [
            "/",
            "/?Token=y",
            "/?Action=Unsubscribe&Token=y",
            "/?Action=ConfirmSubscription&Action=Publish",
            "/?Action=Publish&Action=ConfirmSubscription",
            "/x?Action=ConfirmSubscription",
            "/SimpleNotificationService-1.pem",
        ] {
            assert!(!is_of_a_confirmation(&at_sns(rest)), "{rest}");
        }
    }
}
