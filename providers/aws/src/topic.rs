//! The SNS topic that brings events: whose calls are believed, and how its subscription confirms itself.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sms_framework::Error;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{HttpClient, TableCheck};
use sms_framework::provider::signature::{is_within, refused};
use sms_framework::provider::{Event, WebhookCall, Webhooks};

use crate::certificates::Certificates;
use crate::config::AwsConfig;
use crate::envelope::{Envelope, Kind};
use crate::event;
use crate::host::Sns;

/// A signed call that is older is somebody's replay.
const WINDOW: Duration = Duration::from_secs(3600);

/// The topic of the configuration.
pub(crate) struct Topic {
    arn: String,
    sns: Sns,
    certificates: Certificates,
}

impl Topic {
    /// The topic of the table, where it has one.
    pub(crate) fn of(
        check: &TableCheck<'_>,
        config: &AwsConfig,
        http: &HttpClient,
    ) -> Result<Option<Self>, Error> {
        let instead = config.sns_url.as_deref().map(|url| loopback(check, url));
        let instead = instead.transpose()?;
        let Some(arn) = &config.topic_arn else {
            return Ok(None);
        };
        let Some(region) = region_of(arn) else {
            let why = "it is no ARN of an SNS topic, like arn:aws:sns:eu-central-1:123456789012:sms-events";
            return Err(check.wrong("topic_arn", why));
        };
        if config.configuration_set.is_none() {
            let why = "no event comes without a configuration set; set `configuration_set`, too";
            return Err(check.wrong("topic_arn", why));
        }
        let sns = Sns::new(http.clone(), region.to_owned(), instead);
        Ok(Some(Self {
            arn: arn.clone(),
            certificates: Certificates::new(sns.clone()),
            sns,
        }))
    }

    /// Believes a call or refuses it. What costs nothing comes first: a certificate is fetched only
    /// for a call that says the right things.
    async fn believe(&self, envelope: &Envelope, call: &WebhookCall) -> Result<(), Error> {
        // The certificate is one for all topics of everybody's.
        if envelope.topic_arn != self.arn {
            return Err(refused("it is not of the topic in topic_arn"));
        }
        let signed_at: Timestamp = envelope
            .timestamp
            .parse()
            .map_err(|_| refused("its Timestamp is no instant"))?;
        if !is_within(WINDOW, signed_at, call.received_at()) {
            return Err(refused("it was signed too long ago, or too far ahead"));
        }
        self.certificates.check(envelope).await
    }
}

/// The region of `arn:PARTITION:sns:REGION:ACCOUNT:NAME`: it becomes part of a host name.
fn region_of(arn: &str) -> Option<&str> {
    let parts: Vec<_> = arn.split(':').collect();
    let of_a_region = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    match parts[..] {
        ["arn", partition, "sns", region, account, name]
            if ![partition, region, account, name].contains(&"")
                && region.bytes().all(of_a_region) =>
        {
            Some(region)
        }
        _ => None,
    }
}

fn loopback(check: &TableCheck<'_>, text: &str) -> Result<Url, Error> {
    let url = check.base_url("sns_url", text)?;
    let host = url.host_str().unwrap_or_default();
    let here = host == "localhost"
        || host == "[::1]"
        || host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|ip| ip.is_loopback());
    if here {
        Ok(url)
    } else {
        let why = "certificates are believed from this very machine or from SNS only; leave it out";
        Err(check.wrong("sns_url", why))
    }
}

#[async_trait]
impl Webhooks for Topic {
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        let envelope = Envelope::read(call.raw_body())?;
        self.believe(&envelope, call).await?;
        match envelope.kind {
            Kind::Notification => event::read(&envelope.message),
            Kind::SubscriptionConfirmation => {
                self.sns.confirm(&envelope.subscribe_url).await?;
                tracing::info!(
                    topic = self.arn,
                    "the subscription to the SNS topic is confirmed"
                );
                Ok(Vec::new())
            }
            Kind::UnsubscribeConfirmation => {
                tracing::warn!(
                    topic = self.arn,
                    "the subscription to the SNS topic was deleted: no receipts come"
                );
                Ok(Vec::new())
            }
        }
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topic")
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}
