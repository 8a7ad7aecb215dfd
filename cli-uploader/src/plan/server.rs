//! Which server, with which token.

use crate::args::ServerArgs;
use crate::config::Config;
use crate::environment::Environment;
use crate::failure::{WithHint, hinted};
use anyhow::{anyhow, bail};
use reqwest::Url;
use std::fmt;

/// A server and how to talk to it.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    /// Without a slash at the end.
    pub url: String,
    pub token: Option<Secret>,
    pub retries: u32,
}

/// A text that is never shown.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Takes the text without surrounding space; what cannot stand in a header is refused.
    pub(crate) fn parse(text: &str, origin: &str) -> anyhow::Result<Self> {
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|it| it.is_ascii_graphic()) {
            bail!("{origin} holds no token: it must be one word of printable ASCII characters");
        }
        Ok(Self(text.to_owned()))
    }

    /// The text itself, for the request.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl Connection {
    /// What to mind when a token is sent there.
    pub(crate) fn warning(&self) -> Option<String> {
        let url = Url::parse(&self.url).ok().filter(|it| it.scheme() == "http")?;
        let host = url.host_str()?;
        let is_near = host == "localhost" || host == "[::1]" || host.starts_with("127.");
        (!is_near).then(|| format!("the token travels unencrypted to {}: use https", self.url))
    }

    /// The connection, if it has a token.
    pub(crate) fn with_token(self) -> anyhow::Result<Self> {
        if self.token.is_some() {
            return Ok(self);
        }
        Err(hinted(
            anyhow!("there is no upload token"),
            "set PLIMSOLL_TOKEN or use --token-file; on GitHub, pull requests from forks get no secrets",
        ))
    }
}

/// Flag before variable before file.
pub(super) fn resolve(
    args: &ServerArgs,
    environment: &Environment,
    config: &Config,
) -> anyhow::Result<Connection> {
    let flag = args.url.as_deref().map(|it| (it, "--server"));
    let variable = environment.text("PLIMSOLL_URL").map(|it| (it, "PLIMSOLL_URL"));
    let file = config.server.as_deref().map(|it| (it, "`server` in plimsoll.toml"));
    let Some((text, origin)) = flag.or(variable).or(file) else {
        return Err(hinted(
            anyhow!("no server is named"),
            "write `server = \"https://…\"` into plimsoll.toml, or use --server or PLIMSOLL_URL",
        ));
    };
    let url = parse_url(text).map_err(|it| anyhow!("{origin}: {it}"))?;
    Ok(Connection { url, token: token(args, environment)?, retries: args.retries })
}

fn token(args: &ServerArgs, environment: &Environment) -> anyhow::Result<Option<Secret>> {
    if let Some(path) = &args.token_file {
        let bytes = super::read_file(&environment.current_dir().join(path), "the token file")?;
        let text = String::from_utf8_lossy(&bytes);
        return Secret::parse(&text, &path.display().to_string()).map(Some);
    }
    let variable = environment.text("PLIMSOLL_TOKEN");
    variable.map(|it| Secret::parse(it, "PLIMSOLL_TOKEN")).transpose().hint("is the secret set?")
}

fn parse_url(text: &str) -> Result<String, String> {
    let refused = |why: &str| format!("`{text}` is not the address of a server: {why}");
    let url = Url::parse(text).map_err(|it| refused(&it.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(refused("it must begin with https:// or http://"));
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(refused("it has more than scheme, host, port and path"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_debugged() {
        let secret = Secret::parse(" plm_abc\n", "test").unwrap();
        assert_eq!(secret.reveal(), "plm_abc");
        assert!(!format!("{secret:?}").contains("plm"));
        assert!(Secret::parse("two words", "test").is_err());
    }

    #[test]
    fn a_token_that_travels_unencrypted_is_warned_about() {
        let warning = |url: &str| Connection { url: url.into(), token: None, retries: 0 }.warning();
        assert!(warning("http://plimsoll.example.org").is_some());
        for url in
            ["https://plimsoll.example.org", "http://localhost:7070", "http://127.0.0.1", "http://[::1]:80"]
        {
            assert_eq!(warning(url), None, "{url}");
        }
    }

    #[test]
    fn an_address_needs_a_scheme() {
        assert_eq!(parse_url("https://p.example.org/sub/").unwrap(), "https://p.example.org/sub");
        assert!(parse_url("p.example.org").is_err());
        assert!(parse_url("ftp://p.example.org").is_err());
        assert!(parse_url("https://user:secret@p.example.org").is_err());
    }
}
