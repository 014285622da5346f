//! Settings that hold, and mistakes that are named.

use figment::providers::{Format, Toml};

use super::*;

fn config(toml: &str) -> Result<Config, Mistakes> {
    Config::from_sources(Sources::new(Path::new("sealpost.toml"), toml, Toml::string("")))
}

#[test]
fn without_settings_everything_stays_on_this_machine() {
    let config = config("").unwrap();
    assert!(config.http.ip().is_loopback() && config.smtp.ip().is_loopback());
    assert_eq!(config.database_url.as_str(), "sqlite://./data/sealpost.db?mode=rwc");
    assert!(matches!(config.delivery, Destination::File(ref folder) if folder == Path::new("./data/outbox")));
    assert_eq!(config.public_url.to_string(), "http://127.0.0.1:3000");
}

#[test]
fn a_name_is_one_in_the_public_dns() {
    assert_eq!(config("domain = 'Relay.Example.'").unwrap().domain, "relay.example");
    for (toml, says) in [
        ("domain = 'https://relay.example'", "must be a name only"),
        ("domain = 'you@relay.example'", "must be a name only"),
        ("domain = 'müller.example'", "xn--"),
        ("domain = '192.0.2.1'", "is not a name in the public DNS"),
        ("domain = 'relay'", "is not a name in the public DNS"),
        ("mx_host = '192.0.2.1'", "is not a name in the public DNS"),
    ] {
        let said = config(toml).err().unwrap().to_string();
        assert!(said.contains(says), "{toml}: {said}");
    }
}

#[test]
fn no_message_goes_to_a_filter_far_away() {
    for (address, is_good) in [
        ("127.0.0.1:11333", true),
        ("[fd00::7]:11333", true),
        ("10.0.0.2:11333", true),
        ("192.0.2.1:11333", false),
        ("[2001:db8::1]:11333", false),
        ("[::ffff:192.0.2.1]:11333", false),
    ] {
        let read = config(&format!("rspamd = '{address}'"));
        assert_eq!(read.is_ok(), is_good, "{address}");
    }
}

#[test]
fn no_password_is_shown() {
    for toml in [
        "delivery = 'submission://relay:hush@host'",
        "delivery = 'SMTPS://relay:hush@host'",
        "database_url = 'mysql://sealpost:hush@host/x'",
    ] {
        let said = config(toml).err().unwrap().to_string();
        assert!(!said.contains("hush"), "{said}");
    }
}

#[test]
fn a_setting_that_is_written_twice_is_named() {
    let said = config("delivery = 'mx'\n\ndelivery = 'mx'\n")
        .err()
        .unwrap()
        .to_string();
    assert!(
        said.contains("sealpost.toml:3: delivery is set in line 1 already"),
        "{said}"
    );
}

#[test]
fn each_bad_setting_is_named() {
    for (toml, says) in [
        ("domain = 'a b'", "domain: is not a domain name"),
        ("domain = ''", "domain: is not a domain name"),
        ("domains = 'b.example, a b'", "domains: is not a domain name: \" a b\""),
        ("public_url = 'mail.example.org'", "public_url: the public address must"),
        (
            "public_url = 'https://u:p@example.org'",
            "public_url: the public address must",
        ),
        (
            "public_url = 'https://example.org/x'",
            "public_url: the public address must",
        ),
        ("delivery = 'carrier-pigeon'", "delivery: must be file:DIR"),
        (
            "delivery_user = 'ann'",
            "delivery_user: works only together with delivery_password",
        ),
        ("operator_alias = 'ops'", "operator_alias: is not a mail address"),
        (
            "operator_alias = 'ops@b.example'\ndomain = 'a.example'",
            "operator_alias: must be an alias under a domain of this relay",
        ),
        ("trusted_proxies = 'proxy.example'", "trusted_proxies: "),
        ("unlimited_clients = 'filter.example'", "unlimited_clients: "),
        ("tls_key = 'k.pem'", "tls_key: works only together with tls_certificate"),
        (
            "public_url = 'http://a.example'\nhttps = '127.0.0.1:443'",
            "public_url: must be set and begin with https://",
        ),
        (
            "acme = 'on'\ntls_certificate = 'c.pem'\ntls_key = 'k.pem'",
            "acme: works only without tls_certificate",
        ),
        (
            "acme_challenge = 'tls-alpn-01'\nacme = 'on'",
            "acme_challenge: works only together with https",
        ),
        (
            "backup_recipient = 'AGE-SECRET-KEY-1'",
            "backup_recipient: must be public keys of age",
        ),
        ("acme_challenge = 'dns-01'", "acme_challenge: unknown variant"),
        (
            "acme_contact = 'ann'\nacme = 'on'",
            "acme_contact: is not a mail address",
        ),
        (
            "acme_directory = 'http://ca.example'\nacme = 'on'",
            "acme_directory: must begin with https://",
        ),
        ("dns = 'nine'", "dns: is neither IP nor IP:PORT"),
        ("buffer_mib = 399", "buffer_mib: must be at least eight times"),
        ("sender_auth = 'maybe'", "sender_auth: unknown variant"),
        ("dkim_selector = 'a.b'", "dkim_selector: must be letters"),
        ("mx_host = 'a b'", "mx_host: is not a domain name"),
        ("mta_sts = 'x'", "mta_sts: unknown variant"),
        ("sign_up = 'maybe'", "sign_up: unknown variant"),
        ("smtp = '0.0.0.0'", "smtp: "),
        ("key_pool = -1", "key_pool: "),
        ("max_mailboxes = 'ten'", "max_mailboxes: invalid type"),
        ("typo = 1", "typo: there is no such setting"),
        (
            "delievry = 'mx'",
            "delievry: there is no such setting; did you mean delivery?",
        ),
        ("[delivery]\nuser = 'ann'", "delivery: invalid type"),
    ] {
        let error = config(toml).err().map(|error| error.to_string()).unwrap_or_default();
        let place = "a mistake in the settings:\n  sealpost.toml:1: ";
        assert!(error.starts_with(&format!("{place}{says}")), "{toml}: {error}");
    }
}

#[test]
fn settings_of_a_provider_fit_together() {
    for (toml, says) in [
        ("local_sign_in = 'off'", "local_sign_in: off needs a provider"),
        ("oidc_name = 'House'", "oidc_name: works only together with oidc_issuer"),
        (
            "oidc_issuer = 'http://id.example'\noidc_client_id = 'a'\noidc_client_secret = 'b'",
            "oidc_issuer: must be the provider's issuer",
        ),
        (
            "oidc_issuer = 'https://id.example'\noidc_client_id = 'a'",
            "oidc_issuer: works only together with oidc_client_secret",
        ),
        (
            "oidc_issuer = 'https://id.example'\noidc_client_secret = 'b'",
            "oidc_issuer: works only together with oidc_client_id",
        ),
        (
            "oidc_client_secret_file = 'x'\noidc_issuer = 'https://id.example'\noidc_client_id = 'a'\noidc_client_secret = 'b'",
            "oidc_client_secret_file: works only without oidc_client_secret",
        ),
        (
            "oidc_name = ''\noidc_issuer = 'https://id.example'\noidc_client_id = 'a'\noidc_client_secret = 'b'",
            "oidc_name: must be a name of one line",
        ),
    ] {
        let error = config(toml).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(says), "{toml}: {error}");
    }
    let toml = "oidc_issuer = 'https://id.example/x/'\noidc_client_id = 'a'\noidc_client_secret = 'b'";
    let oidc = config(toml).unwrap().oidc.unwrap();
    assert_eq!(
        (oidc.issuer.as_str(), oidc.name.as_str()),
        ("https://id.example/x/", "id.example")
    );
    assert!(!oidc.sign_up);
    assert!(config(&format!("{toml}\nlocal_sign_in = 'off'")).is_ok());
}

#[test]
fn settings_of_keys_fit_together() {
    for (toml, says) in [
        (
            "dkim_second_selector = 'Sealpost'",
            "dkim_second_selector: must be another one than dkim_selector",
        ),
        (
            "dkim_second_key_file = 'x'",
            "dkim_second_key_file: works only together with dkim_second_selector",
        ),
        ("master_key_command = \"'\"", "master_key_command: must be a program"),
        (
            "master_key_command = 'x'\nmaster_key_file = 'y'",
            "master_key_command: works only without master_key_file",
        ),
        (
            "previous_master_key_command = 'x'\nprevious_master_key = 'y'",
            "previous_master_key_command: works only without previous_master_key",
        ),
    ] {
        let error = config(toml).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(says), "{toml}: {error}");
    }
    let second = config("dkim_second_selector = 'Next'")
        .unwrap()
        .second_dkim_key
        .unwrap();
    assert_eq!(second.selector.as_str(), "next");
    assert!(matches!(second.key, DkimKeySource::Own(path) if path == Path::new("./data/dkim-next.key")));
}

#[test]
fn all_mistakes_are_reported_at_once_where_they_are() {
    let toml = "# a comment\ndomain = 'a b'\n\nsign_up = 'maybe'\nhtttp = '127.0.0.1:80'\nkey_pool = 'x'\n";
    let environment = Toml::string("dns = 'nine'\nkey_pool = 'y'\nmaster_kee = 'm'");
    let sources = Sources::new(Path::new("/etc/sealpost.toml"), toml, environment);
    let Err(Mistakes(mistakes)) = Config::from_sources(sources) else {
        panic!("five mistakes");
    };
    let mut places: Vec<_> = mistakes.iter().map(|mistake| mistake.place.to_string()).collect();
    places.sort();
    assert_eq!(
        places,
        [
            "/etc/sealpost.toml:2: domain",
            "/etc/sealpost.toml:4: sign_up",
            "/etc/sealpost.toml:5: htttp",
            "SEALPOST_DNS",
            "SEALPOST_KEY_POOL",
            "SEALPOST_MASTER_KEE",
        ]
    );
}

#[test]
fn all_lines_that_are_no_toml_are_reported() {
    let error = config("domain = a.example\nsmtp = '127.0.0.1:25'\nhttp = \n")
        .err()
        .unwrap();
    let text = error.to_string();
    assert!(
        text.contains("sealpost.toml:1: ") && text.contains("sealpost.toml:3: "),
        "{text}"
    );
}

#[test]
fn secrets_are_not_shown() {
    for toml in [
        "delivery_password = 20261124",
        "master_key = 20261124",
        "oidc_client_secret = 20261124",
        "database_url = 20261124",
    ] {
        let text = config(toml).err().unwrap().to_string();
        assert!(text.contains("must be a text") && !text.contains("2026"), "{text}");
    }
}

#[test]
fn other_domains_are_named_in_one_setting() {
    assert!(config("").unwrap().other_domains.is_empty());
    let config = config("domains = 'B.example, c.example,'").unwrap();
    assert_eq!(config.other_domains, ["b.example", "c.example"]);
}

#[test]
fn a_resolver_may_name_its_port() {
    assert_eq!(config("dns = '9.9.9.9'").unwrap().dns.unwrap().port(), 53);
    assert_eq!(config("dns = '127.0.0.1:5353'").unwrap().dns.unwrap().port(), 5353);
}
