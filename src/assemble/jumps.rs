//! Where every block starts in the code, and how far every jump goes.
//!
//! # Problem
//!
//! A jump's oparg is a distance in code units. One above 255 needs an `EXTENDED_ARG`, above 65535
//! two, and so on: these code units come before the jump and make the distance of every jump across
//! them larger, which may then need more themselves. There can be more than one assignment of sizes
//! that fits, and the code must be the one that CPython arrives at.
//!
//! # Strategy
//!
//! CPython guesses: the first sizes are as if the oparg were the number of the target's label,
//! later that of the instruction there. Then, round by round, it lays out all blocks with the sizes
//! so far, takes the distances from that layout and the new sizes from the distances, until a round
//! changes nothing. We do the same rounds, over one record a block ([`Span`]): only a block's last
//! instruction is a jump, so everything else in it has a size that does not change.
//!
//! Rounds are few in code that people write. But a chain of jumps that each just fit until
//! the next one grows takes a round for every jump, and from a bad guess the rounds might never
//! settle. So their number is limited; after that all jumps start small and grow in sweeps, one
//! forward for the jumps back and one backward for the jumps forward: each sees all growth on its
//! way at once.
//!
//! # Why it is correct
//!
//! Larger sizes only make distances larger. So, beginning with the smallest sizes, both rounds and
//! sweeps only ever grow a jump that any fitting assignment must grow too, and both end with the
//! smallest assignment that fits. CPython's guess is the smallest sizes wherever the numbers stay
//! below 256, and there the sweeps give what the rounds would have arrived at. In code with more a
//! chain that is longer than the limit would be needed to make a difference.
//!
//! CPython: `Python/flowgraph.c` (3.12), `Python/assemble.c` (3.13–) `resolve_jump_offsets`

use super::units;
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::flowgraph::FlowGraph;
use crate::instructions::{BlockId, Instr};
use crate::source::Location;
use crate::targets::{AssemblyFeatures, JumpSizeGuess, Opcode, OpcodeTable, Properties};

/// After how many rounds to grow in sweeps.
const MAX_ROUNDS: usize = 100;

/// The places of blocks in the code. [Found](Offsets::resolve) for one unit after another, in the
/// same memory.
#[derive(Default)]
pub(super) struct Offsets {
    layout: Vec<BlockId>,
    /// By [`BlockId::index`], the block's index in `layout`; only for blocks in there.
    places: Vec<u32>,
    /// For each block in `layout` the number of its first instruction.
    numbers: Vec<u32>,
    spans: Spans,
}

impl Offsets {
    /// Sets the opargs of all jumps.
    pub(super) fn resolve(
        &mut self,
        graph: &mut FlowGraph,
        features: &AssemblyFeatures,
    ) -> Result<(), Diagnostic> {
        self.spans.scale = if features.jumps_in_bytes { 2 } else { 1 };
        self.measure(graph, features.opcodes)?;
        match features.jump_size_guess {
            JumpSizeGuess::Smallest => self.spans.spans.iter_mut().for_each(|span| span.extended = 0),
            JumpSizeGuess::ByLabel => {}
            JumpSizeGuess::ByInstruction => self.guess_by_instruction(graph),
        }
        self.spans.settle();
        for (place, &id) in self.layout.iter().enumerate() {
            if self.spans.spans[place].target.is_some() {
                let jump = graph.instrs_mut(id).last_mut().expect("the block ends in a jump");
                jump.oparg = self.spans.distance(place);
            }
        }
        if self.end() > MAX_CODE_UNITS { Err(too_large()) } else { Ok(()) }
    }

    /// Where a block of the layout starts, in code units.
    pub(super) fn start(&self, id: BlockId) -> u32 {
        self.spans.spans[self.places[id.index()] as usize].start
    }

    /// The size of the code, in code units.
    pub(super) fn end(&self) -> u32 {
        self.spans.spans.last().map_or(0, Span::end)
    }

    /// Makes the spans, with sizes for the jumps as by the label numbers they have.
    fn measure(&mut self, graph: &FlowGraph, opcodes: &OpcodeTable) -> Result<(), Diagnostic> {
        self.layout.clear();
        self.layout.extend(graph.layout());
        self.places.clear();
        self.places.resize(graph.block_count(), 0);
        for (place, id) in (0..).zip(&self.layout) {
            self.places[id.index()] = place;
        }
        self.spans.spans.clear();
        let mut size = 0;
        for &id in &self.layout {
            let span = Span::new(graph.instrs(id), opcodes, &self.places);
            size += u64::from(span.fixed);
            self.spans.spans.push(span);
        }
        if size > u64::from(MAX_CODE_UNITS) { Err(too_large()) } else { Ok(()) }
    }

    /// Changes the sizes of the jumps to those by the numbers of the instructions they go to.
    fn guess_by_instruction(&mut self, graph: &FlowGraph) {
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.clear();
        let mut number = 0;
        numbers.extend(self.layout.iter().map(|&id| {
            let first = number;
            number += graph.instrs(id).len() as u32;
            first
        }));
        for span in &mut self.spans.spans {
            span.extended = span.target.map_or(0, |target| units::extended_args(numbers[target as usize]));
        }
        self.numbers = numbers;
    }
}

/// CPython: `Objects/codeobject.c` `_PyCode_Validate` (3.11–)
fn too_large() -> Diagnostic {
    Diagnostic::new(DiagnosticKind::OverflowError, Location::NONE, "code: co_code larger than INT_MAX")
}

/// As many as fit `INT_MAX` bytes.
const MAX_CODE_UNITS: u32 = i32::MAX as u32 / 2;

/// The instructions from `SEND` on to `END_SEND`, which is where the end of an `async for` has its
/// loop.
const AWAITING: [Opcode; 4] =
    [Opcode::SEND, Opcode::YIELD_VALUE, Opcode::RESUME, Opcode::JUMP_BACKWARD_NO_INTERRUPT];

/// What one block takes in the code.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    /// Code units without the `EXTENDED_ARG`s of the jump at the end.
    fixed: u32,
    /// The `EXTENDED_ARG`s of the jump.
    extended: u32,
    /// The place in the layout that the jump at the end goes to.
    target: Option<u32>,
    /// How many code units the jump at the end stops short of the target's start: it goes back to
    /// what follows them.
    ///
    /// CPython: `Python/assemble.c` `END_SEND_OFFSET` (3.14–)
    short_of: u32,
    /// What the oparg of the jump counts.
    distance: Distance,
}

/// What the oparg of a jump counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Distance {
    /// Code units from the end of the jump, forward or back.
    FromJump,
    /// Code units from the start of the code.
    FromStart,
}

impl Span {
    /// Of a block with these instructions. `places` are those of the blocks in the layout.
    fn new(mut instrs: &[Instr], opcodes: &OpcodeTable, places: &[u32]) -> Span {
        let distance = Distance::FromJump;
        let mut span = Span { start: 0, fixed: 0, extended: 0, target: None, short_of: 0, distance };
        if let [before @ .., jump] = instrs
            && opcodes.properties(jump.opcode).has(Properties::ASSEMBLED)
        {
            instrs = before;
            span.fixed = units::base_size(opcodes, jump.opcode);
            span.extended = units::extended_args(jump.oparg);
            span.target = jump.target.map(|target| places[target.index()]);
            if opcodes.counts_from_start(jump.opcode) {
                span.distance = Distance::FromStart;
            }
            if jump.opcode == Opcode::END_ASYNC_FOR_FROM_SEND {
                span.short_of = AWAITING.iter().map(|&opcode| units::base_size(opcodes, opcode)).sum();
            }
        }
        let sizes = instrs.iter().map(|instr| units::size(opcodes, instr.opcode, instr.oparg));
        span.fixed += sizes.sum::<u32>();
        span
    }

    fn end(&self) -> u32 {
        self.start + self.fixed + self.extended
    }
}

/// The blocks in the order of the layout.
#[derive(Default)]
struct Spans {
    spans: Vec<Span>,
    /// How much an oparg counts for a code unit: 1, or the number of its bytes.
    scale: u32,
}

impl Spans {
    /// Finds the sizes, and with them the starts.
    fn settle(&mut self) {
        for _ in 0..MAX_ROUNDS {
            if !self.round() {
                return;
            }
        }
        self.spans.iter_mut().for_each(|span| span.extended = 0);
        while self.sweep() {}
        self.lay_out();
    }

    /// Returns whether a size has changed.
    fn round(&mut self) -> bool {
        self.lay_out();
        let mut changed = false;
        for place in 0..self.spans.len() {
            if self.spans[place].target.is_some() {
                let extended = units::extended_args(self.distance(place));
                changed |= std::mem::replace(&mut self.spans[place].extended, extended) != extended;
            }
        }
        changed
    }

    fn lay_out(&mut self) {
        let mut offset = 0;
        for span in &mut self.spans {
            span.start = offset;
            offset = span.end();
        }
    }

    /// The oparg of the jump at the end of a block.
    fn distance(&self, place: usize) -> u32 {
        let target = self.spans[place].target.expect("the block ends in a jump");
        let Span { distance, short_of, .. } = self.spans[place];
        let start = self.spans[target as usize].start;
        self.scale
            * match distance {
                Distance::FromStart => start,
                Distance::FromJump => self.spans[place].end().abs_diff(start).saturating_sub(short_of),
            }
    }

    /// Grows jumps back, first to last, then jumps forward, last to first. Returns whether there
    /// was one to grow.
    fn sweep(&mut self) -> bool {
        let mut grown = false;
        let mut offset: u32 = 0;
        self.lay_out();
        for place in 0..self.spans.len() {
            self.spans[place].start = offset;
            let is_from_start = self.spans[place].distance == Distance::FromStart;
            let is_known = |target| is_from_start || target as usize <= place;
            if self.spans[place].target.is_some_and(is_known) {
                // Its own growth makes the way back longer.
                while self.grow(place, self.distance(place)) {
                    grown = true;
                }
            }
            offset = self.spans[place].end();
        }
        // The end stays where it is, so what grows pushes what is before it down, if need be below
        // 0.
        for place in (0..self.spans.len()).rev() {
            let is_from_jump = self.spans[place].distance == Distance::FromJump;
            let is_forward = |&target: &u32| is_from_jump && target as usize > place;
            if let Some(target) = self.spans[place].target.filter(is_forward) {
                grown |=
                    self.grow(place, self.scale * self.spans[target as usize].start.wrapping_sub(offset));
            }
            let span = &mut self.spans[place];
            offset = offset.wrapping_sub(span.fixed + span.extended);
            span.start = offset;
        }
        grown
    }

    /// Makes the jump at the end of a block large enough for `distance`. Returns whether it was
    /// not.
    fn grow(&mut self, place: usize, distance: u32) -> bool {
        let needed = units::extended_args(distance);
        let extended = &mut self.spans[place].extended;
        let grows = needed > *extended;
        *extended = needed.max(*extended);
        grows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of a size, each with a jump to another or none.
    fn spans(blocks: &[(u32, Option<u32>)]) -> Spans {
        let distance = Distance::FromJump;
        let span = |&(fixed, target)| Span { start: 0, fixed, extended: 0, target, short_of: 0, distance };
        Spans { spans: blocks.iter().map(span).collect(), scale: 1 }
    }

    fn extended(spans: &Spans) -> Vec<u32> {
        spans.spans.iter().map(|span| span.extended).collect()
    }

    #[test]
    fn jumps_grow_when_their_distance_does() {
        for (size, expected) in [(255, [0, 0, 0]), (256, [1, 0, 0])] {
            let mut forward = spans(&[(1, Some(2)), (size, None), (1, None)]);
            forward.settle();
            assert_eq!(extended(&forward), expected);
        }
        for (size, expected) in [(254, [0, 0, 0]), (255, [0, 1, 0]), (0xFFFD, [0, 1, 0]), (0xFFFE, [0, 2, 0])]
        {
            let mut back = spans(&[(size, None), (1, Some(0)), (1, None)]);
            back.settle();
            assert_eq!(extended(&back), expected, "{size}");
        }
    }

    #[test]
    fn growth_spreads() {
        let mut chain = spans(&[(1, Some(2)), (255 - 1, Some(3)), (256, None), (1, None)]);
        chain.settle();
        assert_eq!(extended(&chain), [0, 1, 0, 0]);
        let mut chain = spans(&[(1, Some(2)), (255, Some(3)), (256, None), (1, None)]);
        chain.settle();
        assert_eq!(extended(&chain), [1, 1, 0, 0]);
    }

    #[test]
    fn sweeps_arrive_where_rounds_do() {
        // Jumps that cross each other, forward and back, at distances around the limit.
        let blocks: Vec<(u32, Option<u32>)> = (0..2000_u32)
            .map(|place| {
                let span = 36 + place * 7 % 5;
                let target = if place % 3 == 0 { place.checked_sub(span) } else { Some(place + span) };
                (6 + place * 11 % 3, target.filter(|&target| target < 2000))
            })
            .collect();
        let (mut by_rounds, mut by_sweeps) = (spans(&blocks), spans(&blocks));
        for distance in [Distance::FromJump, Distance::FromStart] {
            for spans in [&mut by_rounds, &mut by_sweeps] {
                spans.spans.iter_mut().step_by(2).for_each(|span| span.distance = distance);
                spans.spans.iter_mut().for_each(|span| span.extended = 0);
            }
            while by_rounds.round() {}
            while by_sweeps.sweep() {}
            assert_eq!(extended(&by_rounds), extended(&by_sweeps));
            assert!(extended(&by_rounds).contains(&1) && extended(&by_rounds).contains(&0));
        }
    }
}
