//! Describes the tables of second factors, account recovery, invitations, passkeys, and sign-ins at a provider.

pub mod one_time_password {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "one_time_passwords")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: i64,
        pub secret: Vec<u8>,
        pub created_at: i64,
        pub confirmed_at: Option<i64>,
        pub last_step: i64,
    }
    rows_only!();
}

pub mod recovery_code {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_codes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code_hash: Vec<u8>,
        pub account_id: i64,
    }
    rows_only!();
}

pub mod recovery_draft {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_drafts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: i64,
        pub seed: Vec<u8>,
        pub expires_at: i64,
    }
    rows_only!();
}

pub mod half_session {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "half_sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: Vec<u8>,
        pub account_id: i64,
        pub expires_at: i64,
        pub tries_left: i32,
    }
    rows_only!();
}

pub mod password_reset {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "password_resets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: i64,
        pub code_hash: Vec<u8>,
        pub expires_at: i64,
        pub tries_left: i32,
    }
    rows_only!();
}

pub mod invitation {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "invitations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code_hash: Vec<u8>,
        pub expires_at: i64,
    }
    rows_only!();
}

pub mod passkey {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "passkeys")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub account_id: i64,
        pub credential_id: Vec<u8>,
        pub algorithm: i32,
        pub public_key: Vec<u8>,
        pub counter: i64,
        pub name: String,
        pub created_at: i64,
        pub last_used_at: Option<i64>,
    }
    rows_only!();
}

pub mod challenge {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "challenges")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub challenge_hash: Vec<u8>,
        pub account_id: Option<i64>,
        pub expires_at: i64,
    }
    rows_only!();
}

pub mod linked_identity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "linked_identities")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub issuer: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        pub account_id: i64,
        pub linked_at: i64,
        pub last_used_at: i64,
    }
    rows_only!();
}

pub mod round_trip {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "round_trips")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: Vec<u8>,
        pub purpose: String,
        pub account_id: Option<i64>,
        pub next_page: String,
        pub invitation_hash: Option<Vec<u8>>,
        pub started_at: i64,
        pub expires_at: i64,
    }
    rows_only!();
}
