//! Port 25 is open inwards, as far as this machine can tell: the receiver answers at the public addresses of the mail host, and mail from
//! outside has come.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use futures::future::join_all;
use time::{Date, OffsetDateTime};
use tokio::{net::TcpStream, time::timeout};

use super::{
    content,
    finding::{Check, Finding},
    is_reserved,
    receiver::{greeting, is_relay},
};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    deliver::{SMTP_PORT, is_public},
    dns::LookUp,
};

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// After so long without mail it is not known any more whether port 25 is open.
const OLD: time::Duration = time::Duration::days(7);
/// Most addresses that are tried.
const MOST: usize = 4;

/// The program that answers at an address.
#[derive(Debug)]
enum Answer {
    /// The relay.
    Relay,
    /// The relay or a server in front, which has no room (RFC 5321 §4.2.3).
    Busy,
    /// Another program, with the first line that it says.
    Other(String),
    /// Nothing.
    Nothing(io::Error),
}

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    if is_reserved(&config.mx) {
        return Vec::new();
    }
    // A failure is a finding about the resolver or the mail host already.
    let addresses = match LookUp::new(config.dns) {
        Ok(look_up) => look_up.addresses(&config.mx).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let public = addresses.into_iter().filter(|ip| is_public(*ip)).take(MOST);
    let asked = public.map(|ip| async move { (ip, ask(ip, &config.domain).await) });
    let (answers, content) = tokio::join!(join_all(asked), content(config));
    let last = content
        .and_then(|content| content.last_mail)
        .map(|last| Last::of(last, SystemClock.now()));
    let has_front = !config.xforward_clients.is_empty() || !config.proxy_protocol_clients.is_empty();
    let judged = answers
        .into_iter()
        .map(|(ip, answer)| judge(ip, &answer, last, has_front));
    judged.collect()
}

async fn ask(ip: IpAddr, domain: &str) -> Answer {
    let connected = timeout(PATIENCE, TcpStream::connect(SocketAddr::new(ip, SMTP_PORT))).await;
    match connected.map_err(io::Error::from).flatten() {
        Ok(stream) => match greeting(stream).await {
            line if is_relay(&line, domain) => Answer::Relay,
            line if line.starts_with("421") => Answer::Busy,
            line => Answer::Other(line),
        },
        Err(error) => Answer::Nothing(error),
    }
}

/// When mail came last.
#[derive(Clone, Copy, Debug)]
struct Last {
    day: Date,
    is_old: bool,
}

impl Last {
    fn of(last: OffsetDateTime, now: OffsetDateTime) -> Self {
        Self {
            day: last.date(),
            is_old: now - last > OLD,
        }
    }
}

/// `has_front` tells whether a mail server or proxy in front is named in the settings.
fn judge(ip: IpAddr, answer: &Answer, last: Option<Last>, has_front: bool) -> Finding {
    let of = format!("{ip} port {SMTP_PORT}");
    let is_old = last.is_some_and(|last| last.is_old);
    let last = last.map(|last| format!("mail came last on {}", last.day));
    let ask_outside = "Send a message to an alias from another provider.";
    match (answer, last) {
        (Answer::Busy, _) => {
            let found = "it has no room for another connection now";
            Finding::not_checked(Check::WayIn, of, found, "Run sealpost doctor again.")
        }
        (Answer::Relay, Some(last)) if is_old => {
            let found = format!("the relay answers this machine, but {last}");
            Finding::not_checked(Check::WayIn, of, found, ask_outside)
        }
        (Answer::Relay, Some(last)) => Finding::good(Check::WayIn, of, format!("the relay answers, and {last}")),
        (Answer::Relay, None) => {
            let found = "the relay answers this machine. Whether port 25 is open from outside is not known: no mail has come yet";
            Finding::not_checked(Check::WayIn, of, found, ask_outside)
        }
        (Answer::Other(_), Some(last)) if has_front => {
            Finding::good(Check::WayIn, of, format!("a server in front answers, and {last}"))
        }
        (Answer::Other(_), None) if has_front => {
            let found =
                "a server in front answers. Whether it hands mail to the relay is not known: no mail has come yet";
            Finding::not_checked(Check::WayIn, of, found, ask_outside)
        }
        (Answer::Other(line), _) => Finding::warning(
            Check::WayIn,
            of,
            match line.as_str() {
                "" => "a program answers that says nothing".to_owned(),
                _ => format!("another program answers; it says \"{line}\""),
            },
            "Unless it hands mail to the relay, no mail arrives.",
            "Let port 25 of this address lead to the relay (SEALPOST_SMTP), or name the server in SEALPOST_XFORWARD_CLIENTS or \
             SEALPOST_PROXY_PROTOCOL_CLIENTS.",
        ),
        (Answer::Nothing(error), Some(last)) => Finding::not_checked(
            Check::WayIn,
            of,
            format!("this machine does not reach its own address ({error}), but {last}"),
            "If no mail arrives any more, look at the firewall and at the hoster's.",
        ),
        (Answer::Nothing(error), None) => Finding::bad(
            Check::WayIn,
            of,
            format!("no connection ({error}), and no mail has come yet"),
            "If others do not reach this address either, no mail arrives. Many firewalls and some hosters close port 25.",
            format!(
                "Open port 25 in the machine's firewall and at the hoster. From another machine, try: nc -v {ip} 25"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn only_mail_that_came_proves_that_port_25_is_open() {
        let closed = || Answer::Nothing(io::ErrorKind::ConnectionRefused.into());
        let other = || Answer::Other("220 mail.example.org ESMTP Postfix".to_owned());
        let day = OffsetDateTime::UNIX_EPOCH;
        let last = Some(Last::of(day, day + time::Duration::days(6)));
        let old = Some(Last::of(day, day + time::Duration::days(8)));
        for (answer, last, has_front, expected) in [
            (Answer::Relay, last, false, State::Good),
            (Answer::Relay, old, false, State::NotChecked),
            (Answer::Busy, last, false, State::NotChecked),
            (Answer::Relay, None, false, State::NotChecked),
            (other(), last, true, State::Good),
            (other(), None, true, State::NotChecked),
            (other(), last, false, State::Warning),
            (closed(), last, false, State::NotChecked),
            (closed(), None, false, State::Bad),
        ] {
            let ip = "9.9.9.9".parse().unwrap();
            assert_eq!(judge(ip, &answer, last, has_front).state, expected, "{answer:?}");
        }
    }
}
