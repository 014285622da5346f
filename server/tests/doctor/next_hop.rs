//! The smarthost: each reason why it takes no mail has its own words.

use std::net::TcpListener;

use crate::{
    operator::Operator,
    peer::{Act, Peer},
};

fn doctor(url: &str, login: bool) -> crate::operator::Findings {
    let mut operator = Operator::new().with("DELIVERY", url);
    if login {
        operator.set("DELIVERY_USER", "relay");
        operator.set("DELIVERY_PASSWORD", "secret");
    }
    let findings = operator.doctor(&[]);
    assert!(!format!("{findings:?}").contains("secret"), "{findings:?}");
    findings
}

/// A smarthost that knows one password.
fn smarthost(takes: bool) -> Peer {
    Peer::start(false, move |_, line| match line {
        _ if line.starts_with("EHLO") => Act::Say("250-peer.test\r\n250 AUTH PLAIN".into()),
        _ if line.starts_with("AUTH") && takes => Act::Say("235 welcome".into()),
        _ if line.starts_with("AUTH") => Act::Say("535 5.7.8 wrong password".into()),
        _ => Act::Usual,
    })
}

#[test]
fn a_smarthost_that_takes_the_password_is_good_and_gets_no_message() {
    let peer = smarthost(true);
    let url = format!("smtp://{}?tls=none", peer.address);
    doctor(&url, true).assert("next_hop", "good", "takes user and password");
    assert_eq!((peer.count("AUTH"), peer.count("QUIT"), peer.count("MAIL")), (1, 1, 0));
    doctor(&url, false).assert("next_hop", "good", "answers");
}

#[test]
fn each_obstacle_at_the_smarthost_is_named() {
    let closed = test_support::ports::free();
    let plain = Peer::start(false, |_, _| Act::Usual);
    let refusing = Peer::start(false, |_, line| match line {
        "" => Act::Say("554 5.7.1 you are on a list".into()),
        _ => Act::Usual,
    });
    let strict = smarthost(false);
    for (url, says) in [
        (
            format!("smtp://{}?tls=none", strict.address),
            "refuses user or password (permanent error (535)",
        ),
        (format!("smtp://{closed}"), "the connection is refused"),
        (
            "smtp://smarthost.invalid:587".to_owned(),
            "the name of the smarthost is not found",
        ),
        (format!("smtp://{}", plain.address), "there is no secure connection"),
        (format!("smtps://{}", plain.address), "there is no secure connection"),
        (format!("smtp://{}", refusing.address), "you are on a list"),
    ] {
        let findings = doctor(&url, true);
        findings.assert("next_hop", "bad", says);
        assert_eq!(findings.code, Some(1));
    }
}

#[test]
fn a_smarthost_that_is_silent_is_named_before_the_time_is_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", silent.local_addr().unwrap());
    let (state, found) = (doctor(&url, true), "the host is silent");
    state.assert("next_hop", "bad", found);
}

#[test]
fn mail_into_files_goes_nowhere() {
    let operator = Operator::new().with("DELIVERY", "file:outbox");
    operator.doctor(&[]).assert("next_hop", "bad", "goes nowhere");
    let trying = operator
        .with("DOMAIN", "relay.localhost")
        .with("MX_HOST", "relay.localhost");
    trying.doctor(&[]).assert("next_hop", "good", "goes nowhere");
}
