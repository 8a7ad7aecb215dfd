//! Names of programming languages.

use gimli::constants as dw;

/// What people call it, without the year of the standard.
pub(super) fn name(language: dw::DwLang) -> String {
    let Some(name) = language.static_string() else { return format!("language {:#x}", language.0) };
    let name = name.trim_start_matches("DW_LANG_");
    match name {
        "Mips_Assembler" | "Assembly" => "Assembly".into(),
        _ if is_cpp(language) => "C++".into(),
        "ObjC" => "Objective-C".into(),
        _ => name.trim_end_matches(|it: char| it.is_ascii_digit()).replace('_', " ").trim().to_owned(),
    }
}

/// Any year of C++.
pub(super) fn is_cpp(language: dw::DwLang) -> bool {
    language.static_string().is_some_and(|it| it.starts_with("DW_LANG_C_plus_plus"))
}
