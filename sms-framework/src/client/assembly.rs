//! From what was picked to a client: validate → providers, each with its own layers.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use tower::{Layer, ServiceBuilder};

use super::pick::{Member, Picked};
use super::{Inner, SmsClient};
use crate::config::{BodyLog, Scope, Settings, StackSettings};
use crate::delivery::{
    Asking, Chain, Dispatcher, Ledger, Policy, ProviderStack, Reports, Router, UnknownPolicy,
    row_id,
};
use crate::error::Error;
use crate::limiter::{Block, BlockRequest, DynClock, SlotSource};
use crate::message::Templates;
use crate::provider::EventSink;
use crate::route::{Health, Plan};
use crate::stack::{
    HandOverLayer, Inquiry, Limits, LogLayer, ProviderService, RateLimitLayer, RetryLayer,
    RetryPolicy, SenderChoice, SlotKeeper, ValidateLayer, Validator, WallClock,
};
use crate::store::DynStore;

/// What a client is made of besides what was picked.
pub(super) struct Assembly {
    pub(super) settings: Settings,
    pub(super) templates: Templates,
    pub(super) clock: DynClock,
    pub(super) wall_clock: WallClock,
    pub(super) events: Option<Arc<dyn EventSink>>,
    pub(super) worker: String,
}

impl Assembly {
    pub(super) fn finish(self, picked: Picked) -> Result<SmsClient, Error> {
        let (store, store_error) = match picked.store {
            Ok(store) => (Some(store), None),
            Err(error) => (None, Some(error)),
        };
        let id = picked.choice.provider.as_str();
        let is_route = picked.is_route;
        let simulated = picked
            .members
            .iter()
            .all(|member| member.capabilities.simulated);
        let stacks: Vec<_> = picked
            .members
            .iter()
            .map(|member| (member, self.settings.stack_for(&member.id)))
            .collect();
        let inquiries: Vec<_> = stacks
            .iter()
            .map(|(member, stack)| inquiry(member, stack, store.as_ref()))
            .collect();
        let asking = stacks
            .iter()
            .zip(&inquiries)
            .map(|((member, stack), inquiry)| {
                let asking = Asking {
                    after_server_error: stack.retry.after_server_error,
                    can_ask: inquiry.is_some(),
                };
                (Arc::from(member.id.as_str()), asking)
            });
        let policy = Policy {
            queue: self.settings.queue().clone(),
            body: least_kept(stacks.iter().map(|(_, stack)| stack.log.body)),
            providers: asking.collect::<BTreeMap<_, _>>(),
            unknowns: UnknownPolicy {
                default: self.settings.queue().on_unknown,
                by_type: self.settings.on_unknown_by_type().clone(),
            },
        };
        let ledger = Arc::new(Ledger::new(
            store.clone(),
            (&if is_route { row_id(id) } else { id.to_owned() }, is_route),
            simulated,
            policy,
            self.wall_clock.clone(),
        ));
        let chains = stacks
            .iter()
            .zip(inquiries)
            .map(|((member, stack), inquiry)| self.chain(member, stack, inquiry, &ledger))
            .collect::<Result<Vec<_>, _>>()?;
        let validator = self.validator(&chains, is_route)?;
        let router = Arc::new(if is_route {
            let usable = chains.iter().map(|chain| &*chain.id).collect::<Vec<_>>();
            let plan = Plan::new(self.settings.routes(), id, &usable);
            Router::route(id, plan, chains)
        } else {
            let mut chains = chains;
            Router::single(chains.remove(0))
        });
        let reports = Arc::new(Reports::new(Arc::clone(&ledger), self.events.clone()));
        listen(&router, &reports);
        let dispatcher = Dispatcher::new(router, ledger);
        Ok(SmsClient(Arc::new(Inner {
            stack: ValidateLayer::new(validator).layer(dispatcher),
            fallback: picked.fallback.map(|why| why.to_string()),
            missing: picked.missing.iter().map(ToString::to_string).collect(),
            settings: self.settings,
            choice: picked.choice,
            simulated,
            store,
            store_error,
            templates: self.templates,
            worker: self.worker,
            reports,
        })))
    }

    fn validator(&self, chains: &[Chain], is_route: bool) -> Result<Validator, Error> {
        let validator = match chains {
            [only] if !is_route => {
                let settings = &self.settings.stack_for(&only.id).validate;
                Validator::new(settings, only.provider.as_ref())?.with_senders(only.senders.clone())
            }
            _ => Validator::for_route(&self.settings.stack().validate)?,
        };
        Ok(validator.with_clock(self.wall_clock.clone()))
    }

    fn chain(
        &self,
        member: &Member,
        stack: &StackSettings,
        inquiry: Option<Inquiry>,
        ledger: &Arc<Ledger>,
    ) -> Result<Chain, Error> {
        let clock = self.clock.clone();
        let slots = if stack.rate_limit.enabled {
            Some(Arc::new(self.slots(member, stack, ledger)?))
        } else {
            None
        };
        Ok(Chain {
            id: member.id.as_str().into(),
            kind: member.kind.clone(),
            provider: Arc::clone(&member.provider),
            stack: self.layers(member, stack, slots.clone(), inquiry.clone(), ledger),
            slots,
            inquiry,
            senders: SenderChoice::new(&stack.senders, member.sender.clone()),
            limits: Limits::new(&stack.validate, member.capabilities),
            deadline: stack.send.deadline,
            after_server_error: stack.retry.after_server_error,
            health: Arc::new(Health::new(stack.health.clone(), clock)),
        })
    }

    /// The limiter of one provider: this process's own, or one that all who use the database share.
    fn slots(
        &self,
        member: &Member,
        stack: &StackSettings,
        ledger: &Ledger,
    ) -> Result<SlotKeeper<DynClock>, Error> {
        let (limit, clock) = (&stack.rate_limit, self.clock.clone());
        match (limit.scope, ledger.store()) {
            (Scope::Shared, Some(store)) => {
                let source = Arc::new(StoreSlots(Arc::clone(store)));
                SlotKeeper::shared(&member.id, limit, clock, source)
            }
            _ => SlotKeeper::with_clock(&member.id, limit, clock),
        }
    }

    /// rate-limit → retry → hand over → log → provider.
    fn layers(
        &self,
        member: &Member,
        settings: &StackSettings,
        slots: Option<Arc<SlotKeeper<DynClock>>>,
        inquiry: Option<Inquiry>,
        ledger: &Arc<Ledger>,
    ) -> ProviderStack {
        let mut policy = RetryPolicy::new(settings.retry.clone(), settings.send.deadline);
        if let Some(inquiry) = inquiry {
            policy = policy.with_inquiry(inquiry);
        }
        if let Some(slots) = &slots {
            policy = policy.with_slots(Arc::clone(slots));
        }
        ServiceBuilder::new()
            .layer(slots.map_or_else(RateLimitLayer::unlimited, RateLimitLayer::new))
            .layer(RetryLayer::new(policy))
            .layer(HandOverLayer::new(
                Arc::clone(ledger) as _,
                &member.id,
                member.capabilities.validity,
                self.wall_clock.clone(),
            ))
            .layer(LogLayer::new(
                Arc::clone(ledger) as _,
                &member.id,
                ledger.simulated(),
            ))
            .service(ProviderService::new(
                &member.id,
                Arc::clone(&member.provider),
                settings.send.attempt_timeout,
            ))
    }
}

/// Providers with a connection of their own report from now on.
fn listen(router: &Router, reports: &Arc<Reports>) {
    if !reports.takes_any() {
        return;
    }
    for chain in router.chains() {
        if let Some(feed) = chain.provider.feed() {
            feed.start(Arc::clone(reports) as Arc<dyn EventSink>);
        }
    }
}

fn inquiry(member: &Member, stack: &StackSettings, store: Option<&DynStore>) -> Option<Inquiry> {
    Inquiry::new(
        &member.id,
        Arc::clone(&member.provider),
        store.cloned(),
        stack.send.attempt_timeout,
    )
}

/// Of several wishes the one that keeps least of a body.
fn least_kept(wishes: impl Iterator<Item = BodyLog>) -> BodyLog {
    let kept = |wish: &BodyLog| match wish {
        BodyLog::None => 0,
        BodyLog::Hash => 1,
        BodyLog::Full => 2,
    };
    wishes.min_by_key(kept).unwrap_or_default()
}

/// The slots of a shared limit, from the store.
struct StoreSlots(DynStore);

#[async_trait]
impl SlotSource for StoreSlots {
    async fn reserve(&self, key: &str, request: BlockRequest) -> Result<Block, Error> {
        self.0.reserve_slots(key, request).await
    }
}
