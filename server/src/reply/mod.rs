//! Replies, the arrows of DESIGN §6: authorise → open → strip → sign → queue → deliver.
//!
//! Three actors: the person, whose client wrote to a relay address; the alias that the person is known by outside; and
//! the contact behind the relay address. The contract of the header that leaves:
//!
//! | field | what stands in it |
//! | --- | --- |
//! | From | the alias, with the name that the person gave it |
//! | To, Cc | the contacts behind the relay addresses that the person wrote to; never another address |
//! | Subject | the person's, addresses in it replaced |
//! | Date | the moment of relaying, in UTC |
//! | Message-ID, In-Reply-To, References | the relay's own identifiers |
//! | Auto-Submitted | its keyword |
//! | anything else | nothing |
//!
//! What leaves is built anew from this list, never the original with parts deleted.

pub mod strip;
