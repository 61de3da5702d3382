//! Flow graphs as text, for the tests of the passes.

use super::FlowGraph;
use crate::instructions::{InstructionSequence, Label};
use crate::source::Location;
use crate::targets::{FlowGraphFeatures, Opcode, Target, Version};

/// The newest patch release's.
pub(super) fn features(version: Version) -> &'static FlowGraphFeatures {
    &Target::newest(version).features().flowgraph
}

pub(super) fn graph(source: &str) -> FlowGraph {
    graph_for(Version::V3_12, source)
}

/// Reads `LINE OPCODE [OPARG or LABEL]`, separated by `;`, with labels as `NAME:` before.
pub(super) fn graph_for(version: Version, source: &str) -> FlowGraph {
    let mut sequence = InstructionSequence::default();
    let mut names: Vec<&str> = Vec::new();
    let mut label = |sequence: &mut InstructionSequence, name| {
        let number = names.iter().position(|&known| known == name).unwrap_or_else(|| {
            names.push(name);
            sequence.new_label();
            names.len() - 1
        });
        Label(number as u32)
    };
    let opcodes = features(version).opcodes;
    for line in source.split(';') {
        let mut words = line.split_whitespace().peekable();
        while let Some(name) = words.next_if(|word| word.ends_with(':')) {
            let label = label(&mut sequence, &name[..name.len() - 1]);
            sequence.use_label(label);
        }
        let lineno = words.next().and_then(|word| word.parse().ok()).expect("a line number");
        let name = words.next().expect("an opcode");
        let opcode = *Opcode::ALL.iter().find(|opcode| opcode.name() == name).expect("a known opcode");
        let oparg = match words.next() {
            Some(word) if opcodes.has_target(opcode) => label(&mut sequence, word).0,
            Some(word) => word.parse().expect("a number"),
            None => 0,
        };
        sequence.push(opcode, oparg, Location::new(lineno, lineno, 0, 1));
    }
    let mut graph = FlowGraph::new(opcodes);
    graph.read(&mut sequence, features(version));
    graph
}

/// Blocks separated by `|`, their instructions as `OPCODE`, `OPCODE:OPARG` or `OPCODE>PLACE OF
/// BLOCK IN LAYOUT`.
pub(super) fn text(graph: &FlowGraph) -> String {
    let layout: Vec<_> = graph.layout().collect();
    let blocks = layout.iter().map(|&id| {
        let instrs = graph.instrs(id).iter().map(|instr| {
            let name = instr.opcode.name();
            if graph.opcodes.has_target(instr.opcode) {
                let place = layout.iter().position(|&id| id == instr.jump_target());
                format!("{name}>{}", place.expect("the target is laid out"))
            } else if instr.oparg != 0 {
                format!("{name}:{}", instr.oparg)
            } else {
                name.to_owned()
            }
        });
        instrs.collect::<Vec<_>>().join(" ")
    });
    blocks.collect::<Vec<_>>().join(" | ")
}

/// Every instruction as `LINE OPCODE`, separated by `; `.
pub(super) fn text_with_lines(graph: &FlowGraph) -> String {
    let instrs = graph.layout().flat_map(|id| graph.instrs(id));
    instrs.map(|instr| format!("{} {}", instr.lineno(), instr.opcode.name())).collect::<Vec<_>>().join("; ")
}
