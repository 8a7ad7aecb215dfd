//! Embedded Studio's `.emProject`.

use expect_test::expect;
use plimsoll_analyzer::script_includes;

use super::{check, parse, shown};

#[test]
fn the_segments_are_the_regions() {
    check(
        "a.emProject",
        "<!DOCTYPE CrossStudio_Project_File>
<solution Name=\"a\" target=\"8\" version=\"2\">
  <!-- linker_section_placements_segments=\"OLD RX 0x0 0x10\" -->
  <project Name=\"a\">
    <configuration Name=\"Common\"
      linker_section_placement_macros=\"FLASH_START=0x26000;FLASH_SIZE=0xda000\"
      linker_section_placements_segments = 'FLASH RX $(FLASH_START) $(FLASH_SIZE); RAM RWX 0x20000000 262144;'
      project_type=\"Executable\" />
  </project>
  <configuration Name=\"Debug\" linker_section_placements_segments=\"FLASH RX $(FLASH_START) $(FLASH_SIZE);RAM RWX 0x20000000 262144\" />
</solution>",
        expect![[r#"
            FLASH (rx) 0x26000 + 0xda000
            RAM (rwx) 0x20000000 + 0x40000
        "#]],
    );
}

#[test]
fn a_memory_map_may_be_a_file_of_its_own() {
    let project = "<configuration\n linker_memory_map_file=\"$(ProjectDir)/map.xml\" />";
    let map = (
        "map.xml",
        "<!DOCTYPE Board_Memory_Definition_File><root name=\"chip\">
        <MemorySegment name=\"FLASH\" start=\"0x00000000\" size=\"0x00100000\" access=\"ReadOnly\" />
        <MemorySegment name=\"RAM\" start=\"0x20000000\" size=\"0x00010000\" access=\"Read/Write\" /></root>",
    );
    expect![[r#"
        FLASH (rx) 0x0 + 0x100000
        RAM 0x20000000 + 0x10000
    "#]]
    .assert_eq(&shown(parse(&[("a.emProject", project)], &[map], &[])));
    check(
        "map.xml",
        map.1,
        expect![[r#"
        FLASH (rx) 0x0 + 0x100000
        RAM 0x20000000 + 0x10000
    "#]],
    );
    check(
        "a.emProject",
        project,
        expect!["a.emProject: line 2, column 26: the memory map `map.xml` is missing"],
    );
    assert_eq!(script_includes(&format!("<!DOCTYPE CrossStudio>{project}")), ["map.xml"]);
}

#[test]
fn mistakes_have_their_place() {
    check(
        "a.emProject",
        "<solution>\n</solution>",
        expect!["a.emProject: line 1, column 1: the project has no `linker_section_placements_segments`"],
    );
    check(
        "a.emProject",
        "<a\n linker_section_placements_segments=\"FLASH RX 0x0 0x10;RAM RWX 0x20000000\" />",
        expect![
            "a.emProject: line 2, column 56: expected a segment's name, access, start and size, found `RAM RWX 0x20000000`"
        ],
    );
    check(
        "a.emProject",
        "<a\n linker_section_placements_segments=\"FLASH RX 0x0 ten\" />",
        expect!["a.emProject: line 2, column 38: `ten` is not a number"],
    );
    check(
        "a.emProject",
        "<a\n linker_section_placements_segments=\"FLASH RX 0x0 $(SIZE)\" />",
        expect!["a.emProject: line 2, column 38: unknown macro `SIZE`"],
    );
    check(
        "a.emProject",
        "<a linker_section_placements_segments=\"FLASH RX 0x0 0x10\" />\n<b linker_section_placements_segments=\"FLASH RX 0x0 0x20\" />",
        expect![
            "a.emProject: line 2, column 40: these are other memories than those of line 1: `--defsym ProjectName=NAME` or `--defsym Configuration=NAME` says which count"
        ],
    );
}

#[test]
fn symbols_say_which_project_and_which_configuration_counts() {
    let segments = |project: &str, configuration: &str, size: &str| {
        format!(
            "<project Name=\"{project}\">\n<configuration\n  Name=\"{configuration}\"
            linker_section_placements_segments=\"FLASH RX 0x0 {size}\" />\n"
        )
    };
    let text = format!(
        "{}{}{}",
        segments("small", "Common", "0x10"),
        segments("big", "Common", "0x20"),
        segments("big", "Debug", "0x40")
    );
    let size_bytes = |symbols: &[(&str, &str)]| {
        parse(&[("a.emProject", text.as_str())], &[], symbols)
            .map(|it| it.regions[0].length_bytes)
            .map_err(|it| it.line)
    };
    assert_eq!(size_bytes(&[("ProjectName", "small")]), Ok(0x10));
    assert_eq!(size_bytes(&[("ProjectName", "big"), ("Configuration", "Debug")]), Ok(0x40));
    assert_eq!(size_bytes(&[("ProjectName", "big"), ("Configuration", "Release")]), Ok(0x20));
    assert_eq!(size_bytes(&[("ProjectName", "big")]), Err(12));
    assert_eq!(size_bytes(&[("ProjectName", "none")]), Err(1));
    assert_eq!(size_bytes(&[]), Err(8));
}
