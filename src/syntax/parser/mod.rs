//! The parser: recursive descent from tokens to the arena's syntax tree.
//!
//! A text is read by a [`Dialect`]. The union's run only wants the tree: it notes the syntax that
//! some version lacks and stops at the first token that fits nowhere. A target's own run wants that
//! target's words as well. It reads at most twice, as CPython does: the first run finds how far the
//! text makes sense; the second, after a failure, tries the `invalid_` rules of CPython's grammar
//! too, each at its place among the alternatives. Each of them is a function whose doc names the
//! rule; most are a list of [shapes].
//!
//! # How rules are written
//!
//! A rule takes as many tokens as it can make sense of; what follows is for its caller. Where
//! CPython's grammar would try alternative after alternative, a rule looks at the next token
//! instead, but it never gives up an alternative that CPython would still try: [`Parser::attempt`]
//! goes back. The [farthest](Parser::farthest) token that was looked at is the one that errors
//! blame.
//!
//! CPython: `Grammar/python.gram` (3.9–), `Parser/pegen.c`

mod arguments;
mod assignments;
mod atoms;
mod blocks;
mod comprehensions;
mod definitions;
mod depth;
mod displays;
mod expressions;
mod fstrings;
mod fstrings_apart;
mod imports;
mod lenient;
mod mistakes;
mod numbers;
mod operators;
mod parameters;
mod patterns;
mod shapes;
mod simple;
mod strings;
mod targets;
mod tries;
mod warnings;
mod with;

use std::cell::Cell;

use bumpalo::Bump;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::ast::{Expr, ExprKind, Module, NodeId, Stmt};
use super::lexer::{Lexed, Token, TokenFlags, TokenKind};
use crate::diagnostic::Diagnostic;
use crate::names::{Ident, Interner};
use crate::source::Location;
use crate::targets::{Dialect, Mistake, SyntaxFeature, limits, unicode};
pub(super) use warnings::{InvalidEscape, Notice, Notices};

/// A rule has no result: the tokens do not fit, and an alternative may take them, or the text is
/// wrong, and [`Parser::fault`] says how.
///
/// It has no size, so that the result of a rule for expressions is one pointer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop;

pub(super) type Step<T> = Result<T, Stop>;

/// The rules whose results a precise parser remembers: those that CPython's grammar marks, as far
/// as they have expressions for results.
///
/// CPython: `Grammar/python.gram`, `(memo)` and left-recursive rules (3.9–)
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    Expression,
    Disjunction,
    BitwiseOr,
    Factor,
    Primary,
    Strings,
    NamedExpressionMistakes,
    ClosedPattern,
}

/// What a parser made of a text.
pub(super) struct Parsed<'a> {
    pub(super) module: Module<'a>,
    /// How deeply statements and expressions nest at most; an upper bound.
    pub(super) depth: u32,
    /// The syntax in it that not every version has, in order.
    pub(super) features: Vec<(SyntaxFeature, Location)>,
    /// Whether another dialect may make another tree of the text, or refuse it.
    pub(super) depends_on_dialect: bool,
    /// Whether it has f-strings.
    pub(super) has_fstrings: bool,
    pub(super) notices: Notices,
}

pub(super) struct Parser<'a, 't> {
    arena: &'a Bump,
    interner: &'t mut Interner<'a>,
    text: &'a str,
    dialect: &'t Dialect,
    lexed: &'t Lexed,
    tokens: &'t [Token],
    position: usize,
    /// The last token that a rule looked at and went back from.
    farthest: usize,
    /// The token after the last one of a rule, which the rule has not looked at.
    unread: usize,
    /// Whether to look at the very tokens that CPython's parser looks at, so that errors have its
    /// places; the other way is faster.
    precise: bool,
    /// Whether this is the second run, which tries the `invalid_` rules.
    second_run: bool,
    /// What is wrong with the text.
    pub(super) fault: Option<Box<Diagnostic>>,
    /// What is refused if the grammar takes the whole text: see [`lenient`].
    late: Vec<Diagnostic>,
    /// Whether that was found in the field of an f-string that is parsed apart.
    fault_is_apart: bool,
    /// How deeply CPython's rules call each other here: see [`depth`](mod@depth).
    depth: u32,
    deepest: u32,
    /// How many operators, calls and the like have nested their left operand since the last
    /// statement: this nests the tree without nesting the parser's calls.
    chained: u32,
    nodes: u32,
    /// How many expressions were made that may fold, or taken from `known`.
    may_fold: Cell<u32>,
    /// Elements of the lists that are being read, innermost last.
    exprs: Vec<&'a Expr<'a>>,
    stmts: Vec<Stmt<'a>>,
    known: FxHashMap<(Rule, u32), Option<(&'a Expr<'a>, u32)>>,
    features: Vec<(SyntaxFeature, Location)>,
    depends_on_dialect: bool,
    /// Whether `<>` is the operator (`from __future__ import barry_as_FLUFL`).
    flufl: bool,
    notices: Notices,
    /// How many of the lexer's notices are in `notices`.
    token_notices: usize,
}

/// Most sources have fewer elements in the lists that are open at once.
const USUAL_ELEMENTS: usize = 256;

/// A list that is being read. Most are short.
type Items<T> = SmallVec<[T; 4]>;

/// A place to go back to.
#[derive(Clone, Copy)]
struct Mark {
    position: usize,
    exprs: usize,
    stmts: usize,
    features: usize,
    late: usize,
}

impl<'a, 't> Parser<'a, 't> {
    pub(super) fn new(
        arena: &'a Bump,
        interner: &'t mut Interner<'a>,
        text: &'a str,
        dialect: &'t Dialect,
        lexed: &'t Lexed,
        precise: bool,
    ) -> Self {
        Parser {
            arena,
            interner,
            text,
            dialect,
            lexed,
            tokens: &lexed.tokens,
            position: 0,
            farthest: 0,
            unread: usize::MAX,
            precise,
            second_run: false,
            fault: None,
            late: Vec::new(),
            fault_is_apart: false,
            depth: depth::of_statements(dialect),
            deepest: 0,
            chained: 0,
            nodes: 0,
            may_fold: Cell::new(0),
            exprs: Vec::with_capacity(USUAL_ELEMENTS),
            stmts: Vec::with_capacity(USUAL_ELEMENTS),
            known: FxHashMap::default(),
            features: Vec::new(),
            depends_on_dialect: lexed.depends_on_dialect,
            flufl: false,
            notices: Notices::default(),
            token_notices: 0,
        }
    }

    /// Back to the start, to look for mistakes.
    pub(super) fn start_second_run(&mut self) {
        self.farthest = self.farthest();
        self.position = 0;
        self.second_run = true;
        self.depth = depth::of_statements(self.dialect);
        self.flufl = false;
        self.known.clear();
        self.exprs.clear();
        self.stmts.clear();
    }

    /// All statements up to the end of the text.
    pub(super) fn module(&mut self) -> Step<Module<'a>> {
        while !self.at(TokenKind::End) {
            if self.dialect.is_lenient && self.eat(TokenKind::Newline) {
                continue;
            }
            self.statement()?;
            // No rule goes back beyond a statement of the module.
            if !self.known.is_empty() {
                self.known = FxHashMap::default();
            }
        }
        let body = self.take_stmts(0);
        Ok(Module { body, node_count: self.nodes })
    }

    pub(super) fn finish(mut self, module: Module<'a>) -> Parsed<'a> {
        self.notices_up_to(self.tokens.len());
        Parsed {
            module,
            depth: self.deepest,
            features: self.features,
            depends_on_dialect: self.depends_on_dialect,
            has_fstrings: self.lexed.has_fstrings,
            notices: self.notices,
        }
    }

    /// The warnings up to a failure.
    pub(super) fn into_notices(self) -> Notices {
        self.notices
    }

    /// The last token that was looked at.
    pub(super) fn farthest(&self) -> usize {
        let is_unread = self.position == self.unread;
        self.farthest.max(self.position - usize::from(is_unread))
    }

    #[inline]
    fn kind(&self) -> TokenKind {
        self.tokens[self.position].kind
    }

    /// The kind of a token further on, which is thereby not looked at.
    #[inline]
    fn kind_ahead(&self, count: usize) -> TokenKind {
        self.tokens.get(self.position + count).map_or(TokenKind::End, |token| token.kind)
    }

    #[inline]
    fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    /// Whether the next token is of one of the kinds whose [bits](TokenKind::bit) are set.
    #[inline]
    fn at_any(&self, kinds: u128) -> bool {
        self.kind().is_in(kinds)
    }

    fn at_name(&self, name: &str) -> bool {
        self.at(TokenKind::Name) && self.text_of(self.position) == name
    }

    fn text_of(&self, index: usize) -> &'a str {
        let token = &self.tokens[index];
        &self.text[token.start as usize..token.end as usize]
    }

    /// Takes the next token, and returns its index.
    #[inline]
    fn bump(&mut self) -> usize {
        self.position += 1;
        self.position - 1
    }

    /// Takes the next token.
    #[inline]
    fn take_token(&mut self) -> &'t Token {
        self.position += 1;
        &self.tokens[self.position - 1]
    }

    #[inline]
    fn eat(&mut self, kind: TokenKind) -> bool {
        if !self.at(kind) {
            return false;
        }
        self.position += 1;
        true
    }

    #[inline]
    fn expect(&mut self, kind: TokenKind) -> Step<usize> {
        if self.at(kind) { Ok(self.bump()) } else { Err(Stop) }
    }

    /// Expects the last token of a rule that ends in [`Self::fits`]: the next one is not looked at.
    #[cold]
    fn expect_last(&mut self, kind: TokenKind) -> Step<usize> {
        let index = self.expect(kind)?;
        self.unread = self.position;
        Ok(index)
    }

    /// A name, interned.
    fn name(&mut self) -> Step<Ident> {
        let index = self.expect(TokenKind::Name)?;
        self.identifier(index)
    }

    fn identifier(&mut self, index: usize) -> Step<Ident> {
        self.identifier_of(&self.tokens[index])
    }

    #[inline]
    fn identifier_of(&mut self, token: &Token) -> Step<Ident> {
        let (start, end) = (token.start as usize, token.end as usize);
        match token.flags.has(TokenFlags::NON_ASCII) {
            false => Ok(self.interner.intern_first(&self.text[start..], end - start)),
            true => self.non_ascii_identifier(&self.text[start..end]),
        }
    }

    /// Identifiers are NFKC-normalised. A name that becomes a constant is refused by some versions.
    ///
    /// CPython: `Parser/pegen.c` `_PyPegen_new_identifier` (3.8–)
    #[cold]
    fn non_ascii_identifier(&mut self, text: &str) -> Step<Ident> {
        let name = unicode::normalized(text);
        if matches!(&*name, "None" | "True" | "False") {
            self.depends_on_dialect = true;
            if self.dialect.refuses_constant_identifier {
                return self.value_error(format!("identifier field can't represent '{name}' constant"));
            }
        }
        Ok(self.interner.intern(&name))
    }

    #[inline]
    fn mark(&self) -> Mark {
        Mark {
            position: self.position,
            exprs: self.exprs.len(),
            stmts: self.stmts.len(),
            features: self.features.len(),
            late: self.late.len(),
        }
    }

    /// Goes back; the token that was reached counts as looked at.
    fn back_to(&mut self, mark: Mark) {
        self.farthest = self.farthest();
        self.unread = usize::MAX;
        self.position = mark.position;
        self.exprs.truncate(mark.exprs);
        self.stmts.truncate(mark.stmts);
        self.features.truncate(mark.features);
        self.late.truncate(mark.late);
    }

    /// What `parse` makes of the next tokens; none, and no token taken, if they do not fit.
    #[inline]
    fn attempt<T>(&mut self, parse: impl FnOnce(&mut Self) -> Step<T>) -> Step<Option<T>> {
        let (mark, depth) = (self.mark(), self.depth);
        match parse(self) {
            Ok(result) => Ok(Some(result)),
            Err(Stop) if self.fault.is_none() => {
                self.back_to(mark);
                self.depth = depth;
                Ok(None)
            }
            Err(Stop) => Err(Stop),
        }
    }

    /// What `parse` makes of the tokens after one of a kind, if that is next and they fit.
    #[inline]
    fn after<T>(&mut self, kind: TokenKind, parse: impl FnOnce(&mut Self) -> Step<T>) -> Step<Option<T>> {
        if !self.at(kind) {
            return Ok(None);
        }
        self.attempt(|this| {
            this.bump();
            parse(this)
        })
    }

    /// What `parse` would make of the next tokens, none of them taken.
    fn fits<T>(&mut self, parse: impl FnOnce(&mut Self) -> Step<T>) -> Step<Option<T>> {
        let mark = self.mark();
        let result = self.attempt(parse)?;
        self.back_to(mark);
        Ok(result)
    }

    /// Runs `parse` as often as it fits, and returns how often.
    fn repeat<T>(&mut self, mut parse: impl FnMut(&mut Self) -> Step<T>) -> Step<usize> {
        let mut count = 0;
        while self.attempt(&mut parse)?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// What `parse` makes of the next tokens, and after each comma as long as it fits there. A
    /// comma that it does not fit after is not taken.
    fn separated<T: Copy>(&mut self, mut parse: impl FnMut(&mut Self) -> Step<T>) -> Step<&'a [T]> {
        let mut items = Items::from_elem(parse(self)?, 1);
        while let Some(item) = self.after(TokenKind::Comma, &mut parse)? {
            items.push(item);
        }
        Ok(self.arena.alloc_slice_copy(&items))
    }

    /// What `parse` makes as long as it fits. A comma is taken after each item: the last one may
    /// end the list.
    fn comma_list<T: Copy>(&mut self, mut parse: impl FnMut(&mut Self) -> Step<T>) -> Step<&'a [T]> {
        let mut items = Items::new();
        while let Some(item) = self.attempt(&mut parse)? {
            items.push(item);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        Ok(self.arena.alloc_slice_copy(&items))
    }

    /// What `parse` makes of the next tokens, and then as long as `goes_on` and it fits.
    fn one_or_more<T: Copy>(
        &mut self,
        goes_on: impl Fn(&Self) -> bool,
        mut parse: impl FnMut(&mut Self) -> Step<T>,
    ) -> Step<&'a [T]> {
        let mut items = Items::from_elem(parse(self)?, 1);
        while goes_on(self)
            && let Some(item) = self.attempt(&mut parse)?
        {
            items.push(item);
        }
        Ok(self.arena.alloc_slice_copy(&items))
    }

    /// Runs `parse` without the `invalid_` rules.
    ///
    /// CPython: `Parser/parser.c` `expression_without_invalid_rule` (3.10–)
    fn without_mistakes<T>(&mut self, parse: impl FnOnce(&mut Self) -> Step<T>) -> Step<T> {
        let second_run = std::mem::replace(&mut self.second_run, false);
        let result = parse(self);
        self.second_run = second_run;
        result
    }

    /// What `parse` makes of the next tokens. A precise parser remembers it, as CPython's always does.
    #[inline(always)]
    fn remembered(&mut self, rule: Rule, parse: fn(&mut Self) -> Step<&'a Expr<'a>>) -> Step<&'a Expr<'a>> {
        if self.precise { self.looked_up(rule, parse) } else { parse(self) }
    }

    /// What `rule` made of the tokens at this position before, or makes now.
    #[inline(never)]
    fn looked_up(&mut self, rule: Rule, parse: fn(&mut Self) -> Step<&'a Expr<'a>>) -> Step<&'a Expr<'a>> {
        let key = (rule, self.position as u32);
        if let Some(known) = self.known.get(&key) {
            let (expr, end) = known.ok_or(Stop)?;
            self.position = end as usize;
            self.note_may_fold();
            return Ok(expr);
        }
        let mark = self.mark();
        let result = parse(self);
        match result {
            Ok(expr) => {
                self.known.insert(key, Some((expr, self.position as u32)));
            }
            Err(Stop) if self.fault.is_none() => {
                self.back_to(mark);
                self.known.insert(key, None);
            }
            Err(Stop) => {}
        }
        result
    }

    /// What `parse` makes of the next tokens. A precise parser does not try again what did not fit at
    /// this position before.
    fn unless_failed<T>(&mut self, rule: Rule, parse: fn(&mut Self) -> Step<T>) -> Step<T> {
        if !self.precise {
            return parse(self);
        }
        let (key, mark) = ((rule, self.position as u32), self.mark());
        if self.known.contains_key(&key) {
            return Err(Stop);
        }
        let result = parse(self);
        if result.is_err() && self.fault.is_none() {
            self.back_to(mark);
            self.known.insert(key, None);
        }
        result
    }

    fn node_id(&mut self) -> NodeId {
        self.nodes += 1;
        NodeId(self.nodes - 1)
    }

    /// An expression from the start of a token to the end of the last one taken.
    #[inline]
    fn node(&self, start: usize, kind: ExprKind<'a>) -> &'a Expr<'a> {
        self.node_at(self.span(start), kind)
    }

    #[inline(always)]
    fn node_at(&self, location: Location, kind: ExprKind<'a>) -> &'a Expr<'a> {
        if kind.may_fold() {
            self.note_may_fold();
        }
        self.arena.alloc(Expr { kind, location })
    }

    fn note_may_fold(&self) {
        self.may_fold.set(self.may_fold.get() + 1);
    }

    /// Whether there is something to fold in a statement that was begun when there were `before`
    /// such expressions.
    fn may_fold_since(&self, before: u32) -> bool {
        self.may_fold.get() != before || self.deepest > limits::SHALLOW
    }

    /// The elements that were read since there were `from` of them.
    fn take_exprs(&mut self, from: usize) -> &'a [Expr<'a>] {
        let exprs = match self.exprs[from..] {
            [] => return &[],
            [expr] => std::slice::from_ref(expr),
            ref exprs => &*self.arena.alloc_slice_fill_iter(exprs.iter().map(|expr| **expr)),
        };
        self.exprs.truncate(from);
        exprs
    }

    fn take_stmts(&mut self, from: usize) -> &'a [Stmt<'a>] {
        let stmts = self.arena.alloc_slice_copy(&self.stmts[from..]);
        self.stmts.truncate(from);
        stmts
    }

    /// Whether the dialect has a piece of syntax, which spans the tokens from `start` to the
    /// last one taken. The union notes it.
    fn allows(&mut self, feature: SyntaxFeature, start: usize) -> bool {
        if self.dialect.is_union() {
            let location = self.span(start);
            self.features.push((feature, location));
            return true;
        }
        self.dialect.has(feature)
    }

    pub(super) fn dialect(&self) -> &'t Dialect {
        self.dialect
    }

    #[inline]
    fn knows(&self, mistake: Mistake) -> bool {
        self.dialect.knows(mistake)
    }

    /// From the start of a token to the end of the last one taken.
    #[inline]
    fn span(&self, start: usize) -> Location {
        self.range(start, self.position - 1)
    }

    /// From the start of one token to the end of another.
    #[inline]
    fn range(&self, first: usize, last: usize) -> Location {
        let (from, to) = (&self.tokens[first], &self.tokens[last]);
        let (end_lineno, end_col_offset) = self.token_end(to);
        Location {
            lineno: from.line as i32,
            col_offset: (from.start - from.line_start) as i32,
            end_lineno,
            end_col_offset,
        }
    }

    #[inline]
    fn token_end(&self, token: &Token) -> (i32, i32) {
        if token.flags.has(TokenFlags::MULTILINE) {
            return self.multiline_end(token);
        }
        (token.line as i32, (token.end - token.line_start) as i32)
    }

    fn multiline_end(&self, token: &Token) -> (i32, i32) {
        let bytes = &self.text.as_bytes()[token.start as usize..token.end as usize];
        let breaks = memchr::memchr_iter(b'\n', bytes).count();
        let last = memchr::memrchr(b'\n', bytes).map_or(0, |newline| newline + 1);
        (token.line as i32 + breaks as i32, (bytes.len() - last) as i32)
    }

    /// From the start of a token to the end of a compound statement: the last token taken that is
    /// no newline or change of indentation. A `;` at the end of its last line belongs to it.
    ///
    /// CPython: `Parser/pegen.c` `_PyPegen_get_last_nonnwhitespace_token` (3.9–)
    fn compound_span(&self, start: usize) -> Location {
        use TokenKind::{Dedent, Indent, Newline};
        let blank = Newline.bit() | Indent.bit() | Dedent.bit();
        let taken = &self.tokens[..self.position];
        let last = taken.iter().rposition(|token| !token.kind.is_in(blank));
        self.range(start, last.unwrap_or(start))
    }
}
