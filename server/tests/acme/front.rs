//! Stands between the relay and the CA, notes what is asked, and answers worse than the CA would.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::smtp::starttls::trusting;

pub struct Front {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    whims: Arc<Mutex<Whims>>,
}

/// How answers differ from those of the CA.
#[derive(Clone, Copy, Default)]
struct Whims {
    retry_after: Option<&'static str>,
    is_slow: bool,
}

impl Front {
    /// In front of the CA whose directory has the URL. `ca` is a file beside the certificate of the directory.
    pub async fn start(directory: &str, ca: &Path) -> Self {
        let behind: SocketAddr = directory["https://".len()..]
            .split('/')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let front = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
            whims: Arc::default(),
        };
        let chain = vec![CertificateDer::from_pem_file(ca.with_file_name("directory.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(ca.with_file_name("directory.key")).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (asked, whims, ca) = (Arc::clone(&front.asked), Arc::clone(&front.whims), ca.to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (acceptor, ca) = (acceptor.clone(), ca.clone());
                let (asked, whims) = (Arc::clone(&asked), Arc::clone(&whims));
                tokio::spawn(async move {
                    let Ok(client) = acceptor.accept(client).await else {
                        return;
                    };
                    let Ok(server) = TcpStream::connect(behind).await else {
                        return;
                    };
                    let name = ServerName::from(behind.ip());
                    let server = trusting(&ca).connect(name, server).await.unwrap();
                    // The client may be gone already.
                    let _ = pass(client, server, &asked, &whims).await;
                });
            }
        });
        front
    }

    pub fn url(&self) -> String {
        format!("https://{}/dir", self.address)
    }

    /// Says `Retry-After` to every question from now on.
    pub fn retry_after(&self, text: Option<&'static str>) {
        self.whims.lock().unwrap().retry_after = text;
    }

    /// Says from now on of each order that it is in the making, and will be for an hour.
    pub fn is_slow(&self, is_slow: bool) {
        *self.whims.lock().unwrap() = Whims {
            retry_after: is_slow.then_some("3600"),
            is_slow,
        };
    }

    /// How often a path was asked for that contains the word.
    pub fn count(&self, word: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|line| line.contains(word)).count()
    }
}

/// Passes one question and its answer on.
async fn pass(
    client: impl AsyncRead + AsyncWrite + Unpin,
    mut server: impl AsyncRead + AsyncWrite + Unpin,
    asked: &Mutex<Vec<String>>,
    whims: &Mutex<Whims>,
) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if client.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if line == "\r\n" {
            break;
        }
        if let Some(octets) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = octets.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let question = head.lines().next().unwrap().to_owned();
    asked.lock().unwrap().push(question.clone());
    let mut body = vec![0; length];
    client.read_exact(&mut body).await?;
    server
        .write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())
        .await?;
    server.write_all(&body).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    let Whims { retry_after, is_slow } = *whims.lock().unwrap();
    if is_slow && question.contains("my-order") {
        let text = String::from_utf8(answer).unwrap();
        let text = text.replace("\"status\": \"valid\"", "\"status\": \"processing\"");
        // The answer ends with the connection.
        answer = text.replace("Content-Length:", "X-Was-Length:").into_bytes();
    }
    let said = retry_after
        .map(|text| format!("Retry-After: {text}\r\n"))
        .unwrap_or_default();
    let first = answer.windows(2).position(|end| end == b"\r\n").unwrap_or_default() + 2;
    answer.splice(first..first, said.into_bytes());
    client.write_all(&answer).await?;
    client.shutdown().await
}
