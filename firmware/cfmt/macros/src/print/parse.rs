//! Tokens → [`Call`]. Every mistake is reported here, at the guilty token.

mod c;

use super::format::{self, Piece};
use super::model::{Call, Hole, Segment, Sink, Target};
use super::spec::{Passing, Spec};
use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprPath, Lit, LitStr, Token};

/// Reads what stands between the macro's parentheses.
pub(crate) fn call(input: TokenStream, target: Target) -> syn::Result<Call> {
    let typed = (|input: ParseStream<'_>| Typed::parse(input, target.sink)).parse2(input)?;
    let span = typed.format.span();
    let text = typed.format.value();
    let pieces = format::parse(&text).map_err(|why| syn::Error::new(span, why))?;
    Resolver::new(typed, target).resolve(&pieces)
}

/// What was typed: perhaps a buffer, a format, and arguments.
struct Typed {
    buffer: Option<Expr>,
    format: LitStr,
    arguments: Vec<Argument>,
}

struct Argument {
    name: Option<Ident>,
    value: Expr,
}

impl Typed {
    fn parse(input: ParseStream<'_>, sink: Sink) -> syn::Result<Self> {
        let buffer = match sink {
            Sink::Stream(_) if input.is_empty() => {
                let format = LitStr::new("", Span::call_site());
                return Ok(Self { buffer: None, format, arguments: Vec::new() });
            }
            Sink::Stream(_) => None,
            Sink::Text => Some(Self::parse_buffer(input, "csprint!(&mut text, \"{:d}\", n)")?),
            Sink::Bytes => Some(Self::parse_buffer(input, "cbprint!(&mut bytes, \"{:d}\", n)")?),
        };
        let format = Self::parse_format(input)?;
        let mut arguments = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            arguments.push(Argument::parse(input)?);
        }
        Ok(Self { buffer, format, arguments })
    }

    fn parse_buffer(input: ParseStream<'_>, example: &str) -> syn::Result<Expr> {
        let why = format!("a buffer and a format are needed: write `{example}`");
        let span = input.span();
        let refusal = |_| syn::Error::new(span, &why);
        let buffer = ungrouped(input.parse().map_err(refusal)?);
        input.parse::<Token![,]>().map_err(refusal)?;
        let is_format = matches!(&buffer, Expr::Lit(it) if matches!(it.lit, Lit::Str(_)));
        if is_format || input.is_empty() {
            return Err(syn::Error::new(span, &why));
        }
        Ok(buffer)
    }

    /// The format is needed while compiling, so that only a literal will do.
    fn parse_format(input: ParseStream<'_>) -> syn::Result<LitStr> {
        const WHY: &str = "the format must be a string literal: write `\"{:rs}\", text` to print a variable";
        let first_span = input.span();
        let expr = input.parse::<Expr>().map_err(|_| syn::Error::new(first_span, WHY))?;
        match ungrouped(expr) {
            Expr::Lit(ExprLit { lit: Lit::Str(format), .. }) => Ok(format),
            other => Err(syn::Error::new(other.span(), WHY)),
        }
    }
}

/// A literal that came through another macro's `$format:expr` is wrapped in an invisible group.
fn ungrouped(expr: Expr) -> Expr {
    match expr {
        Expr::Group(group) => ungrouped(*group.expr),
        other => other,
    }
}

impl Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let is_named = input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]);
        let name = if is_named {
            let name = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            Some(name)
        } else {
            None
        };
        Ok(Self { name, value: input.parse()? })
    }
}

/// Finds the argument of each hole.
struct Resolver {
    target: Target,
    buffer: Option<Expr>,
    format_span: Span,
    arguments: Vec<Argument>,
    /// How many arguments stood in the parentheses; captured variables follow them.
    typed_count: usize,
    used: Vec<bool>,
    next_positional_idx: usize,
}

impl Resolver {
    fn new(typed: Typed, target: Target) -> Self {
        let typed_count = typed.arguments.len();
        Self {
            target,
            buffer: typed.buffer,
            format_span: typed.format.span(),
            arguments: typed.arguments,
            typed_count,
            used: vec![false; typed_count],
            next_positional_idx: 0,
        }
    }

    fn resolve(mut self, pieces: &[Piece]) -> syn::Result<Call> {
        self.check_order()?;
        self.check_count(pieces)?;
        let mut segments = Vec::new();
        for piece in pieces {
            segments.push(match piece {
                Piece::Text(text) => Segment::Text(text.clone()),
                Piece::Hole { name, spec, flags } => {
                    let argument_idx = self.argument_idx(name.as_deref());
                    self.check_ascii(argument_idx, spec)?;
                    Segment::Hole(Hole { argument_idx, spec, flags: *flags })
                }
            });
        }
        self.check_used()?;
        if self.target.newline {
            segments.push(Segment::Text("\n".to_owned()));
        }
        let arguments = self.arguments.into_iter().map(|it| it.value).collect();
        let Self { target, buffer, format_span, .. } = self;
        Ok(Call { target, buffer, segments, format_span, arguments })
    }

    fn check_order(&self) -> syn::Result<()> {
        let first_named_idx = self.arguments.iter().position(|it| it.name.is_some());
        let late = first_named_idx.and_then(|it| self.arguments[it..].iter().find(|it| it.name.is_none()));
        late.map_or(Ok(()), |it| {
            Err(syn::Error::new(
                it.value.span(),
                "an argument without a name must stand before those with names",
            ))
        })
    }

    /// Compares the holes without a name with the arguments without one.
    fn check_count(&self, pieces: &[Piece]) -> syn::Result<()> {
        let n_holes = pieces.iter().filter(|it| matches!(it, Piece::Hole { name: None, .. })).count();
        let n_arguments = self.arguments.iter().filter(|it| it.name.is_none()).count();
        if n_holes > n_arguments {
            let found = counted(n_arguments, "argument");
            let message = format!("the format prints {}, but there is {found}", counted(n_holes, "argument"));
            return Err(syn::Error::new(self.format_span, message.replace("there is 0", "there are 0")));
        }
        match self.arguments.get(n_holes) {
            Some(extra) if n_holes < n_arguments => {
                let mut why = format!(
                    "this argument is not printed: the format prints {}",
                    counted(n_holes, "argument")
                );
                let texts = pieces.iter().filter_map(Piece::text);
                if let Some((theirs, ours)) = texts.filter_map(c::find_conversion).next() {
                    why += &format!("; `{theirs}` is C's: write `{ours}`");
                }
                Err(syn::Error::new(extra.value.span(), why))
            }
            _ => Ok(()),
        }
    }

    /// A character that is known to be no ASCII would print as `?` forever.
    fn check_ascii(&self, argument_idx: usize, spec: &Spec) -> syn::Result<()> {
        match &self.arguments[argument_idx].value {
            Expr::Lit(ExprLit { lit: Lit::Char(it), .. })
                if spec.passing == Passing::Byte && !it.value().is_ascii() =>
            {
                Err(syn::Error::new(it.span(), "`{:cc}` prints ASCII only: write `{:rc}` for this character"))
            }
            _ => Ok(()),
        }
    }

    /// The argument of a hole: the next one, the one of that name, or a variable in scope.
    fn argument_idx(&mut self, name: Option<&str>) -> usize {
        let Some(name) = name else {
            let idx = self.next_positional_idx;
            self.next_positional_idx += 1;
            self.used[idx] = true;
            return idx;
        };
        let known = self.arguments.iter().position(|it| it.name.as_ref().is_some_and(|it| it == name));
        let idx = known.unwrap_or_else(|| self.capture(name));
        self.used[idx] = true;
        idx
    }

    /// Adds a variable of the caller, which the error for an unknown one then points at.
    fn capture(&mut self, name: &str) -> usize {
        let ident = Ident::new(name, self.format_span);
        let path = ExprPath { attrs: Vec::new(), qself: None, path: ident.clone().into() };
        self.arguments.push(Argument { name: Some(ident), value: path.into() });
        self.used.push(false);
        self.arguments.len() - 1
    }

    fn check_used(&self) -> syn::Result<()> {
        let typed = self.arguments.iter().take(self.typed_count);
        let unused = typed.zip(&self.used).find(|(_, used)| !**used);
        match unused.and_then(|(argument, _)| argument.name.as_ref()) {
            Some(name) => {
                let message =
                    format!("`{name}` is not printed: add `{{{name}:…}}` to the format or remove it");
                Err(syn::Error::new(name.span(), message))
            }
            None => Ok(()),
        }
    }
}

fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
