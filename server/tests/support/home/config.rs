//! The settings of a relay whose data are in a folder of the test's.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use app::api::account::SignUpMode;
use sea_orm::ConnectionTrait;
use server::{
    config::{
        Allowance, BackupSettings, Config, ConnectionLimits, Destination, DkimKeySource, Lanes, NewContactLimits,
        Recipients, Rejected, Selector, SmtpLimits, StsMode, Switch,
    },
    vault::MasterKeySource,
};
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use super::MASTER;

/// Settings that let a test do all that it likes, with everything in one folder.
pub fn config(folder: &Path) -> Config {
    Config {
        domain: "relay.example".into(),
        other_domains: vec!["second.example".into()],
        http: "127.0.0.1:0".parse().unwrap(),
        https: None,
        smtp: "127.0.0.1:0".parse().unwrap(),
        data: folder.into(),
        database_url: Zeroizing::new(database(folder)),
        delivery: Destination::File(folder.join("outbox")),
        mx_private_networks: false,
        tls_policy: server::config::TlsPolicy::On,
        dns: None,
        time_server: None,
        sender_auth: Switch::Off,
        rejected: Rejected::Refuse,
        trusted_sealers: Vec::new(),
        rspamd: None,
        operator_alias: None,
        dkim_key: DkimKeySource::Own(folder.join("dkim.key")),
        dkim_selector: Selector::parse("sealpost").unwrap(),
        second_dkim_key: None,
        mx: "relay.example".into(),
        mta_sts: StsMode::Testing,
        public_url: "http://127.0.0.1:3000".parse().unwrap(),
        trusted_proxies: server::config::Networks::default(),
        site: folder.join("site"),
        master_key: MasterKeySource::Value(Zeroizing::new(MASTER.to_owned())).into(),
        previous_master_key: MasterKeySource::Own(folder.join("previous-master.key")).into(),
        tls: None,
        acme: None,
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
        unlimited_clients: server::config::Networks::this_machine(),
        xforward_clients: server::config::Networks::default(),
        proxy_protocol_clients: server::config::Networks::default(),
        lanes: Lanes {
            total: 4,
            per_domain: 2,
        },
        first_pause: std::time::Duration::from_secs(60),
        lease: server::store::lease::LASTS,
        key_pool: 2,
        sign_up: SignUpMode::Open,
        local_sign_in: Switch::On,
        oidc: None,
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
        backup: BackupSettings {
            folder: None,
            recipients: Recipients::default(),
            keep: 14,
        },
        metrics: Some("127.0.0.1:0".parse().unwrap()),
        log_json: false,
        otlp: None,
    }
}

/// The address of its database: a file in the folder. With `SEALPOST_TEST_POSTGRES`, the folder of a PostgreSQL's socket, it is
/// a database there.
pub fn database(folder: &Path) -> String {
    match std::env::var("SEALPOST_TEST_POSTGRES") {
        Ok(socket) => format!("postgres://postgres@localhost/{}?host={socket}", name(folder)),
        Err(_) => format!("sqlite://{}", folder.join("sealpost.db").display()),
    }
}

/// A database with the schema and nothing else. To run all steps takes longer than most tests.
static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();

async fn migrated() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sealpost.db");
    let url = format!("sqlite://{}?mode=rwc", file.display());
    let db = sea_orm::Database::connect(url).await.unwrap();
    migrations::Migrator::run_missing(&db).await.unwrap();
    db.close().await.unwrap();
    fs::read(file).unwrap()
}

/// Creates the database.
pub async fn create_database(folder: &Path) {
    let Ok(socket) = std::env::var("SEALPOST_TEST_POSTGRES") else {
        let file = folder.join("sealpost.db");
        fs::write(&file, MIGRATED.get_or_init(migrated).await).unwrap();
        return fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    };
    let url = format!("postgres://postgres@localhost/postgres?host={socket}");
    let server = sea_orm::Database::connect(url).await.unwrap();
    let create = format!("CREATE DATABASE \"{}\" TEMPLATE migrated", name(folder));
    server.execute_unprepared(&create).await.unwrap();
    server.close().await.unwrap();
}

/// The name of a throw-away folder, which no other has.
fn name(folder: &Path) -> String {
    folder.file_name().unwrap().to_str().unwrap().replace('.', "")
}
