//! Lines as people and terminals type them.

use super::{Command, CommandError, LineReader};

fn answers(typed: &str) -> Vec<Result<Command, CommandError>> {
    let mut reader = LineReader::new();
    typed.bytes().filter_map(|byte| reader.push(byte)).collect()
}

#[test]
fn each_command_is_read() {
    assert_eq!(Command::parse("help"), Ok(Command::Help));
    assert_eq!(Command::parse("stats"), Ok(Command::Stats));
    assert_eq!(Command::parse("period 250"), Ok(Command::Period { period_ms: 250 }));
    assert_eq!(Command::parse("limit -20"), Ok(Command::Limit { celsius: -20 }));
}

#[test]
fn numbers_out_of_range_are_refused() {
    for line in
        ["period", "period 0", "period 60001", "period x", "period 99999999999", "limit -274", "limit 1001"]
    {
        assert_eq!(Command::parse(line), Err(CommandError::Number), "{line}");
    }
}

#[test]
fn lines_end_as_terminals_end_them() {
    assert_eq!(answers("help\rstats\r\nhelp\n"), [Ok(Command::Help), Ok(Command::Stats), Ok(Command::Help)]);
    assert_eq!(answers("\r\n\n\n"), []);
    assert_eq!(answers("help"), []);
}

#[test]
fn a_line_too_long_does_not_spoil_the_next() {
    let typed = format!("{}\nhelp\n", "x".repeat(1000));
    assert_eq!(answers(&typed), [Err(CommandError::TooLong), Ok(Command::Help)]);
}

#[test]
fn bytes_that_are_no_text_are_no_command() {
    let mut reader = LineReader::new();
    reader.push(0xff);
    assert_eq!(reader.push(b'\n'), Some(Err(CommandError::Unknown)));
}
