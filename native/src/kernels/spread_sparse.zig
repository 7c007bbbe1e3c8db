//! Spreading activation from a few nodes: work and scratch are proportional to the edges of those that fire.
//!
//! The nodes that were reached are a list, ascending by node. Each iteration puts them and what they add to their targets
//! into a hash table, and makes the next list of it. To each node things are added in the order in which
//! spreading over the whole graph adds them, so both come to the same bits.

const std = @import("std");
const allocator = @import("../allocator.zig");
const requests = @import("../arena_requests.zig");
const spread = @import("spread.zig");

const Error = allocator.Error || error{OutputTooSmall};
const Failure = allocator.Failure;
const Graph = @import("csr_graph.zig").Graph;
const Options = spread.Options;
const Slot = @import("../arena_slots.zig").Slot;

const Entry = struct { node: u32, activation: f32 };

/// No node: they are below 2^31.
const nobody = std.math.maxInt(u32);

/// Where results go.
pub const Reached = struct {
    nodes: []u32,
    activations: []f32,
    count: *u64,

    pub fn of(nodes: ?[*]u32, activations: ?[*]f32, capacity: u64, count: ?*u64) ?Reached {
        @setRuntimeSafety(true);
        const counter = count orelse return null;
        if (capacity == 0) return .{ .nodes = &.{}, .activations = &.{}, .count = counter };
        if (capacity > std.math.maxInt(i64) / @sizeOf(u32)) return null;
        return .{
            .nodes = (nodes orelse return null)[0..capacity],
            .activations = (activations orelse return null)[0..capacity],
            .count = counter,
        };
    }
};

/// The nodes that are active at first, with their activations.
pub const Active = struct {
    nodes: []const u32,
    activations: []const f32,

    pub fn of(graph: *const Graph, nodes: ?[*]const u32, activations: ?[*]const f32, count: u64) ?Active {
        @setRuntimeSafety(true);
        if (count == 0) return .{ .nodes = &.{}, .activations = &.{} };
        // More could not all be different.
        if (count > graph.nodeCount()) return null;
        return .{
            .nodes = (nodes orelse return null)[0..count],
            .activations = (activations orelse return null)[0..count],
        };
    }
};

pub fn spreadFrom(
    slot: *Slot,
    graph: *const Graph,
    options: Options,
    active: Active,
    reached: Reached,
    failure: *Failure,
) Error!void {
    @setRuntimeSafety(true);
    const mark = try requests.openMark(slot, failure);
    defer requests.rewind(slot, mark) catch unreachable;
    var now: Buffer = .{};
    var next: Buffer = .{};
    var state = try start(slot, graph, active, &now, failure);
    for (0..options.iterations) |_| {
        state = try step(slot, graph, options, state, &next, failure);
        std.mem.swap(Buffer, &now, &next);
    }
    reached.count.* = state.len;
    if (state.len > reached.nodes.len) return error.OutputTooSmall;
    for (state, reached.nodes[0..state.len], reached.activations[0..state.len]) |entry, *node, *activation| {
        node.* = entry.node;
        activation.* = entry.activation;
    }
}

/// Scratch that grows. What it had stays in the arena until the kernel's mark is rewound; sizes are powers of two, so
/// that is never more than it has.
const Buffer = struct {
    entries: []Entry = &.{},

    fn take(buffer: *Buffer, slot: *Slot, count: usize, failure: *Failure) Error![]Entry {
        @setRuntimeSafety(true);
        if (buffer.entries.len < count) {
            const memory = try slot.arena.allocate(count * @sizeOf(Entry), 64, failure);
            buffer.entries = @as([*]Entry, @ptrCast(@alignCast(memory)))[0..count];
        }
        return buffer.entries[0..count];
    }
};

/// The active nodes in ascending order.
fn start(slot: *Slot, graph: *const Graph, active: Active, buffer: *Buffer, failure: *Failure) Error![]const Entry {
    @setRuntimeSafety(true);
    const entries = try buffer.take(slot, tableSize(active.nodes.len), failure);
    for (active.nodes, active.activations, entries[0..active.nodes.len]) |node, activation, *entry| {
        if (node >= graph.nodeCount() or !std.math.isFinite(activation)) return error.InvalidArgument;
        entry.* = .{ .node = node, .activation = activation };
    }
    const sorted = sort(entries, active.nodes.len, graph.nodeCount());
    for (1..@max(sorted.len, 1)) |i| if (sorted[i - 1].node == sorted[i].node) return error.InvalidArgument;
    return sorted;
}

/// A power of two with room for `count` entries in each half.
fn tableSize(count: usize) usize {
    @setRuntimeSafety(true);
    return std.math.ceilPowerOfTwoAssert(usize, @max(2 * count, 16));
}

/// One iteration. The next state lies in `buffer`, which holds none of the present one.
fn step(slot: *Slot, graph: *const Graph, options: Options, state: []const Entry, buffer: *Buffer, failure: *Failure) Error![]const Entry {
    @setRuntimeSafety(true);
    const table = try buffer.take(slot, tableSize(try mostReached(graph, options, state)), failure);
    @memset(table, .{ .node = nobody, .activation = 0 });
    // Adding to 0 makes a negative zero a positive one.
    for (state) |entry| find(table, entry.node).* += entry.activation;
    for (state) |entry| {
        if (!options.fires(entry.activation)) continue;
        const contribution = options.contribution(entry.activation);
        const first = graph.offsets[entry.node];
        const end = graph.offsets[entry.node + 1];
        for (graph.targets[first..end], graph.weights[first..end]) |target, weight| {
            if (target >= graph.nodeCount()) return error.InvalidArgument;
            find(table, target).* += contribution * weight;
        }
    }
    var largest: f32 = 1;
    var count: usize = 0;
    for (table) |entry| {
        if (entry.node == nobody) continue;
        if (entry.activation > largest) largest = entry.activation;
        table[count] = entry;
        count += 1;
    }
    if (largest > 1) for (table[0..count]) |*entry| {
        entry.activation /= largest;
    };
    return sort(table, count, graph.nodeCount());
}

/// No more nodes than this can be reached: those that are, and one for each edge of those that fire.
fn mostReached(graph: *const Graph, options: Options, state: []const Entry) Error!usize {
    @setRuntimeSafety(true);
    var count: u64 = state.len;
    for (state) |entry| {
        const first = graph.offsets[entry.node];
        const end = graph.offsets[entry.node + 1];
        if (first > end or end > graph.targets.len) return error.InvalidArgument;
        if (options.fires(entry.activation)) count +|= end - first;
    }
    return @min(count, graph.nodeCount());
}

/// The activation of a node in a table, half of which at least is free.
fn find(table: []Entry, node: u32) *f32 {
    @setRuntimeSafety(true);
    // The golden ratio's multiples spread neighbours.
    const hash = node *% 0x9e37_79b9;
    const bits: u5 = @intCast(@min(@ctz(table.len), 31));
    var at: usize = hash >> @intCast(32 - @as(u6, bits));
    while (true) : (at = (at + 1) & (table.len - 1)) {
        const entry = &table[at];
        if (entry.node == nobody) entry.* = .{ .node = node, .activation = 0 };
        if (entry.node == node) return &entry.activation;
    }
}

/// The first `count` entries, sorted by node: by each byte of it, from the lowest to the highest, into the other half and
/// back.
fn sort(entries: []Entry, count: usize, node_count: usize) []Entry {
    @setRuntimeSafety(true);
    const half = entries.len / 2;
    var from = entries[0..count];
    var to = entries[half..][0..count];
    var shift: u5 = 0;
    while (true) : (shift += 8) {
        var starts: [256]u32 = @splat(0);
        for (from) |entry| starts[(entry.node >> shift) & 0xff] += 1;
        var sum: u32 = 0;
        for (&starts) |*bucket| {
            const size = bucket.*;
            bucket.* = sum;
            sum += size;
        }
        for (from) |entry| {
            const place = &starts[(entry.node >> shift) & 0xff];
            to[place.*] = entry;
            place.* += 1;
        }
        std.mem.swap([]Entry, &from, &to);
        if (shift == 24 or (node_count - 1) >> (shift + 8) == 0) return from;
    }
}
