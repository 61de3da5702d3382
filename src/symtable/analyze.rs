//! The second pass: where does each name live? Decided scope by scope, outermost first, and on the
//! way back for cells.
//!
//! A scope's decisions need the names that the scopes around it make visible (bound in a function,
//! declared `global`, type parameters). There is one table of these facts for the whole module, a
//! byte for each name; a scope changes it for the scopes inside and takes the changes back when it
//! is done. So the time is linear in the number of symbols, those that are passed on from scope to
//! scope included.
//!
//! On the way back, the names that are free inside a scope are the tail of one stack: the scope
//! removes those it provides as cells and leaves the rest, and its own free names, to the scope
//! around it. That tail may hold a name twice.
//!
//! CPython: `Python/symtable.c` `analyze_block` (3.12)

use smallvec::SmallVec;

use super::{
    Outcome, Scope, ScopeId, ScopeKind, Symbol, SymbolFlags, SymbolScope, SymbolTable, Symbols, fault,
};
use crate::diagnostic::Diagnostic;
use crate::names::{Ident, Interner, known};
use crate::targets::{ClassCells, SymtableFeatures};

/// Sets the `scope` of every symbol, inlines comprehensions, and finds what classes need closures
/// for.
pub(super) fn analyze(
    interner: &Interner<'_>,
    features: &'static SymtableFeatures,
    scopes: &mut [Scope],
) -> Outcome {
    let mut analyzer = Analyzer {
        interner,
        features,
        scopes,
        facts: vec![0; interner.len()],
        changes: Vec::new(),
        free: Vec::new(),
    };
    analyzer.block(SymbolTable::TOP, None)
}

/// A function around binds the name.
const BOUND: u8 = 1;
/// A scope around declares the name `global`.
const GLOBAL: u8 = 2;
/// The innermost binding around is a type parameter.
const TYPE_PARAM: u8 = 4;
/// Marks that last only within one step.
const MARK: u8 = 8;
const FREE_INSIDE: u8 = 16;

/// What a class can provide to the scopes inside; the last is for deferred annotations.
const CLASS_CELLS: [Ident; 3] = [known::CLASS, known::CLASSDICT, known::CONDITIONAL_ANNOTATIONS];

struct Analyzer<'t, 'a> {
    interner: &'t Interner<'a>,
    features: &'static SymtableFeatures,
    scopes: &'t mut [Scope],
    /// What is known of each name where the analysis is now.
    facts: Vec<u8>,
    /// The names whose facts the scopes around the current place changed, and what they were.
    changes: Vec<(Ident, u8)>,
    /// The names that are free in scopes already done, for those around them.
    free: Vec<Ident>,
}

impl Analyzer<'_, '_> {
    /// Decides on one scope and all inside. `class` is the class whose namespace the scope sees, if
    /// it does.
    fn block(&mut self, id: ScopeId, class: Option<ScopeId>) -> Outcome {
        let changes_before = self.changes.len();
        self.names(id, class)?;
        let is_class = self.scope(id).kind == ScopeKind::Class;
        if is_class {
            for &cell in self.class_cells() {
                self.set_facts(cell, BOUND, 0);
            }
        }
        let inside = self.free.len();
        let has_comp_cells = self.children(id, class)?;

        self.mark_free(inside);
        if self.scope(id).is_function_like() {
            if self.free.len() > inside || has_comp_cells {
                self.cells(id);
            }
        } else if is_class {
            self.drop_class_free(id);
        }
        self.pass_on_free(id, inside);
        for (name, before) in self.changes.drain(changes_before..).rev() {
            self.facts[name.index()] = before;
        }
        Ok(())
    }

    /// The cells that a class provides to the scopes inside.
    fn class_cells(&self) -> &'static [Ident] {
        match self.features {
            SymtableFeatures { deferred_annotations: true, .. } => &CLASS_CELLS,
            SymtableFeatures { has_classdict: true, .. } => &CLASS_CELLS[..2],
            _ => &CLASS_CELLS[..1],
        }
    }

    fn scope(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.scopes[id.0 as usize]
    }

    /// Changes what the scopes inside the current one see of a name.
    fn set_facts(&mut self, name: Ident, set: u8, clear: u8) {
        let facts = &mut self.facts[name.index()];
        let changed = *facts & !clear | set;
        if changed != *facts {
            self.changes.push((name, *facts));
            *facts = changed;
        }
    }

    /// Decides on the names of a scope, from how it uses them and what it sees around.
    fn names(&mut self, id: ScopeId, class: Option<ScopeId>) -> Outcome {
        let mut symbols = std::mem::take(&mut self.scope(id).symbols);
        for (name, symbol) in symbols.iter_mut() {
            symbol.scope = Some(self.name(id, class, name, symbol.flags)?);
        }
        self.scope(id).symbols = symbols;
        Ok(())
    }

    /// Names of a class are not visible inside it, and neither are its `global`s.
    ///
    /// CPython: `Python/symtable.c` `analyze_name` (3.12)
    fn name(
        &mut self,
        id: ScopeId,
        class: Option<ScopeId>,
        name: Ident,
        flags: SymbolFlags,
    ) -> Result<SymbolScope, Box<Diagnostic>> {
        let is_class = self.scope(id).kind == ScopeKind::Class;
        if flags.contains(SymbolFlags::DEF_GLOBAL) {
            if flags.contains(SymbolFlags::DEF_NONLOCAL) {
                let message = format!("name '{}' is nonlocal and global", self.interner.text(name));
                self.fault_at_directive(id, name, message)?;
            }
            if !is_class {
                self.set_facts(name, GLOBAL, BOUND);
            }
            return Ok(SymbolScope::GlobalExplicit);
        }
        if flags.contains(SymbolFlags::DEF_NONLOCAL) {
            self.check_nonlocal(id, name)?;
            return Ok(self.free_name(name));
        }
        if flags.contains(SymbolFlags::DEF_BOUND) {
            let type_param = if flags.contains(SymbolFlags::DEF_TYPE_PARAM) { TYPE_PARAM } else { 0 };
            match self.scope(id).kind {
                ScopeKind::Class | ScopeKind::Module => self.set_facts(name, type_param, TYPE_PARAM),
                _ => self.set_facts(name, BOUND | type_param, GLOBAL | TYPE_PARAM),
            }
            return Ok(SymbolScope::Local);
        }
        if let Some(found) = self.name_in_class(class, name) {
            return Ok(found);
        }
        if self.facts[name.index()] & BOUND != 0 {
            return Ok(self.free_name(name));
        }
        Ok(SymbolScope::GlobalImplicit)
    }

    fn free_name(&mut self, name: Ident) -> SymbolScope {
        self.free.push(name);
        SymbolScope::Free
    }

    /// A name of the class that an annotation scope sees is looked up there and then among the
    /// globals, even if a function around the class binds it too.
    fn name_in_class(&mut self, class: Option<ScopeId>, name: Ident) -> Option<SymbolScope> {
        let flags = self.scope(class?).symbols.get(name)?.flags;
        if flags.contains(SymbolFlags::DEF_GLOBAL) {
            Some(SymbolScope::GlobalExplicit)
        } else if flags.contains(SymbolFlags::DEF_BOUND) && !flags.contains(SymbolFlags::DEF_NONLOCAL) {
            Some(SymbolScope::GlobalImplicit)
        } else {
            None
        }
    }

    fn check_nonlocal(&mut self, id: ScopeId, name: Ident) -> Outcome {
        let facts = self.facts[name.index()];
        let text = self.interner.text(name);
        let message = if id == SymbolTable::TOP {
            "nonlocal declaration not allowed at module level".to_owned()
        } else if facts & BOUND == 0 {
            format!("no binding for nonlocal '{text}' found")
        } else if facts & TYPE_PARAM != 0 {
            format!("nonlocal binding not allowed for type parameter '{text}'")
        } else {
            return Ok(());
        };
        self.fault_at_directive(id, name, message)
    }

    #[cold]
    fn fault_at_directive(&mut self, id: ScopeId, name: Ident, message: String) -> Outcome {
        let directives = &self.scope(id).directives;
        let directive = directives.iter().find(|&&(directive, _)| directive == name);
        let &(_, location) = directive.expect("only a directive makes a name nonlocal");
        fault(location, message)
    }

    /// Decides on the scopes inside a scope and inlines comprehensions, unless the scope sees a
    /// class, which they must not see; returns whether those have cells.
    fn children(&mut self, id: ScopeId, class: Option<ScopeId>) -> Result<bool, Box<Diagnostic>> {
        let children = std::mem::take(&mut self.scope(id).children);
        let own_class = if self.scope(id).kind == ScopeKind::Class { Some(id) } else { class };
        let inlines = self.features.inlines_comprehensions && !self.scope(id).can_see_class_scope;
        let mut has_comp_cells = false;
        let mut any_inlined = false;
        for &child in &children {
            let class = if self.scope(child).can_see_class_scope { own_class } else { None };
            let free_before = self.free.len();
            self.block(child, class)?;
            let entry = self.scope(child);
            if entry.comprehension.is_some() && !entry.generator && inlines {
                entry.comp_inlined = true;
                any_inlined = true;
                has_comp_cells |= self.inline_comprehension(id, child, free_before);
            }
        }
        self.scope(id).children = if any_inlined { self.splice(&children) } else { children };
        Ok(has_comp_cells)
    }

    /// Puts the children of inlined comprehensions in the place of these.
    fn splice(&mut self, children: &[ScopeId]) -> Vec<ScopeId> {
        let mut spliced = Vec::with_capacity(children.len());
        for &child in children {
            let entry = self.scope(child);
            if entry.comp_inlined {
                spliced.extend_from_slice(&entry.children);
            } else {
                spliced.push(child);
            }
        }
        spliced
    }

    /// Merges the symbols of a comprehension into the scope it is inlined into; returns whether one
    /// is a cell. The comprehension's free names are on the stack from `free_before` on; those that
    /// the outer scope binds are removed, because they are no longer free.
    ///
    /// CPython: `Python/symtable.c` `inline_comprehension` (3.12)
    fn inline_comprehension(&mut self, outer: ScopeId, comp: ScopeId, free_before: usize) -> bool {
        let mut symbols = std::mem::take(&mut self.scope(comp).symbols);
        let children = std::mem::take(&mut self.scope(comp).children);
        self.mark_free_inside(&children);
        let global_cells = self.global_class_cells(outer, &symbols);
        let mut has_cells = false;
        for (name, mut symbol) in symbols.iter() {
            if symbol.flags.contains(SymbolFlags::DEF_PARAM) {
                continue;
            }
            if symbol.scope == Some(SymbolScope::Cell) {
                symbol.flags.0 |= SymbolFlags::DEF_COMP_CELL;
            }
            if global_cells.contains(&name) {
                symbol.scope = Some(SymbolScope::GlobalImplicit);
                self.mark_class_cell(name);
            }
            has_cells |= symbol.flags.contains(SymbolFlags::DEF_COMP_CELL);
            self.inline_symbol(outer, name, symbol);
        }
        self.remove_marked_free(free_before);
        self.clear_marks(&symbols, &children);
        for name in global_cells {
            symbols.remove(name);
        }
        let comp = self.scope(comp);
        comp.symbols = symbols;
        comp.children = children;
        has_cells
    }

    /// Marks a class cell that is a global in a comprehension as no longer free.
    fn mark_class_cell(&mut self, name: Ident) {
        let stays_free_inside =
            self.features.class_cells_in_class_comprehension == ClassCells::GlobalUnlessFreeInside;
        let facts = &mut self.facts[name.index()];
        if !(stays_free_inside && *facts & FREE_INSIDE != 0) {
            *facts |= MARK;
        }
    }

    /// Merges one symbol of a comprehension into the outer scope. Marks the name as no longer free
    /// if the outer scope binds it.
    fn inline_symbol(&mut self, outer: ScopeId, name: Ident, symbol: Symbol) {
        let outer = &mut self.scopes[outer.0 as usize];
        let outer_is_class = outer.kind == ScopeKind::Class;
        let Some(existing) = outer.symbols.get_mut(name) else {
            outer.symbols.insert(name, symbol);
            return;
        };
        existing.flags.0 |= symbol.flags.0 & SymbolFlags::DEF_COMP_CELL;
        let facts = &mut self.facts[name.index()];
        if existing.flags.contains(SymbolFlags::DEF_BOUND) && *facts & FREE_INSIDE == 0 && !outer_is_class {
            *facts |= MARK;
        }
    }

    /// The free names of a comprehension that are globals once it is inlined in a class.
    fn global_class_cells(&self, outer: ScopeId, symbols: &Symbols) -> SmallVec<[Ident; 3]> {
        let outer = &self.scopes[outer.0 as usize];
        if outer.kind != ScopeKind::Class {
            return SmallVec::new();
        }
        let candidates: &[Ident] = match self.features.class_cells_in_class_comprehension {
            ClassCells::Free => &[],
            ClassCells::ClassGlobalOnce if outer.symbols.get(known::CLASS).is_some() => &[],
            ClassCells::ClassGlobalOnce | ClassCells::ClassGlobal => &CLASS_CELLS[..1],
            ClassCells::Global | ClassCells::GlobalUnlessFreeInside => &CLASS_CELLS,
        };
        let is_free =
            |name: &Ident| symbols.get(*name).is_some_and(|symbol| symbol.scope == Some(SymbolScope::Free));
        candidates.iter().copied().filter(is_free).collect()
    }

    fn mark_free_inside(&mut self, children: &[ScopeId]) {
        for &child in children {
            for (name, symbol) in self.scopes[child.0 as usize].symbols.iter() {
                if symbol.scope == Some(SymbolScope::Free) {
                    self.facts[name.index()] |= FREE_INSIDE;
                }
            }
        }
    }

    fn remove_marked_free(&mut self, start: usize) {
        let mut kept = start;
        for at in start..self.free.len() {
            let name = self.free[at];
            if self.facts[name.index()] & MARK == 0 {
                self.free[kept] = name;
                kept += 1;
            }
        }
        self.free.truncate(kept);
    }

    fn clear_marks(&mut self, symbols: &Symbols, children: &[ScopeId]) {
        for (name, _) in symbols.iter() {
            self.facts[name.index()] &= !MARK;
        }
        for &child in children {
            for (name, _) in self.scopes[child.0 as usize].symbols.iter() {
                self.facts[name.index()] &= !FREE_INSIDE;
            }
        }
    }

    /// Marks the names on the stack from `start`, and removes duplicates.
    fn mark_free(&mut self, start: usize) {
        let mut kept = start;
        for at in start..self.free.len() {
            let name = self.free[at];
            let facts = &mut self.facts[name.index()];
            if *facts & MARK == 0 {
                *facts |= MARK;
                self.free[kept] = name;
                kept += 1;
            }
        }
        self.free.truncate(kept);
    }

    /// Locals that are free inside, or cells of an inlined comprehension, are cells; they lose
    /// their mark.
    ///
    /// CPython: `Python/symtable.c` `analyze_cells` (3.12)
    fn cells(&mut self, id: ScopeId) {
        for (name, symbol) in self.scopes[id.0 as usize].symbols.iter_mut() {
            let facts = &mut self.facts[name.index()];
            let is_cell = *facts & MARK != 0 || symbol.flags.contains(SymbolFlags::DEF_COMP_CELL);
            if is_cell && symbol.scope == Some(SymbolScope::Local) {
                symbol.scope = Some(SymbolScope::Cell);
                *facts &= !MARK;
            }
        }
    }

    /// A class itself provides its cells to the scopes inside; they lose their mark.
    ///
    /// CPython: `Python/symtable.c` `drop_class_free` (3.12–)
    fn drop_class_free(&mut self, id: ScopeId) {
        for &cell in self.class_cells() {
            let facts = &mut self.facts[cell.index()];
            let is_free = *facts & MARK != 0;
            *facts &= !MARK;
            let scope = self.scope(id);
            let needed = match cell {
                known::CLASS => &mut scope.needs_class_closure,
                known::CLASSDICT => &mut scope.needs_classdict,
                _ => &mut scope.has_conditional_annotations,
            };
            *needed |= is_free;
        }
    }

    /// Records the names on the stack from `start` that are still marked as free in the scope,
    /// unmarks them, and removes the others.
    ///
    /// CPython: `Python/symtable.c` `update_symbols` (3.12)
    fn pass_on_free(&mut self, id: ScopeId, start: usize) {
        let scope = &mut self.scopes[id.0 as usize];
        let sees_class = scope.kind == ScopeKind::Class || scope.can_see_class_scope;
        let mut kept = start;
        for at in start..self.free.len() {
            let name = self.free[at];
            let facts = &mut self.facts[name.index()];
            if *facts & MARK == 0 {
                continue;
            }
            *facts &= !MARK;
            self.free[kept] = name;
            kept += 1;
            match scope.symbols.get_mut(name) {
                Some(symbol) if sees_class => symbol.flags.0 |= SymbolFlags::DEF_FREE_CLASS,
                Some(_) => {}
                None if id == SymbolTable::TOP || *facts & BOUND != 0 => {
                    scope.symbols.entry(name).scope = Some(SymbolScope::Free);
                }
                None => {}
            }
        }
        self.free.truncate(kept);
    }
}
