//! Secrets that people and CI hold: made here, kept only as SHA-256, compared in constant time.
//!
//! An upload token is `plim_` and base64url of the project's id and 32 random bytes, so that the project
//! is found without a look-up over all projects. Random 256-bit secrets need no slow hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use sha2::{Digest as _, Sha256};
use std::fmt;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

const UPLOAD_PREFIX: &str = "plim_";
const ADMIN_PREFIX: &str = "plimadm_";

/// The text of a secret. Shown once to its owner, never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What is kept of a secret.
#[derive(Debug, Clone, Copy)]
pub struct SecretHash([u8; 32]);

/// What a presented secret claims to be.
#[derive(Debug, Clone)]
pub enum Presented {
    /// The administrator's.
    Admin(SecretHash),
    /// An upload token of this project.
    Upload(Uuid, SecretHash),
}

impl Secret {
    /// A new upload token of a project.
    pub fn for_uploads(project_id: Uuid) -> anyhow::Result<Self> {
        let mut bytes = [0; 48];
        bytes[..16].copy_from_slice(project_id.as_bytes());
        fill_randomly(&mut bytes[16..])?;
        Ok(Self(format!("{UPLOAD_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// A new administrator's token.
    pub fn for_admin() -> anyhow::Result<Self> {
        let mut bytes = [0; 32];
        fill_randomly(&mut bytes)?;
        Ok(Self(format!("{ADMIN_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// An administrator's token that the operator chose.
    pub fn chosen_for_admin(text: &str) -> anyhow::Result<Self> {
        let body = text.strip_prefix(ADMIN_PREFIX).unwrap_or_default();
        let is_word = body.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
        anyhow::ensure!(
            (24..=200).contains(&body.len()) && is_word,
            "an administrator's token is `{ADMIN_PREFIX}` and 24 to 200 letters, digits, `-` or `_`"
        );
        Ok(Self(text.to_owned()))
    }

    /// The secret of a new session.
    pub fn for_session() -> anyhow::Result<Self> {
        let mut bytes = [0; 32];
        fill_randomly(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The text, for its owner's eyes.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What to keep of it.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl SecretHash {
    /// The hash of a presented text.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// As it is stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether a stored hash is this one, in constant time.
    pub fn is(&self, stored: &[u8]) -> bool {
        bool::from(self.0.ct_eq(stored))
    }
}

impl Presented {
    /// Reads what somebody presents as a token; nothing for a text that cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > 300 {
            return None;
        }
        if text.starts_with(ADMIN_PREFIX) {
            return Some(Presented::Admin(SecretHash::of(text)));
        }
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(UPLOAD_PREFIX)?).ok()?;
        let project_id = Uuid::from_slice(bytes.get(..16)?).ok()?;
        (bytes.len() == 48).then(|| Presented::Upload(project_id, SecretHash::of(text)))
    }
}

fn fill_randomly(bytes: &mut [u8]) -> anyhow::Result<()> {
    OsRng.try_fill_bytes(bytes).map_err(|it| anyhow::anyhow!("the system gives no random bytes: {it}"))
}
