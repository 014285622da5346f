//! Calls WebAuthn in the browser to create a passkey or to sign with one.
//!
//! Options and answers have the JSON form that browsers read and write (WebAuthn §5.1.8 to §5.1.10).

use js_sys::{Function, JSON, Object, Promise, Reflect, futures::JsFuture};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::{api::ApiError, texts::text};

/// Why there is no passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The server declined.
    Refused(ApiError),
    /// The person cancelled, nothing fits, or the time was up. Browsers do not tell which.
    None,
}

impl Fault {
    /// Returns the sentence that the person reads.
    pub fn words(&self) -> String {
        match self {
            Self::Refused(error) => error.words(),
            Self::None => text!(sign_in.no_passkey).to_owned(),
        }
    }
}

impl From<ApiError> for Fault {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl From<JsValue> for Fault {
    fn from(_: JsValue) -> Self {
        Self::None
    }
}

/// Whether this browser supports passkeys over this connection. It is `false` until that is known.
pub(super) fn known_here() -> RwSignal<bool> {
    let known = RwSignal::new(false);
    Effect::new(move |_| known.set(parser("parseRequestOptionsFromJSON").is_ok()));
    known
}

/// Creates a passkey: PublicKeyCredentialCreationOptionsJSON in, RegistrationResponseJSON out.
pub(super) async fn create(options: &str) -> Result<String, Fault> {
    ask("parseCreationOptionsFromJSON", "create", options).await
}

/// Signs with a passkey: PublicKeyCredentialRequestOptionsJSON in, AuthenticationResponseJSON out.
pub(super) async fn get(options: &str) -> Result<String, Fault> {
    ask("parseRequestOptionsFromJSON", "get", options).await
}

async fn ask(parse: &str, method: &str, options: &str) -> Result<String, Fault> {
    let (class, parse) = parser(parse)?;
    let options = parse.call1(&class, &JSON::parse(options)?)?;
    let argument = Object::new();
    Reflect::set(&argument, &"publicKey".into(), &options)?;
    let navigator = Reflect::get(&window(), &"navigator".into())?;
    let container = Reflect::get(&navigator, &"credentials".into())?;
    let answer: Promise = function(&container, method)?.call1(&container, &argument)?.dyn_into()?;
    let credential = JsFuture::from(answer).await?;
    let json = function(&credential, "toJSON")?.call0(&credential)?;
    let json = JSON::stringify(&json)?;
    json.as_string().ok_or(Fault::None)
}

/// Returns `PublicKeyCredential` and one of its functions. Fails if the connection is not secure.
fn parser(name: &str) -> Result<(JsValue, Function), JsValue> {
    let class = Reflect::get(&window(), &"PublicKeyCredential".into())?;
    let function = function(&class, name)?;
    Ok((class, function))
}

fn function(of: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(of, &name.into())?.dyn_into()
}
