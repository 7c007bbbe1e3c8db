//! Graphs, layouts and activations that nobody should hand in, checked by engram_graph_check or not: an error, or some
//! result, but no crash, and nothing is touched outside the arrays.

const std = @import("std");
const csr_graph = @import("csr_graph.zig");
const graph_layout = @import("graph_layout.zig");
const spread = @import("spread.zig");
const spread_sparse = @import("spread_sparse.zig");
const spread_trial = @import("spread_trial.zig");

const Arena = spread_trial.Arena;
const Guarded = @import("guarded.zig").Guarded;
const Options = spread.Options;
const Trial = spread_trial.Trial;
const testing = std.testing;

const max = std.math.maxInt(u64);
const nan = std.math.nan(f32);
const inf = std.math.inf(f32);

const Damage = struct {
    fault: csr_graph.Fault,
    index: u64,
    offset: ?u64 = null,
    target: ?u32 = null,
    weight: ?f32 = null,

    fn apply(damage: Damage, trial: *const Trial) void {
        if (damage.offset) |offset| trial.offsets[damage.index] = offset;
        if (damage.target) |target| trial.targets[damage.index] = target;
        if (damage.weight) |weight| trial.weights[damage.index] = weight;
    }
};

/// Of the graph of `intact`: 5 nodes with 2 edges each.
const damages = [_]Damage{
    .{ .fault = .first_offset, .index = 0, .offset = 1 },
    .{ .fault = .first_offset, .index = 0, .offset = max },
    .{ .fault = .offset_decreases, .index = 3, .offset = 1 },
    .{ .fault = .offset_decreases, .index = 5, .offset = 0 },
    .{ .fault = .last_offset, .index = 5, .offset = 9 },
    .{ .fault = .last_offset, .index = 5, .offset = 11 },
    .{ .fault = .last_offset, .index = 5, .offset = 1 << 40 },
    .{ .fault = .last_offset, .index = 5, .offset = max },
    .{ .fault = .target, .index = 0, .target = 5 },
    .{ .fault = .target, .index = 9, .target = 1 << 31 },
    .{ .fault = .target, .index = 7, .target = std.math.maxInt(u32) },
    .{ .fault = .weight, .index = 0, .weight = nan },
    .{ .fault = .weight, .index = 9, .weight = -inf },
};

fn intact(end: Guarded.End) !Trial {
    const trial: Trial = try .init(5, 10, end);
    for (trial.offsets, 0..) |*offset, node| offset.* = 2 * node;
    for (trial.targets, 0..) |*target, edge| target.* = @intCast(edge * 3 % 5);
    @memset(trial.weights, 0.5);
    return trial;
}

test "each defect is found, with its place, and a good graph has none" {
    var trial = try intact(.back);
    defer trial.deinit();
    try testing.expectEqual(null, trial.graph(false).defect());
    for (damages) |damage| {
        var damaged = try intact(.back);
        defer damaged.deinit();
        damage.apply(&damaged);
        const defect = damaged.graph(false).defect().?;
        try testing.expectEqual(@backingInt(damage.fault), defect.fault);
        // An offset that is too large is found where the next is less, if there is a next.
        try testing.expectEqual(if (damage.offset == max and damage.index == 0) 0 else damage.index, defect.index);
    }
}

test "counts that are not allowed and arrays that are missing are found, and a graph needs no edges" {
    var trial = try intact(.back);
    defer trial.deinit();
    const good: csr_graph.GraphAbi = .{ .node_count = 5, .edge_count = 10, .offsets = trial.offsets.ptr, .targets = trial.targets.ptr, .weights = trial.weights.ptr };
    try testing.expectEqual(null, csr_graph.check(&good));
    const size = csr_graph.Defect{ .fault = @backingInt(csr_graph.Fault.size), .index = 0 };
    try testing.expectEqual(size, csr_graph.check(null));
    inline for (.{
        .{ "node_count", 0 },
        .{ "node_count", 1 << 31 },
        .{ "node_count", max },
        .{ "edge_count", (1 << 40) + 1 },
        .{ "edge_count", max },
        .{ "offsets", null },
        .{ "targets", null },
        .{ "weights", null },
        .{ "struct_size_bytes", 48 },
    }) |wrong| {
        var graph = good;
        @field(graph, wrong[0]) = wrong[1];
        try testing.expectEqual(size, csr_graph.check(&graph));
    }
    const offsets: [6]u64 = @splat(0);
    try testing.expectEqual(null, csr_graph.check(&.{ .node_count = 5, .edge_count = 0, .offsets = &offsets, .targets = null, .weights = null }));
}

test "options that are not allowed are refused" {
    const good: spread.OptionsAbi = .{ .iterations = 1, .decay_per_hop = 1, .firing_threshold = 0 };
    try testing.expect(Options.of(&good) != null);
    try testing.expectEqual(null, Options.of(null));
    inline for (.{
        .{ "struct_size_bytes", 16 },
        .{ "iterations", 0 },
        .{ "decay_per_hop", 0 },
        .{ "decay_per_hop", 1.001 },
        .{ "decay_per_hop", -1 },
        .{ "decay_per_hop", nan },
        .{ "firing_threshold", -0.001 },
        .{ "firing_threshold", nan },
    }) |wrong| {
        var options = good;
        @field(options, wrong[0]) = wrong[1];
        try testing.expectEqual(null, Options.of(&options));
    }
}

test "a graph that nobody checked is refused with outputs untouched, wherever it would lead outside" {
    var arena: Arena = undefined;
    try arena.init(.{});
    defer arena.deinit();
    const start = [_]f32{ 0.5, 0.25, 0, 0.5, 0.5 };
    for (damages) |damage| for ([_]Guarded.End{ .front, .back }) |end| for ([_]f32{ 0, 0.3, 0.6 }) |threshold| {
        var trial = try intact(end);
        defer trial.deinit();
        damage.apply(&trial);
        const options: Options = .{ .iterations = 3, .decay_per_hop = 1, .firing_threshold = threshold };
        @memset(trial.layout, 9);
        try testing.expectError(error.InvalidArgument, trial.prepare(&arena));
        for (trial.layout) |byte| try testing.expectEqual(9, byte);

        const leads_outside = damage.fault == .target or damage.fault == .offset_decreases or (damage.offset orelse 0) > 10;
        if (trial.dense(&arena, options, &start, false)) |_| {
            try testing.expect(!leads_outside);
        } else |reason| {
            try testing.expectEqual(error.InvalidArgument, reason);
            try testing.expectEqualSlices(f32, &start, trial.activations);
        }
        @memset(trial.reached_activations, 7);
        _ = trial.sparse(&arena, options, &start) catch |reason| {
            try testing.expectEqual(error.InvalidArgument, reason);
            for (trial.reached_activations) |activation| try testing.expectEqual(7, activation);
        };
        try arena.expectEmpty();
    };
}

test "activations that are not finite, and nodes that are none or named twice, are refused with outputs untouched" {
    var arena: Arena = undefined;
    try arena.init(.{});
    defer arena.deinit();
    const options: Options = .{ .iterations = 1, .decay_per_hop = 1, .firing_threshold = 0 };
    const nodes = 37;
    var trial: Trial = try .ofChance(nodes, 100, -1, 1, .back);
    defer trial.deinit();
    try trial.prepare(&arena);
    for ([_]f32{ nan, inf, -inf }) |bad| for (0..nodes) |place| {
        var start: [nodes]f32 = @splat(-0.0);
        start[place] = bad;
        for ([_]bool{ false, true }) |with_layout| {
            try testing.expectError(error.InvalidArgument, trial.dense(&arena, options, &start, with_layout));
            for (start, trial.activations) |before, after| try testing.expectEqual(@as(u32, @bitCast(before)), @as(u32, @bitCast(after)));
        }
        try testing.expectError(error.InvalidArgument, trial.sparse(&arena, options, &start));
    };
    var count: u64 = 7;
    const graph = trial.graph(false);
    const to: spread_sparse.Reached = .{ .nodes = trial.reached_nodes, .activations = trial.reached_activations, .count = &count };
    for ([_][3]u32{ .{ 0, 1, nodes }, .{ 1, 2, std.math.maxInt(u32) }, .{ 4, 3, 4 }, .{ 0, 0, 1 } }) |bad| {
        const active: spread_sparse.Active = .{ .nodes = &bad, .activations = &.{ 1, 1, 1 } };
        try testing.expectError(error.InvalidArgument, spread_sparse.spreadFrom(arena.slot, &graph, options, active, to, &arena.failure));
    }
    try testing.expectEqual(7, count);
    try testing.expectEqual(null, spread_sparse.Active.of(&graph, trial.nodes.ptr, trial.activations.ptr, nodes + 1));
    try arena.expectEmpty();
}

test "a layout of another graph, or none, is refused" {
    var arena: Arena = undefined;
    try arena.init(.{});
    defer arena.deinit();
    const options: Options = .{ .iterations = 1, .decay_per_hop = 1, .firing_threshold = 0 };
    const start = [_]f32{ 0.5, 0.25, 0, 0.5, 0.5 };
    var trial = try intact(.back);
    defer trial.deinit();
    @memset(trial.layout, 0);
    try testing.expectError(error.InvalidArgument, trial.dense(&arena, options, &start, true));
    try trial.prepare(&arena);
    try trial.dense(&arena, options, &start, true);
    var graph = trial.graph(true);
    graph.targets.len -= 1;
    try testing.expectError(error.InvalidArgument, spread.spread(arena.slot, &graph, options, trial.activations, &arena.failure));
    graph = trial.graph(true);
    graph.offsets.len -= 1;
    try testing.expectError(error.InvalidArgument, spread.spread(arena.slot, &graph, options, trial.activations[0..4], &arena.failure));
    graph = trial.graph(true);
    graph.layout = trial.layout.ptr + 8;
    try testing.expectError(error.InvalidArgument, spread.spread(arena.slot, &graph, options, trial.activations, &arena.failure));
    try testing.expectError(error.InvalidArgument, graph_layout.prepare(arena.slot, &graph, trial.layout.ptr + 8, &arena.failure));
}

test "a layout with bytes that were changed never leads outside" {
    var arena: Arena = undefined;
    try arena.init(.{ .pool_size_bytes = 4 << 20 });
    defer arena.deinit();
    const options: Options = .{ .iterations = 1, .decay_per_hop = 1, .firing_threshold = 0 };
    var prng: std.Random.DefaultPrng = .init(5);
    const random = prng.random();
    var refused: usize = 0;
    for ([_]usize{ 3, 65_536, 65_537 }) |nodes| for ([_]Guarded.End{ .front, .back }) |end| {
        var trial: Trial = try .ofChance(nodes, 5000, -1, nodes, end);
        defer trial.deinit();
        const start = try testing.allocator.alloc(f32, nodes);
        defer testing.allocator.free(start);
        @memset(start, 0.5);
        for (0..40) |round| {
            try trial.prepare(&arena);
            // At first in what says where runs are, then anywhere.
            const within = if (round % 2 == 0) 128 else trial.layout.len;
            for (0..1 + round / 8) |_| trial.layout[random.uintLessThan(usize, within)] = random.int(u8);
            trial.dense(&arena, options, start, true) catch |reason| {
                try testing.expectEqual(error.InvalidArgument, reason);
                try testing.expectEqualSlices(f32, start, trial.activations);
                refused += 1;
            };
            try arena.expectEmpty();
        }
    };
    try testing.expect(refused > 0);
}
