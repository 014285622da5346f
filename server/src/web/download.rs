//! Serves a profile's public keys to its owner: the three certificates, or the trust key.

use app::{
    id::ProfileId,
    pki::{certificate::Certificate, chain::Chain, role::Role},
};
use axum::{
    Extension,
    extract::{Path, State},
    http::{
        StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

use super::{Site, fault::log, visitor::Visitor};
use crate::store::keys::ProfileKeys;

/// Serves `GET /profiles/{id}/{root|intermediate|user}.{pem|der|crt}` for S/MIME and `GET /profiles/{id}/trust-key.asc`
/// for PGP. Answers 404 if the profile is not the visitor's.
pub(super) async fn file(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Path((profile, file)): Path<(String, String)>,
) -> Response {
    let nothing = || (StatusCode::NOT_FOUND, "This does not exist.\n").into_response();
    let (Some(account), Ok(profile)) = (visitor.account, profile.parse()) else {
        return nothing();
    };
    match site.store.profile(account, ProfileId(profile)).await {
        Ok(Some(detail)) => match (&detail.keys, parse(&file)) {
            (ProfileKeys::Smime(chain), Some((role, form))) => {
                let name = format!("{role}-{}.{}", detail.address, form.extension());
                form.response(pick(chain, role), &name)
            }
            (ProfileKeys::Pgp(keys), None) if file == TRUST_KEY => attachment(
                "text/plain; charset=utf-8",
                &format!("trust-key-{}.asc", detail.address),
                keys.trust.clone().into_bytes(),
            ),
            _ => nothing(),
        },
        Ok(None) => nothing(),
        Err(error) => {
            log(&error);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// The file name of a public trust key.
const TRUST_KEY: &str = "trust-key.asc";

enum Form {
    Pem,
    Der,
    Crt,
}

fn parse(file: &str) -> Option<(Role, Form)> {
    let (role, form) = file.split_once('.')?;
    let role = [Role::Root, Role::Intermediate, Role::User]
        .into_iter()
        .find(|known| known.to_string() == role)?;
    let form = match form {
        "pem" => Form::Pem,
        "der" => Form::Der,
        "crt" => Form::Crt,
        _ => return None,
    };
    Some((role, form))
}

fn pick(chain: &Chain, role: Role) -> &Certificate {
    match role {
        Role::Root => chain.root(),
        Role::Intermediate => chain.intermediate(),
        Role::User | Role::Contact => chain.user(),
    }
}

impl Form {
    fn extension(&self) -> &'static str {
        match self {
            Self::Pem => "pem",
            Self::Der => "der",
            Self::Crt => "crt",
        }
    }

    fn response(&self, certificate: &Certificate, name: &str) -> Response {
        let body = match self {
            Self::Pem => certificate.pem().into_bytes(),
            Self::Der | Self::Crt => certificate.der().to_vec(),
        };
        // iOS, Windows and Firefox install files of this type, in PEM and DER, including the user certificate.
        attachment("application/x-x509-ca-cert", name, body)
    }
}

fn attachment(media_type: &'static str, name: &str, body: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{}\"", harmless(name));
    let headers = [
        (CONTENT_TYPE, media_type.to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    (headers, body).into_response()
}

/// Returns a file name that is safe in header fields, shells and file systems.
fn harmless(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "@.-_+".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_harmless() {
        assert_eq!(harmless("root-a\"b/..\\c@x.org.pem"), "root-a_b_.._c@x.org.pem");
    }

    #[test]
    fn only_known_files_exist() {
        assert!(matches!(parse("user.crt"), Some((Role::User, Form::Crt))));
        for file in [
            "correspondent.pem",
            "user",
            "user.p12",
            "user.pem.der",
            ".pem",
            "User.pem",
        ] {
            assert!(parse(file).is_none(), "{file}");
        }
    }
}
