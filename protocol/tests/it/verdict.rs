//! How builds are judged.

use plimsoll_protocol::verdict::judge;
use plimsoll_protocol::{Budget, JudgedImage, JudgedRegion, Overflow};

fn image(needed_bytes: u64, overflow_bytes: u64) -> JudgedImage {
    let overwrites = if overflow_bytes > 0 { vec!["SETTINGS".to_owned()] } else { Vec::new() };
    JudgedImage {
        flash_bytes: Some(needed_bytes),
        regions: vec![JudgedRegion {
            name: "FLASH".to_owned(),
            needed_bytes,
            length_bytes: Some(2048),
            overflow: Overflow { bytes: overflow_bytes, overwrites },
        }],
        static_use: vec![("static".to_owned(), 800), ("static-RAM".to_owned(), 700)],
    }
}

/// `subject used of limit, over`, one line per verdict.
fn told(budgets: &[(&str, u64)], image: &JudgedImage) -> Vec<String> {
    let budget = |it: &(&str, u64)| Budget { subject: it.0.to_owned(), limit_bytes: it.1 };
    let budgets: Vec<Budget> = budgets.iter().map(budget).collect();
    let line = |it: plimsoll_protocol::Verdict| {
        let used = it.used_bytes.map_or("none".to_owned(), |it| it.to_string());
        let word = if it.within { "within" } else { "over" };
        format!(
            "{} {used} of {} {word} {} {}",
            it.subject,
            it.limit_bytes,
            it.over_bytes,
            it.overwrites.join(" ")
        )
    };
    judge(&budgets, image).into_iter().map(|it| line(it).trim_end().to_owned()).collect()
}

#[test]
fn a_region_that_overflows_is_over_with_and_without_a_budget() {
    assert_eq!(told(&[], &image(2488, 440)), ["FLASH 2488 of 2048 over 440 SETTINGS"]);
    assert_eq!(told(&[("FLASH", 4096)], &image(2488, 440)), ["FLASH 2488 of 2048 over 440 SETTINGS"]);
    assert_eq!(told(&[("FLASH", 1024)], &image(2488, 440)), ["FLASH 2488 of 1024 over 1464 SETTINGS"]);
    assert_eq!(told(&[], &image(2048, 0)), [""; 0]);
}

#[test]
fn a_budget_may_be_on_static_use() {
    let budgets = [("static", 799), ("static-RAM", 700), ("static-ROM", 1)];
    assert_eq!(
        told(&budgets, &image(1, 0)),
        ["static 800 of 799 over 1", "static-RAM 700 of 700 within 0", "static-ROM none of 1 over 0"]
    );
}

#[test]
fn what_an_old_build_does_not_know_is_not_judged() {
    let old = JudgedImage { static_use: Vec::new(), ..image(1, 0) };
    assert_eq!(told(&[("static", 1), ("total", 8)], &old), ["total 1 of 8 within 0"]);
}
