//! Creates and stores the keys and certificates of contacts, when they are first needed.

use std::sync::Arc;

use app::{
    address::{EmailAddress, OutsideAddress},
    id::AliasId,
    pki::key::IntermediateKey,
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Job, Made, Sealing, Signer, pgp, smime};
use crate::{
    refusal::{Reason, Refusal},
    sealing::key_pool::KeyPoolError,
    store::{
        StoreError,
        attempt::Budget,
        keys::ProfileKeys,
        new_contact::Added,
        route::{ActiveProfile, Contact, ContactCertificate},
    },
    vault::Purpose,
};

impl Sealing {
    /// Makes the contact of a new sender. Under a profile it gets its certificate at once, in the same transaction. Returns
    /// `None` if that is over one of the limits.
    pub async fn new_contact(
        &self,
        profile: Option<&Arc<ActiveProfile>>,
        (alias, sender): (AliasId, &OutsideAddress),
        limits: &[Budget],
        now: OffsetDateTime,
    ) -> Result<Option<Contact>, Refusal> {
        let relay_address = self.relay_address(alias, sender)?;
        let made = match profile {
            Some(profile) => Some((profile, self.make(profile, &relay_address, now).await?)),
            None => None,
        };
        let certify = |contact| {
            let wrap = |(profile, made): &(&Arc<ActiveProfile>, Made)| {
                let profile = profile.id;
                let key = self.vault.wrap(Purpose::ContactKey { profile, contact }, &made.key);
                let certificate = ContactCertificate {
                    certificate: made.certificate.clone(),
                    key: key.map_err(StoreError::Wrap)?,
                };
                Ok((profile, certificate))
            };
            made.as_ref().map(wrap).transpose()
        };
        let addresses = (sender, &relay_address);
        let contact = match self.store.add_contact(alias, addresses, limits, certify, now).await? {
            Added::New(contact) => contact,
            Added::Known(contact) => return Ok(Some(contact)),
            Added::TooMany => return Ok(None),
        };
        if let Some((profile, made)) = made {
            let (id, profile) = (profile.id, Arc::clone(profile));
            let ready = async || self.processors.run(move || made.signer(&profile.keys)).await?.map(Some);
            self.signers.get((contact.id, id), ready).await?;
        }
        Ok(Some(contact))
    }

    /// The certificates of the other people whom the message names. A mail client needs one for each of them to encrypt an
    /// answer to all. Contacts whose keys were removed are left out: they get new keys when they write. A certificate that
    /// cannot be made now is left out as well.
    pub(super) async fn certificates_of_others(&self, job: &Job) -> Vec<Vec<u8>> {
        let mut certificates = Vec::new();
        let others = job.mail.others.contacts.iter();
        for contact in others.filter(|contact| contact.id != job.mail.contact.id && !contact.dormant) {
            match self.contact_certificate(job, contact).await {
                Ok(contact_key) => certificates.push(contact_key.certificate),
                Err(refusal) => {
                    tracing::warn!(
                        reason = refusal.reason.word(),
                        "a certificate of another recipient is left out"
                    );
                    break;
                }
            }
        }
        certificates
    }

    /// The key that a contact signs with under the profile, ready for use.
    pub(super) async fn signer(&self, job: &Job) -> Result<Signer, Refusal> {
        let of = &job.mail.contact;
        let read = async || {
            let ContactCertificate { certificate, key } = self.contact_certificate(job, of).await?;
            let made = Made {
                certificate,
                key: self.vault.unwrap(purpose(job, of), &key)?,
            };
            let profile = Arc::clone(&job.profile);
            self.processors.run(move || made.signer(&profile.keys)).await?.map(Some)
        };
        let signer = self.signers.get((of.id, job.profile.id), read).await?;
        signer.ok_or_else(|| Refusal::new(Reason::Signer))
    }

    /// A contact's key under the profile; made and stored when there is none.
    pub(super) async fn contact_certificate(&self, job: &Job, of: &Contact) -> Result<ContactCertificate, Refusal> {
        let (contact, profile) = (of.id, job.profile.id);
        let stored = self.store.contact_certificate(contact, profile).await?;
        if let Some(contact_key) = stored {
            return Ok(contact_key);
        }
        let Made { certificate, key } = self.make(&job.profile, &of.relay_address, job.mail.now).await?;
        let key = self.vault.wrap(purpose(job, of), &key)?;
        let made = ContactCertificate { certificate, key };
        self.store
            .add_contact_certificate(contact, profile, made)
            .await
            .map_err(Refusal::from)
    }

    /// Makes a key for a relay address and certifies it under a profile.
    pub(super) async fn make(
        &self,
        profile: &ActiveProfile,
        address: &EmailAddress,
        now: OffsetDateTime,
    ) -> Result<Made, Refusal> {
        let address = address.clone();
        match &profile.keys {
            ProfileKeys::Smime(chain) => {
                let chain = chain.clone();
                let key = self.keys.take().await.map_err(no_key)?;
                let intermediate = self.intermediate(profile).await?;
                self.processors
                    .run(move || smime::issue(&chain, &intermediate, &key, &address, now))
                    .await?
            }
            ProfileKeys::Pgp(_) => {
                let certifier = self.certifier(profile)?;
                self.processors
                    .run(move || pgp::issue(&certifier, &address, now))
                    .await?
            }
        }
    }

    /// The intermediate key of an S/MIME profile, ready for use.
    async fn intermediate(&self, profile: &ActiveProfile) -> Result<Arc<IntermediateKey>, Refusal> {
        let read = async || {
            let certifier = self.certifier(profile)?;
            let key = self.processors.run(move || smime::intermediate(&certifier)).await??;
            Ok::<_, Refusal>(Some(Arc::new(key)))
        };
        let key = self.intermediates.get(profile.id, read).await?;
        key.ok_or_else(|| Refusal::new(Reason::Issue))
    }

    fn certifier(&self, profile: &ActiveProfile) -> Result<Zeroizing<Vec<u8>>, Refusal> {
        let purpose = Purpose::Certifier { profile: profile.id };
        self.vault.unwrap(purpose, &profile.certifier).map_err(Refusal::from)
    }
}

impl Made {
    /// Reads certificate and key.
    pub(super) fn signer(&self, keys: &ProfileKeys) -> Result<Signer, Refusal> {
        match keys {
            ProfileKeys::Smime(chain) => smime::signer(self, chain).map(Signer::Smime),
            ProfileKeys::Pgp(_) => Ok(Signer::Pgp(Arc::new(pgp::signer(self)?))),
        }
    }
}

fn no_key(error: KeyPoolError) -> Refusal {
    match error {
        KeyPoolError::Busy => Refusal::because(Reason::KeysBusy, error),
        error => Refusal::because(Reason::Key, error),
    }
}

pub(super) fn purpose(job: &Job, contact: &Contact) -> Purpose {
    Purpose::ContactKey {
        profile: job.profile.id,
        contact: contact.id,
    }
}

#[cfg(test)]
mod tests;
