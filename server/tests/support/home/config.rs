//! The settings of a relay whose data are in a folder of the test's.

use std::path::Path;

use app::api::account::SignUpMode;
use server::{
    config::{
        Allowance, Config, ConnectionLimits, Destination, DkimKeySource, Lanes, NewContactLimits, Rejected, Selector,
        SmtpLimits, StsMode, Switch,
    },
    vault::MasterKeySource,
};
use zeroize::Zeroizing;

use super::MASTER;

/// Settings that let a test do all that it likes, with everything in one folder.
pub fn config(folder: &Path) -> Config {
    Config {
        domain: "relay.example".into(),
        other_domains: vec!["second.example".into()],
        http: "127.0.0.1:0".parse().unwrap(),
        smtp: "127.0.0.1:0".parse().unwrap(),
        data: folder.into(),
        database_url: Zeroizing::new(database(folder)),
        delivery: Destination::File(folder.join("outbox")),
        mx_private_networks: false,
        dns: None,
        sender_auth: Switch::Off,
        rejected: Rejected::Refuse,
        dkim_key: DkimKeySource::Own(folder.join("dkim.key")),
        dkim_selector: Selector::parse("sealpost").unwrap(),
        mx: "relay.example".into(),
        mta_sts: StsMode::Testing,
        public_url: "http://127.0.0.1:3000".parse().unwrap(),
        trusted_proxies: server::config::TrustedProxies::default(),
        site: folder.join("site"),
        master_key: MasterKeySource::Value(Zeroizing::new(MASTER.to_owned())),
        tls: None,
        limits: SmtpLimits {
            structure: server::mail::structure::Limits::DEFAULT,
            message: 50 << 20,
            line: 1 << 20,
            connections: ConnectionLimits::SMTP,
            refused: (200, 1000),
            idle: std::time::Duration::from_secs(60),
            buffer: 512 << 20,
        },
        web_connections: ConnectionLimits::WEB,
        unlimited_clients: server::config::UnlimitedClients::default(),
        lanes: Lanes {
            total: 4,
            per_domain: 2,
        },
        first_pause: std::time::Duration::from_secs(60),
        lease: server::store::lease::LASTS,
        key_pool: 2,
        sign_up: SignUpMode::Open,
        allowance: Allowance {
            mailboxes: 10,
            aliases: 10_000,
            aliases_per_hour: 100,
            messages_per_hour: 2000,
            replies_per_hour: 200,
        },
        contact_keys: Some(time::Duration::days(180)),
        new_contacts: NewContactLimits {
            per_client: 100,
            per_alias: 200,
            per_account: 500,
        },
        metrics: Some("127.0.0.1:0".parse().unwrap()),
        log_json: false,
    }
}

/// The address of its database.
pub fn database(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("sealpost.db").display())
}
