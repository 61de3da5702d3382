//! By which grammar and rules each target reads a source.
//!
//! A source is read once by the [union](Dialect::union) of all grammars; the parser notes each
//! [`SyntaxFeature`] that not every version has. Only where a target lacks one, or where another of
//! its rules decides, is the source read again by that target's own [`Dialect`].

use super::features::{FStringRules, ParserFeatures};
use super::unicode::{self, CharacterNames, UnicodeVersion};
use super::version::{Target, Version};

/// A piece of syntax that some of the versions lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxFeature {
    RelaxedDecorator,
    ParenthesizedContextManagers,
    NamedExprInSet,
    UnparenthesizedUnpack,
    NamedExprInIndex,
    MatchStatement,
    ExceptStar,
    StarExpressionInIndex,
    StarAnnotation,
    TypeParameterList,
    TypeAlias,
    Pep701FString,
    TypeParameterDefault,
    UnparenthesizedExceptionTypes,
    TemplateString,
    UnpackingInComprehension,
    LazyImport,
    PlusInNumberPattern,
}

impl SyntaxFeature {
    /// The version that brought it.
    fn added_in(self) -> Version {
        match self {
            SyntaxFeature::RelaxedDecorator
            | SyntaxFeature::ParenthesizedContextManagers
            | SyntaxFeature::NamedExprInSet
            | SyntaxFeature::UnparenthesizedUnpack => Version::V3_9,
            SyntaxFeature::NamedExprInIndex | SyntaxFeature::MatchStatement => Version::V3_10,
            SyntaxFeature::ExceptStar
            | SyntaxFeature::StarExpressionInIndex
            | SyntaxFeature::StarAnnotation => Version::V3_11,
            SyntaxFeature::TypeParameterList | SyntaxFeature::TypeAlias | SyntaxFeature::Pep701FString => {
                Version::V3_12
            }
            SyntaxFeature::TypeParameterDefault => Version::V3_13,
            SyntaxFeature::UnparenthesizedExceptionTypes | SyntaxFeature::TemplateString => Version::V3_14,
            SyntaxFeature::UnpackingInComprehension
            | SyntaxFeature::LazyImport
            | SyntaxFeature::PlusInNumberPattern => Version::V3_15,
        }
    }

    fn description(self) -> &'static str {
        match self {
            SyntaxFeature::RelaxedDecorator => "any expression as a decorator",
            SyntaxFeature::ParenthesizedContextManagers => "parentheses around the items of `with`",
            SyntaxFeature::NamedExprInSet => "`:=` without parentheses in a set or a generator argument",
            SyntaxFeature::UnparenthesizedUnpack => {
                "unpacking without parentheses in a `for` statement or an augmented assignment"
            }
            SyntaxFeature::NamedExprInIndex => "`:=` without parentheses in an index",
            SyntaxFeature::MatchStatement => "the `match` statement",
            SyntaxFeature::ExceptStar => "`except*`",
            SyntaxFeature::StarExpressionInIndex => "a starred expression in an index",
            SyntaxFeature::StarAnnotation => "a starred annotation",
            SyntaxFeature::TypeParameterList => "type parameters",
            SyntaxFeature::TypeAlias => "the `type` statement",
            SyntaxFeature::Pep701FString => {
                "quotes, backslashes, comments or line breaks inside of an f-string's expressions"
            }
            SyntaxFeature::TypeParameterDefault => "the default of a type parameter",
            SyntaxFeature::UnparenthesizedExceptionTypes => "several exception types without parentheses",
            SyntaxFeature::TemplateString => "template strings",
            SyntaxFeature::UnpackingInComprehension => "unpacking in a comprehension",
            SyntaxFeature::LazyImport => "the `lazy import` statement",
            SyntaxFeature::PlusInNumberPattern => "a `+` before the number of a pattern",
        }
    }
}

/// A mistake that some releases know by name, or report in another way than those before.
///
/// CPython: `Grammar/python.gram`, the rules `invalid_*` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// The grammar is one of parsing expressions.
    PegParser,
    /// A line of blanks and a backslash is a blank line, and the next one has no indentation.
    BackslashAsBlank,
    /// A field is where it stands in its f-string; before, where its text first stands in braces in
    /// the first of the strings side by side.
    FieldPlaced,
    /// The first character of a name that may not stand where it does is named.
    IdentifierCharacter,
    /// Missing commas, colons and `else`, what was meant in place of what is written, which
    /// statement's block is missing. Before, the second run looked for targets, the order of
    /// arguments and parameters, and little else.
    Advice,
    /// `invalid syntax` is at the last token of the first run, and errors of later tokens are
    /// reported in place of it; before, at the last one of both runs.
    InvalidSyntaxOfFirstRun,
    /// The end of the text has the columns of the last line; before, also those of the lines that
    /// strings join with it.
    EndWithinLine,
    /// `(` at the end of the text: "'(' was never closed"; before, "unexpected EOF while parsing".
    UnclosedBracket,
    /// A string that does not end is reported at its start.
    UnterminatedString,
    /// A number may touch only the keywords that can follow one. Targets warn about those.
    NumberEnd,
    /// Indentation that a backslash continues on the next line counts up to the backslash.
    ContinuedIndentation,
    /// A field on a later line of its f-string than the first has the columns of its line; before,
    /// those from the line break on are added to the string's own.
    FieldColumns,
    /// The warning of an invalid escape quotes it.
    EscapeQuoted,
    /// "expression", "dict literal" and "ellipsis"; before, "operator", "dict display" and
    /// "Ellipsis".
    ExpressionNames,
    /// `def f:`, at the place of the parenthesis.
    DefinitionParenthesis,
    /// The kinds of parameters and the marks between them: `def f(a, /, /)`, `def f(*a=1)`,
    /// `def f(**a, b)`, `def f(a=)`, `def f((a, b))`. Before, only `def f(a=1, b)` and `def f(*)`.
    ParameterKinds,
    /// An integer with too many digits is reported a column before its line; before, at its start.
    DigitLimitBeforeLine,
    /// The limit for integers is one of digits.
    DigitLimit,
    /// `print` and `exec` before an expression are found by the parser; before, at the start of the
    /// line of any error.
    LegacyStatements,
    /// A newline is one column wide in an error; before, it had no width.
    NewlineWidth,
    /// `f(**a, *b)` is reported at the star; before, at the arguments.
    UnpackingAtStar,
    /// Numbers that touch keywords are warned of with a `SyntaxWarning`; before, with a
    /// `DeprecationWarning`.
    NumberWarnings,
    /// `"\400"` is an invalid escape.
    OctalEscape,
    /// A control character is reported; before, it is a token that fits nowhere.
    ControlCharacter,
    /// A number may touch a name that begins with a character that is not ASCII.
    NumberBeforeNonAscii,
    /// `f"{!r}"`: "expression required before"; before, the expression is empty.
    FieldExpressionRequired,
    /// A null byte is a syntax error; before, a `ValueError`.
    NullByte,
    /// Bytes that are not ASCII in a bytes literal are reported at the literal; before, at the last
    /// token that was looked at.
    NonAsciiBytesAtLiteral,
    /// `import a from b`.
    ImportFromReversed,
    /// `f(a=)`.
    MissingArgumentValue,
    /// `f(**a=b)`, `f(*a=b)`.
    AssignedUnpacking,
    /// `def f(a=1, b)`: the message speaks of parameters, and it may begin with a `/`.
    ParameterWithoutDefault,
    /// Invalid escapes are warned of with a `SyntaxWarning`; before, with a `DeprecationWarning`.
    EscapeWarnings,
    /// `f(*)`: "Invalid star expression".
    BareStarExpression,
    /// The same only in the second run, after the rules for what may follow the star.
    BareStarExpressionLate,
    /// `f(**a, *b)`: reported from the comma on.
    UnpackingAfterComma,
    /// `a + not b`.
    NotAfterOperator,
    /// `for x:`: "'in' expected after for-loop variables".
    ForWithoutIn,
    /// The same only in the second run.
    ForWithoutInLate,
    /// `import` without names.
    NothingImported,
    /// `def f[]()`.
    EmptyTypeParameters,
    /// The `(` and `:` of a `def` are missed in the second run only.
    DefinitionTokensLate,
    /// `'a\'`: "perhaps you escaped the end quote?"
    EscapedEndQuote,
    /// In "exclamation mark"; before, it is misspelt.
    ExclamationMark,
    /// The character after a field's `!` is checked before what follows it.
    ConversionCheckedEarly,
    /// An escape of a string with fields that cannot be decoded is reported at its piece.
    UndecodablePiece,
    /// `f(c d)`: only whole soft keywords are taken for ones; before, `c` is one because of `case`.
    WholeSoftKeywords,
    /// An error that spans lines ends within the first one's columns.
    EndInFirstLine,
    /// A backslash with something after it is reported within its line.
    ColumnWithinLine,
    /// `from __future__ import barry_as_FLUFL` makes `<>` the operator.
    FluflStatement,
    /// `a <> b`: "Maybe you meant '!=' instead of '<>'?"
    LessGreater,
    /// `ub''` and other pairs of prefixes.
    IncompatiblePrefixes,
    /// `"a" b "c"`: "Is this intended to be part of the string?"
    StringSplitByExpression,
    /// `a if b else pass`, `pass if a else b`.
    StatementInConditional,
    /// `import a as b.c`.
    ImportTarget,
    /// `except a, b as c:` is the only form that needs parentheses; `except a as b.c:`.
    ExceptionTarget,
    /// `case a as b.c:` names the kind of target.
    PatternTarget,
    /// `else: ... elif`.
    ElifAfterElse,
    /// `*Ts: int` is reported in the second run only.
    TypeParameterBoundLate,
    /// `raise from a`, `raise a from`.
    IncompleteRaise,
    /// `assert a = b`.
    AssertedAssignment,
    /// `a if b else *c`, `*a if b else c`, `**a if b else c`.
    UnpackedConditional,
    /// `[**a]`, `(**a for a in b)`.
    UnpackedDictInDisplay,
    /// Reported at the last line of an operand that spans several.
    MissingCommaOnLastLine,
    /// Parameters are called parameters; before, arguments.
    ParametersNamed,
    /// `from a lazy import b`.
    MisplacedLazy,
    /// `with a, :`.
    TrailingCommaInWith,
    /// A string that ends within a field: the message has the line of the `{`, if it is another.
    FieldOnOtherLine,
    /// `case a:` outside of a `match`.
    CaseOutsideMatch,
    /// `case {**a, 'b': c}:`.
    MappingRestNotLast,
    /// Comprehensions are tried before displays.
    ComprehensionsFirst,
    /// The warning of an invalid escape is placed at the escape; before, at the token.
    EscapePlace,
    /// The warning of an invalid escape says how to write it.
    EscapeHint,
}

impl Mistake {
    /// The first release of each version that treats it so. Later versions do as the last one
    /// given.
    fn since(self) -> &'static [(Version, u8)] {
        use Version::*;
        match self {
            Mistake::PegParser
            | Mistake::BackslashAsBlank
            | Mistake::FieldPlaced
            | Mistake::IdentifierCharacter => &[(V3_9, 0)],
            Mistake::Advice
            | Mistake::InvalidSyntaxOfFirstRun
            | Mistake::EndWithinLine
            | Mistake::UnclosedBracket
            | Mistake::UnterminatedString
            | Mistake::NumberEnd
            | Mistake::ContinuedIndentation
            | Mistake::FieldColumns
            | Mistake::EscapeQuoted
            | Mistake::DigitLimitBeforeLine
            | Mistake::LegacyStatements
            | Mistake::ExpressionNames => &[(V3_10, 0)],
            Mistake::DefinitionParenthesis
            | Mistake::ParameterKinds
            | Mistake::UnpackingAtStar
            | Mistake::NumberWarnings
            | Mistake::OctalEscape
            | Mistake::ControlCharacter
            | Mistake::NumberBeforeNonAscii
            | Mistake::FieldExpressionRequired
            | Mistake::NullByte
            | Mistake::DigitLimit
            | Mistake::NonAsciiBytesAtLiteral => &[(V3_11, 0)],
            Mistake::NewlineWidth
            | Mistake::ImportFromReversed
            | Mistake::MissingArgumentValue
            | Mistake::AssignedUnpacking
            | Mistake::ParameterWithoutDefault
            | Mistake::EscapeWarnings => &[(V3_12, 0)],
            Mistake::BareStarExpression | Mistake::UnpackingAfterComma => &[(V3_12, 3), (V3_13, 0)],
            Mistake::NotAfterOperator
            | Mistake::ForWithoutIn
            | Mistake::NothingImported
            | Mistake::EmptyTypeParameters
            | Mistake::DefinitionTokensLate
            | Mistake::EscapedEndQuote => &[(V3_13, 0)],
            Mistake::EscapePlace => &[(V3_12, 10), (V3_13, 3), (V3_14, 0)],
            Mistake::ExclamationMark => &[(V3_13, 6), (V3_14, 0)],
            // No changelog names the change; 3.14.8 does not have it, 3.14.10 and 3.15.2 do.
            Mistake::UndecodablePiece => &[(V3_14, 9), (V3_15, 1)],
            Mistake::WholeSoftKeywords => &[(V3_12, 12), (V3_13, 6), (V3_14, 0)],
            Mistake::EndInFirstLine => &[(V3_12, 3), (V3_13, 0)],
            Mistake::ColumnWithinLine => &[(V3_12, 10), (V3_13, 3), (V3_14, 0)],
            Mistake::FluflStatement => &[(V3_12, 10), (V3_13, 3), (V3_14, 0)],
            Mistake::LessGreater => &[(V3_13, 16), (V3_14, 8), (V3_15, 0)],
            Mistake::BareStarExpressionLate
            | Mistake::ForWithoutInLate
            | Mistake::IncompatiblePrefixes
            | Mistake::StringSplitByExpression
            | Mistake::StatementInConditional
            | Mistake::ImportTarget
            | Mistake::ExceptionTarget
            | Mistake::PatternTarget
            | Mistake::ElifAfterElse
            | Mistake::EscapeHint
            | Mistake::ConversionCheckedEarly
            | Mistake::TypeParameterBoundLate => &[(V3_14, 0)],
            Mistake::IncompleteRaise
            | Mistake::AssertedAssignment
            | Mistake::UnpackedConditional
            | Mistake::UnpackedDictInDisplay
            | Mistake::MissingCommaOnLastLine
            | Mistake::ParametersNamed
            | Mistake::MisplacedLazy
            | Mistake::TrailingCommaInWith
            | Mistake::FieldOnOtherLine
            | Mistake::CaseOutsideMatch
            | Mistake::MappingRestNotLast
            | Mistake::ComprehensionsFirst => &[(V3_15, 0)],
        }
    }

    fn is_known_to(self, target: Target) -> bool {
        let (version, patch) = (target.version(), target.patch());
        let last = self.since().iter().rev().find(|&&(since, _)| since <= version);
        last.is_some_and(|&(since, since_patch)| since < version || since_patch <= patch)
    }
}

/// A grammar, with the rules that go with it.
#[derive(Clone, Debug)]
pub(crate) struct Dialect {
    /// None for the union.
    target: Option<Target>,
    names: CharacterNames,
    pub(crate) fstrings: FStringRules,
    /// An f-string is one token, whose fields are parsed apart.
    pub(crate) parses_fstrings_apart: bool,
    /// The grammar is read one token ahead, and lets pass what is refused when the whole text has
    /// been read.
    pub(crate) is_lenient: bool,
    /// No line break may stand in the format spec of an f-string in single quotes.
    pub(crate) refuses_newline_in_spec: bool,
    /// No name may become `None`, `True` or `False` by normalisation.
    pub(crate) refuses_constant_identifier: bool,
}

impl Dialect {
    /// The grammar that has all syntax of all supported versions, with the newest one's rules.
    pub(crate) fn union() -> Dialect {
        Dialect::new(None, &Version::last().features().syntax)
    }

    pub(crate) fn of(target: Target) -> Dialect {
        Dialect::new(Some(target), &target.features().syntax)
    }

    fn new(target: Option<Target>, features: &ParserFeatures) -> Dialect {
        Dialect {
            is_lenient: target.is_some_and(|target| !Mistake::PegParser.is_known_to(target)),
            target,
            names: features.character_names(),
            fstrings: features.fstrings,
            parses_fstrings_apart: features.fstrings_apart,
            refuses_newline_in_spec: features.spec_newline_refused,
            refuses_constant_identifier: features.constant_identifier_refused,
        }
    }

    pub(crate) fn is_union(&self) -> bool {
        self.target.is_none()
    }

    /// Whether the tree of every text that both take is the same by these rules and by the union's.
    pub(crate) fn reads_like_union(&self) -> bool {
        let union = Dialect::union();
        let rules = |dialect: &Dialect| {
            let (spec, constant) = (dialect.refuses_newline_in_spec, dialect.refuses_constant_identifier);
            (dialect.names, dialect.fstrings, spec, constant)
        };
        let knows_both = self.knows(Mistake::FluflStatement) && self.knows(Mistake::ContinuedIndentation);
        rules(self) == rules(&union) && knows_both
    }

    pub(crate) fn has(&self, feature: SyntaxFeature) -> bool {
        self.target.is_none_or(|target| target.has(feature))
    }

    /// The union knows the newest version's mistakes.
    pub(crate) fn knows(&self, mistake: Mistake) -> bool {
        self.target.is_none_or(|target| mistake.is_known_to(target))
    }

    pub(crate) fn has_template_strings(&self) -> bool {
        self.has(SyntaxFeature::TemplateString)
    }

    /// Whether `__peg_parser__` is a keyword.
    pub(crate) fn has_peg_parser_keyword(&self) -> bool {
        self.target.is_some_and(|target| target.version() == Version::V3_9)
    }

    pub(crate) fn refuses_incompatible_prefixes(&self) -> bool {
        self.knows(Mistake::IncompatiblePrefixes)
    }

    pub(crate) fn hints_at_escaped_quotes(&self) -> bool {
        self.knows(Mistake::EscapedEndQuote)
    }

    /// Whether versions may disagree about an identifier that is not ASCII, because it has
    /// characters that came after the oldest Unicode.
    pub(crate) fn identifier_varies(&self, name: &str) -> bool {
        invalid_in_identifier(name, UnicodeVersion::OLDEST_SUPPORTED) != self.invalid_in_identifier(name)
    }

    /// The first character of `name` that may not stand where it does, and its offset in bytes.
    pub(crate) fn invalid_in_identifier(&self, name: &str) -> Option<(usize, char)> {
        invalid_in_identifier(name, self.names.unicode)
    }

    /// Whether messages show a character itself.
    pub(crate) fn is_printable(&self, character: char) -> bool {
        unicode::printable(character as u32, self.names.unicode)
    }

    /// The character that `\N{name}` means.
    pub(crate) fn character(&self, name: &str) -> Option<char> {
        unicode::character(name, self.names)
    }
}

fn invalid_in_identifier(name: &str, version: UnicodeVersion) -> Option<(usize, char)> {
    name.char_indices().find(|&(offset, character)| match offset {
        0 => !unicode::identifier_start(character, version),
        _ => !unicode::identifier_continue(character, version),
    })
}

impl Target {
    fn has(&self, feature: SyntaxFeature) -> bool {
        feature.added_in() <= self.version()
    }

    /// The note to a rejection of `feature`; none if the target has it.
    pub fn lacks(&self, feature: SyntaxFeature) -> Option<String> {
        let (version, added) = (self.version(), feature.added_in());
        let description = feature.description();
        (!self.has(feature)).then(|| {
            format!("cannot use {description} on Python {version} (syntax was added in Python {added})")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_lacks_what_came_later() {
        let target = Target::newest(Version::V3_12);
        assert_eq!(target.lacks(SyntaxFeature::TypeAlias), None);
        let note = "cannot use template strings on Python 3.12 (syntax was added in Python 3.14)";
        assert_eq!(target.lacks(SyntaxFeature::TemplateString).as_deref(), Some(note));
    }

    #[test]
    fn a_mistake_may_be_known_to_older_versions_by_a_patch_release() {
        let knows =
            |target: &str| Dialect::of(target.parse().expect("a target")).knows(Mistake::FluflStatement);
        let cases =
            [("3.12.9", false), ("3.12.10", true), ("3.13.2", false), ("3.13.3", true), ("3.14.0", true)];
        for (target, expected) in cases {
            assert_eq!(knows(target), expected, "{target}");
        }
    }
}
