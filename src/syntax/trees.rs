//! The trees of one file: one for all targets, unless the file has f-strings that targets take apart in different ways.

use bumpalo::Bump;
use ruff_python_ast::Mod;

use super::ast::Module;
use super::lower;
use super::substitute::Substitute;
use super::tree::Tree;
use crate::diagnostic::Diagnostic;
use crate::names::Interner;
use crate::targets::{FStringRules, Version};

/// A text and what the parser crate made of it.
pub(super) struct ParsedText<'a> {
    pub(super) text: &'a str,
    pub(super) substitute: Substitute<'a>,
    pub(super) parsed: Tree,
}

/// The trees made so far, by the rules of their f-strings.
pub(super) struct Trees<'a> {
    /// By the newest target's rules.
    first: (FStringRules, Module<'a>),
    others: Vec<(FStringRules, Module<'a>)>,
    /// How deeply they nest at most, but for the fields of f-strings.
    pub(super) depth: u32,
    /// What other trees are made of; none where they would be the same.
    source: Option<ParsedText<'a>>,
}

impl<'a> Trees<'a> {
    /// Makes the tree for the newest target.
    pub(super) fn new(
        arena: &'a Bump,
        interner: &mut Interner<'a>,
        mut source: ParsedText<'a>,
    ) -> Result<Trees<'a>, Diagnostic> {
        let rules = newest_rules();
        let lowered = source.lower(arena, interner, rules)?;
        source.parsed.set_walked();
        Ok(Trees {
            first: (rules, lowered.module),
            others: Vec::new(),
            depth: lowered.depth,
            source: lowered.depends_on_rules.then_some(source),
        })
    }

    /// The tree by some rules, made when it is asked for first.
    pub(super) fn module(
        &mut self,
        arena: &'a Bump,
        interner: &mut Interner<'a>,
        rules: FStringRules,
    ) -> Result<Module<'a>, Diagnostic> {
        let Some(source) = &self.source else { return Ok(self.first.1) };
        let mut made = std::iter::once(&self.first).chain(&self.others);
        if let Some(&(_, module)) = made.find(|(of, _)| *of == rules) {
            return Ok(module);
        }
        let module = source.lower(arena, interner, rules)?.module;
        self.others.push((rules, module));
        Ok(module)
    }
}

impl<'a> ParsedText<'a> {
    fn lower(
        &self,
        arena: &'a Bump,
        interner: &mut Interner<'a>,
        rules: FStringRules,
    ) -> Result<lower::Lowered<'a>, Diagnostic> {
        let Mod::Module(module) = self.parsed.syntax() else { unreachable!("a module was asked for") };
        let tokens = self.parsed.tokens();
        let mut lowered =
            lower::module(arena, interner, rules, self.text, &self.substitute, &module.body, tokens);
        match lowered.fault.take() {
            Some(fault) => Err(*fault),
            None => Ok(lowered),
        }
    }
}

fn newest_rules() -> FStringRules {
    let newest = Version::supported().last().and_then(Version::features);
    newest.expect("some version is supported").syntax.fstrings
}
