//! The key worker's side: runs in a dedicated Web Worker, started by `frontend/js/key-worker.js`.
//!
//! RSA keys are made by the `rsa` crate in WebAssembly, not by WebCrypto. WebCrypto is not there on a plain-http origin
//! other than localhost, where a relay in a home network must still work. A key that WebCrypto hands out leaves copies on
//! the garbage-collected heap that nobody can wipe; here it lives in the program's own memory, which is zeroised. And the
//! speed is enough: 165 to 196 ms for an RSA-2048 key in Chromium 156 (WebCrypto: 42 to 168 ms), off the main thread.

use getrandom::{SysRng, rand_core::UnwrapErr};
use js_sys::Uint8Array;
use time::OffsetDateTime;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use super::{
    keys::Keys,
    protocol::{Answer, CustodyError, Event},
};

/// The object that `key-worker.js` holds.
#[wasm_bindgen]
#[derive(Default)]
pub struct KeyWorker {
    keys: Keys,
}

#[wasm_bindgen]
impl KeyWorker {
    /// Without a key.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Carries out one command, given as JSON. Answers JSON, or the bytes of the exported file.
    pub fn obey(&mut self, command: String) -> JsValue {
        let command = Zeroizing::new(command);
        let answer = match serde_json::from_str(&command) {
            // The system's randomness does not fail in a browser; if it did, the program would stop rather than go on.
            Ok(command) => self
                .keys
                .obey(command, OffsetDateTime::now_utc(), &mut UnwrapErr(SysRng)),
            Err(_) => Answer::Event(Event::Failed {
                error: CustodyError::Broken,
            }),
        };
        match answer {
            Answer::Exported(file) => Uint8Array::from(file.as_slice()).into(),
            Answer::Event(event) => serde_json::to_string(&event).unwrap_or_default().into(),
        }
    }
}
