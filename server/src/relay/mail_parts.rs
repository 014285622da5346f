//! Builds the parts that process mail: both pipelines, the queue and what they use.

use std::sync::Arc;

use super::{Shared, StartError};

use crate::{
    auth::Authenticator,
    config::{Config, Switch},
    deliver::{self, Courier, MxSettings, Reach},
    inbound::{Inbound, returned::Returned},
    limits::{activity_notes::Notes, new_contacts::NewContacts, quota::Quota},
    notices::Notices,
    outlet::Outlet,
    policy::Permits,
    queue::{Queue, worker::Worker},
    reply::Replies,
    router::Router,
    sealing::{Sealing, key_pool::KeyPool},
    spam::SpamFilter,
    unsubscribe::Links,
};

/// The parts that process mail.
pub(super) struct MailParts {
    pub(super) router: Router,
    pub(super) notices: Arc<Notices>,
    pub(super) queue: Arc<Queue>,
    pub(super) worker: Arc<Worker>,
    pub(super) courier: Arc<dyn Courier>,
    pub(super) keys: Arc<KeyPool>,
}

impl MailParts {
    pub(super) async fn build(shared: &Shared, config: &Config) -> Result<Self, StartError> {
        let reach = Reach::new(config.mx_private_networks, Arc::clone(&shared.domains));
        let mx = MxSettings {
            dns: config.dns,
            reach,
            tls_policy: config.tls_policy,
        };
        let courier = deliver::open_courier(&config.delivery, mx, &config.mx, config.lanes).await?;
        let queue = Arc::new(Queue::new(
            shared.store.clone(),
            Arc::clone(&shared.vault),
            Arc::clone(&shared.clock),
            config.domain.clone(),
        ));
        let keys = Arc::new(KeyPool::new(
            shared.store.clone(),
            Arc::clone(&shared.vault),
            config.key_pool,
            shared.processors.clone(),
        ));
        let outlet = Arc::new(outlet(shared, config, &keys));
        let notices = Arc::new(Notices {
            store: shared.store.clone(),
            outlet: Arc::clone(&outlet),
            queue: Arc::clone(&queue),
            clock: Arc::clone(&shared.clock),
            domains: Arc::clone(&shared.domains),
        });
        let worker = Arc::new(Worker {
            queue: Arc::clone(&queue),
            courier: Arc::clone(&courier),
            reporter: Arc::<Notices>::clone(&notices),
            permits: Permits {
                store: shared.store.clone(),
                clock: Arc::clone(&shared.clock),
            },
            metrics: Arc::clone(&shared.metrics),
            lanes: config.lanes,
            first_pause: config.first_pause,
        });
        let router = Router {
            inbound: inbound(shared, config, (&outlet, &queue, &notices)),
            replies: replies(shared, config, &queue),
            returned: Returned {
                worker: Arc::clone(&worker),
            },
            authenticator: match config.sender_auth {
                Switch::On => Authenticator::on(config.dns)?.trusting(&config.trusted_sealers),
                Switch::Off => Authenticator::off(),
            },
            spam: config.rspamd.map(SpamFilter::new),
            operator_alias: config.operator_alias.clone(),
            impostors: Arc::clone(&shared.impostors),
            rejected: config.rejected,
            vault: Arc::clone(&shared.vault),
            clock: Arc::clone(&shared.clock),
            domains: Arc::clone(&shared.domains),
            metrics: Arc::clone(&shared.metrics),
            structure: config.limits.structure,
            processors: shared.processors.clone(),
        };
        Ok(Self {
            router,
            notices,
            queue,
            worker,
            courier,
            keys,
        })
    }
}

fn outlet(shared: &Shared, config: &Config, keys: &Arc<KeyPool>) -> Outlet {
    let one_click = config.public_url.one_click();
    Outlet {
        sealing: Arc::new(Sealing::new(
            shared.store.clone(),
            Arc::clone(&shared.vault),
            shared.message_ids.clone(),
            Arc::clone(keys),
            Links::new(Arc::clone(&shared.vault), one_click, config.domain.clone()),
            config.domain.clone(),
            shared.processors.clone(),
        )),
        signer: Arc::clone(&shared.signer),
        metrics: Arc::clone(&shared.metrics),
    }
}

fn inbound(
    shared: &Shared,
    config: &Config,
    (outlet, queue, notices): (&Arc<Outlet>, &Arc<Queue>, &Arc<Notices>),
) -> Inbound {
    let (store, vault) = (&shared.store, &shared.vault);
    Inbound {
        store: store.clone(),
        outlet: Arc::clone(outlet),
        notices: Arc::clone(notices),
        queue: Arc::clone(queue),
        clock: Arc::clone(&shared.clock),
        domain: config.domain.clone(),
        domains: Arc::clone(&shared.domains),
        metrics: Arc::clone(&shared.metrics),
        quota: Quota::of_messages(
            store.clone(),
            Arc::clone(vault),
            config.allowance.messages_per_hour,
            config.unlimited_clients.clone(),
        ),
        new_contacts: NewContacts::new(store.clone(), Arc::clone(vault), config.new_contacts),
        notes: Notes::default(),
        allowance: config.allowance,
        processors: shared.processors.clone(),
    }
}

fn replies(shared: &Shared, config: &Config, queue: &Arc<Queue>) -> Replies {
    let (store, vault) = (&shared.store, &shared.vault);
    Replies {
        store: store.clone(),
        vault: Arc::clone(vault),
        message_ids: shared.message_ids.clone(),
        signers: Arc::clone(&shared.signers),
        queue: Arc::clone(queue),
        clock: Arc::clone(&shared.clock),
        domain: config.domain.clone(),
        domains: Arc::clone(&shared.domains),
        metrics: Arc::clone(&shared.metrics),
        quota: Quota::of_replies(store.clone(), Arc::clone(vault), config.allowance.replies_per_hour),
        processors: shared.processors.clone(),
        structure: config.limits.structure,
    }
}
