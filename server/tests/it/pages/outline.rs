//! A page as a text browser would show it: what a test compares and a person can read.

/// The text of a page's main part: headings with `#`, table cells between `|`, each block on a line.
pub(crate) fn outline(html: &str) -> String {
    let main = html.split_once("<main").map_or(html, |it| it.1);
    let main = main.split_once("</main>").map_or(main, |it| it.0);
    let main = main.split_once('>').map_or(main, |it| it.1);
    let mut text = String::new();
    let mut hidden_until = None;
    for piece in main.split('<').skip(1) {
        let (tag, rest) = piece.split_once('>').unwrap_or((piece, ""));
        let name: String = tag.chars().take_while(|it| it.is_ascii_alphanumeric() || *it == '/').collect();
        match (&hidden_until, name.as_str()) {
            (Some(end), it) if *end != it => continue,
            (Some(_), _) => hidden_until = None,
            (None, "svg") => hidden_until = Some("/svg".to_owned()),
            (None, "select") => hidden_until = Some("/select".to_owned()),
            (None, it) => text.push_str(mark(it, tag)),
        }
        if hidden_until.is_none() {
            text.push_str(&rest.replace('\n', " "));
        }
    }
    tidy(&text)
}

fn mark(name: &str, tag: &str) -> &'static str {
    match name {
        "h1" => "\n# ",
        "h2" => "\n## ",
        "h3" => "\n### ",
        "tr" => "\n|",
        "/td" | "/th" => " |",
        "input" if tag.contains("hidden") => "",
        "input" => "[…]",
        "p" | "/p" | "/h1" | "/h2" | "/h3" | "li" | "dt" | "summary" | "/table" | "section" | "button"
        | "nav" => "\n",
        _ => " ",
    }
}

fn tidy(text: &str) -> String {
    let text = decode(text);
    let lines =
        text.lines().map(|it| it.split(' ').filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" "));
    lines.filter(|it| !it.is_empty() && it != "|").collect::<Vec<_>>().join("\n")
}

/// The text behind character references.
pub(crate) fn decode(text: &str) -> String {
    let pairs = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (reference, sign)| text.replace(reference, sign))
}
