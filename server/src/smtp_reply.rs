//! Names every SMTP answer once: code, enhanced code, public text. The log learns more than the peer.

use std::fmt;

use crate::mail::place::Place;

/// A reply of one line (RFC 5321 §4.2, RFC 2034).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmtpReply {
    /// The reply code (RFC 5321 §4.2).
    pub code: u16,
    /// The enhanced status code (RFC 3463). It is empty if RFC 2034 §4 asks for none.
    pub enhanced: &'static str,
    /// The public text. It never holds a name, a cause or a setting.
    pub text: &'static str,
    /// The part of the message that the text is about.
    pub detail: Option<Detail>,
}

/// The part of a message that a reply is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// A place in it.
    Place(Place),
    /// Its form, in words that follow "it is".
    Form(&'static str),
}

impl SmtpReply {
    /// Returns the same reply about a place in the message.
    pub const fn at(self, place: Place) -> Self {
        Self {
            detail: Some(Detail::Place(place)),
            ..self
        }
    }

    /// Returns the same reply about the form of the message.
    pub const fn about(self, form: &'static str) -> Self {
        Self {
            detail: Some(Detail::Form(form)),
            ..self
        }
    }
}

impl fmt::Display for SmtpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.enhanced.is_empty() {
            write!(f, "{} {}", self.code, self.text)?;
        } else {
            write!(f, "{} {} {}", self.code, self.enhanced, self.text)?;
        }
        match self.detail {
            Some(Detail::Place(place)) => write!(f, ": {place}"),
            Some(Detail::Form(form)) => write!(f, ": it is {form}"),
            None => Ok(()),
        }
    }
}

const fn reply(code: u16, enhanced: &'static str, text: &'static str) -> SmtpReply {
    SmtpReply {
        code,
        enhanced,
        text,
        detail: None,
    }
}

/// The message was relayed.
pub const ACCEPTED: SmtpReply = reply(250, "2.0.0", "Message relayed");
/// Unknown, disabled and deleted aliases alike, so that nobody finds out which exist.
pub const NO_SUCH_ALIAS: SmtpReply = reply(550, "5.1.1", "No such recipient here");
/// A domain that is not the relay's.
pub const NOT_HERE: SmtpReply = reply(550, "5.7.1", "Relaying is not permitted");
/// The spam filter refuses the message.
pub const SPAM: SmtpReply = reply(550, "5.7.1", "This message looks like spam");
/// The spam filter wants to see the message again: greylisting, or a limit.
pub const SPAM_LATER: SmtpReply = reply(451, "4.7.1", "Please try again in some minutes");
/// The spam filter does not answer.
pub const SPAM_UNKNOWN: SmtpReply = reply(451, "4.3.0", "The message cannot be checked now, try again later");
/// The mailbox's kill switch.
pub const KILL_SWITCH: SmtpReply = reply(550, "5.7.1", "The recipient takes no mail at present");
/// A transaction takes one recipient; the sender comes back for each other one (RFC 5321 §4.5.3.1.10). The answer is the same whatever the
/// second recipient is: else it would tell which aliases belong together.
pub const ONE_RECIPIENT: SmtpReply = reply(
    452,
    "4.5.3",
    "One recipient in a transaction, please send again for this one",
);
/// More refused recipients than a transaction may have.
pub const TOO_MANY_RECIPIENTS: SmtpReply = reply(452, "4.5.3", "Too many recipients");
/// The announced or real size is over the limit.
pub const TOO_LARGE: SmtpReply = reply(552, "5.3.4", "Message too large");
/// Too many Received fields (RFC 5321 §6.3).
pub const LOOP: SmtpReply = reply(554, "5.4.6", "Routing loop detected");
/// Sealing, storing or delivering failed. The sender tries again.
pub const TRY_AGAIN: SmtpReply = reply(451, "4.3.0", "Temporary failure, please try again later");
/// The DNS did not answer about the sender, so nothing can be decided (RFC 3463 §3.5 X.4.3).
pub const SENDER_LOOK_UP: SmtpReply = reply(
    451,
    "4.4.3",
    "Temporary failure in looking up the sender, please try again later",
);
/// The domain in From asks to refuse mail that fails DMARC (RFC 9989, RFC 7372 §3.3).
pub const DMARC: SmtpReply = reply(
    550,
    "5.7.26",
    "The domain in From says that this message is not its own (DMARC)",
);
/// There is more than one From field, and readers may show either (RFC 5322 §3.6).
pub const SEVERAL_FROM: SmtpReply = reply(550, "5.7.1", "The message has more than one From field");
/// From has more domains than are checked.
pub const TOO_MANY_AUTHORS: SmtpReply = reply(550, "5.7.1", "The From field names too many domains");
/// From or the envelope sender is under the relay's own domains, and the message is not proven to be the relay's.
pub const NOT_OURS: SmtpReply = reply(
    550,
    "5.7.1",
    "Mail from this domain is sent by its own server, and this message is not",
);
/// There is not enough memory for the message now.
pub const NO_ROOM: SmtpReply = reply(452, "4.3.1", "Insufficient resources, please try again later");
/// A reply that is not proven to be the person's, or does not open. Both get this answer, so that nobody can tell them
/// apart.
pub const NOT_AUTHORISED: SmtpReply = reply(
    550,
    "5.7.1",
    "This message is not authorised for this relay address, please switch on signing and encryption in your mail app",
);
/// An unproven reply in inline PGP. A signature in the text does not cover the other parts.
pub const INLINE_PGP: SmtpReply = reply(
    550,
    "5.7.1",
    "Inline PGP is not supported, please switch on PGP/MIME in your mail app",
);
/// A reply in a form that is not read here (RFC 3463 §3.8 X.7.6); [`SmtpReply::about`] names it. The form is known before any key is
/// looked for, so that the answer tells nothing about keys.
pub const UNSUPPORTED: SmtpReply = reply(550, "5.7.6", "This relay does not support the form of the message");
/// A reply in a cipher that does not detect changes, without the person's signature: whoever stores it could have changed
/// it (EFAIL). A reply that does not decrypt gets this too, so that nobody can tell them apart.
pub const SIGN_YOUR_REPLY: SmtpReply = reply(
    550,
    "5.7.1",
    "Please sign your reply: it is encrypted in a way that can be changed unnoticed (AES-CBC)",
);
/// Replaces [`NOT_AUTHORISED`] and [`SIGN_YOUR_REPLY`] for a contact whose unused keys were removed. Mail encrypted to those never opens again, and the
/// person can act on it.
pub const KEY_REMOVED: SmtpReply = reply(
    550,
    "5.7.1",
    "Not authorised, not signed, or encrypted to an old key of a contact that was not used for long: please sign your reply, \
     or start a new email thread with the contact",
);
/// The mailbox's switch "Encrypted replies only".
pub const NOT_ENCRYPTED: SmtpReply = reply(550, "5.7.1", "Only encrypted replies are sent on for this mailbox");
/// The mailbox's switch "Signed replies only": unsigned, or signed without a word of whom it is for.
pub const NOT_SIGNED: SmtpReply = reply(
    550,
    "5.7.1",
    "Only signed replies are sent on for this mailbox, and they must be encrypted or name their recipient inside",
);
/// A reply that is signed, but neither encrypted nor vouched for by the mailbox's provider.
pub const ALSO_ENCRYPT: SmtpReply = reply(
    550,
    "5.7.1",
    "Please encrypt your reply as well: nothing but its signature shows that it is from you",
);
/// A reply whose signature was made days ago, or does not tell when.
pub const OLD_SIGNATURE: SmtpReply = reply(
    550,
    "5.7.1",
    "The signature was made more than 5 days ago or has no time, please send the reply anew",
);
/// A reply whose recipients, named inside its signature, do not include the relay address that it came to.
pub const NOT_FOR_CONTACT: SmtpReply = reply(
    550,
    "5.7.1",
    "The message itself does not name this relay address in To or Cc",
);
/// A reply that was sent before.
pub const SENT_BEFORE: SmtpReply = reply(550, "5.7.1", "This message was sent on before and is not sent again");
/// A reply from an alias that is disabled.
pub const ALIAS_DISABLED: SmtpReply = reply(550, "5.7.1", "The alias of this relay address is disabled");
/// To or Cc of a reply names somebody who is no contact of the alias.
pub const NO_CONTACT: SmtpReply = reply(550, "5.7.1", "An address in To or Cc is no relay address of this alias");
/// The contact's address cannot exist, and so nothing can be sent to it (RFC 3463 §3.2 X.1.3).
pub const NO_SUCH_CONTACT: SmtpReply = reply(
    550,
    "5.1.3",
    "Nothing can be sent to this contact: the address that it wrote from cannot exist",
);
/// A part of a reply that cannot be looked into.
pub const STILL_ENCRYPTED: SmtpReply = reply(
    554,
    "5.6.0",
    "A part of the message is encrypted and cannot be sent on, please encrypt all of it (S/MIME or PGP/MIME) or nothing",
);
/// Outlook's winmail.dat.
pub const RICH_TEXT: SmtpReply = reply(
    554,
    "5.6.0",
    "Outlook rich text names its sender, please send HTML or plain text",
);
/// A text of a reply that cannot be searched for what names the person.
pub const UNKNOWN_CHARSET: SmtpReply = reply(
    554,
    "5.6.0",
    "A text is in a character set that is unknown here, please send UTF-8",
);
/// A reply that still names the person after stripping.
pub const NAMES_PERSON: SmtpReply = reply(
    554,
    "5.6.0",
    "Not sent on because the message names your mailbox or its provider",
);
/// Too many messages for one mailbox that did not open.
pub const TOO_MANY_FAILURES: SmtpReply = reply(451, "4.7.0", "Too many messages failed, please try again later");
/// A request for an alias that is not proven to come from a person of this relay.
pub const NOT_YOURS: SmtpReply = reply(
    550,
    "5.7.1",
    "This message is not shown to be from a mailbox of this relay",
);
/// A request that its domain signed only in part, or not today.
pub const UNSIGNED_WISH: SmtpReply = reply(
    550,
    "5.7.1",
    "The DKIM signature must cover From, Subject, To with this address, and a Date of today",
);
/// An alias that was used before, or that is not permitted.
pub const NOT_FREE: SmtpReply = reply(550, "5.7.1", "This alias cannot be taken, please ask for another");
/// More aliases than an account may have, or take within an hour.
pub const TOO_MANY_ALIASES: SmtpReply = reply(550, "5.7.1", "Too many aliases, please try again later or delete some");
/// A contact that the recipient blocked.
pub const BLOCKED: SmtpReply = reply(550, "5.7.1", "The recipient does not take mail from this sender");
/// More messages within an hour than the recipient's account may get (RFC 3463 §3.3 X.2.1): the sender keeps it for later.
pub const OVER_QUOTA: SmtpReply = reply(
    450,
    "4.2.1",
    "The recipient gets too much mail at present, please try again later",
);
/// More replies within an hour than the person's account may send: the person's provider keeps it for later.
pub const TOO_MANY_REPLIES: SmtpReply = reply(450, "4.7.1", "Too many replies within an hour, please try again later");
/// More new contacts within an hour than the settings allow, or than keys can be made for: the sender keeps the message for
/// later. Known contacts go on.
pub const TOO_MANY_NEW_SENDERS: SmtpReply =
    reply(450, "4.7.1", "Too many new senders at present, please try again later");
/// A header over the limit of `SEALPOST_MAX_HEADER_KIB`.
pub const HEADER_TOO_LARGE: SmtpReply = reply(552, "5.3.4", "The header of the message is too large");
/// A header over the limit of `SEALPOST_MAX_HEADER_FIELDS`.
pub const TOO_MANY_FIELDS: SmtpReply = reply(554, "5.6.0", "The message has too many header fields");
/// Parts within parts over the limit of `SEALPOST_MAX_MIME_DEPTH`.
pub const NESTED_TOO_DEEPLY: SmtpReply = reply(554, "5.6.0", "The parts of the message are nested too deeply");
/// Parts over the limit of `SEALPOST_MAX_MIME_PARTS`.
pub const TOO_MANY_PARTS: SmtpReply = reply(554, "5.6.0", "The message has too many parts");
/// A boundary over the limit of `SEALPOST_MAX_BOUNDARY`.
pub const BOUNDARY_TOO_LONG: SmtpReply = reply(554, "5.6.0", "A MIME boundary of the message is too long");
/// Not a message that could be relayed.
pub const MALFORMED: SmtpReply = reply(554, "5.6.0", "Message is malformed");

/// NOOP, RSET.
pub const OK: SmtpReply = reply(250, "2.0.0", "OK");
/// MAIL (RFC 5321 §4.1.1.2).
pub const SENDER_OK: SmtpReply = reply(250, "2.1.0", "Sender OK");
/// RCPT (RFC 5321 §4.1.1.3).
pub const RECIPIENT_OK: SmtpReply = reply(250, "2.1.5", "Recipient OK");
/// DATA; RFC 2034 §4 wants no enhanced code here.
pub const START_DATA: SmtpReply = reply(354, "", "Start mail input; end with <CRLF>.<CRLF>");
/// QUIT.
pub const GOODBYE: SmtpReply = reply(221, "2.0.0", "Goodbye");
/// HELP.
pub const HELP: SmtpReply = reply(214, "2.0.0", "See RFC 5321");
/// VRFY tells nothing about addresses (RFC 5321 §7.3).
pub const VRFY: SmtpReply = reply(252, "2.5.0", "Cannot verify, send mail and see");
/// STARTTLS (RFC 3207 §4).
pub const START_TLS: SmtpReply = reply(220, "2.0.0", "Ready to start TLS");
/// A command that has no name here.
pub const UNKNOWN_COMMAND: SmtpReply = reply(500, "5.5.1", "Command not recognised");
/// A command of RFC 5321 or a later extension that is not offered.
pub const NOT_IMPLEMENTED: SmtpReply = reply(502, "5.5.1", "Command not implemented");
/// A command line over the limit of RFC 5321 §4.5.3.1.4 and its extensions.
pub const LINE_TOO_LONG: SmtpReply = reply(500, "5.5.2", "Line too long");
/// Not text.
pub const SYNTAX: SmtpReply = reply(500, "5.5.2", "Syntax error");
/// A command out of order (RFC 5321 §4.1.4).
pub const BAD_SEQUENCE: SmtpReply = reply(503, "5.5.1", "Bad sequence of commands");
/// XFORWARD of somebody who is no mail server in front.
pub const NOT_ALLOWED: SmtpReply = reply(550, "5.7.1", "Not allowed");
/// DATA after every recipient was refused (RFC 2920 §3.1).
pub const NO_RECIPIENTS: SmtpReply = reply(554, "5.5.1", "No valid recipients");
/// Malformed or missing argument.
pub const BAD_ARGUMENT: SmtpReply = reply(501, "5.5.4", "Syntax error in arguments");
/// A parameter of MAIL or RCPT that was not announced (RFC 5321 §4.1.1.11).
pub const UNKNOWN_PARAMETER: SmtpReply = reply(555, "5.5.4", "Parameter not recognised");
/// MAIL without a path that can be read.
pub const BAD_SENDER: SmtpReply = reply(501, "5.1.7", "Sender address is malformed");
/// RCPT without a path that can be read.
pub const BAD_RECIPIENT: SmtpReply = reply(501, "5.1.3", "Recipient address is malformed");
/// An address beyond ASCII in a transaction without SMTPUTF8 (RFC 6531 §3.5).
pub const NEEDS_SMTPUTF8: SmtpReply = reply(553, "5.6.7", "Address needs SMTPUTF8");
/// A line of the message over the limit.
pub const TEXT_LINE_TOO_LONG: SmtpReply = reply(554, "5.6.0", "A line of the message is too long");
/// CR or LF alone (RFC 5321 §2.3.8); the connection closes.
pub const BARE_CR_OR_LF: SmtpReply = reply(521, "5.5.2", "CR or LF alone is not allowed, closing connection");
/// A web browser, led here by a page; the connection closes.
pub const NOT_HTTP: SmtpReply = reply(421, "4.7.0", "This is not a web server, closing connection");
/// More permanent refusals than the setting allows; the connection closes.
pub const TOO_MANY_ERRORS: SmtpReply = reply(421, "4.7.0", "Too many errors, closing connection");
/// More recipients that are not here than one client or network may name in an hour; the connection closes.
pub const TOO_MANY_REFUSED: SmtpReply = reply(421, "4.7.0", "Too many unknown recipients, please try again later");
/// The same of a client whose message a mail server in front passes on. That server's session goes on.
pub const TOO_MANY_REFUSED_BEHIND: SmtpReply =
    reply(450, "4.7.0", "Too many unknown recipients, please try again later");
/// More connections than the settings allow; the connection closes.
pub const TOO_MANY_CONNECTIONS: SmtpReply = reply(421, "4.3.2", "Too many connections, please try again later");
/// The connection made no progress and its place is needed; it closes.
pub const DISMISSED: SmtpReply = reply(421, "4.3.2", "Too busy to wait for you, please try again later");
/// The receiver stops; the connection closes.
pub const STOPPING: SmtpReply = reply(421, "4.3.2", "Service is stopping, please try again later");
/// The peer was silent, or too slow, for longer than the settings allow; the connection closes.
pub const TIMED_OUT: SmtpReply = reply(421, "4.4.2", "Timed out, closing connection");
/// A line without end, or an engine out of step; the connection closes.
pub const GIVE_UP: SmtpReply = reply(421, "4.3.0", "Closing connection");
