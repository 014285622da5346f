//! CVE-2023-51764 and its kin: what one server takes for the end of a message and another for text.

use crate::smtp::harness::Server;

#[tokio::test]
async fn nothing_but_crlf_dot_crlf_ends_a_message() {
    let server = Server::start().await;
    for end in [
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r.\r\n",
        "\r\n.\r",
        "\r\r\n.\r\r\n",
        "\r\n\x00.\r\n\n",
        "\n",
    ] {
        let mut client = server.client().await;
        client.begin("ann@relay.example").await;
        let smuggled = format!(
            "Subject: one\r\n\r\ntext{end}MAIL FROM:<admin@relay.example>\r\nRCPT TO:<bob@relay.example>\r\nDATA\r\n\
             Subject: two\r\n\r\nsmuggled\r\n.\r\n"
        );
        client.send(smuggled).await;
        client.expect("521 5.5.2").await;
        client.closed().await;
        assert_eq!(server.count(), 0, "{end:?}");
    }
}

#[tokio::test]
async fn a_bare_end_split_over_packets_is_seen_too() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.begin("ann@relay.example").await;
    for piece in ["text\r", "\n.\r", "."] {
        client.send(piece).await;
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
    client.expect("521 5.5.2").await;
    client.closed().await;
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn commands_are_held_to_the_same() {
    let server = Server::start().await;
    for line in [
        "EHLO client\n",
        "EHLO client\rNOOP\r\n",
        "NOOP\r\nNOOP\nNOOP\r\n",
        "\r\r\n",
    ] {
        let mut client = server.client().await;
        client.send(line).await;
        let mut answer = client.expect("").await;
        if answer.starts_with("250") {
            answer = client.expect("").await;
        }
        assert!(answer.starts_with("521 5.5.2"), "{line:?}: {answer}");
        client.closed().await;
    }
}
