//! What people on other systems are told.

use super::*;

#[test]
fn a_mac_is_told_what_to_brew() {
    let text = advice(&[Need::Postgres, Need::ArmCompiler], System::MacOs);
    assert!(text.contains("`brew install postgresql@17 arm-none-eabi-gcc`"), "{text}");
}

#[test]
fn fedora_and_arch_are_told_their_own_names() {
    let missing = [Need::Postgres, Need::Node];
    assert!(advice(&missing, System::Fedora).contains("`sudo dnf install postgresql-server nodejs`"));
    assert!(advice(&missing, System::Arch).contains("`sudo pacman -S --needed postgresql nodejs npm`"));
}

#[test]
fn an_unknown_system_is_told_in_words() {
    let text = advice(&[Need::Git, Need::Chromium], System::Other);
    assert!(text.contains("install git, Chromium with your system's package manager"), "{text}");
}

#[test]
fn what_is_there_is_not_missing() {
    // Whoever runs this test has a Rust that links, so a C compiler is here.
    assert_eq!(missing(&[Need::CCompiler, Need::CCompiler]).unwrap(), []);
}

#[test]
fn every_need_can_be_got_somehow() {
    for need in Need::ALL {
        let by_apt = !need.apt_packages().is_empty();
        assert!(by_apt || need.rustup_arguments().is_some(), "{} cannot be installed", need.name());
        assert!(!need.reason().is_empty());
    }
}
