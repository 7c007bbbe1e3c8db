//! The edges of a graph in the order in which spreading over all of it touches memory best.
//!
//! Nodes are in blocks of 2^16, so that an end of an edge takes two bytes and what is read or written for a block stays in
//! the L2 cache. The edges from one block to another are a run, within it by groups of 2^14 targets, and there as
//! in the graph. To each node, things are so added in the order in which the graph has them: the same bits come out.
//!
//! In memory: a header, where each run starts, then an array each of sources, targets and weights, all on 64-byte
//! boundaries. Runs are ordered by source block, then by target block. There are never more of them than half a graph's
//! nodes.

const std = @import("std");
const allocator = @import("../allocator.zig");
const numbers = @import("numbers.zig");
const requests = @import("../arena_requests.zig");

const Error = allocator.Error;
const Failure = allocator.Failure;
const Graph = @import("csr_graph.zig").Graph;
const PushRun = @FieldType(@import("spread.zig").Sweep, "pushRun");
const Slot = @import("../arena_slots.zig").Slot;

pub const alignment_bytes = 64;

const block_nodes = 1 << 16;
const group_nodes = 1 << 14;
const groups_per_block = block_nodes / group_nodes;

const Header = extern struct {
    magic: u64,
    node_count: u64,
    edge_count: u64,
    reserved: [5]u64 = @splat(0),
};

/// "engram", the version of this format, and a byte that is 0 in the other byte order.
const magic: u64 = 0x0101_6d61_7267_6e65;

/// Where the parts of a layout lie, in bytes.
const Places = struct {
    runs: u64,
    sources: u64,
    targets: u64,
    weights: u64,
    end: u64,

    fn of(node_count: u64, edge_count: u64) Places {
        @setRuntimeSafety(true);
        const run_count = blockCount(node_count) * blockCount(node_count);
        const runs = @sizeOf(Header);
        const sources = aligned(runs + (run_count + 1) * @sizeOf(u64));
        const targets = aligned(sources + edge_count * @sizeOf(u16));
        const weights = aligned(targets + edge_count * @sizeOf(u16));
        const end = aligned(weights + edge_count * @sizeOf(f32));
        return .{ .runs = runs, .sources = sources, .targets = targets, .weights = weights, .end = end };
    }

    fn aligned(bytes: u64) u64 {
        return std.mem.alignForward(u64, bytes, alignment_bytes);
    }
};

fn blockCount(node_count: u64) u64 {
    @setRuntimeSafety(true);
    return std.math.divCeil(u64, node_count, block_nodes) catch unreachable;
}

pub fn sizeBytes(graph: *const Graph) u64 {
    return Places.of(graph.nodeCount(), graph.targets.len).end;
}

/// The parts of a layout.
fn Parts(comptime Bytes: type) type {
    const constant = Bytes == [*]const u8;
    return struct {
        blocks: usize,
        runs: if (constant) []const u64 else []u64,
        sources: if (constant) []const u16 else []u16,
        targets: if (constant) []const u16 else []u16,
        weights: if (constant) []const f32 else []f32,

        fn of(bytes: Bytes, node_count: usize, edge_count: usize) @This() {
            @setRuntimeSafety(true);
            const places: Places = .of(node_count, edge_count);
            const blocks = blockCount(node_count);
            return .{
                .blocks = blocks,
                .runs = @ptrCast(@alignCast(bytes[places.runs..][0 .. (blocks * blocks + 1) * @sizeOf(u64)])),
                .sources = @ptrCast(@alignCast(bytes[places.sources..][0 .. edge_count * @sizeOf(u16)])),
                .targets = @ptrCast(@alignCast(bytes[places.targets..][0 .. edge_count * @sizeOf(u16)])),
                .weights = @ptrCast(@alignCast(bytes[places.weights..][0 .. edge_count * @sizeOf(f32)])),
            };
        }
    };
}

/// Writes the layout of a graph. Nothing is written where that fails.
pub fn prepare(slot: *Slot, graph: *const Graph, layout: *anyopaque, failure: *Failure) Error!void {
    @setRuntimeSafety(true);
    if (@intFromPtr(layout) % alignment_bytes != 0 or graph.defect() != null) return error.InvalidArgument;
    const mark = try requests.openMark(slot, failure);
    defer requests.rewind(slot, mark) catch unreachable;
    const blocks = blockCount(graph.nodeCount());
    const memory = try slot.arena.allocate(blocks * groups_per_block * @sizeOf(u64), alignment_bytes, failure);
    const cursors = @as([*]u64, @ptrCast(@alignCast(memory)))[0 .. blocks * groups_per_block];

    const header: *Header = @ptrCast(@alignCast(layout));
    header.* = .{ .magic = magic, .node_count = graph.nodeCount(), .edge_count = graph.targets.len };
    const parts: Parts([*]u8) = .of(@ptrCast(layout), graph.nodeCount(), graph.targets.len);
    for (0..blocks) |block| {
        const first = block * block_nodes;
        const end = @min(first + block_nodes, graph.nodeCount());
        startGroups(graph, first, end, cursors);
        // The edges of one block of sources are where the graph has them, too.
        for (0..blocks) |target_block| parts.runs[block * blocks + target_block] = cursors[target_block * groups_per_block];
        for (first..end) |source| for (graph.offsets[source]..graph.offsets[source + 1]) |edge| {
            const target = graph.targets[edge];
            const cursor = &cursors[target / group_nodes];
            parts.sources[cursor.*] = @intCast(source - first);
            parts.targets[cursor.*] = @intCast(target % block_nodes);
            parts.weights[cursor.*] = graph.weights[edge];
            cursor.* += 1;
        };
    }
    parts.runs[blocks * blocks] = graph.targets.len;
}

/// Sets each group's cursor to the place of its first edge among those of the sources from `first` up to `end`.
fn startGroups(graph: *const Graph, first: usize, end: usize, cursors: []u64) void {
    @setRuntimeSafety(true);
    @memset(cursors, 0);
    for (graph.targets[graph.offsets[first]..graph.offsets[end]]) |target| cursors[target / group_nodes] += 1;
    var place = graph.offsets[first];
    for (cursors) |*cursor| {
        const size = cursor.*;
        cursor.* = place;
        place += size;
    }
}

/// A layout that somebody handed in, checked as far as it decides where is read and written.
pub const Layout = struct {
    node_count: usize,
    parts: Parts([*]const u8),

    /// Null if the graph has none.
    pub fn of(graph: *const Graph) Error!?Layout {
        @setRuntimeSafety(true);
        const memory = graph.layout orelse return null;
        if (@intFromPtr(memory) % alignment_bytes != 0) return error.InvalidArgument;
        const header: *const Header = @ptrCast(@alignCast(memory));
        if (header.magic != magic or header.node_count != graph.nodeCount() or header.edge_count != graph.targets.len)
            return error.InvalidArgument;
        const layout: Layout = .{
            .node_count = graph.nodeCount(),
            .parts = .of(@ptrCast(memory), graph.nodeCount(), graph.targets.len),
        };
        if (!layout.staysInside()) return error.InvalidArgument;
        return layout;
    }

    /// Two bytes cannot leave a whole block. What is to be looked at is the edges of the last one, if that is none.
    fn staysInside(layout: *const Layout) bool {
        @setRuntimeSafety(true);
        const parts = &layout.parts;
        const runs = parts.runs;
        if (runs[0] != 0 or runs[runs.len - 1] != parts.targets.len) return false;
        for (runs[1..], runs[0 .. runs.len - 1]) |run, before| if (run < before) return false;
        const in_last = layout.node_count % block_nodes;
        if (in_last == 0) return true;
        const last = parts.blocks - 1;
        if (numbers.largest(u16, parts.sources[runs[last * parts.blocks]..]) >= in_last) return false;
        for (0..parts.blocks) |block| {
            const run = block * parts.blocks + last;
            if (numbers.largest(u16, parts.targets[runs[run]..runs[run + 1]]) >= in_last) return false;
        }
        return true;
    }

    /// Adds `contributions[source] * weight` to each target.
    pub fn push(layout: *const Layout, pushRun: PushRun, contributions: []const f32, activations: []f32) void {
        @setRuntimeSafety(true);
        if (contributions.len != layout.node_count or activations.len != layout.node_count)
            @panic("as many activations as the layout has nodes");
        const parts = &layout.parts;
        for (0..parts.blocks) |target_block| for (0..parts.blocks) |source_block| {
            const run = source_block * parts.blocks + target_block;
            const first = parts.runs[run];
            const end = parts.runs[run + 1];
            pushRun(
                contributions[source_block * block_nodes ..].ptr,
                activations[target_block * block_nodes ..].ptr,
                parts.sources[first..end],
                parts.targets[first..end],
                parts.weights[first..end],
            );
        };
    }
};

test "an end of an edge beyond the last node of an unfinished block is refused" {
    const spread_trial = @import("spread_trial.zig");
    var arena: spread_trial.Arena = undefined;
    try arena.init(.{});
    defer arena.deinit();
    for ([_]usize{ 5, block_nodes + 5 }) |nodes| for (0..2) |which| {
        const last: u32 = @intCast(nodes - 1);
        var trial: spread_trial.Trial = try .ofEdges(nodes, &.{ .{ .source = 0, .target = last }, .{ .source = last, .target = last } }, .back);
        defer trial.deinit();
        try trial.prepare(&arena);
        const graph = trial.graph(true);
        try std.testing.expect(try Layout.of(&graph) != null);
        const parts: Parts([*]u8) = .of(trial.layout.ptr, nodes, 2);
        const ends = if (which == 0) parts.sources else parts.targets;
        ends[1] += 1;
        try std.testing.expectError(error.InvalidArgument, Layout.of(&graph));
    };
}
