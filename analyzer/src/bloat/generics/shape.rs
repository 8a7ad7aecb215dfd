//! Names without type arguments.

/// Operators of C++ that look like brackets, longer ones first.
const OPERATORS: [&str; 11] = ["<<=", ">>=", "<=>", "->*", "<<", ">>", "<=", ">=", "->", "<", ">"];
/// What makes a type that any other may be in.
const WRAPPERS: [&str; 4] = ["&mut ", "&", "*const ", "*mut "];

/// A path of Rust with `_` for type arguments, and whether it had any.
/// `<heapless::Vec<u8, 4> as Drop>::drop` → `<heapless::Vec<_> as Drop>::drop`.
pub(super) fn of_rust(name: &str) -> (String, bool) {
    let mut shape = String::with_capacity(name.len());
    let mut is_generic = false;
    let mut rest = name;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        shape.push_str(before);
        let inside = &from[1..];
        if is_implementation(&shape, inside) {
            shape.push('<');
            rest = inside;
            if let Some((wrapper, after)) = wrapped_self(inside) {
                shape.push_str(wrapper);
                shape.push('_');
                (rest, is_generic) = (after, true);
            }
        } else {
            shape.push_str("<_>");
            (rest, is_generic) = (behind(inside), true);
        }
    }
    shape.push_str(rest);
    (shape, is_generic)
}

/// An instance of a template of C++ with `_` for its arguments, without return type, and with the
/// number of its parameters for their types. `None` where there are no arguments.
pub(super) fn of_cpp(name: &str) -> Option<String> {
    if !name.contains('<') {
        return None;
    }
    let shape = without_arguments(name);
    if !shape.contains("<_>") {
        return None;
    }
    let (path, parameters) = match parameters_at(&shape) {
        Some(at) => (&shape[..at], Some(&shape[at + 1..])),
        None => (shape.as_str(), None),
    };
    let path = without_return_type(path);
    let n_parameters = parameters.map_or(0, count);
    Some(match n_parameters {
        0 => path.to_owned(),
        n => format!("{path}({})", vec!["_"; n].join(", ")),
    })
}

/// Whether a bracket opens `<T as Trait>` or `<impl Trait for T>` instead of arguments.
fn is_implementation(before: &str, inside: &str) -> bool {
    inside.starts_with("impl ")
        || !before.ends_with(|it: char| it.is_alphanumeric() || matches!(it, '_' | ':' | '}' | ')'))
}

/// `<&u8 as Debug>` is an implementation for all references: `&`, and what follows the type.
fn wrapped_self(inside: &str) -> Option<(&'static str, &str)> {
    let wrapper = WRAPPERS.into_iter().find(|it| inside.starts_with(it))?;
    let mut depth = 0_usize;
    for (at, it) in inside.char_indices() {
        match it {
            '<' | '(' | '[' => depth += 1,
            '>' if inside[..at].ends_with('-') => {}
            '>' | ')' | ']' => depth = depth.checked_sub(1)?,
            ' ' if depth == 0 && inside[at..].starts_with(" as ") => return Some((wrapper, &inside[at..])),
            _ => {}
        }
    }
    None
}

/// What follows the bracket that was open before `inside`.
fn behind(inside: &str) -> &str {
    let mut depth = 1_usize;
    let mut before = ' ';
    for (at, it) in inside.char_indices() {
        match it {
            '<' => depth += 1,
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &inside[at + 1..];
        }
        before = it;
    }
    ""
}

/// Template arguments as `<_>`; operators are no brackets.
fn without_arguments(name: &str) -> String {
    let mut shape = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find(['<', '>']) {
        let (before, from) = rest.split_at(at);
        // The first character of `->` is before the bracket.
        let (before, from) = match before.strip_suffix("operator-") {
            Some(_) => rest.split_at(at - 1),
            None => (before, from),
        };
        shape.push_str(before);
        let operator = OPERATORS.into_iter().find(|it| from.starts_with(it));
        match operator.filter(|_| before.ends_with("operator")) {
            Some(operator) => {
                shape.push_str(operator);
                rest = &from[operator.len()..];
            }
            None if from.starts_with('<') => {
                // `operator<< <char>` is printed with a space.
                shape.truncate(shape.trim_end().len());
                shape.push_str("<_>");
                rest = behind(&from[1..]);
            }
            None => {
                shape.push('>');
                rest = &from[1..];
            }
        }
    }
    shape.push_str(rest);
    shape
}

/// Where the list of parameters opens: the bracket that the last one closes.
fn parameters_at(shape: &str) -> Option<usize> {
    let end = shape.rfind(')')?;
    let mut depth = 0_usize;
    for (at, it) in shape[..=end].char_indices().rev() {
        match it {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn count(parameters: &str) -> usize {
    let list = parameters.rsplit_once(')').map_or(parameters, |it| it.0);
    if list.trim().is_empty() || list == "void" {
        return 0;
    }
    let mut depth = 0_i64;
    let mut n_commas = 0;
    for it in list.chars() {
        match it {
            '(' | '[' | '{' => depth = depth.saturating_add(1),
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => n_commas += 1,
            _ => {}
        }
    }
    n_commas + 1
}

/// `unsigned long f<_>` → `f<_>`; `operator new` keeps its space, `(anonymous namespace)::f` too.
fn without_return_type(path: &str) -> &str {
    let mut depth = 0_usize;
    for (at, it) in path.char_indices().rev() {
        match it {
            ')' | '}' | ']' => depth += 1,
            '(' | '{' | '[' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 && !path[..at].ends_with("operator") => return &path[at + 1..],
            _ => {}
        }
    }
    path
}

#[cfg(test)]
mod tests;
