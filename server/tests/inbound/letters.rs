//! The relay's own letters to a person, here the code for a new password: sealed or not sent where mail is to be sealed.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
};

use crate::support::{
    clock::TestClock,
    home::{Home, letter},
};

/// Posts a form as the page's own script does; gives the answer.
async fn post(home: &Home, function: &str, form: &str) -> String {
    let request = format!(
        "POST /api/{function} HTTP/1.1\r\nHost: relay.example\r\nSec-Fetch-Site: same-origin\r\nAccept: application/json\r\n\
         Content-Length: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n{form}",
        form.len()
    );
    let address = home.relay.http;
    tokio::task::spawn_blocking(move || {
        let mut connection = TcpStream::connect(address).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    })
    .await
    .unwrap()
}

async fn forgot(home: &Home) {
    let answer = post(home, "forgot_password", "email=ann%40example.org").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn code_in(text: &str) -> String {
    let at = text.find("Your code is ").unwrap() + "Your code is ".len();
    text[at..at + "aaaa-bbbb-cccc".len()].to_owned()
}

#[tokio::test]
async fn a_code_is_sealed_where_a_profile_is_active() {
    let home = Home::new().await;
    home.activate().await;
    forgot(&home).await;
    let mail = home.wait_for(1).await.remove(0);
    let text = String::from_utf8(mail.clone()).unwrap();
    assert!(
        text.contains("smime-type=enveloped-data") && text.contains("To: <ann@example.org>"),
        "{text}"
    );
    assert!(text.starts_with("DKIM-Signature:"));
    let opened = String::from_utf8(home.open(&mail)).unwrap();
    assert!(opened.contains("Auto-Submitted: auto-generated"));
    let code = code_in(&opened);
    assert!(!text.contains(&code) && !text.contains("Your code is"));
    assert!(!home.data_holds("Your code is"), "nor in the queue or the database");
    let form = format!("email=ann%40example.org&code={code}&password=another%20horse%20battery");
    let answer = post(&home, "reset_password", &form).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let answer = post(
        &home,
        "sign_in",
        "email=ann%40example.org&password=another%20horse%20battery",
    )
    .await;
    assert!(answer.contains("sealpost_session="), "{answer}");
}

#[tokio::test]
async fn without_a_profile_a_code_goes_as_policy_lets_mail_go() {
    let home = Home::new().await;
    forgot(&home).await;
    let mail = String::from_utf8(home.wait_for(1).await.remove(0)).unwrap();
    assert!(
        code_in(&mail)
            .bytes()
            .all(|octet| octet == b'-' || octet.is_ascii_alphanumeric())
    );
    assert!(mail.starts_with("DKIM-Signature:"));
    assert!(mail.contains("From: \"Sealpost\" <sealpost@relay.example>"), "{mail}");
}

#[tokio::test]
async fn with_the_kill_switch_on_and_no_profile_no_code_is_sent() {
    let home = Home::new().await;
    home.sql("UPDATE mailboxes SET kill_switch = TRUE").await;
    forgot(&home).await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert!(home.outbox().await.is_empty());
    // Later mail is not held up by it.
    home.sql("UPDATE mailboxes SET kill_switch = FALSE").await;
    let said = home
        .send("bob@example.com", &home.alias, &letter(&home.alias, "hello"))
        .await;
    assert!(said.starts_with("250"), "{said}");
    let left = home.wait_for(1).await;
    assert_eq!(left.len(), 1);
    assert!(!String::from_utf8_lossy(&left[0]).contains("Your code is"));
}

#[tokio::test]
async fn an_expired_profile_and_the_kill_switch_send_no_code_in_the_clear() {
    let clock = Arc::new(TestClock::new());
    let home = Home::by(clock.clone(), |_| ()).await;
    home.activate().await;
    clock.forward(time::Duration::days(800));
    forgot(&home).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let left = home.outbox().await;
    assert!(left.is_empty(), "{}", String::from_utf8_lossy(&left[0]));
}
