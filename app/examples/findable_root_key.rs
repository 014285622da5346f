//! For the test build only: prints the root key of that build, PKCS#8 in hex, so that a test can look for it in all that
//! the browser sent and the server kept. A build without the feature `findable-root-key` has no such key.

use std::{
    error::Error,
    io::{Write, stdout},
};

use app::pki::key::{KeySize, RootKey};
use getrandom::SysRng;
use rand_core::UnwrapErr;

fn main() -> Result<(), Box<dyn Error>> {
    let key = RootKey::generate(KeySize::STANDARD, &mut UnwrapErr(SysRng))?.to_pkcs8()?;
    writeln!(stdout(), "{}", hex::encode(key.as_slice()))?;
    Ok(())
}
