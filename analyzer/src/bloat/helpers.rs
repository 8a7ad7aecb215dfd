//! Helpers that the compiler calls on its own account, and who needs them.

use std::collections::BTreeSet;

use crate::graph::Graph;
use crate::report::assemble::{Named, rows_by_node};
use crate::report::{HelperUse, SymbolKind};

/// As many are listed, the biggest first.
const MAX_HELPERS: usize = 256;
/// As many users of each.
const MAX_USERS: usize = 64;
/// As many references are followed back from each.
const MAX_REFERENCES: usize = 65_536;

const SINGLE: &str = "single-precision floating point";
const DOUBLE: &str = "double-precision floating point";
const COPYING: &str = "copying memory";
const FILLING: &str = "filling memory";
const COMPARING: &str = "comparing memory";

/// How names of the Arm run-time ABI (IHI 0043, §4) go on behind `__aeabi_`. The first that fits counts.
const AEABI: [(&str, &str); 28] = [
    ("memcpy", COPYING),
    ("memmove", COPYING),
    ("memset", FILLING),
    ("memclr", FILLING),
    ("idiv", "32-bit division"),
    ("uidiv", "32-bit division"),
    ("ldiv", "64-bit division"),
    ("uldiv", "64-bit division"),
    ("lmul", "64-bit multiplication"),
    ("ll", "64-bit shifts"),
    ("lasr", "64-bit shifts"),
    ("lcmp", "64-bit comparison"),
    ("ulcmp", "64-bit comparison"),
    ("uread", "unaligned access"),
    ("uwrite", "unaligned access"),
    ("f2d", DOUBLE),
    ("i2d", DOUBLE),
    ("ui2d", DOUBLE),
    ("l2d", DOUBLE),
    ("ul2d", DOUBLE),
    ("l2f", SINGLE),
    ("ul2f", SINGLE),
    ("d", DOUBLE),
    ("cd", DOUBLE),
    ("i2f", SINGLE),
    ("ui2f", SINGLE),
    ("f", SINGLE),
    ("cf", SINGLE),
];

/// What libgcc's names for integers begin with, behind `__`.
const INTEGER: [(&str, &str); 16] = [
    ("divmod", "division"),
    ("udivmod", "division"),
    ("div", "division"),
    ("udiv", "division"),
    ("mod", "division"),
    ("umod", "division"),
    ("mul", "multiplication"),
    ("mulo", "multiplication"),
    ("ashl", "shifts"),
    ("ashr", "shifts"),
    ("lshr", "shifts"),
    ("cmp", "comparison"),
    ("ucmp", "comparison"),
    ("clz", "counting of bits"),
    ("ctz", "counting of bits"),
    ("popcount", "counting of bits"),
];

/// What libgcc calls the sizes of integers.
const WIDTHS: [(&str, u32); 5] = [("qi", 8), ("hi", 16), ("si", 32), ("di", 64), ("ti", 128)];

/// What libgcc's names for floating point begin with, behind `__`.
const FLOAT: [&str; 18] = [
    "add", "sub", "mul", "div", "neg", "cmp", "eq", "ne", "lt", "le", "gt", "ge", "unord", "fix", "float",
    "extend", "trunc", "powi",
];

/// All of them, the biggest first.
pub(crate) fn find(rows: &[Named], graph: &Graph) -> Vec<HelperUse> {
    let by_node = rows_by_node(rows);
    let purposes: Vec<Option<String>> = rows.iter().map(purpose_of).collect();
    let purpose_at = |node: usize| purposes[by_node.get(node).copied().flatten()?].as_ref();
    let helpers = purposes.iter().enumerate().filter_map(|(row_idx, it)| Some((row_idx, it.as_ref()?)));
    let helper = |(symbol, purpose): (usize, &String)| {
        // What has no symbol stands between a helper and who needs it: a pool, a table.
        let is_between = |node: usize| match by_node.get(node).copied().flatten() {
            Some(row_idx) => purpose_at(node).is_some() || rows[row_idx].symbol.mangled.is_empty(),
            None => true,
        };
        let users = users(graph, rows[symbol].node, is_between);
        let mut used_by: Vec<usize> = users.into_iter().filter_map(|it| by_node[it]).collect();
        used_by.sort_unstable();
        let n_left_out = used_by.len().saturating_sub(MAX_USERS) as u64;
        used_by.truncate(MAX_USERS);
        HelperUse { symbol, purpose: purpose.clone(), used_by, n_left_out }
    };
    helpers.take(MAX_HELPERS).map(helper).collect()
}

/// The nodes that lead to `helper`, directly or over what is between.
fn users(graph: &Graph, helper: usize, is_between: impl Fn(usize) -> bool) -> BTreeSet<usize> {
    let (mut users, mut between) = (BTreeSet::new(), BTreeSet::from([helper]));
    let (mut open, mut n_followed) = (vec![helper], 0);
    while let Some(node) = open.pop() {
        for source in graph.referrers(node) {
            n_followed += 1;
            if n_followed > MAX_REFERENCES {
                return users;
            }
            if !is_between(source) {
                users.insert(source);
            } else if between.insert(source) {
                open.push(source);
            }
        }
    }
    users
}

fn purpose_of(row: &Named) -> Option<String> {
    let symbol = &row.symbol;
    if symbol.mangled.is_empty() || !matches!(symbol.kind, SymbolKind::Function | SymbolKind::Label) {
        return None;
    }
    let names = std::iter::once(&symbol.name).chain(&symbol.aliases);
    names.into_iter().find_map(|it| purpose(it))
}

/// What a helper of this name is for; `None` for all other names.
fn purpose(name: &str) -> Option<String> {
    if let Some(path) = name.strip_prefix("compiler_builtins::") {
        let last = path.rsplit("::").next().unwrap_or(path);
        return plain(last).or_else(|| Some(of_module(path).to_owned()));
    }
    // Linkers put a jump in between where the way is too far.
    let thunk = name.rmatch_indices('T').find_map(|(at, _)| name[at..].strip_prefix("Thunk_"));
    let name = thunk.unwrap_or(name);
    let name = name.strip_prefix("__").and_then(|it| it.strip_suffix("_veneer")).unwrap_or(name);
    plain(name)
}

fn plain(name: &str) -> Option<String> {
    if let Some(rest) = name.strip_prefix("__aeabi_") {
        return AEABI.iter().find(|it| rest.starts_with(it.0)).map(|it| it.1.to_owned());
    }
    let fixed = match name {
        "memcpy" | "memmove" | "__memcpy" | "__memmove" => COPYING,
        "memset" | "__memset" | "bzero" => FILLING,
        "memcmp" | "bcmp" | "__memcmp" => COMPARING,
        _ => return libgcc(name.strip_prefix("__")?),
    };
    Some(fixed.to_owned())
}

/// `divdi3`, `addsf3`, `floatunsidf`: what it does, the sizes, how many operands.
fn libgcc(name: &str) -> Option<String> {
    let stem = name.strip_suffix(['2', '3', '4']).unwrap_or(name);
    if FLOAT.iter().any(|it| stem.starts_with(it)) {
        // Conversions name both sides, the wider one decides.
        match stem {
            _ if stem.contains("df") => return Some(DOUBLE.to_owned()),
            _ if stem.contains("sf") => return Some(SINGLE.to_owned()),
            _ => {}
        }
    }
    let (operation, bits) =
        WIDTHS.iter().find_map(|(ending, bits)| Some((stem.strip_suffix(ending)?, bits)))?;
    let what = INTEGER.iter().find(|it| it.0 == operation)?.1;
    Some(format!("{bits}-bit {what}"))
}

/// Of functions that only the helpers themselves call.
fn of_module(path: &str) -> &'static str {
    let has = |it: &str| path.contains(it);
    match path {
        _ if has("f64") => DOUBLE,
        _ if has("f32") => SINGLE,
        _ if has("float::") => "floating point",
        _ if has("math::") || has("libm") => "mathematical functions",
        _ if has("u128_div") || has("i128_div") => "128-bit division",
        _ if has("u64_div") || has("i64_div") => "64-bit division",
        _ if has("u32_div") || has("i32_div") => "32-bit division",
        _ if has("div") => "division",
        _ if has("mem::") && has("copy") => COPYING,
        _ if has("mem::") && has("set") => FILLING,
        _ if has("mem::") && has("compare") => COMPARING,
        _ => "other support of the compiler",
    }
}
