//! Stores the settings that administrators change while the relay runs.

use std::sync::Arc;

use app::api::account::SignUpMode;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};

use super::{
    Store, StoreError,
    changes::WriteTransaction,
    entity::live_setting,
    operator::{Act, Action, note},
};

const SIGN_UP: &str = "sign_up";
const ANNOUNCEMENT: &str = "announcement";

/// The settings of administrators.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveSettings {
    /// Who can sign up in place of the settings file.
    pub sign_up: Option<SignUpMode>,
    /// The text that every page shows.
    pub announcement: Option<String>,
}

impl Store {
    /// Returns the settings of administrators. One that this release does not know, as one of a newer release, counts as none.
    pub async fn live_settings(&self) -> Result<Arc<LiveSettings>, StoreError> {
        let read = async || Ok::<_, StoreError>(Some(Arc::new(read(&self.db).await?)));
        let settings = self.cached.live_settings.get((), read).await?;
        Ok(settings.unwrap_or_default())
    }

    /// Decides who can sign up, and notes it. `None` leaves it to the settings file.
    pub async fn set_sign_up(&self, mode: Option<SignUpMode>, act: Act) -> Result<(), StoreError> {
        let value = mode.map(|mode| mode.to_string());
        let subject = value.clone().unwrap_or_else(|| "settings".into());
        let transaction = self.write().await?;
        put(&transaction, SIGN_UP, value).await?;
        note(&transaction, Action::SignUpChanged, subject, act).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Shows a text on every page, or takes it away, and notes it without the text.
    pub async fn set_announcement(&self, text: Option<&str>, act: Act) -> Result<(), StoreError> {
        let subject = match text {
            Some(_) => "shown",
            None => "removed",
        };
        let transaction = self.write().await?;
        put(&transaction, ANNOUNCEMENT, text.map(str::to_owned)).await?;
        note(&transaction, Action::AnnouncementChanged, subject.into(), act).await?;
        transaction.commit().await?;
        Ok(())
    }
}

pub(super) async fn read(db: &impl ConnectionTrait) -> Result<LiveSettings, StoreError> {
    let mut settings = LiveSettings::default();
    for row in live_setting::Entity::find().all(db).await? {
        match &*row.name {
            SIGN_UP => settings.sign_up = row.value.parse().ok(),
            ANNOUNCEMENT => settings.announcement = Some(row.value),
            _ => {}
        }
    }
    Ok(settings)
}

async fn put(transaction: &WriteTransaction, name: &str, value: Option<String>) -> Result<(), StoreError> {
    use live_setting::Column;
    let Some(value) = value else {
        live_setting::Entity::delete_by_id(name).exec(transaction).await?;
        return Ok(());
    };
    let row = live_setting::ActiveModel {
        name: Set(name.into()),
        value: Set(value),
    };
    live_setting::Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Name).update_column(Column::Value).to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}
