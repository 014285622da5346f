//! The form of a backup: an age file (age-encryption.org/v1) with a tar archive inside, whose first entry describes the others. The
//! programs `age` and `tar` open it, too.

use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
};

use age::{
    DecryptError, Decryptor, EncryptError, Encryptor,
    stream::StreamReader,
    x25519::{Identity, Recipient},
};
use sha2::{Digest, Sha256};
use tar::{Archive, Builder, EntryType, Header};
use tokio_util::sync::CancellationToken;

use super::{
    BackupError,
    manifest::{MANIFEST, MOST_MANIFEST, Manifest, Part},
};

/// Octets that are copied at a time: one block of age's.
const BLOCK: usize = 1 << 16;

/// Only the owner may read what `tar` unpacks.
const MODE: u32 = 0o600;

/// Wraps a file so that what is written into it is encrypted.
pub(super) fn encrypt<'a, W: Write>(
    recipients: impl Iterator<Item = &'a Recipient>,
    into: W,
) -> Result<age::stream::StreamWriter<W>, BackupError> {
    let recipients = recipients.map(|recipient| recipient as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(recipients).map_err(|error| match error {
        EncryptError::Io(error) => BackupError::Write(error),
        // The other errors are of passphrases, plugins, and recipients that cannot be mixed.
        _ => BackupError::NoRecipient,
    })?;
    encryptor.wrap_output(into).map_err(BackupError::Write)
}

/// Reads what is encrypted in a file.
pub(super) fn decrypt<R: Read>(from: R, identities: &[Identity]) -> Result<StreamReader<BufReader<R>>, BackupError> {
    let from = BufReader::with_capacity(BLOCK, from);
    let decryptor = Decryptor::new_buffered(from).map_err(judge)?;
    let identities = identities.iter().map(|identity| identity as &dyn age::Identity);
    decryptor.decrypt(identities).map_err(judge)
}

fn judge(error: DecryptError) -> BackupError {
    match error {
        DecryptError::NoMatchingKeys => BackupError::WrongIdentity,
        DecryptError::Io(error) => BackupError::Unreadable(error),
        DecryptError::InvalidMac | DecryptError::DecryptionFailed => BackupError::Damaged("its header"),
        _ => BackupError::NotEncrypted,
    }
}

/// An archive that is being written.
pub(super) struct Writer<W: Write> {
    archive: Builder<W>,
    header: Header,
}

impl<W: Write> Writer<W> {
    /// Begins with the manifest. Its parts have to follow in its order.
    pub fn start(manifest: &Manifest, into: W) -> Result<Self, BackupError> {
        let text = serde_json::to_vec_pretty(manifest).map_err(|error| BackupError::Write(error.into()))?;
        let mut header = Header::new_gnu();
        header.set_mode(MODE);
        header.set_mtime(u64::try_from(manifest.made.unix_timestamp()).unwrap_or_default());
        header.set_entry_type(EntryType::Regular);
        header.set_size(text.len() as u64);
        let mut archive = Builder::new(into);
        let appended = archive.append_data(&mut header, MANIFEST, &*text);
        appended.map_err(BackupError::Write)?;
        Ok(Self { archive, header })
    }

    /// Adds a part.
    pub fn append(&mut self, part: &Part, content: impl Read, stop: &CancellationToken) -> Result<(), BackupError> {
        self.header.set_size(part.octets);
        let content = Stoppable(content, stop);
        let appended = self.archive.append_data(&mut self.header, &part.name, content);
        appended.map_err(|error| match stop.is_cancelled() {
            true => BackupError::Stopped,
            false => BackupError::Write(error),
        })
    }

    /// Ends the archive.
    pub fn finish(self) -> Result<W, BackupError> {
        self.archive.into_inner().map_err(BackupError::Write)
    }
}

/// Reads a whole backup. Each part is handed to `take`, which need not read all of it. All parts are compared with the manifest.
///
/// # Errors
/// The file is no backup, another key's, not as it was written, or made by a newer release; or an error of `take`.
pub(super) fn read(
    file: &File,
    identities: &[Identity],
    stop: &CancellationToken,
    mut take: impl FnMut(&Manifest, &Part, &mut dyn Read) -> Result<(), BackupError>,
) -> Result<Manifest, BackupError> {
    let mut archive = Archive::new(decrypt(Stoppable(file, stop), identities)?);
    let mut entries = archive.entries().map_err(|error| unreadable(error, stop))?;
    let first = entries
        .next()
        .ok_or(BackupError::NotABackup)?
        .map_err(|error| unreadable(error, stop))?;
    if first.path_bytes() != MANIFEST.as_bytes() || first.size() > MOST_MANIFEST {
        return Err(BackupError::NotABackup);
    }
    let mut text = Vec::new();
    first
        .take(MOST_MANIFEST)
        .read_to_end(&mut text)
        .map_err(|error| unreadable(error, stop))?;
    let manifest = Manifest::parse(&text)?;
    for part in &manifest.parts {
        let entry = entries
            .next()
            .ok_or(BackupError::Damaged("a part is missing"))?
            .map_err(|error| unreadable(error, stop))?;
        let is_it = entry.header().entry_type() == EntryType::Regular
            && entry.path_bytes() == part.name.as_bytes()
            && entry.size() == part.octets;
        if !is_it {
            return Err(BackupError::Damaged("its parts are not those of its first entry"));
        }
        let mut entry = Hashed::new(entry);
        take(&manifest, part, &mut entry)?;
        copy(&mut entry, &mut io::sink(), stop)?;
        if entry.read != part.octets || entry.digest() != part.sha256 {
            return Err(BackupError::Damaged("a part has another hash"));
        }
    }
    if entries.next().is_some() {
        return Err(BackupError::Damaged("it has more parts than its first entry says"));
    }
    // To the last block of age's, which says that nothing was cut off.
    copy(&mut archive.into_inner(), &mut io::sink(), stop)?;
    Ok(manifest)
}

/// An error of reading. The archive's library wraps what is below, so it cannot be told from the error why.
fn unreadable(error: io::Error, stop: &CancellationToken) -> BackupError {
    match stop.is_cancelled() {
        true => BackupError::Stopped,
        false => BackupError::Unreadable(error),
    }
}

/// Copies to the end, and returns how much it was.
pub(super) fn copy(from: &mut dyn Read, to: &mut dyn Write, stop: &CancellationToken) -> Result<u64, BackupError> {
    let mut block = vec![0; BLOCK];
    let mut copied = 0;
    loop {
        if stop.is_cancelled() {
            return Err(BackupError::Stopped);
        }
        let read = match from.read(&mut block) {
            Ok(0) => return Ok(copied),
            Ok(read) => read,
            Err(error) => return Err(unreadable(error, stop)),
        };
        to.write_all(&block[..read]).map_err(BackupError::Write)?;
        copied += read as u64;
    }
}

/// Returns the length and the hash of what is read.
pub(super) fn measure(from: impl Read, stop: &CancellationToken) -> Result<(u64, String), BackupError> {
    let mut hashed = Hashed::new(from);
    let octets = copy(&mut hashed, &mut io::sink(), stop)?;
    Ok((octets, hashed.digest()))
}

/// Hashes what is read.
struct Hashed<R> {
    from: R,
    hash: Sha256,
    read: u64,
}

impl<R> Hashed<R> {
    fn new(from: R) -> Self {
        Self {
            from,
            hash: Sha256::new(),
            read: 0,
        }
    }

    fn digest(&self) -> String {
        hex::encode(self.hash.clone().finalize())
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.hash.update(&into[..read]);
        self.read += read as u64;
        Ok(read)
    }
}

/// Reads until the operator stops it.
struct Stoppable<'a, R>(R, &'a CancellationToken);

impl<R: Read> Read for Stoppable<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.1.is_cancelled() {
            // Not `Interrupted`, on which readers try again.
            true => Err(io::ErrorKind::Other.into()),
            false => self.0.read(into),
        }
    }
}
