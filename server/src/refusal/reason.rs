//! Lists the reasons for which a stage stops a message. Each has one SMTP reply; several may have the same, so that the peer does not
//! learn which it was.

use std::fmt;

use crate::smtp_reply::{self, SmtpReply};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $word:literal => $reply:ident,)*) => {
        /// Why a stage stops a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns a stable word for the log and metrics.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// Returns the SMTP reply that the client reads.
            pub const fn reply(self) -> SmtpReply {
                match self {
                    $(Self::$name => smtp_reply::$reply,)*
                }
            }
        }
    };
}

reasons! {
    /// The address is under a domain that is not the relay's.
    OtherDomain = "other_domain" => NOT_HERE,
    /// There is no such alias, or it is deleted or disabled.
    NoSuchAlias = "no_such_alias" => NO_SUCH_ALIAS,
    /// There is no such relay address.
    NoSuchRelayAddress = "no_such_relay_address" => NO_SUCH_ALIAS,
    /// The address is no return path of this relay, or an old one.
    NoSuchReturnPath = "no_such_return_path" => NO_SUCH_ALIAS,
    /// A return path gets mail that has a sender of its own, so that it is no notice of a failure (RFC 5321 §4.5.5).
    NotABounce = "not_a_bounce" => NO_SUCH_ALIAS,
    /// The pipeline took too long to check a recipient.
    RecipientTimeout = "recipient_timeout" => TRY_AGAIN,
    /// The pipeline took too long to accept a message.
    MessageTimeout = "message_timeout" => TRY_AGAIN,
    /// The message is larger than the limit.
    Size = "size" => TOO_LARGE,
    /// There is no memory for the message now.
    NoRoom = "no_room" => NO_ROOM,
    /// A line of the text is too long (RFC 5321 §4.5.3.1.6).
    LongLine = "long_line" => TEXT_LINE_TOO_LONG,
    /// The header has too many octets.
    HeaderOctets = "header_octets" => HEADER_TOO_LARGE,
    /// The header has too many fields.
    HeaderFields = "header_fields" => TOO_MANY_FIELDS,
    /// MIME parts are nested too deeply.
    Depth = "depth" => NESTED_TOO_DEEPLY,
    /// There are too many MIME parts.
    Parts = "parts" => TOO_MANY_PARTS,
    /// A MIME boundary is too long.
    Boundary = "boundary" => BOUNDARY_TOO_LONG,
    /// Reading the MIME structure took too long.
    StructureTimeout = "structure_timeout" => TRY_AGAIN,
    /// There are too many Received fields (RFC 5321 §6.3).
    TooManyHops = "too_many_hops" => LOOP,
    /// The sender is a relay address of this relay.
    FromRelayAddress = "from_relay_address" => LOOP,
    /// The message came through this mailbox before.
    RelayedBefore = "relayed_before" => LOOP,
    /// The message came through too many mailboxes of this relay.
    TooManyMailboxes = "too_many_mailboxes" => LOOP,
    /// The spam filter refuses the message.
    Spam = "spam" => SPAM,
    /// The spam filter wants to see the message later.
    SpamLater = "spam_later" => SPAM_LATER,
    /// The spam filter does not answer.
    SpamFilter = "spam_filter" => SPAM_UNKNOWN,
    /// The domain in From wants the message refused (DMARC).
    Dmarc = "dmarc" => DMARC,
    /// There is more than one From field.
    SeveralFrom = "several_from" => SEVERAL_FROM,
    /// From has too many domains.
    TooManyAuthors = "too_many_authors" => TOO_MANY_AUTHORS,
    /// The DNS did not answer about the sender.
    SenderLookUp = "sender_look_up" => SENDER_LOOK_UP,
    /// The message claims a domain of this relay, and is not the relay's.
    SpeaksForUs = "speaks_for_us" => NOT_OURS,
    /// The alias does not take mail from this contact.
    Blocked = "blocked" => BLOCKED,
    /// The account gets more messages within an hour than it may.
    OverQuota = "over_quota" => OVER_QUOTA,
    /// The account sends more replies within an hour than it may.
    TooManyReplies = "too_many_replies" => TOO_MANY_REPLIES,
    /// There are more new contacts within an hour than may be.
    NewContacts = "new_contacts" => TOO_MANY_NEW_SENDERS,
    /// Keys for new contacts cannot be made fast enough.
    KeysBusy = "keys_busy" => TOO_MANY_NEW_SENDERS,
    /// No profile is active, and the kill switch is on.
    KillSwitch = "kill_switch" => KILL_SWITCH,
    /// The active profile is from after the present time, so a clock is wrong.
    ClockBehind = "clock_behind" => TRY_AGAIN,
    /// The reply is not proven to be the person's.
    NotAuthorised = "not_authorised" => NOT_AUTHORISED,
    /// The reply does not open.
    NotOpened = "not_opened" => NOT_AUTHORISED,
    /// The reply is in inline PGP.
    InlinePgp = "inline_pgp" => INLINE_PGP,
    /// The reply is in a cipher that does not detect changes, and is not signed.
    Malleable = "malleable" => SIGN_YOUR_REPLY,
    /// The reply is in a form that is not read here.
    Unsupported = "unsupported" => UNSUPPORTED,
    /// The keys that the reply may be encrypted to were removed.
    KeyRemoved = "key_removed" => KEY_REMOVED,
    /// The mailbox sends encrypted replies only.
    NotEncrypted = "not_encrypted" => NOT_ENCRYPTED,
    /// The mailbox sends signed replies only.
    NotSigned = "not_signed" => NOT_SIGNED,
    /// The reply is signed, and neither encrypted nor vouched for by the mailbox's provider.
    SignedOnly = "signed_only" => ALSO_ENCRYPT,
    /// The signature is days old, or has no time.
    OldSignature = "old_signature" => OLD_SIGNATURE,
    /// The recipients within the signature are others.
    NotForContact = "not_for_contact" => NOT_FOR_CONTACT,
    /// The reply, or the request, came before.
    SentBefore = "sent_before" => SENT_BEFORE,
    /// The alias of the reply is disabled.
    AliasDisabled = "alias_disabled" => ALIAS_DISABLED,
    /// The alias of the reply is under a domain that the relay gave up.
    DomainGivenUp = "domain_given_up" => ALIAS_DISABLED,
    /// An address in To or Cc is no relay address of the alias.
    NoContact = "no_contact" => NO_CONTACT,
    /// The contact's address cannot exist.
    ContactCannotExist = "contact_cannot_exist" => NO_SUCH_CONTACT,
    /// A part of the reply is encrypted for itself.
    StillEncrypted = "still_encrypted" => STILL_ENCRYPTED,
    /// The reply has Outlook's rich text.
    Tnef = "tnef" => RICH_TEXT,
    /// A text is in an unknown character set.
    Charset = "charset" => UNKNOWN_CHARSET,
    /// The reply still names the person.
    Leak = "leak" => NAMES_PERSON,
    /// The reply is no message that could be sent on.
    Malformed = "malformed" => MALFORMED,
    /// Too many messages for the mailbox did not open.
    TooManyFailures = "too_many_failures" => TOO_MANY_FAILURES,
    /// The request for an alias is not proven to come from a person of this relay.
    NoOwner = "no_owner" => NOT_YOURS,
    /// The request for an alias is signed only in part, or not today.
    UnsignedWish = "unsigned_wish" => UNSIGNED_WISH,
    /// The alias was used before, or is not permitted.
    AliasNotFree = "alias_not_free" => NOT_FREE,
    /// The account has, or takes within an hour, too many aliases.
    TooManyAliases = "too_many_aliases" => TOO_MANY_ALIASES,
    /// The mailbox of a letter is gone.
    NoMailbox = "no_mailbox" => NO_SUCH_ALIAS,
    /// The database failed.
    Store = "store" => TRY_AGAIN,
    /// The disk is full.
    DiskFull = "disk_full" => NO_ROOM,
    /// The vault did not open a key.
    Vault = "vault" => TRY_AGAIN,
    /// The DKIM signature failed.
    Dkim = "dkim" => TRY_AGAIN,
    /// Message identifiers could not be mapped.
    MessageIds = "message_ids" => TRY_AGAIN,
    /// The threads for long work failed.
    Processors = "processors" => TRY_AGAIN,
    /// The system gave no random bytes.
    Random = "random" => TRY_AGAIN,
    /// A contact's certificate or key could not be issued.
    Issue = "issue" => TRY_AGAIN,
    /// A contact's key could not be read.
    Signer = "signer" => TRY_AGAIN,
    /// The message could not be sealed.
    Seal = "seal" => TRY_AGAIN,
    /// A stored certificate could not be read.
    Certificate = "certificate" => TRY_AGAIN,
    /// A key could not be made or read.
    Key = "key" => TRY_AGAIN,
    /// The keys of a relay address could not be unwrapped.
    Keys = "keys" => TRY_AGAIN,
    /// A relay address could not be written.
    RelayAddress = "relay_address" => TRY_AGAIN,
    /// An alias's address could not be written.
    Alias = "alias" => TRY_AGAIN,
    /// An address of the relay's own could not be written.
    OwnAddress = "own_address" => TRY_AGAIN,
    /// No address could be made for a sender without one.
    Nameless = "nameless" => TRY_AGAIN,
    /// A letter of the relay's own could not be written.
    Written = "written" => TRY_AGAIN,
    /// The notice of a failure could not be recorded.
    Bounce = "bounce" => TRY_AGAIN,
}

impl Reason {
    /// Whether the recipient does not exist, as far as the peer learns.
    pub const fn is_unknown_recipient(self) -> bool {
        matches!(
            self,
            Self::NoSuchAlias | Self::NoSuchRelayAddress | Self::NoSuchReturnPath | Self::NotABounce
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_reason_has_a_word_of_its_own() {
        let words: HashSet<_> = Reason::ALL.iter().map(|reason| reason.word()).collect();
        assert_eq!(words.len(), Reason::ALL.len());
        let is_plain = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(words.iter().all(|word| word.chars().all(is_plain)), "{words:?}");
    }

    #[test]
    fn the_peer_cannot_tell_unknown_recipients_apart() {
        for reason in Reason::ALL.iter().filter(|reason| reason.is_unknown_recipient()) {
            assert_eq!(reason.reply(), smtp_reply::NO_SUCH_ALIAS, "{reason}");
        }
    }
}
