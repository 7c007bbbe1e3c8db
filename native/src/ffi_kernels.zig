//! The exports of engram_arena.h for decay and graphs: conversions of types and errors, and no logic.

const allocator = @import("allocator.zig");
const csr_graph = @import("kernels/csr_graph.zig");
const ffi = @import("ffi.zig");
const graph_layout = @import("kernels/graph_layout.zig");
const memory_decay = @import("kernels/memory_decay.zig");
const spread = @import("kernels/spread.zig");
const spread_sparse = @import("kernels/spread_sparse.zig");

const Graph = csr_graph.Graph;
const Slot = @import("arena_slots.zig").Slot;
const Status = ffi.Status;

export fn engram_memory_decay(
    strengths: ?[*]f32,
    ages_seconds: ?[*]const u64,
    count: u64,
    time_constant_seconds: f64,
) Status {
    return ffi.statusOf(memory_decay.fade(strengths, ages_seconds, count, time_constant_seconds));
}

export fn engram_graph_check(graph: ?*const csr_graph.GraphAbi, defect: ?*csr_graph.Defect) Status {
    const found = csr_graph.check(graph) orelse return .ok;
    if (defect) |out| out.* = found;
    return .invalid_argument;
}

export fn engram_graph_layout_bytes(graph: ?*const csr_graph.GraphAbi) u64 {
    const checked = Graph.of(graph) orelse return 0;
    return graph_layout.sizeBytes(&checked);
}

export fn engram_graph_prepare(
    arena: ?*allocator.Header,
    graph: ?*const csr_graph.GraphAbi,
    layout: ?*anyopaque,
    failure: ?*allocator.Failure,
) Status {
    const slot: *Slot = .fromHeader(arena orelse return ffi.report(error.InvalidArgument, .{}, failure));
    const checked = Graph.of(graph) orelse return ffi.report(error.InvalidArgument, .{}, failure);
    const out = layout orelse return ffi.report(error.InvalidArgument, .{}, failure);
    var details: allocator.Failure = .{};
    return ffi.report(graph_layout.prepare(slot, &checked, out, &details), details, failure);
}

export fn engram_spread_activation(
    arena: ?*allocator.Header,
    graph: ?*const csr_graph.GraphAbi,
    options: ?*const spread.OptionsAbi,
    activations: ?[*]f32,
    failure: ?*allocator.Failure,
) Status {
    const slot: *Slot = .fromHeader(arena orelse return ffi.report(error.InvalidArgument, .{}, failure));
    const checked = Graph.of(graph) orelse return ffi.report(error.InvalidArgument, .{}, failure);
    const allowed = spread.Options.of(options) orelse return ffi.report(error.InvalidArgument, .{}, failure);
    const state = activations orelse return ffi.report(error.InvalidArgument, .{}, failure);
    var details: allocator.Failure = .{};
    return ffi.report(spread.spread(slot, &checked, allowed, state[0..checked.nodeCount()], &details), details, failure);
}

export fn engram_spread_from(
    arena: ?*allocator.Header,
    graph: ?*const csr_graph.GraphAbi,
    options: ?*const spread.OptionsAbi,
    nodes: ?[*]const u32,
    activations: ?[*]const f32,
    count: u64,
    capacity: u64,
    reached_nodes: ?[*]u32,
    reached_activations: ?[*]f32,
    reached_count: ?*u64,
    failure: ?*allocator.Failure,
) Status {
    const slot: *Slot = .fromHeader(arena orelse return ffi.report(error.InvalidArgument, .{}, failure));
    const checked = Graph.of(graph) orelse return ffi.report(error.InvalidArgument, .{}, failure);
    const allowed = spread.Options.of(options) orelse return ffi.report(error.InvalidArgument, .{}, failure);
    const active = spread_sparse.Active.of(&checked, nodes, activations, count) orelse
        return ffi.report(error.InvalidArgument, .{}, failure);
    const reached = spread_sparse.Reached.of(reached_nodes, reached_activations, capacity, reached_count) orelse
        return ffi.report(error.InvalidArgument, .{}, failure);
    var details: allocator.Failure = .{};
    const result = spread_sparse.spreadFrom(slot, &checked, allowed, active, reached, &details);
    return ffi.report(result, details, failure);
}

test "what is missing is refused, and a result that does not fit is a failure of its own" {
    const std = @import("std");
    const testing = std.testing;
    const spread_trial = @import("kernels/spread_trial.zig");
    var arena: spread_trial.Arena = undefined;
    try arena.init(.{});
    defer arena.deinit();
    const header = &arena.slot.arena.header;
    const graph: csr_graph.GraphAbi = .{ .node_count = 2, .edge_count = 1, .offsets = &.{ 0, 1, 1 }, .targets = &.{1}, .weights = &.{0.5} };
    const options: spread.OptionsAbi = .{ .iterations = 1, .decay_per_hop = 1, .firing_threshold = 0 };
    var activations = [_]f32{ 1, 0 };
    var failure: allocator.Failure = .{};
    try testing.expectEqual(.invalid_argument, engram_spread_activation(null, &graph, &options, &activations, &failure));
    try testing.expectEqual(.invalid_argument, engram_spread_activation(header, null, &options, &activations, &failure));
    try testing.expectEqual(.invalid_argument, engram_spread_activation(header, &graph, null, &activations, &failure));
    try testing.expectEqual(.invalid_argument, engram_spread_activation(header, &graph, &options, null, &failure));
    try testing.expectEqual(.invalid_argument, engram_graph_prepare(header, &graph, null, &failure));
    try testing.expectEqual(@backingInt(Status.invalid_argument), failure.status);
    try testing.expectEqual(0, engram_graph_layout_bytes(null));
    try testing.expectEqual(.ok, engram_spread_activation(header, &graph, &options, &activations, null));
    try testing.expectEqual([_]f32{ 1, 0.5 }, activations);

    var nodes = [_]u32{ 9, 9 };
    var reached = [_]f32{ 9, 9 };
    var count: u64 = 0;
    const from: [*]const u32 = &.{0};
    const active: [*]const f32 = &.{1};
    try testing.expectEqual(.output_too_small, engram_spread_from(header, &graph, &options, from, active, 1, 1, &nodes, &reached, &count, &failure));
    try testing.expectEqual(@backingInt(Status.output_too_small), failure.status);
    try testing.expectEqual(2, count);
    try testing.expectEqual(.invalid_argument, engram_spread_from(header, &graph, &options, null, active, 1, 2, &nodes, &reached, &count, null));
    try testing.expectEqual(.invalid_argument, engram_spread_from(header, &graph, &options, from, active, 1, 2, &nodes, &reached, null, null));
    try testing.expectEqual([_]u32{ 9, 9 }, nodes);
    try testing.expectEqual(.ok, engram_spread_from(header, &graph, &options, from, active, 1, 2, &nodes, &reached, &count, null));
    try testing.expectEqual([_]u32{ 0, 1 }, nodes);
    try testing.expectEqual([_]f32{ 1, 0.5 }, reached);
}

test {
    _ = csr_graph;
    _ = graph_layout;
    _ = memory_decay;
    _ = spread;
    _ = spread_sparse;
    _ = @import("kernels/spread_test.zig");
    _ = @import("kernels/spread_hostile_test.zig");
}
