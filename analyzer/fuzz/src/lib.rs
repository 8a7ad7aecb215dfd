//! Small ELF files around the bytes that a fuzzer makes up, so that these reach what reads them.

/// Size of the header of a 32-bit ELF file.
const HEADER_BYTES: usize = 52;
const SYMBOL_BYTES: usize = 16;
const TEXT_ADDRESS: u32 = 0x1000;

/// A section to be: its name and content. `.text` and `.rodata` take memory, others do not.
pub type Content<'a> = (&'a str, &'a [u8]);

/// A 32-bit little-endian executable for `machine` (`e_machine`) with these sections. One function
/// for every 256 bytes of the first, and one constant that is all of each `.rodata`.
pub fn elf(machine: u16, sections: &[Content<'_>]) -> Vec<u8> {
    let mut names = vec![0];
    let mut headers = vec![[0_u32; 10]];
    let mut file = vec![0; HEADER_BYTES];
    let mut symbols = vec![0; SYMBOL_BYTES];
    for (idx, (name, content)) in sections.iter().enumerate() {
        let (flags, address) = match *name {
            ".text" => (6, TEXT_ADDRESS),
            ".rodata" => (2, 0x80_0000),
            ".eh_frame" => (2, 0xa0_0000),
            _ => (0, 0),
        };
        let size = content.len() as u32;
        headers.push([names.len() as u32, 1, flags, address, file.len() as u32, size, 0, 0, 4, 0]);
        push_name(&mut names, name);
        file.extend_from_slice(content);
        let step = if *name == ".text" { 256 } else { content.len().max(1) };
        for start in (0..content.len()).step_by(step).filter(|_| flags != 0) {
            let bytes = step.min(content.len() - start) as u32;
            let kind = if flags == 6 { 2 } else { 1 };
            [0, address + start as u32, bytes].iter().for_each(|it| symbols.extend(it.to_le_bytes()));
            symbols.extend([16 + kind, 0, idx as u8 + 1, 0]);
        }
    }
    let n_sections = headers.len() as u32;
    headers.push([
        names.len() as u32,
        2,
        0,
        0,
        file.len() as u32,
        symbols.len() as u32,
        n_sections + 1,
        1,
        4,
        16,
    ]);
    push_name(&mut names, ".symtab");
    file.extend(symbols);
    let name_idx = names.len() as u32;
    push_name(&mut names, ".strtab");
    headers.push([name_idx, 3, 0, 0, file.len() as u32, names.len() as u32, 0, 0, 1, 0]);
    file.extend(&names);
    finish(file, machine, &headers)
}

fn push_name(names: &mut Vec<u8>, name: &str) {
    names.extend(name.bytes());
    names.push(0);
}

/// Puts the table of sections at the end and the header at the start.
fn finish(mut file: Vec<u8>, machine: u16, headers: &[[u32; 10]]) -> Vec<u8> {
    let table_at = file.len() as u32;
    headers.iter().flatten().for_each(|it| file.extend(it.to_le_bytes()));
    let mut header = b"\x7fELF\x01\x01\x01".to_vec();
    header.resize(16, 0);
    header.extend(2_u16.to_le_bytes());
    header.extend(machine.to_le_bytes());
    [1, TEXT_ADDRESS | 1, 0, table_at, 0].iter().for_each(|it: &u32| header.extend(it.to_le_bytes()));
    let n_sections = headers.len() as u16;
    [HEADER_BYTES as u16, 32, 0, 40, n_sections, n_sections - 1]
        .iter()
        .for_each(|it| header.extend(it.to_le_bytes()));
    file[..HEADER_BYTES].copy_from_slice(&header);
    file
}

/// Cuts `data` into `n` parts, each with a length of two bytes before it; the last takes the rest.
pub fn parts(mut data: &[u8], n: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while parts.len() + 1 < n {
        let Some((length, rest)) = data.split_first_chunk::<2>() else { break };
        let (part, rest) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
        parts.push(part);
        data = rest;
    }
    parts.push(data);
    parts.resize(n, &[]);
    parts
}
