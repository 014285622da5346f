//! The questions of `sealpost setup`, in their order, and what is looked at before each.

use std::{
    fs,
    io::{self, Read, Write},
    net::{Ipv6Addr, SocketAddr, TcpListener},
    path::Path,
};

use app::address::EmailAddress;
use clap::ValueEnum;
use zeroize::Zeroizing;

use super::{
    SetupError,
    arguments::{Challenge, Https, SetupArguments, SignUp},
    asker::{Asker, Question},
    settings::Settings,
};
use crate::{
    config::{Config, Destination, host_name},
    doctor::{self, Occupant, State},
    tls::Tls,
};

/// Most octets of a file with a password.
const LONGEST_PASSWORD: u64 = 1024;

/// The operator's decisions.
pub struct Answers {
    /// The relay's domain.
    pub domain: String,
    /// The host name of this machine.
    pub host: String,
    /// The first administrator.
    pub administrator: EmailAddress,
    /// The value of `delivery`.
    pub delivery: String,
    /// Who the relay is at the smarthost.
    pub login: Option<LoginAnswer>,
    /// Where TLS comes from.
    pub https: HttpsAnswer,
    /// The public address of the web interface, if it was named.
    pub public_url: Option<String>,
    /// The value of `sign_up`.
    pub sign_up: SignUp,
    /// All addresses of this machine, as an address to listen on.
    pub any: &'static str,
}

/// User and password at the smarthost.
pub struct LoginAnswer {
    /// The user.
    pub user: String,
    /// The password; `None` if it stays.
    pub password: Option<Zeroizing<String>>,
}

/// Where the web interface gets TLS from.
pub enum HttpsAnswer {
    /// From a CA.
    Acme {
        /// How the names are checked.
        challenge: Challenge,
        /// The address that the CA may write to.
        contact: Option<EmailAddress>,
    },
    /// From a reverse proxy.
    Proxy,
    /// From files.
    Files {
        /// The chain.
        certificate: String,
        /// The key.
        key: String,
    },
}

/// The facts that are known before the first question.
pub struct Known<'a> {
    /// The settings as they are.
    pub settings: &'a Settings,
    /// The settings without those that are asked for, to look around with.
    pub probe: &'a dyn Fn(&str) -> Result<Config, SetupError>,
    /// Whether there is a password for the smarthost already.
    pub has_password: bool,
}

/// Who has the ports of the relay.
struct Ports {
    smtp: Occupant,
    http: Occupant,
    https: Occupant,
}

/// The domain of the settings, as the relay reads it.
pub fn domain_before(settings: &Settings) -> Option<String> {
    settings.get("domain").map(|text| host_name(&text).unwrap_or(text))
}

/// Asks everything.
pub async fn ask(
    mut asker: Asker,
    flags: &SetupArguments,
    known: &Known<'_>,
    output: &mut impl Write,
) -> Result<(Asker, Answers), SetupError> {
    let settings = known.settings;
    // The packaged file has values of which nobody has decided yet. With a domain, somebody has.
    let was_set_up = settings.get("domain").is_some();
    let before = |name: &str| settings.get(name).filter(|_| was_set_up);
    let domain = ask_domain(&mut asker, flags, before("domain"))?;
    let host = match &domain {
        Some(domain) => ask_host(&mut asker, flags, settings, domain, was_set_up)?,
        None => None,
    };
    let administrator = ask_administrator(&mut asker, flags, domain.as_deref())?;
    let delivery = match (&domain, &administrator) {
        (Some(domain), Some(administrator)) => {
            let config = (known.probe)(domain)?;
            let is_open = match flags.delivery.as_deref() {
                Some(way) if way != "mx" => false,
                _ => say_way_out(&config, administrator, output).await?,
            };
            ask_delivery(&mut asker, flags, before("delivery"), is_open)?
        }
        _ => ask_delivery(&mut asker, flags, before("delivery"), false)?,
    };
    let login = match &delivery {
        Some(way) if is_smarthost(way) => ask_login(&mut asker, flags, known, way)?,
        _ => None,
    };
    let any = if TcpListener::bind((Ipv6Addr::UNSPECIFIED, 0)).is_ok() {
        "[::]"
    } else {
        "0.0.0.0"
    };
    let ports = match &domain {
        // A relay that runs here has the domain of before.
        Some(domain) => {
            let running = domain_before(settings);
            look_at_ports(settings, running.as_ref().unwrap_or(domain), any).await
        }
        None => Ports {
            smtp: Occupant::Nobody,
            http: Occupant::Nobody,
            https: Occupant::Nobody,
        },
    };
    say_ports(&ports, output)?;
    let https = ask_https(&mut asker, flags, settings, was_set_up, &ports, administrator.as_ref())?;
    let sign_up = ask_sign_up(&mut asker, flags, before("sign_up"))?;
    let (Some(domain), Some(host), Some(administrator), Some(delivery), Some(https), Some(sign_up), true) = (
        domain,
        host,
        administrator,
        delivery,
        https,
        sign_up,
        !asker.misses_something(),
    ) else {
        return Err(asker.missing());
    };
    let answers = Answers {
        domain,
        host,
        administrator,
        delivery,
        login,
        https,
        public_url: flags.public_url.clone(),
        sign_up,
        any,
    };
    Ok((asker, answers))
}

fn ask_domain(asker: &mut Asker, flags: &SetupArguments, before: Option<String>) -> Result<Option<String>, SetupError> {
    let question = Question {
        flag: "--domain",
        about: "The domain of the aliases: one of yours, or a subdomain, that has no other mail.",
        prompt: "Domain, such as relay.example.org",
        default: before,
        is_assumed: true,
    };
    asker.ask(question, flags.domain.as_deref(), parse_domain)
}

fn ask_administrator(
    asker: &mut Asker,
    flags: &SetupArguments,
    domain: Option<&str>,
) -> Result<Option<EmailAddress>, SetupError> {
    let question = Question {
        flag: "--administrator",
        about: "The first administrator's mail address, at another provider. An account is made for it.",
        prompt: "Mail address",
        default: None,
        is_assumed: false,
    };
    asker.ask(question, flags.administrator.as_deref(), |typed| {
        parse_administrator(typed, domain)
    })
}

fn ask_sign_up(
    asker: &mut Asker,
    flags: &SetupArguments,
    before: Option<String>,
) -> Result<Option<SignUp>, SetupError> {
    let question = Question {
        flag: "--sign-up",
        about: "Who can sign up: open (everybody), invite (people with a code of `sealpost invite`) or closed (nobody).",
        prompt: "Sign-up",
        default: Some(before.unwrap_or_else(|| "invite".into())),
        is_assumed: true,
    };
    asker.ask(question, flags.sign_up.map(name_of).as_deref(), parse_choice::<SignUp>)
}

fn ask_host(
    asker: &mut Asker,
    flags: &SetupArguments,
    settings: &Settings,
    domain: &str,
    was_set_up: bool,
) -> Result<Option<String>, SetupError> {
    let named = match was_set_up {
        true => settings.get("mx_host"),
        false => machine_name(),
    };
    let question = Question {
        flag: "--host",
        about: "The host name of this machine: mail arrives there, and the web interface is there.",
        prompt: "Host name",
        default: Some(named.unwrap_or_else(|| domain.to_owned())),
        is_assumed: true,
    };
    asker.ask(question, flags.host.as_deref(), parse_domain)
}

/// Greets the mail host of the administrator's provider, says what came of it, and returns whether port 25 is open outwards.
async fn say_way_out(config: &Config, to: &EmailAddress, output: &mut impl Write) -> Result<bool, SetupError> {
    let findings = doctor::examine_way_out(config, to).await;
    let Some(finding) = findings.first() else {
        return Ok(false);
    };
    writeln!(output, "\nPort 25 outwards, {}: {}.", finding.of, finding.found)?;
    let is_open = matches!(finding.state, State::Good | State::Warning);
    if finding.state == State::Bad {
        writeln!(output, "{}\nA smarthost is the better way out then.", finding.means)?;
    }
    Ok(is_open)
}

fn ask_delivery(
    asker: &mut Asker,
    flags: &SetupArguments,
    before: Option<String>,
    is_open: bool,
) -> Result<Option<String>, SetupError> {
    let question = Question {
        flag: "--delivery",
        about: "The way out for mail: mx (straight to the recipients' mail hosts), or a smarthost that takes all mail, such as \
                smtps://smtp.provider.example:465.",
        prompt: "Way out",
        is_assumed: before.is_some(),
        default: before.or_else(|| is_open.then(|| "mx".into())),
    };
    asker.ask(question, flags.delivery.as_deref(), parse_delivery)
}

fn ask_login(
    asker: &mut Asker,
    flags: &SetupArguments,
    known: &Known<'_>,
    way: &str,
) -> Result<Option<LoginAnswer>, SetupError> {
    let is_same = known.settings.get("delivery").as_deref() == Some(way);
    let before = known.settings.get("delivery_user").filter(|_| is_same);
    let question = Question {
        flag: "--smarthost-user",
        about: "The user name at the smarthost. An empty line is for a smarthost that needs none.",
        prompt: "User",
        default: Some(before.clone().unwrap_or_default()),
        is_assumed: true,
    };
    let given = flags.smarthost_user.as_deref();
    let user = asker.ask(question, given, |typed| Ok(typed.trim().to_owned()))?;
    let Some(user) = user.filter(|user| !user.is_empty()) else {
        return Ok(None);
    };
    let password = match &flags.smarthost_password_file {
        Some(file) => Some(read_password(file)?),
        None if known.has_password && before.as_deref() == Some(&user) => None,
        None => {
            const FLAG: &str = "--smarthost-password-file";
            let typed = asker.ask_secret(FLAG, "Password (not shown)")?;
            typed.map(check_password).transpose()?
        }
    };
    Ok(Some(LoginAnswer { user, password }))
}

fn ask_https(
    asker: &mut Asker,
    flags: &SetupArguments,
    settings: &Settings,
    was_set_up: bool,
    ports: &Ports,
    administrator: Option<&EmailAddress>,
) -> Result<Option<HttpsAnswer>, SetupError> {
    let is_set = |name| settings.get(name).is_some();
    let before = match (is_set("https"), is_set("tls_certificate")) {
        _ if !was_set_up => None,
        // Without https the certificate is for SMTP alone, and a proxy serves the web.
        (true, _) if settings.get("acme").as_deref() == Some("on") => Some(Https::Acme),
        (true, true) => Some(Https::Files),
        (true, false) => None,
        (false, _) => Some(Https::Proxy),
    };
    let is_free = !matches!(ports.https, Occupant::Other(_));
    let question = Question {
        flag: "--https",
        about: "TLS of the web interface: acme (the relay serves it, with a certificate of Let's Encrypt, whose terms of service \
                you agree to), proxy (a reverse proxy does it), or files (the relay serves it, with a certificate of yours).",
        prompt: "TLS",
        is_assumed: before.is_some(),
        default: Some(name_of(before.unwrap_or(if is_free {
            Https::Acme
        } else {
            Https::Proxy
        }))),
    };
    let chosen = asker.ask(question, flags.https.map(name_of).as_deref(), parse_choice::<Https>)?;
    Ok(match chosen {
        None => None,
        Some(Https::Proxy) => Some(HttpsAnswer::Proxy),
        Some(Https::Acme) => Some(ask_acme(asker, flags, settings, ports, administrator)?),
        Some(Https::Files) => {
            let mut ask = |flag, prompt, name, given: &Option<String>| {
                let question = Question {
                    flag,
                    about: "A file in PEM form that the user of the relay can read.",
                    prompt,
                    default: settings.get(name),
                    is_assumed: true,
                };
                asker.ask(question, given.as_deref(), parse_file)
            };
            let certificate = ask(
                "--tls-certificate",
                "Certificate chain",
                "tls_certificate",
                &flags.tls_certificate,
            )?;
            let key = ask("--tls-key", "Its key", "tls_key", &flags.tls_key)?;
            match certificate.zip(key) {
                Some((certificate, key)) => {
                    Tls::from_files(Path::new(&certificate), Path::new(&key)).map_err(SetupError::Certificate)?;
                    Some(HttpsAnswer::Files { certificate, key })
                }
                None => None,
            }
        }
    })
}

fn ask_acme(
    asker: &mut Asker,
    flags: &SetupArguments,
    settings: &Settings,
    ports: &Ports,
    administrator: Option<&EmailAddress>,
) -> Result<HttpsAnswer, SetupError> {
    let before = settings.get("acme_contact");
    let is_used = settings.get("acme").as_deref() == Some("on");
    let question = Question {
        flag: "--acme-contact",
        about: "The address that Let's Encrypt gets with the account. A space is for none.",
        prompt: "Contact",
        default: match (before, administrator) {
            (Some(before), _) => Some(before),
            (None, Some(administrator)) if !is_used => Some(administrator.to_string()),
            _ => Some(String::new()),
        },
        is_assumed: true,
    };
    let contact = asker.ask(question, flags.acme_contact.as_deref(), |typed| match typed.trim() {
        "" => Ok(None),
        address => parse_address(address).map(Some),
    })?;
    let before = settings.get("acme_challenge");
    let only_443 = matches!(ports.http, Occupant::Other(_)) && !matches!(ports.https, Occupant::Other(_));
    let challenge = match (flags.acme_challenge, before.as_deref()) {
        (Some(given), _) => given,
        (None, Some("tls-alpn-01")) => Challenge::TlsAlpn01,
        (None, _) if only_443 => Challenge::TlsAlpn01,
        (None, _) => Challenge::Http01,
    };
    Ok(HttpsAnswer::Acme {
        challenge,
        contact: contact.flatten(),
    })
}

async fn look_at_ports(settings: &Settings, domain: &str, any: &str) -> Ports {
    let of = async |name: &str, port: u16| {
        let set = settings.get(name).and_then(|text| text.parse::<SocketAddr>().ok());
        // A loopback address is for a proxy.
        let set = set.filter(|address| name == "smtp" || !address.ip().is_loopback());
        match set.or_else(|| format!("{any}:{port}").parse().ok()) {
            Some(address) => doctor::occupant(address, domain).await,
            None => Occupant::Nobody,
        }
    };
    let (smtp, http, https) = futures::join!(of("smtp", 25), of("http", 80), of("https", 443));
    if smtp == Occupant::Relay {
        return Ports {
            smtp,
            http: Occupant::Nobody,
            https: Occupant::Nobody,
        };
    }
    Ports { smtp, http, https }
}

fn say_ports(ports: &Ports, output: &mut impl Write) -> io::Result<()> {
    if let Occupant::Other(line) = &ports.smtp {
        let says = if line.is_empty() {
            String::new()
        } else {
            format!(". It says \"{line}\"")
        };
        writeln!(
            output,
            "\nAnother mail server has the port for incoming mail{says}.\nThe relay starts only when that server is stopped \
             (`ss -ltnp` names it), or when `smtp` in the settings names another address.\nIf it is to stay, it can pass \
             the mail on: \"Beside another mail server\" in OPERATING.md says how."
        )?;
    }
    for (occupant, port) in [(&ports.http, 80), (&ports.https, 443)] {
        if matches!(occupant, Occupant::Other(_)) {
            writeln!(
                output,
                "\nAnother program has port {port}, a web server or proxy perhaps."
            )?;
        }
    }
    Ok(())
}

/// The name of this machine, if it has a domain.
fn machine_name() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    parse_domain(&name).ok()
}

/// Parses a domain, and returns an internationalised one in its ASCII form (RFC 5890).
fn parse_domain(typed: &str) -> Result<String, String> {
    let typed = typed.trim().trim_end_matches('.');
    let ascii = idna::domain_to_ascii(typed).map_err(|_| format!("{typed:?} is not a domain name"))?;
    host_name(&ascii).map_err(|fault| fault.to_string())
}

fn parse_address(typed: &str) -> Result<EmailAddress, String> {
    typed
        .trim()
        .parse()
        .map_err(|_| format!("{:?} is not a mail address", typed.trim()))
}

fn parse_administrator(typed: &str, domain: Option<&str>) -> Result<EmailAddress, String> {
    let address = parse_address(typed)?;
    match domain {
        Some(domain) if address.domain() == domain => Err(format!(
            "{address} is under the domain of this relay: an account needs an ordinary mailbox elsewhere"
        )),
        _ => Ok(address),
    }
}

/// Parses the way out. A host alone is a smarthost: with TLS from the start, or with STARTTLS at port 587.
fn parse_delivery(typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    let way = match typed.split_once(':') {
        _ if typed == "mx" || typed.contains("://") || typed.starts_with("file:") => typed.to_owned(),
        None if host_name(typed).is_ok_and(|host| host.contains('.')) => format!("smtps://{typed}:465"),
        Some((host, "587")) if host_name(host).is_ok() => format!("smtp://{typed}"),
        Some((host, "465")) if host_name(host).is_ok() => format!("smtps://{typed}"),
        _ => typed.to_owned(),
    };
    Destination::parse(&way, None).map_err(|error| error.to_string())?;
    Ok(way)
}

fn is_smarthost(way: &str) -> bool {
    way.contains("://")
}

fn parse_file(typed: &str) -> Result<String, String> {
    let file = typed.trim();
    match fs::metadata(file) {
        Ok(data) if data.is_file() && file.starts_with('/') => Ok(file.to_owned()),
        Ok(_) => Err(format!("{file:?} is no file, or its path does not begin with /")),
        Err(error) => Err(format!("{file:?}: {error}")),
    }
}

fn parse_choice<T: ValueEnum>(typed: &str) -> Result<T, String> {
    T::from_str(typed.trim(), true).map_err(|_| {
        let names: Vec<_> = T::value_variants().iter().cloned().map(name_of).collect();
        format!("{:?} is none of {}", typed.trim(), names.join(", "))
    })
}

/// The word of a choice.
pub fn name_of(choice: impl ValueEnum) -> String {
    let value = choice.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

fn read_password(file: &Path) -> Result<Zeroizing<String>, SetupError> {
    let mut text = Zeroizing::new(String::new());
    let read = match file.to_str() {
        Some("-") => io::stdin().take(LONGEST_PASSWORD).read_to_string(&mut text),
        _ => fs::File::open(file).and_then(|file| file.take(LONGEST_PASSWORD).read_to_string(&mut text)),
    };
    read.map_err(|error| SetupError::File(file.to_owned(), error))?;
    check_password(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

fn check_password(password: Zeroizing<String>) -> Result<Zeroizing<String>, SetupError> {
    match password.is_empty() || password.chars().any(char::is_control) {
        true => Err(SetupError::Answer {
            flag: "--smarthost-password-file",
            reason: "the password is empty, or has a character that nobody can type".into(),
        }),
        false => Ok(password),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_two_labels_and_its_ascii_form() {
        for (typed, expected) in [
            ("Relay.Example.org.", Some("relay.example.org")),
            ("bücher.example", Some("xn--bcher-kva.example")),
            ("relay", None),
            ("192.0.2.1", None),
            ("a b.example", None),
            ("", None),
        ] {
            assert_eq!(parse_domain(typed).ok().as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn a_host_alone_is_a_smarthost_with_tls() {
        for (typed, expected) in [
            ("mx", Some("mx")),
            (" smtp.example.org ", Some("smtps://smtp.example.org:465")),
            ("smtp.example.org:587", Some("smtp://smtp.example.org:587")),
            ("smtp.example.org:465", Some("smtps://smtp.example.org:465")),
            ("smtp://smtp.example.org:2525", Some("smtp://smtp.example.org:2525")),
            ("smtp.example.org:25", None),
            ("smtps://ann:secret@smtp.example.org", None),
            ("yes", None),
        ] {
            assert_eq!(parse_delivery(typed).ok().as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn the_administrator_reads_mail_elsewhere() {
        let parse = |typed| parse_administrator(typed, Some("relay.example.org")).is_ok();
        assert!(parse("ann@example.org"));
        assert!(!parse("ann@relay.example.org") && !parse("ann"));
    }
}
