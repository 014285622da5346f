//! The changes that the answers make in the settings, and in the file of secret ones.

use super::{
    answers::{Answers, HttpsAnswer, name_of},
    arguments::Challenge,
    settings::Settings,
};

/// Reverse proxies on this machine.
const LOCAL_PROXIES: &str = "127.0.0.1, ::1";

/// Applies the answers. A setting of the operator that fits them stays.
pub fn apply(answers: &Answers, settings: &mut Settings) {
    let before = settings.get("mx_host").or_else(|| settings.get("domain"));
    settings.set("domain", &answers.domain);
    match answers.host == answers.domain {
        true => settings.turn_off("mx_host"),
        false => settings.set("mx_host", &answers.host),
    }
    let derived = |host: &str| format!("https://{host}");
    let url = settings.get("public_url");
    let is_derived = url.is_none() || url == before.as_deref().map(derived);
    match &answers.public_url {
        Some(url) => settings.set("public_url", url),
        None if is_derived => settings.set("public_url", &derived(&answers.host)),
        None => {}
    }
    match settings
        .get("smtp")
        .and_then(|smtp| smtp.strip_prefix("[::]").map(str::to_owned))
    {
        Some(port) if answers.any != "[::]" => settings.set("smtp", &format!("{}{port}", answers.any)),
        _ => settings.set_if_unset("smtp", &format!("{}:25", answers.any)),
    }
    settings.set("delivery", &answers.delivery);
    match &answers.login {
        Some(login) => settings.set("delivery_user", &login.user),
        None => settings.turn_off("delivery_user"),
    }
    if answers.login.as_ref().is_none_or(|login| login.password.is_some()) {
        settings.turn_off("delivery_password");
    }
    apply_https(answers, settings);
    settings.set("sign_up", &name_of(answers.sign_up));
}

fn apply_https(answers: &Answers, settings: &mut Settings) {
    let had_https = settings.get("https").is_some();
    // Behind a proxy the certificate may be for SMTP alone.
    let is_kept = matches!(answers.https, HttpsAnswer::Proxy) && !had_https;
    if !is_kept && !matches!(answers.https, HttpsAnswer::Acme { .. }) {
        for name in ["acme", "acme_challenge", "acme_contact"] {
            settings.turn_off(name);
        }
    }
    match &answers.https {
        HttpsAnswer::Acme { challenge, contact } => {
            for name in ["tls_certificate", "tls_key"] {
                settings.turn_off(name);
            }
            serve(answers.any, settings, *challenge == Challenge::Http01);
            settings.set("acme", "on");
            match challenge {
                Challenge::TlsAlpn01 => settings.set("acme_challenge", "tls-alpn-01"),
                Challenge::Http01 if settings.get("acme_challenge").is_some() => {
                    settings.set("acme_challenge", "http-01");
                }
                Challenge::Http01 => {}
            }
            match contact {
                Some(contact) => settings.set("acme_contact", &contact.to_string()),
                None => settings.turn_off("acme_contact"),
            }
        }
        HttpsAnswer::Files { certificate, key } => {
            settings.set("tls_certificate", certificate);
            settings.set("tls_key", key);
            serve(answers.any, settings, true);
        }
        HttpsAnswer::Proxy => {
            // With TLS, http was the address of redirects.
            if had_https {
                settings.turn_off("https");
                settings.turn_off("http");
            }
            settings.set_if_unset("trusted_proxies", LOCAL_PROXIES);
        }
    }
}

/// The relay serves the web itself. An address that the operator chose stays.
fn serve(any: &str, settings: &mut Settings, on_port_80: bool) {
    settings.turn_off("trusted_proxies");
    settings.set_if_unset("https", &format!("{any}:443"));
    if on_port_80 {
        settings.set_if_unset("http", &format!("{any}:80"));
    }
}
