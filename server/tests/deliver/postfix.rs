//! Postfix as the mail host of a domain. It accepts what it is given and throws it away.

use std::{fs, time::Duration};

use test_support::postfix::{Postfix, Setup};

use super::authority::Pair;

/// How Postfix speaks TLS at one address.
pub enum Tls<'a> {
    /// It does not offer it.
    None,
    /// It takes no message without it.
    Demanded(&'a Pair),
}

/// A running mail host; it ends with this value.
pub struct MailHost(Postfix);

impl MailHost {
    /// Listens at these addresses of the loopback network, all on one port. Postfix starts only as root: `None` where tests that need root are left out.
    pub fn start(hosts: &[(&str, Tls<'_>)]) -> Option<Self> {
        let postfix = Postfix::start(|folder| {
            let options = |(number, (ip, tls)): (usize, &(&str, Tls<'_>))| {
                let options = match tls {
                    Tls::None => vec!["smtpd_tls_security_level=none".to_owned()],
                    Tls::Demanded(pair) => {
                        let file = folder.join(format!("{number}.pem"));
                        // Postfix wants the key first in a file of both.
                        fs::write(&file, format!("{}{}", pair.key, pair.chain)).unwrap();
                        vec![
                            "smtpd_tls_security_level=encrypt".to_owned(),
                            format!("smtpd_tls_chain_files={}", file.display()),
                        ]
                    }
                };
                ((*ip).to_owned(), options)
            };
            Setup {
                main: "myhostname = peer.test\nmynetworks = 127.0.0.0/8\n\
                       smtpd_relay_restrictions = permit_mynetworks, reject\n\
                       smtpd_recipient_restrictions = check_recipient_access static:DISCARD\n"
                    .into(),
                listeners: hosts.iter().enumerate().map(options).collect(),
                ..Setup::default()
            }
        });
        postfix.map(Self)
    }

    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// How many messages were taken and thrown away.
    pub fn taken(&self) -> usize {
        self.0.log().matches("NOQUEUE: discard: RCPT").count()
    }

    /// The same, once there are so many: another process of Postfix's writes its log.
    pub async fn takes(&self, expected: usize) -> usize {
        for _ in 0..600 {
            if self.taken() >= expected {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.taken()
    }
}
