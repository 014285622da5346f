//! Mail servers and proxies in front of the receiver, which name their clients: Postfix with XFORWARD, HAProxy with the PROXY
//! protocol.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    process::{Child, Command},
    time::Duration,
};

use server::{
    config::ConnectionLimits,
    envelope::{Client as Peer, Front},
    smtp::Settings,
};
use tempfile::TempDir;
use test_support::{
    ports::free,
    postfix::{Postfix, Setup},
};
use tokio::{net::TcpStream, time::sleep};

use crate::{
    smtp::harness::{Client, PATIENCE, Server},
    support::client::connect_from,
};

const SERVER_IN_FRONT: &str = "127.0.3.1";
const PROXY: &str = "127.0.3.2";

async fn behind(change: impl FnOnce(&mut Settings)) -> Server {
    Server::with(|settings| {
        settings.xforward_clients = SERVER_IN_FRONT.parse().unwrap();
        settings.proxy_protocol_clients = PROXY.parse().unwrap();
        change(settings);
    })
    .await
}

/// A connection from an address of this machine.
async fn connect(server: &Server, from: &str) -> Client<TcpStream> {
    let from: Ipv4Addr = from.parse().unwrap();
    Client::new(connect_from(from, server.address).await.unwrap())
}

/// From MAIL to the end of the message.
async fn sends(client: &mut Client<TcpStream>) {
    client.says("MAIL FROM:<bob@sender.example>", "250 ").await;
    client.says("RCPT TO:<ann@relay.example>", "250 ").await;
    client.says("DATA", "354 ").await;
    client.says("Subject: a\r\n\r\n.", "250 ").await;
}

/// The clients of the messages so far.
fn clients(server: &Server) -> Vec<Peer> {
    let taken = server.gate.taken.lock().unwrap();
    taken.iter().map(|message| message.client.clone()).collect()
}

fn addresses(server: &Server) -> Vec<String> {
    clients(server).iter().map(|client| client.ip.to_string()).collect()
}

#[tokio::test]
async fn a_server_in_front_names_the_client_of_each_message() {
    let server = behind(|_| {}).await;
    let mut client = connect(&server, SERVER_IN_FRONT).await;
    client.expect("220 ").await;
    client.says("XFORWARD ADDR=192.0.2.9", "503 5.5.1 ").await;
    let extensions = client.says("EHLO front.example", "250-").await;
    assert!(
        extensions.contains("XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE"),
        "{extensions}"
    );
    client
        .says("XFORWARD NAME=mx.sender.example ADDR=192.0.2.9 PORT=4711", "250 ")
        .await;
    client
        .says("XFORWARD PROTO=ESMTP HELO=mx.sender.example SOURCE=REMOTE", "250 ")
        .await;
    sends(&mut client).await;
    // Nothing is left of it for the next message.
    sends(&mut client).await;
    client.says("XFORWARD ADDR=IPV6:2001:db8::9", "250 ").await;
    sends(&mut client).await;
    client
        .says("XFORWARD ADDR=[UNAVAILABLE] HELO=[UNAVAILABLE] SOURCE=LOCAL", "250 ")
        .await;
    sends(&mut client).await;
    for forgets in ["RSET", "EHLO front.example"] {
        client.says("XFORWARD ADDR=192.0.2.9", "250 ").await;
        client.says(forgets, "250").await;
        sends(&mut client).await;
    }
    // Nor of a message that is refused at once.
    client.says("XFORWARD ADDR=192.0.2.9", "250 ").await;
    client
        .says("MAIL FROM:<bob@sender.example> SIZE=99999999999", "552 ")
        .await;
    sends(&mut client).await;
    client.says("MAIL FROM:<>", "250 ").await;
    client.says("XFORWARD ADDR=192.0.2.9", "503 5.5.1 ").await;

    let front: IpAddr = SERVER_IN_FRONT.parse().unwrap();
    let named: Vec<_> = clients(&server)
        .into_iter()
        .map(|client| (client.ip.to_string(), client.helo, client.front))
        .collect();
    let through = Some(Front {
        ip: front,
        helo: "front.example".into(),
    });
    let itself = (SERVER_IN_FRONT.to_owned(), "front.example".to_owned(), None);
    assert_eq!(
        named,
        [
            ("192.0.2.9".to_owned(), "mx.sender.example".to_owned(), through.clone()),
            itself.clone(),
            ("2001:db8::9".to_owned(), "[IPv6:2001:db8::9]".to_owned(), through),
            itself.clone(),
            itself.clone(),
            itself.clone(),
            itself,
        ]
    );
}

#[tokio::test]
async fn nobody_else_may_name_a_client() {
    let server = behind(|_| {}).await;
    for from in ["127.0.3.9", "127.0.0.1"] {
        let mut client = connect(&server, from).await;
        client.expect("220 ").await;
        let extensions = client.says("EHLO front.example", "250-").await;
        assert!(!extensions.contains("XFORWARD"), "{extensions}");
        client.says("XFORWARD ADDR=192.0.2.9", "550 5.7.1 ").await;
        sends(&mut client).await;
        client.says("PROXY TCP4 192.0.2.9 198.51.100.1 4711 25", "500 ").await;
    }
    assert_eq!(addresses(&server), ["127.0.3.9", "127.0.0.1"]);
}

#[tokio::test]
async fn who_guesses_recipients_behind_a_server_is_put_off_and_others_are_not() {
    let server = behind(|settings| {
        settings.max_refused_per_client = 4;
        settings.slowest_answer = Duration::from_millis(4);
    })
    .await;
    let asks = async |ip: &str, recipient: &str| {
        let mut client = connect(&server, SERVER_IN_FRONT).await;
        client.expect("220 ").await;
        client.says("EHLO front.example", "250-").await;
        client.says(&format!("XFORWARD ADDR={ip}"), "250 ").await;
        client.says("MAIL FROM:<>", "250 ").await;
        client.says(&format!("RCPT TO:<{recipient}@relay.example>"), "").await
    };
    for _ in 0..4 {
        assert!(asks("192.0.2.9", "unknown").await.starts_with("550 5.1.1 "));
    }
    assert!(asks("192.0.2.9", "ann").await.starts_with("450 4.7.0 "));
    assert!(asks("198.51.100.9", "ann").await.starts_with("250 "));
}

#[tokio::test]
async fn a_proxy_names_the_client_of_a_connection() {
    let server = behind(|settings| {
        settings.connections = ConnectionLimits {
            per_client: 1,
            ..ConnectionLimits::SMTP
        }
    })
    .await;
    let proxied = async |header: &str| {
        let mut client = connect(&server, PROXY).await;
        client.send(header).await;
        client
    };
    let mut client = proxied("PROXY TCP4 192.0.2.9 198.51.100.1 4711 25\r\n").await;
    client.expect("220 ").await;
    client.says("EHLO client.example", "250-").await;
    sends(&mut client).await;
    // The limits are those of the client, not of the proxy.
    proxied("PROXY TCP4 192.0.2.9 198.51.100.1 4712 25\r\n")
        .await
        .expect("421 ")
        .await;
    let mut other = proxied("PROXY TCP6 2001:db8::9 2001:db8::1 4711 25\r\n").await;
    other.expect("220 ").await;
    other.says("EHLO client.example", "250-").await;
    sends(&mut other).await;
    // A look whether the receiver is alive comes as itself.
    proxied("PROXY UNKNOWN\r\n").await.expect("220 ").await;
    assert_eq!(addresses(&server), ["192.0.2.9", "2001:db8::9"]);
}

#[tokio::test]
async fn a_connection_of_a_proxy_without_a_header_is_not_served() {
    let server = behind(|_| {}).await;
    for nonsense in ["EHLO client.example\r\n", "PROXY TCP4 ann bob 1 25\r\n"] {
        let mut client = connect(&server, PROXY).await;
        client.send(nonsense).await;
        client.closed().await;
    }
    // A silent one takes no place of others, and does not hold up the end.
    let _silent = connect(&server, PROXY).await;
    assert!(server.greets().await);
    server.stop.cancel();
    server.served.await.unwrap();
}

/// HAProxy on a port of its own; it ends with this value.
struct HaProxy {
    port: u16,
    process: Child,
    _folder: TempDir,
}

impl HaProxy {
    fn start(version: &str, server: &Server) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free().port());
        let settings = folder.path().join("haproxy.cfg");
        let text = format!(
            "defaults\n  mode tcp\n  timeout connect 10s\n  timeout client 60s\n  timeout server 60s\n\
             listen smtp\n  bind 127.0.0.1:{port}\n  source {PROXY}\n  server relay {} {version}\n",
            server.address
        );
        fs::write(&settings, text).unwrap();
        let path = ["/usr/sbin/haproxy", "haproxy"];
        let program = path
            .into_iter()
            .find(|path| Command::new(path).arg("-v").output().is_ok());
        let process = Command::new(program.expect("HAProxy (Debian: haproxy)"))
            .args(["-db", "-f"])
            .arg(&settings)
            .spawn()
            .unwrap();
        Self {
            port,
            process,
            _folder: folder,
        }
    }

    async fn client(&self, from: &str) -> Client<TcpStream> {
        let from: Ipv4Addr = from.parse().unwrap();
        let begun = tokio::time::Instant::now();
        loop {
            match connect_from(from, ([127, 0, 0, 1], self.port).into()).await {
                Ok(stream) => return Client::new(stream),
                Err(_) if begun.elapsed() < PATIENCE => sleep(Duration::from_millis(20)).await,
                Err(error) => panic!("HAProxy does not answer: {error}"),
            }
        }
    }
}

impl Drop for HaProxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn haproxy_names_the_client_in_both_versions() {
    let server = behind(|_| {}).await;
    for (version, from) in [("send-proxy", "127.0.3.7"), ("send-proxy-v2", "127.0.3.8")] {
        let proxy = HaProxy::start(version, &server);
        let mut client = proxy.client(from).await;
        client.expect("220 ").await;
        client.says("EHLO client.example", "250-").await;
        sends(&mut client).await;
    }
    assert_eq!(addresses(&server), ["127.0.3.7", "127.0.3.8"]);
}

/// As docs/OPERATING.md says, besides the address and the loopback network.
fn postfix_in_front(server: &Server) -> Option<Postfix> {
    let relay = server.address;
    Postfix::start(|_| Setup {
        main: format!(
            "myhostname = front.example\nmynetworks = 127.0.0.1\nrelay_domains = relay.example\n\
             transport_maps = inline:{{ relay.example=sealpost:[{}]:{} }}\n\
             smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n\
             smtpd_recipient_restrictions = check_recipient_access inline:{{ relay.example=reject_unverified_recipient }}\nunverified_recipient_reject_code = 550\n\
             sealpost_destination_recipient_limit = 1\naddress_verify_negative_expire_time = 5m\n\
             address_verify_map =\naddress_verify_poll_count = 20\naddress_verify_poll_delay = 1\n",
            relay.ip(),
            relay.port()
        ),
        services: format!(
            "sealpost unix - - n - - smtp\n  -o smtp_send_xforward_command=yes\n  -o smtp_bind_address={SERVER_IN_FRONT}\n\
             smtp unix - - n - - smtp\nverify unix - - n - 1 verify\nbounce unix - - n - 0 bounce\n\
             defer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\nerror unix - - n - - error\n\
             retry unix - - n - - error\n"
        ),
        listeners: vec![("127.0.0.1".to_owned(), Vec::new())],
    })
}

#[tokio::test]
async fn postfix_in_front_passes_mail_on_with_its_client_and_refuses_what_the_relay_refuses() {
    let server = behind(|_| {}).await;
    let Some(postfix) = postfix_in_front(&server) else {
        return;
    };
    let front = ([127, 0, 0, 1], postfix.port).into();
    let mut client = Client::new(connect_from([127, 0, 3, 9], front).await.unwrap());
    client.expect("220 front.example").await;
    client.says("EHLO mx.sender.example", "250-").await;
    client.says("MAIL FROM:<bob@sender.example>", "250 ").await;
    client.says("RCPT TO:<unknown@relay.example>", "550 ").await;
    client.says("RCPT TO:<ann@relay.example>", "250 ").await;
    client.says("RCPT TO:<zoe@relay.example>", "250 ").await;
    client.says("DATA", "354 ").await;
    client.says("Subject: a\r\n\r\n.", "250 ").await;
    let begun = tokio::time::Instant::now();
    while server.count() < 2 {
        assert!(begun.elapsed() < PATIENCE, "{}", postfix.log());
        sleep(Duration::from_millis(50)).await;
    }
    for named in clients(&server) {
        assert_eq!(
            (named.ip.to_string(), named.helo.as_str()),
            ("127.0.3.9".to_owned(), "mx.sender.example")
        );
        assert_eq!(named.front.unwrap().helo, "front.example");
    }
    // Mail of its own people to others stays its own business.
    let mut own = Client::new(connect_from([127, 0, 0, 1], front).await.unwrap());
    own.expect("220 front.example").await;
    own.says("EHLO desk.front.example", "250-").await;
    own.says("MAIL FROM:<eve@front.example>", "250 ").await;
    own.says("RCPT TO:<bob@elsewhere.example>", "250 ").await;
    own.says("RCPT TO:<unknown@relay.example>", "550 ").await;
    own.says("QUIT", "221 ").await;
}
