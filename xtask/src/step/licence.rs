//! Licences of the dependencies, against the list in `deny.toml`.

use crate::command::output;
use crate::terminal::say;
use crate::workspace::{cargo, root};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// Every package from elsewhere is offered under a licence that we allow.
pub fn check() -> Result<()> {
    let allowed = allowed(&std::fs::read_to_string(root().join("deny.toml"))?)?;
    let metadata = output(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("reading cargo's metadata")?;
    let packages = metadata["packages"].as_array().context("cargo's metadata has no packages")?;
    let foreign: Vec<&Value> = packages.iter().filter(|it| !it["source"].is_null()).collect();
    let refused: Vec<String> = foreign.iter().filter_map(|it| complaint(it, &allowed)).collect();
    if !refused.is_empty() {
        bail!("licences that deny.toml does not allow:\n  {}", refused.join("\n  "));
    }
    say(format!("licences: all {} dependencies are under one of {}", foreign.len(), allowed.join(", ")));
    Ok(())
}

/// The `allow` list of the `[licenses]` table: quoted words up to the closing bracket.
fn allowed(deny: &str) -> Result<Vec<String>> {
    let list = deny.split_once("[licenses]").and_then(|(_, it)| it.split_once("allow = ["));
    let (list, _) = list.and_then(|(_, it)| it.split_once(']')).context("deny.toml allows no licence")?;
    Ok(list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

fn complaint(package: &Value, allowed: &[String]) -> Option<String> {
    let name = format!("{} {}", package["name"].as_str()?, package["version"].as_str()?);
    let Some(licence) = package["license"].as_str() else { return Some(format!("{name}: none is declared")) };
    let is_fine = spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX)
        .is_ok_and(|it| it.evaluate(|wanted| allowed.contains(&wanted.to_string())));
    (!is_fine).then(|| format!("{name}: {licence}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn complaint_about(licence: Value) -> Option<String> {
        let allowed = ["MIT".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
        complaint(&json!({"name": "rope", "version": "1.0.0", "license": licence}), &allowed)
    }

    #[test]
    fn one_allowed_alternative_is_enough() {
        assert_eq!(complaint_about(json!("MIT OR GPL-3.0-only")), None);
        assert_eq!(complaint_about(json!("MIT/Apache-2.0")), None);
        assert_eq!(complaint_about(json!("Apache-2.0 WITH LLVM-exception")), None);
    }

    #[test]
    fn a_licence_that_is_not_listed_is_refused() {
        assert_eq!(
            complaint_about(json!("MIT AND GPL-3.0-only")).unwrap(),
            "rope 1.0.0: MIT AND GPL-3.0-only"
        );
        assert_eq!(complaint_about(Value::Null).unwrap(), "rope 1.0.0: none is declared");
    }

    #[test]
    fn the_list_is_read_from_the_file() {
        let text = "[bans]\nallow = [\"x\"]\n[licenses]\nallow = [\n  \"MIT\",\n  \"ISC\",\n]\n";
        assert_eq!(allowed(text).unwrap(), ["MIT", "ISC"]);
    }
}
