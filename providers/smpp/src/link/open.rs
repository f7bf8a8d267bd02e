//! Connect and bind.

use rusmpp::pdus::{BindReceiver, BindTransceiver, BindTransmitter};
use rusmpp::types::COctetString;
use rusmpp::values::InterfaceVersion;
use rusmpp::{CommandId, CommandStatus, Pdu};
use secrecy::ExposeSecret;
use sms_framework::{Certainty, Class, Error, ErrorKind};
use tokio::time::timeout;

use super::line::Line;
use super::{Role, Settings};

/// There is no connection; nothing was sent.
pub(super) enum Refusal {
    /// It may be there soon.
    Again(Error),
    /// It takes longer: too many binds, or an account that is not set up.
    Later(Error),
    /// The credentials are refused.
    Never(Error),
}

pub(super) async fn open(settings: &Settings, role: Role) -> Result<Line, Refusal> {
    let opening = async {
        let stream = settings.endpoint.connect().await;
        let stream = stream.map_err(|error| none(&error))?;
        let mut line = Line::new(stream, settings.endpoint.writes());
        bind(&mut line, settings, role).await?;
        Ok(line)
    };
    let opened = timeout(settings.connect_timeout, opening).await;
    opened.unwrap_or_else(|_elapsed| {
        let message = format!(
            "no connection and no bind within {:?}",
            settings.connect_timeout
        );
        Err(Refusal::Again(Error::new(ErrorKind::Connect, message)))
    })
}

async fn bind(line: &mut Line, settings: &Settings, role: Role) -> Result<(), Refusal> {
    line.ask(request(settings, role));
    loop {
        let frame = line.next().await.map_err(|error| none(&error))?;
        match frame.id {
            CommandId::BindTransceiverResp
            | CommandId::BindTransmitterResp
            | CommandId::BindReceiverResp
            | CommandId::GenericNack => {
                return match frame.status {
                    0 if frame.id != CommandId::GenericNack => Ok(()),
                    status => Err(refused(settings, status)),
                };
            }
            CommandId::EnquireLink => {
                line.answer(frame.sequence, CommandStatus::EsmeRok, Pdu::EnquireLinkResp);
            }
            _ => {}
        }
    }
}

fn request(settings: &Settings, role: Role) -> Pdu {
    let system_id = settings.system_id.clone();
    let system_type = settings.system_type.clone();
    // Its length is checked when the provider is built.
    let password: COctetString<1, 9> = settings
        .password
        .expose_secret()
        .parse()
        .unwrap_or_default();
    macro_rules! request {
        ($bind:ident) => {
            $bind::builder()
                .system_id(system_id)
                .password(password)
                .system_type(system_type)
                .interface_version(InterfaceVersion::Smpp3_4)
                .build()
                .into()
        };
    }
    match role {
        Role::Transceiver => request!(BindTransceiver),
        Role::Transmitter => request!(BindTransmitter),
        Role::Receiver => request!(BindReceiver),
    }
}

fn none(error: &std::io::Error) -> Refusal {
    Refusal::Again(Error::new(
        ErrorKind::Connect,
        format!("no connection ({error})"),
    ))
}

/// The server answered the bind with that status.
fn refused(settings: &Settings, status: u32) -> Refusal {
    const BIND_FAILED: u32 = 0x0D;
    let known = settings.statuses.error(status);
    let message = format!("the bind was refused: {}", known.message());
    let error = |kind| {
        let error = Error::new(kind, &message);
        match known.provider_code() {
            Some(code) => error.with_provider_code(code),
            None => error,
        }
    };
    match known.kind() {
        ErrorKind::Unauthorized => Refusal::Never(error(ErrorKind::Unauthorized)),
        // Nothing was sent, whatever it says of a message.
        _ if known.class() == Class::Account => {
            Refusal::Later(error(ErrorKind::Account).with_certainty(Certainty::NotSent))
        }
        _ if status == BIND_FAILED => Refusal::Later(error(ErrorKind::Connect)),
        _ => Refusal::Again(error(ErrorKind::Connect)),
    }
}
