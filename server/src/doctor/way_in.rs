//! Port 25 is open inwards, as far as this machine can tell: the receiver answers at the public addresses of the mail host, and mail from
//! outside has come.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use futures::future::join_all;
use time::OffsetDateTime;
use tokio::{net::TcpStream, time::timeout};

use super::{
    content,
    finding::{Check, Finding},
    is_reserved,
    receiver::{greeting, is_relay},
};
use crate::{
    config::Config,
    deliver::{SMTP_PORT, is_public},
    dns::LookUp,
};

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// Most addresses that are tried.
const MOST: usize = 4;

/// What answers at an address.
#[derive(Debug)]
enum Answer {
    /// The relay.
    Relay,
    /// Another program, with the first line that it says.
    Other(String),
    /// Nothing.
    Nothing(io::Error),
}

pub(super) async fn check(config: &Config, look_up: &LookUp) -> Vec<Finding> {
    if is_reserved(&config.mx) {
        return Vec::new();
    }
    // A failure is a finding about the mail host already.
    let addresses = look_up.addresses(&config.mx).await.unwrap_or_default();
    let public = addresses.into_iter().filter(|ip| is_public(*ip)).take(MOST);
    let asked = public.map(|ip| async move { (ip, ask(ip, &config.domain).await) });
    let (answers, content) = tokio::join!(join_all(asked), content(config));
    let last = content.and_then(|content| content.last_mail);
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
            line => Answer::Other(line),
        },
        Err(error) => Answer::Nothing(error),
    }
}

/// `last` is when mail to an alias came last, and `has_front` whether a mail server or proxy in front is named in the settings.
fn judge(ip: IpAddr, answer: &Answer, last: Option<OffsetDateTime>, has_front: bool) -> Finding {
    let of = format!("{ip} port {SMTP_PORT}");
    let last = last.map(|last| format!("mail came last on {}", last.date()));
    let ask_outside = "Send a message to an alias from another provider.";
    match (answer, last) {
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
        let last = Some(OffsetDateTime::UNIX_EPOCH);
        for (answer, last, has_front, expected) in [
            (Answer::Relay, last, false, State::Good),
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
