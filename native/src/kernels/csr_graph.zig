//! A directed graph with weighted edges in compressed sparse rows, as a caller hands it in.

const std = @import("std");
const numbers = @import("numbers.zig");

pub const node_count_max: u64 = (1 << 31) - 1;
pub const edge_count_max: u64 = 1 << 40;

/// The C struct `engram_graph`.
pub const GraphAbi = extern struct {
    struct_size_bytes: u64 = @sizeOf(GraphAbi),
    node_count: u64,
    edge_count: u64,
    offsets: ?[*]const u64,
    targets: ?[*]const u32,
    weights: ?[*]const f32,
    layout: ?*const anyopaque = null,
};

/// The C enum `engram_graph_fault`.
pub const Fault = enum(u32) {
    first_offset = 1,
    offset_decreases = 2,
    last_offset = 3,
    target = 4,
    weight = 5,
    size = 6,
};

/// The C struct `engram_graph_defect`.
pub const Defect = extern struct {
    fault: u64,
    index: u64,

    fn of(fault: Fault, index: u64) Defect {
        return .{ .fault = @backingInt(fault), .index = index };
    }
};

/// A graph whose counts are allowed and whose arrays are there. What is in them is not known to be good: whoever uses it
/// for a place to read or write at checks it.
pub const Graph = struct {
    offsets: []const u64,
    targets: []const u32,
    weights: []const f32,
    layout: ?*const anyopaque,

    pub fn of(abi: ?*const GraphAbi) ?Graph {
        @setRuntimeSafety(true);
        const graph = abi orelse return null;
        if (graph.struct_size_bytes != @sizeOf(GraphAbi)) return null;
        if (graph.node_count == 0 or graph.node_count > node_count_max) return null;
        if (graph.edge_count > edge_count_max) return null;
        const offsets = (graph.offsets orelse return null)[0 .. graph.node_count + 1];
        if (graph.edge_count == 0) return .{ .offsets = offsets, .targets = &.{}, .weights = &.{}, .layout = graph.layout };
        return .{
            .offsets = offsets,
            .targets = (graph.targets orelse return null)[0..graph.edge_count],
            .weights = (graph.weights orelse return null)[0..graph.edge_count],
            .layout = graph.layout,
        };
    }

    pub fn nodeCount(graph: *const Graph) usize {
        return graph.offsets.len - 1;
    }

    /// The first defect, by array and then by place.
    pub fn defect(graph: *const Graph) ?Defect {
        return graph.offsetDefect() orelse graph.targetDefect() orelse graph.weightDefect();
    }

    fn offsetDefect(graph: *const Graph) ?Defect {
        @setRuntimeSafety(true);
        const offsets = graph.offsets;
        if (offsets[0] != 0) return .of(.first_offset, 0);
        for (offsets[1..], offsets[0 .. offsets.len - 1], 1..) |offset, before, index| {
            if (offset < before) return .of(.offset_decreases, index);
        }
        const last = offsets.len - 1;
        return if (offsets[last] != graph.targets.len) .of(.last_offset, last) else null;
    }

    fn targetDefect(graph: *const Graph) ?Defect {
        @setRuntimeSafety(true);
        if (graph.areInside(0, graph.targets.len)) return null;
        for (graph.targets, 0..) |target, index| {
            if (target >= graph.nodeCount()) return .of(.target, index);
        }
        return null;
    }

    /// Whether the targets of the edges from `first` up to `end` are nodes.
    pub fn areInside(graph: *const Graph, first: usize, end: usize) bool {
        @setRuntimeSafety(true);
        return numbers.largest(u32, graph.targets[first..end]) < graph.nodeCount();
    }

    fn weightDefect(graph: *const Graph) ?Defect {
        @setRuntimeSafety(true);
        if (numbers.allFinite(graph.weights)) return null;
        for (graph.weights, 0..) |weight, index| {
            if (!std.math.isFinite(weight)) return .of(.weight, index);
        }
        return null;
    }
};

/// The first defect of what a caller calls a graph.
pub fn check(abi: ?*const GraphAbi) ?Defect {
    const graph = Graph.of(abi) orelse return .of(.size, 0);
    return graph.defect();
}
