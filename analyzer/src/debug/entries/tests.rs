//! Step for step what gimli says entry by entry.

use gimli::{RunTimeEndian, SectionId};

use super::*;

/// Abbreviations: number, tag, whether it has children, then pairs of attribute and form.
const TABLE: &[&[u8]] = &[
    &[1, 0x11, 1, 0x03, 0x08, 0x13, 0x0b, 0, 0],
    &[2, 0x39, 1, 0x03, 0x08, 0, 0],
    // A function: strp, addr, data4, implicit_const, flag_present.
    &[3, 0x2e, 1, 0x03, 0x0e, 0x11, 0x01, 0x12, 0x06, 0x3a, 0x21, 5, 0x3f, 0x19, 0, 0],
    // An inlined one: ref4, sec_offset, udata.
    &[4, 0x1d, 0, 0x31, 0x13, 0x55, 0x17, 0x58, 0x0f, 0, 0],
    // A variable: exprloc, data2, sdata.
    &[5, 0x34, 0, 0x02, 0x18, 0x3b, 0x05, 0x1c, 0x0d, 0, 0],
    // One with a list of places, and a declaration.
    &[6, 0x34, 0, 0x02, 0x17, 0x03, 0x0e, 0, 0],
    &[7, 0x2e, 0, 0x03, 0x0e, 0x3c, 0x19, 0, 0],
    // A member: block1, indirect.
    &[8, 0x0d, 0, 0x1c, 0x0a, 0x0b, 0x16, 0, 0],
    // Another: string, block1.
    &[9, 0x0d, 0, 0x03, 0x08, 0x1c, 0x0a, 0, 0],
    &[0],
];

const ENTRIES: &[&[u8]] = &[
    &[1, b'u', 0, 28],
    &[2, b'n', 0],
    &[3, 1, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1, 4, 0, 0, 0],
    &[4, 11, 0, 0, 0, 9, 0, 0, 0, 0x80, 1],
    &[5, 2, 0x91, 0x78, 7, 0, 0x7f],
    &[6, 1, 0, 0, 0, 2, 0, 0, 0],
    &[0],
    &[8, 3, 1, 2, 3, 0x0b, 4],
    &[8, 0, 0x0f, 0xff, 0x01],
    &[5, 0, 1, 0, 0x80, 0x01],
    &[0],
    &[7, 1, 0, 0, 0],
    &[9, b'm', b'n', 0, 2, 9, 9],
    &[5, 0, 0, 0, 1],
    &[0],
];

#[test]
fn every_form_is_stepped_over_as_gimli_does() {
    let (table, entries) = (TABLE.concat(), ENTRIES.concat());
    // Version 4, addresses of 8 bytes.
    let mut info = (entries.len() as u32 + 7).to_le_bytes().to_vec();
    info.extend([4, 0, 0, 0, 0, 0, 8]);
    info.extend(&entries);
    let section = |id: SectionId| match id {
        SectionId::DebugInfo => info.as_slice(),
        SectionId::DebugAbbrev => table.as_slice(),
        _ => &[],
    };
    let dwarf =
        gimli::Dwarf::load(|id| Ok::<_, gimli::Error>(Slice::new(section(id), RunTimeEndian::Little)));
    let dwarf = dwarf.unwrap();
    let header = dwarf.units().next().unwrap().unwrap();
    let unit = dwarf.unit(header).unwrap();
    let unit = UnitRef::new(&dwarf, &unit);

    let mut theirs = Vec::new();
    let mut raw = unit.entries_raw(None).unwrap();
    while !raw.is_empty() {
        let (offset, depth) = (raw.next_offset().0, raw.next_depth());
        let Some(abbreviation) = raw.read_abbreviation().unwrap() else { continue };
        raw.skip_attributes(abbreviation.attributes()).unwrap();
        theirs.push((offset, depth));
    }
    let mut kinds = Vec::new();
    for reads in [false, true] {
        let mut ours = Vec::new();
        kinds.clear();
        let mut entries = Entries::new(unit).unwrap();
        while let Some(entry) = entries.next().unwrap() {
            ours.push((entry.offset, entry.depth));
            kinds.push(entry.kind);
            if reads { entries.read(&entry, |_| {}) } else { entries.skip(&entry) }.unwrap();
        }
        assert_eq!(ours, theirs);
    }
    use Kind::{Function, Inlined, Namespace, Other, Variable};
    assert_eq!(
        kinds,
        [
            Other, Namespace, Function, Inlined, Variable, Other, Other, Other, Variable, Other, Other,
            Variable
        ]
    );
}
