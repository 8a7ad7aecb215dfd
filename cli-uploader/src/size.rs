//! `plimsoll size`: section sizes, byte for byte as `llvm-size` prints them.

mod image;
mod print;

use crate::args::{SizeArgs, SizeFormat};
use crate::{Outcome, failure, output};
use image::{Contents, Image};
use object::read::archive::ArchiveFile;
use print::Printer;
use std::fs;
use std::io;
use std::path::Path;

/// Prints every file; those that cannot be read are complained about and the others printed.
pub(crate) fn run(args: &SizeArgs) -> anyhow::Result<Outcome> {
    let mut printer = Printer::new(args);
    let mut outcome = Outcome::Fine;
    for path in &args.files {
        for complaint in file(&mut printer, path) {
            outcome = Outcome::Unknown;
            failure::complain(&complaint);
        }
    }
    if args.totals && args.chosen_format() == SizeFormat::Berkeley {
        printer.totals();
    }
    output::print_bytes(&printer.text)?;
    Ok(outcome)
}

/// Prints one file and returns what is wrong with it.
fn file(printer: &mut Printer<'_>, path: &Path) -> Vec<String> {
    let name = path.as_os_str().as_encoded_bytes();
    let complaint = |message: String| format!("'{}': {message}", path.display());
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return vec![complaint(reason(&error))],
    };
    match image::contents(&bytes) {
        Ok(Contents::Image(image)) => {
            printer.image(&image, name);
            Vec::new()
        }
        Ok(Contents::Archive(archive)) => members(printer, path, &bytes, &archive),
        Err(message) => vec![complaint(message)],
    }
}

fn members(printer: &mut Printer<'_>, path: &Path, bytes: &[u8], archive: &ArchiveFile<'_>) -> Vec<String> {
    let mut complaints = Vec::new();
    for member in archive.members() {
        let member = match member {
            Ok(member) => member,
            Err(error) => {
                complaints.push(format!("'{}': {error}", path.display()));
                break;
            }
        };
        match member_image(path, bytes, &member) {
            Ok(Some(image)) => printer.member(&image, member.name(), path.as_os_str().as_encoded_bytes()),
            // Archives hold notes, bitcode and metadata beside objects.
            Ok(None) => {}
            Err(message) => {
                let name = String::from_utf8_lossy(member.name());
                complaints.push(format!("'{}'({name}): {message}", path.display()));
            }
        }
    }
    complaints
}

fn member_image(
    path: &Path,
    bytes: &[u8],
    member: &object::read::archive::ArchiveMember<'_>,
) -> Result<Option<Image>, String> {
    if !member.is_thin() {
        return Image::parse(member.data(bytes).map_err(|it| it.to_string())?);
    }
    // A thin archive names files beside it.
    let name = String::from_utf8_lossy(member.name());
    let file = path.parent().unwrap_or(Path::new("")).join(name.as_ref());
    Image::parse(&fs::read(file).map_err(|it| reason(&it))?)
}

/// The system's words without Rust's error number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}
