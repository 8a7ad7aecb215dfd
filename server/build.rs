//! Bundles the stylesheets into one file and embeds it with the other assets; rebuilds when migrations change.
#![expect(clippy::disallowed_methods, reason = "cargo talks to build scripts through the environment")]

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{env, fs, io};

/// The folders whose files are served as they are.
const COPIED: [&str; 4] = ["js", "icons", "fonts", "vendor/uplot"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=assets");
    println!("cargo::rerun-if-changed=../migrations");
    let site = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?)
        .join("site");
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    let served = site.join("assets");
    for folder in COPIED {
        copy_served_files(&Path::new("assets").join(folder), &served.join(folder))?;
    }
    fs::write(served.join("app.css"), bundle()?)?;
    backdate(&site)?;
    // Embedded in every profile: what is tested is what is shipped, and the binary runs from anywhere.
    memory_serve::load_directory_with_embed(site, true);
    Ok(())
}

/// Scripts, pictures and fonts; licences and instructions stay in the repository.
fn copy_served_files(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for path in sorted_files(from)? {
        let is_served = path.extension().is_some_and(|it| it == "js" || it == "svg" || it == "woff2");
        if let (true, Some(name)) = (is_served, path.file_name()) {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// One stylesheet: one request per page. The layers' order is said first, so the files' order does not matter.
fn bundle() -> io::Result<String> {
    let css = Path::new("assets/css");
    let mut text = String::from("@layer vendor, tokens, base, layout, components;\n@layer vendor {\n");
    text.push_str(&fs::read_to_string("assets/vendor/uplot/uPlot.min.css")?);
    text.push_str("\n}\n");
    for path in sorted_files(css)?.iter().chain(&sorted_files(&css.join("components"))?) {
        text.push_str(&fs::read_to_string(path)?);
    }
    Ok(text)
}

/// memory-serve asks cargo to watch this copy. Were it newer than this run, every build would run it again and
/// compile the server anew; what really changes is watched where it comes from.
fn backdate(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            backdate(&entry?.path())?;
        }
    }
    fs::File::open(path)?.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(24 * 60 * 60))
}

fn sorted_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
