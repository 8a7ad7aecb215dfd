//! ELF files and linker maps by content hash, compressed, in a local folder or in S3.

use anyhow::Context as _;
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

/// What is kept, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blob {
    /// An ELF.
    Elf(BlobHash),
    /// The map that a linker wrote.
    Map(BlobHash),
}

/// SHA-256 of an uncompressed file.
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
}

impl Blob {
    /// Spread over 256 folders; the hash is of the content before compression.
    fn path(self) -> Path {
        let (folder, hash) = match self {
            Blob::Elf(hash) => ("elf", hash),
            Blob::Map(hash) => ("map", hash),
        };
        let hex = hash.to_hex();
        Path::from(format!("{folder}/{}/{hex}.zst", &hex[..2]))
    }

    /// As messages call it.
    fn words(self) -> &'static str {
        match self {
            Blob::Elf(_) => "an ELF file",
            Blob::Map(_) => "a linker map",
        }
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
        let doing = || format!("cannot use the folder for ELF files and maps, {}", folder.display());
        std::fs::create_dir_all(folder).with_context(doing)?;
        let store = LocalFileSystem::new_with_prefix(folder).with_context(doing)?;
        Ok(Self(Arc::new(store.with_fsync(true))))
    }

    /// Whether the content is there.
    pub async fn has(&self, blob: Blob) -> anyhow::Result<bool> {
        match self.0.head(&blob.path()).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(it) => Err(anyhow::Error::new(it).context(format!("cannot look for {}", blob.words()))),
        }
    }

    /// Keeps content, compressed by the caller with zstd. Writing the same twice is harmless.
    pub async fn put(&self, blob: Blob, zstd: Vec<u8>) -> anyhow::Result<()> {
        let doing = || format!("cannot store {}", blob.words());
        self.0.put(&blob.path(), PutPayload::from(zstd)).await.with_context(doing)?;
        Ok(())
    }

    /// The content, still compressed.
    pub async fn get(&self, blob: Blob) -> anyhow::Result<Vec<u8>> {
        let doing = || format!("cannot read {}", blob.words());
        let found = self.0.get(&blob.path()).await.with_context(doing)?;
        Ok(found.bytes().await.with_context(doing)?.to_vec())
    }
}
