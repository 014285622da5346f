//! Describes the tables for sea-orm, column for column as in the migrations. Only the store uses these types.

macro_rules! rows_only {
    () => {
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}
        impl ActiveModelBehavior for ActiveModel {}
    };
}

pub mod account {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub email: String,
        /// The folded address after verification. Before, it is a claim; see `crate::store::claim`.
        pub email_folded: String,
        pub password_hash: String,
        pub created_at: i64,
        pub default_mailbox: Option<i64>,
        /// Whether the checklist is finished.
        pub set_up: bool,
        /// A language tag.
        pub language: String,
        /// Since when the operator has turned it off.
        pub disabled_at: Option<i64>,
        /// Whether its person administers the relay.
        pub administrator: bool,
        /// Whether somebody knows its password.
        pub has_password: bool,
        /// Whether a sign-in at the provider may link it because of its address.
        pub link_by_address: bool,
    }
    rows_only!();
}

pub mod account_limits {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "account_limits")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: i64,
        /// Null: the relay's limit. The same goes for the others.
        pub mailboxes: Option<i64>,
        pub aliases: Option<i64>,
        pub messages_per_hour: Option<i64>,
        pub replies_per_hour: Option<i64>,
    }
    rows_only!();
}

pub mod live_setting {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "live_settings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub value: String,
    }
    rows_only!();
}

pub mod operator_log {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "operator_log")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub at: i64,
        pub action: String,
        pub subject: String,
        /// Which administrator did it. Empty if it was done with a command.
        pub administrator: Option<i64>,
    }
    rows_only!();
}

pub mod session {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: Vec<u8>,
        pub account_id: i64,
        pub created_at: i64,
        pub last_seen_at: i64,
        pub expires_at: i64,
        pub device: String,
        pub proved_at: i64,
    }
    rows_only!();
}

pub mod mailbox {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "mailboxes")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub account_id: i64,
        pub address: String,
        /// The folded address after verification. Before, it is a claim; see `crate::store::claim`.
        pub address_folded: String,
        pub created_at: i64,
        pub verified_at: Option<i64>,
        pub kill_switch: bool,
        pub ever_active: bool,
        pub encrypted_replies_only: bool,
        pub signed_replies_only: bool,
        pub relayed_recipients: bool,
    }
    rows_only!();
}

pub mod code {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "verification_codes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub mailbox_id: i64,
        pub code_hash: Vec<u8>,
        pub expires_at: i64,
        pub tries_left: i32,
        pub is_reached: Option<bool>,
    }
    rows_only!();
}

pub mod attempt {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: Vec<u8>,
        pub count: i32,
        pub ends_at: i64,
    }
    rows_only!();
}

pub mod local_part {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "local_parts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub folded: String,
    }
    rows_only!();
}

pub mod alias {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "aliases")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub mailbox_id: i64,
        pub local_folded: String,
        pub label: String,
        pub enabled: bool,
        pub created_at: i64,
        pub display_name: String,
        pub record_activity: bool,
        pub note: String,
        pub search_folded: String,
        pub off_answer: String,
        pub domain: String,
        pub relayed_count: i64,
        pub refused_count: i64,
        pub last_used_at: Option<i64>,
        pub pinned: bool,
        /// The change of several aliases that turned it on or off last, or null after any other switch.
        pub switched_with: Option<i64>,
    }
    rows_only!();
}

pub mod profile {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "profiles")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub mailbox_id: i64,
        pub kind: String,
        pub state: String,
        pub relay_domain: String,
        pub root: Option<Vec<u8>>,
        pub intermediate: Option<Vec<u8>>,
        pub user: Vec<u8>,
        pub intermediate_key: Vec<u8>,
        pub not_before: i64,
        pub not_after: i64,
        pub created_at: i64,
        pub hide_subject: bool,
        pub hide_sender: bool,
        pub cipher: String,
        pub reminded: Option<i32>,
        pub exported_at: Option<i64>,
        pub tested_at: Option<i64>,
        /// Empty for a profile that nobody named.
        pub name: String,
    }
    rows_only!();
}

pub mod contact {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "contacts")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub alias_id: i64,
        pub correspondent_folded: String,
        pub relay_local: String,
        pub relay_domain: String,
        pub created_at: i64,
        pub correspondent: Option<String>,
        pub blocked_at: Option<i64>,
        pub last_used_at: Option<i64>,
        pub answered_at: Option<i64>,
        pub keys_removed_at: Option<i64>,
    }
    rows_only!();
}

pub mod correspondent {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "correspondents")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub contact_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub profile_id: i64,
        pub certificate: Vec<u8>,
        pub key: Vec<u8>,
    }
    rows_only!();
}

/// When a relay last used the database.
pub mod clock_mark {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "clock_mark")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub seen_at: i64,
        pub steady_since: i64,
    }
    rows_only!();
}

pub mod key_check {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "key_check")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub wrapped: Vec<u8>,
    }
    rows_only!();
}

/// The naming key, and a constant under the previous master key.
pub mod kept_key {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "kept_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub wrapped: Vec<u8>,
    }
    rows_only!();
}

pub mod running_relay {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "running_relays")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub process: i64,
        pub first_key: String,
        pub second_key: Option<String>,
        pub writes_under: Option<String>,
        pub seen_at: i64,
    }
    rows_only!();
}

pub mod message_id {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "message_ids")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub alias_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub inside: Vec<u8>,
        pub outside: Vec<u8>,
        pub ids: Vec<u8>,
        pub subject: Option<Vec<u8>>,
        pub created_at: i64,
    }
    rows_only!();
}

pub mod sent_reply {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sent_replies")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub mailbox_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: Vec<u8>,
        pub created_at: i64,
    }
    rows_only!();
}

pub mod queue {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "queue")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token: Vec<u8>,
        pub domain: String,
        pub context: Vec<u8>,
        pub message: Option<Vec<u8>>,
        pub octets: i64,
        pub attempts: i32,
        pub next_try_at: Option<i64>,
        pub created_at: i64,
        pub mailbox_id: Option<i64>,
        pub leased_by: Option<i64>,
    }
    rows_only!();
}

/// A piece of a long message in the queue.
pub mod queue_piece {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "queue_piece")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub octets: Vec<u8>,
    }
    rows_only!();
}

pub mod pooled_key {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "key_pool")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub key: Vec<u8>,
    }
    rows_only!();
}

pub mod activity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "activity")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub alias_id: i64,
        pub at: i64,
        pub outcome: String,
        pub octets: i64,
    }
    rows_only!();
}

pub mod test_message {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "probes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub profile_id: i64,
        pub token: Vec<u8>,
        pub state: String,
        pub detail: String,
        pub at: i64,
    }
    rows_only!();
}

pub mod test_code {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "test_codes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub profile_id: i64,
        pub code_hash: Vec<u8>,
        pub expires_at: i64,
        pub tries_left: i32,
    }
    rows_only!();
}

mod signing_in;

pub use signing_in::*;
pub mod api_key {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "api_keys")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub account_id: i64,
        pub name: String,
        pub key_hash: Vec<u8>,
        pub created_at: i64,
        pub last_used_at: Option<i64>,
        pub expires_at: Option<i64>,
    }
    rows_only!();
}
