//! Adds the browser's programs to the document. Each file has its hash in its name and as its integrity.

use leptos::{nonce::use_nonce, prelude::*};
use serde::{Deserialize, Serialize};

/// The files that `scripts/site` built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// The first script, which names the programs and their bindings by their hashes.
    pub start: Part,
    /// The JavaScript that loads the program of ordinary pages.
    pub islands_bindings: Part,
    /// The same of the issuance wizard.
    pub wizard_bindings: Part,
    /// The dedicated worker that holds keys.
    pub worker: Part,
    /// The style sheet of all pages.
    pub style: Part,
}

/// One file of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The path of its URL.
    pub path: String,
    /// The integrity value (Subresource Integrity §3.1).
    pub integrity: String,
}

/// The tags in the document's head. There are none if the programs were not built, and the pages work without them.
#[component]
pub(super) fn Scripts(bundle: Option<Bundle>) -> impl IntoView {
    let nonce = use_nonce();
    bundle.map(|bundle| {
        // An imported module has no tag for its integrity, so the import map holds it.
        let imports = serde_json::json!({ "integrity": {
            (bundle.islands_bindings.path): bundle.islands_bindings.integrity,
            (bundle.wizard_bindings.path): bundle.wizard_bindings.integrity,
        } });
        view! {
            <link rel="stylesheet" href=bundle.style.path integrity=bundle.style.integrity/>
            <script type="importmap" nonce=nonce.clone()>{imports.to_string()}</script>
            <meta name="key-worker" content=bundle.worker.path data-integrity=bundle.worker.integrity/>
            <script type="module" src=bundle.start.path integrity=bundle.start.integrity nonce=nonce></script>
        }
    })
}

impl Bundle {
    /// SHA-256 of the first script in hexadecimal. It fixes every part of every program.
    pub fn digest(&self) -> Option<String> {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let digest = self.start.integrity.strip_prefix("sha256-")?;
        Some(hex::encode(STANDARD.decode(digest).ok()?))
    }
}
