//! Which providers and which store are used in the end, and why.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::config::{Choice, Fallback, MOCK, ROUTE, Settings};
use crate::error::{Certainty, Error, ErrorKind};
use crate::message::Sender;
use crate::provider::{Capabilities, DynProvider, Registry};
use crate::store::{self, DynStore};

/// What is used in the end, and why.
pub(super) struct Picked {
    pub(super) choice: Choice,
    /// One provider, or those of the route that can be used.
    pub(super) members: Vec<Member>,
    pub(super) store: Result<DynStore, Error>,
    /// Why the mock took the place of what was chosen.
    pub(super) fallback: Option<Error>,
    /// Why providers of the route are left out.
    pub(super) missing: Vec<Error>,
    pub(super) is_route: bool,
}

/// A provider that was built.
pub(super) struct Member {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) provider: DynProvider,
    /// What it said of itself, once.
    pub(super) capabilities: Capabilities,
    pub(super) sender: Option<Sender>,
}

impl Member {
    /// Asks the plugin what it can do; it may panic here, too.
    fn new(id: &str, kind: &str, provider: DynProvider) -> Result<Self, Error> {
        let ask = || (provider.capabilities(), provider.default_sender());
        let said = catch_unwind(AssertUnwindSafe(ask)).map_err(|_panic| {
            let message = format!("the provider plugin `{id}` panicked at start-up");
            Error::new(ErrorKind::ProviderFault, message).with_certainty(Certainty::NotSent)
        });
        let (capabilities, sender) = said?;
        Ok(Self {
            id: id.to_owned(),
            kind: kind.to_owned(),
            provider,
            capabilities,
            sender,
        })
    }
}

impl Picked {
    /// The provider that the program brought; without a store nothing is remembered.
    pub(super) fn brought(
        settings: &Settings,
        id: String,
        provider: DynProvider,
        store: Option<DynStore>,
    ) -> Result<Self, Error> {
        let store = store.map_or_else(|| store::open(settings.database()), Ok);
        if let Err(why) = &store {
            tracing::error!("sms: messages are sent but not remembered: {why}");
        }
        let member = Member::new(&id, &id, provider)?;
        Ok(Self {
            choice: Choice {
                kind: id.clone(),
                provider: id,
                reason: "the program brought it".to_owned(),
            },
            members: vec![member],
            store,
            fallback: None,
            missing: Vec::new(),
            is_route: false,
        })
    }

    /// What the configuration picks, or the mock in its place.
    pub(super) fn choose(
        settings: &Settings,
        registry: &Registry,
        mut substitutes: BTreeMap<String, DynProvider>,
        store: Option<DynStore>,
    ) -> Result<Self, Error> {
        let choice = settings.choose(registry)?;
        let store = store.map_or_else(|| store::open(settings.database()), Ok);
        let (mut members, mut missing) = (Vec::new(), Vec::new());
        for id in settings.members(&choice) {
            let provider = match substitutes.remove(&id) {
                Some(substitute) => Ok(substitute),
                None => settings.build_provider(&id, registry),
            };
            let member =
                provider.and_then(|provider| Member::new(&id, settings.kind(&id), provider));
            match member {
                Ok(member) => members.push(member),
                Err(error) => missing.push(error),
            }
        }
        settings.check_routes(&|id| {
            let member = members.iter().find(|member| member.id == id)?;
            Some(member.capabilities)
        })?;
        let enough = match settings.fallback() {
            Fallback::Error => missing.is_empty(),
            Fallback::Mock => !members.is_empty(),
        };
        match store {
            Ok(store) if enough => Ok(Self {
                is_route: choice.kind == ROUTE,
                choice,
                members,
                store: Ok(store),
                fallback: None,
                missing,
            }),
            store => fall_back(settings, registry, choice, (members, missing), store),
        }
    }

    /// Said once, at start.
    pub(super) fn announce(&self) {
        let Choice {
            provider,
            kind,
            reason,
        } = &self.choice;
        match &self.fallback {
            None => tracing::info!(
                provider,
                kind,
                "sms: using {}: {reason}",
                self.choice.named()
            ),
            Some(why) => tracing::error!(
                provider,
                kind,
                "sms: NOTHING IS REALLY SENT: {why}; the mock takes over ({reason})"
            ),
        }
        for why in &self.missing {
            tracing::error!("sms: the route `{provider}` goes without one of its providers: {why}");
        }
    }
}

/// The error of a start under `fallback = "error"`.
fn strict(why: Error) -> Error {
    match why.help() {
        Some(_) => why,
        None => {
            why.with_help("fallback = \"error\" asks for this; \"mock\" would simulate instead")
        }
    }
}

/// Several errors as one, with the first one's help.
fn together(errors: &[&Error]) -> Error {
    let [only] = errors else {
        let said: Vec<_> = errors.iter().map(ToString::to_string).collect();
        let both = Error::new(ErrorKind::Config, said.join("; and "));
        return match errors.iter().find_map(|error| error.help()) {
            Some(help) => both.with_help(help),
            None => both,
        };
    };
    (*only).clone()
}

fn fall_back(
    settings: &Settings,
    registry: &Registry,
    choice: Choice,
    (members, missing): (Vec<Member>, Vec<Error>),
    store: Result<DynStore, Error>,
) -> Result<Picked, Error> {
    let errors: Vec<_> = missing.iter().chain(store.as_ref().err()).collect();
    let why = together(&errors);
    if settings.fallback() == Fallback::Error {
        return Err(strict(why));
    }
    if choice.kind == MOCK {
        if members.is_empty() {
            // Nothing could take its place.
            return Err(missing.into_iter().next().unwrap_or(why));
        }
        return Ok(Picked {
            choice,
            members,
            store,
            fallback: Some(why),
            missing: Vec::new(),
            is_route: false,
        });
    }
    let mock = Choice {
        provider: MOCK.to_owned(),
        kind: MOCK.to_owned(),
        reason: format!("{}; it cannot be used", choice.reason),
    };
    let provider = settings.build_provider(MOCK, registry).map_err(|no_mock| {
        let message = format!("{why}; and the mock cannot take its place: {no_mock}");
        let error = Error::new(ErrorKind::Config, message);
        match no_mock.help() {
            Some(help) => error.with_help(help),
            None => error,
        }
    })?;
    Ok(Picked {
        choice: mock,
        members: vec![Member::new(MOCK, MOCK, provider)?],
        store,
        fallback: Some(why),
        missing: Vec::new(),
        is_route: false,
    })
}
