//! Takes everything from the previous master key to the one of the settings, while relays run.
//!
//! Each pass looks at every value, and wraps those anew that are still under the previous key. Nothing is remembered between passes,
//! so that a pass may end anywhere, and the next one goes on where values are left. The order of the whole is in
//! [`crate::store::rotation`].

use app::id::ContactId;

use crate::{
    clock::Clock,
    message_ids::owner_of_subject,
    store::{
        Store, StoreError,
        rewrap::{LockedItem, NewIds, WrappedIds, WrappedRow, Wrapping},
    },
    vault::{Locked, Part, Purpose, Vault, VaultError, Which, Wrapped},
};

/// The outcome of a pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Values that are under the new key now.
    pub rewrapped: u64,
    /// Messages that a relay delivers at this moment. They are left to the next pass.
    pub busy: u64,
    /// Values that open under neither key.
    pub unreadable: u64,
}

impl Pass {
    /// Whether nothing was left under the previous key when the pass looked.
    pub fn is_clean(self) -> bool {
        self.rewrapped == 0 && self.busy == 0
    }

    fn plus(self, other: Self) -> Self {
        Self {
            rewrapped: self.rewrapped + other.rewrapped,
            busy: self.busy + other.busy,
            unreadable: self.unreadable + other.unreadable,
        }
    }
}

/// The part of the database that a pass is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A table of wrapped values.
    Wrapped(Wrapping),
    /// The identifiers and Subjects of messages.
    MessageIds,
    /// The queue.
    Queue,
}

/// Goes through all values once. `ended` is told of each stage that has ended.
///
/// # Errors
/// The database failed, or the system gave no random bytes. What was rewrapped stays so.
pub async fn pass(
    store: &Store,
    vault: &Vault,
    clock: &dyn Clock,
    mut ended: impl FnMut(Stage, Pass),
) -> Result<Pass, StoreError> {
    let mut all = Pass::default();
    for wrapping in Wrapping::ALL {
        let pass = rewrap_table(store, vault, wrapping).await?;
        ended(Stage::Wrapped(wrapping), pass);
        all = all.plus(pass);
    }
    let pass = rewrap_message_ids(store, vault).await?;
    ended(Stage::MessageIds, pass);
    all = all.plus(pass);
    let pass = relock_queue(store, vault, clock).await?;
    ended(Stage::Queue, pass);
    Ok(all.plus(pass))
}

async fn rewrap_table(store: &Store, vault: &Vault, wrapping: Wrapping) -> Result<Pass, StoreError> {
    let (mut pass, mut after) = (Pass::default(), None);
    loop {
        let rows = store.wrapped_after(wrapping, after).await?;
        let Some(last) = rows.last() else { return Ok(pass) };
        after = Some(last.ids);
        let mut replaced: Vec<(WrappedRow, Wrapped)> = Vec::new();
        for row in rows {
            match rewrap(vault, wrapping.purpose(row.ids), &row.value)? {
                Value::Rewrapped(new) => replaced.push((row, new)),
                Value::Good => {}
                Value::Unreadable => pass.unreadable += 1,
            }
        }
        if !replaced.is_empty() {
            pass.rewrapped += replaced.len() as u64;
            store.replace_wrapped(wrapping, replaced).await?;
        }
    }
}

async fn rewrap_message_ids(store: &Store, vault: &Vault) -> Result<Pass, StoreError> {
    let (mut pass, mut after) = (Pass::default(), None);
    loop {
        let rows = store.wrapped_ids_after(after.take()).await?;
        let Some(last) = rows.last() else { return Ok(pass) };
        after = Some((last.alias, last.inside.clone()));
        let mut replaced: Vec<(WrappedIds, NewIds)> = Vec::new();
        for row in rows {
            let (mut new, mut is_unreadable) = (NewIds::default(), false);
            match rewrap(vault, Purpose::MessageIds { alias: row.alias }, &row.ids)? {
                Value::Rewrapped(ids) => new.ids = Some(ids),
                Value::Good => {}
                Value::Unreadable => is_unreadable = true,
            }
            pass.unreadable += u64::from(is_unreadable);
            match rewrap_subject(store, vault, &row).await? {
                Value::Rewrapped(subject) => new.subject = Some(Some(subject)),
                Value::Good => {}
                // Its contact is gone, so that nobody can read it, and under which key it is cannot be told.
                Value::Unreadable if has_both(vault) && !is_unreadable => new.subject = Some(None),
                Value::Unreadable => pass.unreadable += 1,
            }
            if new.ids.is_some() || new.subject.is_some() {
                replaced.push((row, new));
            }
        }
        if !replaced.is_empty() {
            pass.rewrapped += replaced.len() as u64;
            store.replace_wrapped_ids(replaced).await?;
        }
    }
}

/// Whether a value that does not open is under no key, and not only under one that is not there.
fn has_both(vault: &Vault) -> bool {
    vault.key_id(Which::Previous).is_some()
}

/// The Subject is bound to a contact, which the identifiers name. In rows of older versions it may be any contact of the alias.
async fn rewrap_subject(store: &Store, vault: &Vault, row: &WrappedIds) -> Result<Value, StoreError> {
    let Some(subject) = &row.subject else {
        return Ok(Value::Good);
    };
    let named = vault
        .unwrap(Purpose::MessageIds { alias: row.alias }, &row.ids)
        .ok()
        .and_then(|pair| owner_of_subject(&pair));
    let contacts: Vec<ContactId> = match named {
        Some(contact) => vec![contact],
        None => store.contacts_of_alias(row.alias).await?,
    };
    for contact in contacts {
        match rewrap(vault, Purpose::Subject { contact }, subject)? {
            Value::Unreadable => {}
            found => return Ok(found),
        }
    }
    Ok(Value::Unreadable)
}

async fn relock_queue(store: &Store, vault: &Vault, clock: &dyn Clock) -> Result<Pass, StoreError> {
    let (mut pass, mut after) = (Pass::default(), None);
    loop {
        let items = store.locked_after(after).await?;
        let Some(last) = items.last() else { return Ok(pass) };
        after = Some(last.token);
        for item in items {
            match vault.relock(item.token, Part::Context, &item.context) {
                Ok(None) => {}
                Ok(Some(context)) => {
                    let is_done = match item.waits {
                        true => replace_waiting(store, vault, clock, item, context).await?,
                        false => store.replace_handed_over(item, context).await?,
                    };
                    match is_done {
                        true => pass.rewrapped += 1,
                        false => pass.busy += 1,
                    }
                }
                Err(VaultError::Unwrap) => pass.unreadable += 1,
                Err(error) => return Err(StoreError::Wrap(error)),
            }
        }
    }
}

async fn replace_waiting(
    store: &Store,
    vault: &Vault,
    clock: &dyn Clock,
    item: LockedItem,
    context: Locked,
) -> Result<bool, StoreError> {
    let token = item.token;
    let relock = |message: &_| match vault.relock(token, Part::Message, message) {
        // A damaged message stays as it is.
        Err(VaultError::Unwrap) => Ok(None),
        relocked => relocked,
    };
    store.replace_waiting(item, context, clock.now(), relock).await
}

/// The outcome for a value.
enum Value {
    /// It is under the new key already.
    Good,
    /// It was under the previous key.
    Rewrapped(Wrapped),
    /// It opens under neither.
    Unreadable,
}

fn rewrap(vault: &Vault, purpose: Purpose, wrapped: &Wrapped) -> Result<Value, StoreError> {
    match vault.rewrap(purpose, wrapped) {
        Ok(None) => Ok(Value::Good),
        Ok(Some(new)) => Ok(Value::Rewrapped(new)),
        Err(VaultError::Unwrap) => Ok(Value::Unreadable),
        Err(error) => Err(StoreError::Wrap(error)),
    }
}
