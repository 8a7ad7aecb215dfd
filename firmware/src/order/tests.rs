//! Orders as people type them.

use super::Order;
use crate::command::{CommandError, LineReader};

#[test]
fn each_order_is_read() {
    let orders = [
        ("help", Order::Help),
        ("status", Order::Status),
        ("rate 250", Order::Rate { period_ms: 250 }),
        ("limit -20", Order::Limit { celsius: -20 }),
        ("save", Order::Save),
        ("reboot", Order::Reboot),
        ("hang", Order::Hang),
        ("crash", Order::Crash),
    ];
    for (line, order) in orders {
        assert_eq!(Order::parse(line), Ok(order));
    }
}

#[test]
fn numbers_out_of_range_are_refused() {
    for line in ["rate", "rate 0", "rate 60001", "rate -1", "limit -274", "limit 1001", "limit hot"] {
        assert_eq!(Order::parse(line), Err(CommandError::Number), "{line}");
    }
}

#[test]
fn the_loggers_commands_are_no_orders() {
    let mut reader = LineReader::new();
    let answers: Vec<_> =
        b"stats\nstatus\n".iter().filter_map(|it| reader.push_for(*it, Order::parse)).collect();
    assert_eq!(answers, [Err(CommandError::Unknown), Ok(Order::Status)]);
}
