//! Where the parser crate and CPython disagree on tokens: newer syntax, which is noted and judged by target, nesting, indentation and identifiers;
//! and where the crate sees an error that is none.

pub(super) mod identifiers;
pub(super) mod indentation;

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::{
    LexicalErrorType, ParseError, ParseErrorType, UnsupportedSyntaxError, UnsupportedSyntaxErrorKind,
};
use ruff_text_size::{Ranged, TextRange};

use crate::diagnostic::DiagnosticKind;
use crate::targets::{SyntaxFeature, limits};

/// Whether an error of the parser crate is one. Literals are decoded while lowering, for it decodes them otherwise than CPython.
pub(super) fn is_fault(text: &str, error: &ParseError) -> bool {
    match &error.error {
        ParseErrorType::Lexical(
            LexicalErrorType::UnicodeError
            | LexicalErrorType::MissingUnicodeLbrace
            | LexicalErrorType::MissingUnicodeRbrace
            | LexicalErrorType::InvalidByteLiteral
            | LexicalErrorType::StringError,
        ) => false,
        ParseErrorType::ExpectedExpression => !is_bare_raise(text, error.location),
        // A `_` is a name before the `=` of a class pattern.
        ParseErrorType::OtherError(message)
            if message == "Expected an identifier for the keyword pattern" =>
        {
            &text[error.location] != "_"
        }
        _ => true,
    }
}

/// Whether an expression is missed at the `;` after a `raise`, which needs none.
fn is_bare_raise(text: &str, location: TextRange) -> bool {
    let before = text[..location.start().to_usize()].trim_end_matches([' ', '\t', '\x0c']);
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    text[location.start().to_usize()..].starts_with(';')
        && before.strip_suffix("raise").is_some_and(|rest| !rest.ends_with(is_name))
}

/// The syntax that not every version has; none for what no version has.
pub(super) fn feature(error: &UnsupportedSyntaxError) -> Option<SyntaxFeature> {
    use UnsupportedSyntaxErrorKind as Kind;
    Some(match error.kind {
        Kind::Match => SyntaxFeature::MatchStatement,
        Kind::ExceptStar => SyntaxFeature::ExceptStar,
        Kind::UnparenthesizedNamedExpr(_) => SyntaxFeature::UnparenthesizedNamedExpr,
        Kind::RelaxedDecorator(_) => SyntaxFeature::RelaxedDecorator,
        Kind::TypeParameterList => SyntaxFeature::TypeParameterList,
        Kind::LazyImportStatement => SyntaxFeature::LazyImport,
        Kind::TypeAliasStatement => SyntaxFeature::TypeAlias,
        Kind::TypeParamDefault => SyntaxFeature::TypeParameterDefault,
        Kind::Pep701FString(_) => SyntaxFeature::Pep701FString,
        Kind::ParenthesizedContextManager => SyntaxFeature::ParenthesizedContextManagers,
        Kind::StarExpressionInIndex => SyntaxFeature::StarExpressionInIndex,
        Kind::StarAnnotation => SyntaxFeature::StarAnnotation,
        Kind::UnpackingInComprehension(_) => SyntaxFeature::UnpackingInComprehension,
        Kind::UnparenthesizedUnpackInFor => SyntaxFeature::UnparenthesizedUnpackInFor,
        Kind::UnparenthesizedExceptionTypes => SyntaxFeature::UnparenthesizedExceptionTypes,
        Kind::TemplateStrings => SyntaxFeature::TemplateString,
        Kind::Walrus
        | Kind::PositionalOnlyParameter
        | Kind::StarTuple(_)
        | Kind::ParenthesizedKeywordArgumentName => return None,
    })
}

/// The first token that nests deeper than the tokenizer allows, and what it says.
///
/// CPython: `Parser/tokenizer.c` `tok_get_normal_mode` (3.8–)
pub(super) fn excessive_nesting(tokens: &Tokens) -> Option<(TextRange, DiagnosticKind, &'static str)> {
    if !may_nest_excessively(tokens) {
        return None;
    }
    let (mut parentheses, mut indents) = (0, 1);
    for token in tokens {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                parentheses += 1;
                if parentheses > limits::MAX_PARENTHESES {
                    return Some((token.range(), DiagnosticKind::SyntaxError, "too many nested parentheses"));
                }
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                parentheses = usize::saturating_sub(parentheses, 1)
            }
            TokenKind::Indent => {
                indents += 1;
                if indents > limits::MAX_INDENTS {
                    let message = "too many levels of indentation";
                    return Some((token.range(), DiagnosticKind::IndentationError, message));
                }
            }
            TokenKind::Dedent => indents = usize::saturating_sub(indents, 1),
            _ => {}
        }
    }
    None
}

/// Whether some token may nest deeper than allowed. Every token of every file is asked, so there is not a branch in it.
fn may_nest_excessively(tokens: &Tokens) -> bool {
    /// By kind of token, how much deeper the next is.
    static CHANGE: [i8; 256] = {
        use TokenKind::*;
        let mut change = [0; 256];
        let pairs = [(Lpar, Rpar), (Lsqb, Rsqb), (Lbrace, Rbrace), (Indent, Dedent)];
        let mut index = 0;
        while index < pairs.len() {
            change[pairs[index].0 as usize] = 1;
            change[pairs[index].1 as usize] = -1;
            index += 1;
        }
        change
    };
    let (mut depth, mut deepest) = (0_isize, 0);
    for token in tokens {
        depth += isize::from(CHANGE[token.kind() as usize]);
        deepest = depth.max(deepest);
    }
    deepest >= limits::MAX_INDENTS.min(limits::MAX_PARENTHESES) as isize
}
