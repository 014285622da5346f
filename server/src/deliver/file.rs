//! Writes each message as an `.eml` file, to try Sealpost without a mail provider.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use lettre::{AsyncFileTransport, AsyncTransport, Tokio1Executor};
use tokio::fs;

use super::{Courier, DeliveryError, envelope};
use crate::parcel::Parcel;

/// Writes messages into a folder. A file appears there complete or not at all.
pub struct FileCourier {
    folder: PathBuf,
    unfinished: PathBuf,
    transport: AsyncFileTransport<Tokio1Executor>,
}

impl FileCourier {
    /// Opens the folder, and creates it if it is missing.
    pub async fn open(folder: &Path) -> std::io::Result<Self> {
        let unfinished = folder.join(".unfinished");
        fs::create_dir_all(&unfinished).await?;
        Ok(Self {
            folder: folder.into(),
            transport: AsyncFileTransport::new(&unfinished),
            unfinished,
        })
    }

    /// Syncs the file before it gets its final name. Success means that the message is durable.
    async fn publish(&self, id: &str) -> std::io::Result<()> {
        let name = format!("{id}.eml");
        let unfinished = self.unfinished.join(&name);
        fs::File::open(&unfinished).await?.sync_all().await?;
        fs::rename(unfinished, self.folder.join(name)).await?;
        fs::File::open(&self.folder).await?.sync_all().await
    }
}

#[async_trait]
impl Courier for FileCourier {
    async fn deliver(&self, parcel: &Parcel) -> Result<(), DeliveryError> {
        let id = self
            .transport
            .send_raw(&envelope(parcel)?, parcel.bytes())
            .await
            .map_err(|error| DeliveryError::Later(error.into()))?;
        self.publish(&id)
            .await
            .map_err(|error| DeliveryError::Later(error.into()))
    }

    fn next_hop(&self, _: &str) -> String {
        "outbox".into()
    }
}
