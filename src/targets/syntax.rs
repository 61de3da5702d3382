//! Syntax that came with a version.

use super::version::{Target, Version};

/// A piece of syntax that some of the versions lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxFeature {
    RelaxedDecorator,
    ParenthesizedContextManagers,
    UnparenthesizedNamedExpr,
    UnparenthesizedUnpackInFor,
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
            | SyntaxFeature::UnparenthesizedNamedExpr
            | SyntaxFeature::UnparenthesizedUnpackInFor => Version::V3_9,
            SyntaxFeature::MatchStatement => Version::V3_10,
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

    /// Whether the version after whose parser `syntax::diagnose` is made lacks it.
    pub(crate) fn is_newer_than_diagnosis(self) -> bool {
        !Grammar::DIAGNOSED.has(self)
    }

    fn description(self) -> &'static str {
        match self {
            SyntaxFeature::RelaxedDecorator => "any expression as a decorator",
            SyntaxFeature::ParenthesizedContextManagers => "parentheses around the items of `with`",
            SyntaxFeature::UnparenthesizedNamedExpr => "`:=` without parentheses in a set or an index",
            SyntaxFeature::UnparenthesizedUnpackInFor => "unpacking without parentheses in a `for` statement",
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

/// The syntax that a version has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grammar(Version);

impl Grammar {
    /// That of the version after whose parser `syntax::diagnose` is made.
    pub(crate) const DIAGNOSED: Grammar = Grammar(Version::V3_12);

    /// Those that have more syntax, oldest first.
    pub(crate) fn later() -> impl Iterator<Item = Grammar> {
        Version::supported().filter(|&version| version > Self::DIAGNOSED.0).map(Grammar)
    }

    pub(crate) fn version(self) -> Version {
        self.0
    }

    pub(crate) fn has(self, feature: SyntaxFeature) -> bool {
        feature.added_in() <= self.0
    }
}

impl Target {
    /// What there is to say when a file for this target has `feature`; none if the target has it
    /// too.
    pub fn lacks(&self, feature: SyntaxFeature) -> Option<String> {
        let (version, added) = (self.version(), feature.added_in());
        let description = feature.description();
        (version < added).then(|| {
            format!("cannot use {description} on Python {version} (syntax was added in Python {added})")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_lacks_what_came_later() {
        let target = Target::newest(Version::V3_12).expect("supported");
        assert_eq!(target.lacks(SyntaxFeature::TypeAlias), None);
        let note = "cannot use template strings on Python 3.12 (syntax was added in Python 3.14)";
        assert_eq!(target.lacks(SyntaxFeature::TemplateString).as_deref(), Some(note));
    }
}
