//! Runs the key worker's side in a dedicated Web Worker, which `frontend/js/key-worker.js` starts.
//!
//! The `rsa` crate in WebAssembly generates RSA keys, not WebCrypto. WebCrypto does not exist on a plain-http origin
//! other than localhost, where a relay in a home network must still work. A key from WebCrypto leaves copies on the
//! garbage-collected heap that nobody can wipe. Here it is in the program's own memory, which is zeroised. It is also
//! fast enough: an RSA-2048 key takes 165 to 196 ms in Chromium 156 (WebCrypto: 42 to 168 ms), outside the main thread.

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
    /// Starts without a key.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Carries out one command, given as JSON. Returns JSON, or the bytes of the exported file.
    pub fn obey(&mut self, command: String) -> JsValue {
        let command = Zeroizing::new(command);
        let answer = match serde_json::from_str(&command) {
            // The system's randomness does not fail in a browser. If it did, the program would stop rather than
            // continue.
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
