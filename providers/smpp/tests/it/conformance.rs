//! The conformance suite, against a server of our own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use rusmpp::pdus::SubmitSm;
use sms_framework::testkit::conformance::{Case, Running, Seen, Suite, Vendor};
use tokio::task::JoinHandle;

use crate::smsc::Smsc;
use crate::text;

const SECRETS: [&str; 1] = ["s3cr3t-k"];

fn suite() -> Suite {
    Suite::with_vendor(sms_provider_smpp::ENTRY, Server)
        .secrets(SECRETS)
        .accepted_ids(["m-1"])
        // Of our own table: an answer of the protocol has no field for a wait.
        .throttled_wait(Duration::from_secs(5))
        .not_known(
            Case::ServerError,
            "a status that leaves a doubt is a bad answer: as a server error the whole could be sent again",
        )
        .not_known(
            Case::HiddenFailure,
            "the status alone says success, and a body cannot take it back",
        )
}

struct Server;

/// What the server does with a bind and with a part.
#[derive(Clone, Copy)]
enum Does {
    RefuseBind(u32),
    Accept,
    Refuse(u32),
    Nack(u32),
    Garble,
    Close,
    Nothing,
}

fn variants(case: Case) -> &'static [Does] {
    match case {
        Case::Accepted | Case::Text | Case::Validity | Case::Reference => &[Does::Accept],
        Case::InvalidNumber => &[Does::Refuse(0x0B)],
        Case::OptedOut => &[Does::Refuse(0x0421)],
        Case::BadCredentials => &[Does::RefuseBind(0x0E), Does::RefuseBind(0x0F)],
        Case::Throttled => &[Does::Refuse(0x58), Does::Nack(0x58)],
        Case::ThrottledWithWait => &[Does::Refuse(0x14)],
        Case::BadAnswer => &[
            Does::Garble,
            Does::Nack(0x00),
            Does::Refuse(0x08),
            Does::Refuse(0xFF),
            Does::Nack(0x08),
        ],
        Case::NoAnswer => &[Does::Close],
        Case::Timeout => &[Does::Nothing],
        _ => &[],
    }
}

#[async_trait]
impl Vendor for Server {
    async fn start(&self, case: Case, variant: usize) -> Option<Box<dyn Running>> {
        let smsc = Smsc::listen().await;
        let url = smsc.url();
        let seen = Arc::<Mutex<Vec<SubmitSm>>>::default();
        let task = if case == Case::ConnectionRefused {
            drop(smsc);
            tokio::spawn(async {})
        } else {
            let does = *variants(case).get(variant)?;
            tokio::spawn(serve(smsc, does, Arc::clone(&seen)))
        };
        Some(Box::new(Served { url, seen, task }))
    }

    fn variants(&self, case: Case) -> usize {
        match case {
            Case::ConnectionRefused => 1,
            case => variants(case).len(),
        }
    }
}

async fn serve(smsc: Smsc, does: Does, seen: Arc<Mutex<Vec<SubmitSm>>>) {
    loop {
        let mut line = smsc.connection().await;
        if let Does::RefuseBind(status) = does {
            line.refuse_bind(status).await;
            continue;
        }
        let bind = line.read().await.command;
        line.grant(&bind).await;
        while let Some(read) = line.next().await {
            let Some(rusmpp::Pdu::SubmitSm(submit)) = read.command.pdu() else {
                break;
            };
            let sequence = read.command.sequence_number();
            seen.lock().unwrap().push(submit.clone());
            match does {
                Does::RefuseBind(_) | Does::Nothing => {}
                Does::Accept => line.accept(sequence, "M-1").await,
                Does::Refuse(status) => line.refuse(sequence, status).await,
                Does::Nack(status) => {
                    line.write(&crate::smsc::header(0x8000_0000, status, sequence))
                        .await
                }
                Does::Garble => line.write(b"HTTP/1.1 400 Bad Request\r\n\r\n").await,
                Does::Close => break,
            }
        }
    }
}

struct Served {
    url: String,
    seen: Arc<Mutex<Vec<SubmitSm>>>,
    task: JoinHandle<()>,
}

impl Running for Served {
    fn table(&self) -> String {
        format!(
            "url = '{}'
             system_id = 'acme'
             password = '{}'
             from = '+14155550100'
             codes = ['0x0421: opted_out']",
            self.url, SECRETS[0]
        )
    }

    /// All parts are those of one message: each case sends one.
    fn seen(&self) -> Vec<Seen> {
        let parts = self.seen.lock().unwrap();
        let Some(first) = parts.first() else {
            return Vec::new();
        };
        let validity = first.validity_period.as_str();
        vec![Seen {
            text: Some(text::of(&parts)),
            to: Some(first.destination_addr.to_string()),
            validity: (!validity.is_empty()).then(|| validity.to_owned()),
            ..Seen::default()
        }]
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

sms_framework::conformance!(suite);
