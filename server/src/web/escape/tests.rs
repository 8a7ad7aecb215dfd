//! What templates print of hostile text.

use super::VisibleHtml;
use askama::filters::Escaper;

fn shown(text: &str) -> String {
    let mut out = String::new();
    VisibleHtml.write_escaped_str(&mut out, text).unwrap();
    out
}

#[test]
fn markup_becomes_text() {
    assert_eq!(
        shown("<script>alert('1')</script> & \"x\""),
        "&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62; &#38; &#34;x&#34;"
    );
}

#[test]
fn control_characters_become_pictures() {
    assert_eq!(shown("a\nb\tc\u{1b}[31md\u{7f}"), "a␊b␉c␛[31md␡");
}

#[test]
fn characters_that_reorder_or_hide_text_become_visible() {
    assert_eq!(shown("user\u{202e}nimda\u{2069}\u{200b}"), "user�nimda��");
}

#[test]
fn other_scripts_stay_as_they_are() {
    assert_eq!(shown("größe::サイズ | 尺寸"), "größe::サイズ | 尺寸");
}
