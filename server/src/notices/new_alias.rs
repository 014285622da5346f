//! Answers a request for an alias that came by mail. The answer names the alias and comes from `new@`.

use app::{address::EmailAddress, id::AliasId, texts::Language};
use leptos_i18n::td_string;

use super::Notices;
use crate::{
    letters::{Automatic, Text, Written, lines},
    local_part::NEW,
    outlet::{Clear, Content},
    policy,
    refusal::{Reason, Refusal},
    store::{
        StoreError,
        accepted::{Accepted, ReplyMark},
    },
};

impl Notices {
    /// Tells the person of a new alias. `mark` identifies the request, so that it is answered once.
    pub async fn new_alias(&self, alias: AliasId, mark: ReplyMark) -> Result<(), Refusal> {
        let route = self.store.route_of(alias).await?;
        let route = route.ok_or_else(|| Refusal::new(Reason::NoOwner))?;
        let (sender, address) = (self.own_address(NEW)?, self.alias_address(&route)?);
        let now = self.clock.now();
        let to = self.sealing().addressee(&route, address.clone());
        let mailbox = to.mailbox.clone();
        let language = self.store.language_of(route.mailbox).await?;
        let write = || self.answer(&sender, &address, language);
        let content = || {
            Ok(Content::Told {
                sender: sender.clone(),
                to,
                data: write()?.into_bytes(),
                now,
            })
        };
        let clear = || Ok(Clear::Own(write()?));
        let mut accepted = Accepted {
            replies: vec![mark],
            ..Accepted::default()
        };
        let treatment = policy::treatment(route, now)?;
        let parcel = self
            .outlet
            .parcel(treatment, mailbox, content, clear, &mut accepted)
            .await?;
        accepted.items.push(self.queue.report(parcel)?);
        // An answer to this message refers to no outside message.
        accepted.ids.clear();
        self.queue.put(accepted).await.map_err(|error| match error {
            StoreError::Taken => Refusal::new(Reason::SentBefore),
            error => error.into(),
        })
    }

    fn answer(&self, from: &EmailAddress, alias: &EmailAddress, language: Language) -> Result<Written, Refusal> {
        let text = Text {
            name: "Sealpost",
            from,
            to: alias,
            subject: &td_string!(language, mail.new_alias.subject, alias = alias),
            text: &lines(&td_string!(language, mail.new_alias.text, alias = alias)),
            automatic: Automatic::Replied,
            id: &self.id()?,
            now: self.clock.now(),
        };
        Ok(text.write()?)
    }
}
