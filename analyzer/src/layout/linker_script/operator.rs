//! What stands between operands, and what comes of it.

use super::Mistake;
use super::tokens::{Place, Token, TokenKind};

/// Takes two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::layout) enum Operator {
    Multiply,
    Divide,
    Remainder,
    Add,
    Subtract,
    ShiftLeft,
    ShiftRight,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Unequal,
    BitAnd,
    BitXor,
    BitOr,
    And,
    Or,
    /// `MAX(a, b)`.
    Maximum,
    /// `MIN(a, b)`.
    Minimum,
    /// `ALIGN(address, alignment)`.
    Align,
}

impl Operator {
    pub(super) fn of(token: &Token<'_>) -> Option<Self> {
        Some(token).filter(|it| it.kind == TokenKind::Mark).and_then(|it| Self::of_mark(it.text))
    }

    pub(in crate::layout) fn of_mark(mark: &str) -> Option<Self> {
        Some(match mark {
            "*" => Self::Multiply,
            "/" => Self::Divide,
            "%" => Self::Remainder,
            "+" => Self::Add,
            "-" => Self::Subtract,
            "<<" => Self::ShiftLeft,
            ">>" => Self::ShiftRight,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            "==" => Self::Equal,
            "!=" => Self::Unequal,
            "&" => Self::BitAnd,
            "^" => Self::BitXor,
            "|" => Self::BitOr,
            "&&" => Self::And,
            "||" => Self::Or,
            _ => return None,
        })
    }

    /// `None` for `=` and `Some(Add)` for `+=`; nothing at all if `token` does not assign.
    pub(super) fn assigning(token: &Token<'_>) -> Option<Option<Self>> {
        if token.kind != TokenKind::Mark {
            return None;
        }
        Some(match token.text {
            "=" => None,
            "*=" => Some(Self::Multiply),
            "/=" => Some(Self::Divide),
            "+=" => Some(Self::Add),
            "-=" => Some(Self::Subtract),
            "<<=" => Some(Self::ShiftLeft),
            ">>=" => Some(Self::ShiftRight),
            "&=" => Some(Self::BitAnd),
            "^=" => Some(Self::BitXor),
            "|=" => Some(Self::BitOr),
            _ => return None,
        })
    }

    /// As in C: multiplication before addition before shifts before comparisons before `&`.
    pub(in crate::layout) fn strength(self) -> u8 {
        match self {
            Self::Multiply | Self::Divide | Self::Remainder => 10,
            Self::Add | Self::Subtract => 9,
            Self::ShiftLeft | Self::ShiftRight => 8,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 7,
            Self::Equal | Self::Unequal => 6,
            Self::BitAnd => 5,
            Self::BitXor => 4,
            Self::BitOr => 3,
            Self::And => 2,
            Self::Or => 1,
            // Written as functions.
            Self::Maximum | Self::Minimum | Self::Align => 11,
        }
    }

    /// Values are wider than 64 bits and signed, so that intermediate results neither wrap nor turn
    /// positive unseen. Where the linker's unsigned arithmetic is what authors rely on, it is used.
    pub(in crate::layout) fn apply(self, place: Place, left: i128, right: i128) -> Result<i128, Mistake> {
        if matches!(self, Self::Divide | Self::Remainder) && right == 0 {
            return Err(place.mistake("division by zero"));
        }
        let value = match self {
            Self::Multiply => left.checked_mul(right),
            Self::Divide => left.checked_div(right),
            Self::Remainder => left.checked_rem(right),
            Self::Add => left.checked_add(right),
            Self::Subtract => left.checked_sub(right),
            Self::ShiftLeft => shift(right).and_then(|it| left.checked_mul(1 << it)),
            Self::ShiftRight => shift(right).map(|it| unsigned(left) >> it),
            Self::BitAnd => Some(left & right),
            Self::BitXor => Some(left ^ right),
            Self::BitOr => Some(left | right),
            Self::Align => align(left, right),
            Self::Maximum => Some(if unsigned(left) < unsigned(right) { right } else { left }),
            Self::Minimum => Some(if unsigned(left) < unsigned(right) { left } else { right }),
            _ => Some(self.is_true(unsigned(left), unsigned(right)).into()),
        };
        value.filter(|it| fits(*it)).ok_or_else(|| place.mistake("the result does not fit into 64 bits"))
    }

    fn is_true(self, left: i128, right: i128) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal => left == right,
            Self::Unequal => left != right,
            Self::And => left != 0 && right != 0,
            _ => left != 0 || right != 0,
        }
    }
}

/// What the linker makes of a negative number.
pub(in crate::layout) fn unsigned(value: i128) -> i128 {
    value & i128::from(u64::MAX)
}

fn shift(bits: i128) -> Option<u32> {
    u32::try_from(bits).ok().filter(|it| *it < 64)
}

fn align(address: i128, alignment: i128) -> Option<i128> {
    if alignment <= 1 {
        return Some(address);
    }
    let above = address.checked_add(alignment - 1)?;
    Some(above - above.rem_euclid(alignment))
}

/// Differences may be negative on the way, but nothing is wider than an address.
fn fits(value: i128) -> bool {
    value.unsigned_abs() <= u64::MAX.into()
}
