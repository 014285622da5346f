//! Prints the root key of the test build, PKCS#8 in hex, so that a test can look for it where it must not be.

use std::io::{self, Write};

use app::pki::key::RootKey;
use getrandom::SysRng;
use rand_core::UnwrapErr;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = RootKey::generate(&mut UnwrapErr(SysRng))?.to_pkcs8()?;
    writeln!(io::stdout(), "{}", hex::encode(key.as_slice()))?;
    Ok(())
}
