//! ELF files by content hash, compressed, in a local folder or in S3.

use anyhow::Context as _;
use futures_util::stream::BoxStream;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};
use std::fmt::Write as _;
use std::path::Path as FsPath;
use std::sync::Arc;

/// The store. What [`put`](Blobs::put) acknowledges is on disk, its folder entry included.
#[derive(Debug, Clone)]
pub struct Blobs(Arc<dyn ObjectStore>);

/// SHA-256 of an uncompressed ELF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobHash(pub [u8; 32]);

impl BlobHash {
    /// From the database.
    pub fn from_stored(bytes: &[u8]) -> anyhow::Result<Self> {
        Ok(Self(bytes.try_into().context("a stored hash has another length than SHA-256")?))
    }

    /// In hexadecimal.
    pub fn to_hex(self) -> String {
        self.0.iter().fold(String::new(), |mut text, it| {
            let _ = write!(text, "{it:02x}");
            text
        })
    }

    /// Spread over 256 folders; the hash is of the content before compression.
    fn path(self) -> Path {
        let hex = self.to_hex();
        Path::from(format!("elf/{}/{hex}.zst", &hex[..2]))
    }
}

impl Blobs {
    /// Opens what the operator names: a folder, or `s3://bucket/prefix`.
    pub fn open(location: &str) -> anyhow::Result<Self> {
        match location.strip_prefix("s3://") {
            Some(rest) => Self::open_s3(rest),
            None => Self::open_folder(FsPath::new(location)),
        }
    }

    fn open_s3(bucket_and_prefix: &str) -> anyhow::Result<Self> {
        let (bucket, prefix) = bucket_and_prefix.split_once('/').unwrap_or((bucket_and_prefix, ""));
        let store =
            AmazonS3Builder::from_env().with_bucket_name(bucket).build().context("S3 is not usable")?;
        Ok(Self(Arc::new(PrefixStore::new(store, prefix.trim_matches('/')))))
    }

    /// Opens a folder, making it if need be.
    pub fn open_folder(folder: &FsPath) -> anyhow::Result<Self> {
        let doing = || format!("cannot use the folder for ELF files, {}", folder.display());
        std::fs::create_dir_all(folder).with_context(doing)?;
        let store = LocalFileSystem::new_with_prefix(folder).with_context(doing)?;
        Ok(Self(Arc::new(store.with_fsync(true))))
    }

    /// Whether the content is there.
    pub async fn has(&self, hash: BlobHash) -> anyhow::Result<bool> {
        match self.0.head(&hash.path()).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(it) => Err(anyhow::Error::new(it).context("cannot look for an ELF file")),
        }
    }

    /// Keeps content, compressed by the caller with zstd. Writing the same twice is harmless.
    pub async fn put(&self, hash: BlobHash, zstd: Vec<u8>) -> anyhow::Result<()> {
        self.0.put(&hash.path(), PutPayload::from(zstd)).await.context("cannot store an ELF file")?;
        Ok(())
    }

    /// The content, still compressed.
    pub async fn get(&self, hash: BlobHash) -> anyhow::Result<Vec<u8>> {
        let found = self.0.get(&hash.path()).await.context("cannot read an ELF file")?;
        Ok(found.bytes().await.context("cannot read an ELF file")?.to_vec())
    }

    /// The content, still compressed, piece by piece.
    pub async fn stream(
        &self,
        hash: BlobHash,
    ) -> anyhow::Result<BoxStream<'static, object_store::Result<axum::body::Bytes>>> {
        Ok(self.0.get(&hash.path()).await.context("cannot read an ELF file")?.into_stream())
    }
}
