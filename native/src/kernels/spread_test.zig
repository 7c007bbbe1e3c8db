//! Spreading activation against answers by hand and in double precision: over the whole graph, with a layout, and from
//! the active nodes only.

const std = @import("std");
const arena_config = @import("../arena_config.zig");
const graph_layout = @import("graph_layout.zig");
const spread = @import("spread.zig");
const spread_sparse = @import("spread_sparse.zig");
const spread_trial = @import("spread_trial.zig");

const Arena = spread_trial.Arena;
const Edge = spread_trial.Edge;
const Guarded = @import("guarded.zig").Guarded;
const Options = spread.Options;
const Trial = spread_trial.Trial;
const testing = std.testing;

const once: Options = .{ .iterations = 1, .decay_per_hop = 1, .firing_threshold = 0 };

fn times(iterations: u64) Options {
    return .{ .iterations = iterations, .decay_per_hop = 1, .firing_threshold = 0 };
}

const Known = struct {
    edges: []const Edge,
    options: Options = once,
    start: []const f32,
    wanted: []const f32,
};

const chain = [_]Edge{ .{ .source = 0, .target = 1, .weight = 0.5 }, .{ .source = 1, .target = 2, .weight = 0.5 } };
const cycle = [_]Edge{ .{ .source = 0, .target = 1 }, .{ .source = 1, .target = 2 }, .{ .source = 2, .target = 0 } };
const star = [_]Edge{
    .{ .source = 0, .target = 1, .weight = 0.25 },
    .{ .source = 0, .target = 2, .weight = 0.5 },
    .{ .source = 0, .target = 3, .weight = -0.25 },
};
const known_answers = [_]Known{
    .{ .edges = &chain, .start = &.{ 1, 0, 0 }, .wanted = &.{ 1, 0.5, 0 } },
    .{ .edges = &chain, .options = times(2), .start = &.{ 1, 0, 0 }, .wanted = &.{ 1, 1, 0.25 } },
    // What fades on the way fades once for each hop.
    .{ .edges = &chain, .options = .{ .iterations = 1, .decay_per_hop = 0.5, .firing_threshold = 0 }, .start = &.{ 1, 0.5, 0 }, .wanted = &.{ 1, 0.75, 0.125 } },
    // Below the threshold a node keeps what it has, and adds nothing; at it, it fires.
    .{ .edges = &chain, .options = .{ .iterations = 1, .decay_per_hop = 1, .firing_threshold = 0.5 }, .start = &.{ 0.25, 0.5, 0 }, .wanted = &.{ 0.25, 0.5, 0.25 } },
    // So it does among as many as a CPU takes at once.
    .{ .edges = &chain, .options = .{ .iterations = 1, .decay_per_hop = 1, .firing_threshold = 0.5 }, .start = &([_]f32{ 0.25, 0.5 } ++ @as([30]f32, @splat(0))), .wanted = &([_]f32{ 0.25, 0.5, 0.25 } ++ @as([29]f32, @splat(0))) },
    // At a threshold of 0 negative activation spreads; above it, it does not.
    .{ .edges = &chain, .start = &.{ -1, 0, 0 }, .wanted = &.{ -1, -0.5, 0 } },
    .{ .edges = &chain, .options = .{ .iterations = 1, .decay_per_hop = 1, .firing_threshold = 0.125 }, .start = &.{ -1, 0, 0 }, .wanted = &.{ -1, 0, 0 } },
    .{ .edges = &cycle, .start = &.{ 0.25, 0, 0 }, .wanted = &.{ 0.25, 0.25, 0 } },
    .{ .edges = &cycle, .options = times(3), .start = &.{ 0.25, 0, 0 }, .wanted = &.{ 0.5, 0.75, 0.75 } },
    .{ .edges = &star, .start = &.{ 1, 0, 0, 0.5 }, .wanted = &.{ 1, 0.25, 0.5, 0.25 } },
    // From a snapshot: a loop adds to what it was once, and 2 is divided by 2.
    .{ .edges = &.{.{ .source = 0, .target = 0 }}, .start = &.{ 1, 0.5 }, .wanted = &.{ 1, 0.25 } },
    .{ .edges = &.{ .{ .source = 0, .target = 1, .weight = 0.25 }, .{ .source = 0, .target = 1, .weight = 0.25 } }, .start = &.{ 1, 0 }, .wanted = &.{ 1, 0.5 } },
    // Two parts that do not know of each other.
    .{ .edges = &.{ .{ .source = 0, .target = 1, .weight = 0.5 }, .{ .source = 2, .target = 3, .weight = 0.5 } }, .start = &.{ 1, 0, 0, 0 }, .wanted = &.{ 1, 0.5, 0, 0 } },
    .{ .edges = &.{}, .options = times(5), .start = &.{ 1, 0.5, -3 }, .wanted = &.{ 1, 0.5, -3 } },
    .{ .edges = &.{}, .start = &.{ 4, 1 }, .wanted = &.{ 1, 0.25 } },
    // A zero that went in is positive when it comes out.
    .{ .edges = &cycle, .start = &.{ -0.0, 1, -0.0 }, .wanted = &.{ 0, 1, 1 } },
    .{ .edges = &.{}, .start = &.{0.5}, .wanted = &.{0.5} },
    .{ .edges = &.{.{ .source = 0, .target = 0, .weight = 3 }}, .start = &.{0.5}, .wanted = &.{1} },
    // Only what is above 1 is divided.
    .{ .edges = &.{.{ .source = 0, .target = 1 }}, .start = &.{ 1, 0 }, .wanted = &.{ 1, 1 } },
    .{ .edges = &.{.{ .source = 0, .target = 1, .weight = -8 }}, .start = &.{ 1, 0 }, .wanted = &.{ 1, -8 } },
};

test "chains, stars, cycles, loops, repeated edges, parts and single nodes come to the answers by hand" {
    var arena: Arena = undefined;
    try arena.init(.{});
    defer arena.deinit();
    for (known_answers) |known| for ([_]Guarded.End{ .front, .back }) |end| {
        var trial: Trial = try .ofEdges(known.start.len, known.edges, end);
        defer trial.deinit();
        try trial.expectAll(&arena, known.options, known.start, known.wanted);
    };
}

/// The textbook, in double precision.
fn reference(trial: *const Trial, options: Options, state: []f64) !void {
    const before = try testing.allocator.alloc(f64, state.len);
    defer testing.allocator.free(before);
    for (0..options.iterations) |_| {
        @memcpy(before, state);
        for (before, 0..) |activation, node| {
            if (activation < options.firing_threshold and options.firing_threshold > 0) continue;
            for (trial.offsets[node]..trial.offsets[node + 1]) |edge|
                state[trial.targets[edge]] += activation * options.decay_per_hop * trial.weights[edge];
        }
        const most = std.mem.max(f64, state);
        if (most > 1) for (state) |*activation| {
            activation.* /= most;
        };
    }
}

const Chance = struct { nodes: usize, edges: usize, least_weight: f32 = 0, active: usize, options: Options };

const chances = [_]Chance{
    .{ .nodes = 1000, .edges = 10_000, .active = 1000, .options = times(5) },
    .{ .nodes = 1000, .edges = 10_000, .least_weight = -1, .active = 700, .options = times(3) },
    .{ .nodes = 1000, .edges = 10_000, .active = 20, .options = .{ .iterations = 2, .decay_per_hop = 0.7, .firing_threshold = 0.3 } },
    // With one more bit than a byte to sort by.
    .{ .nodes = 300, .edges = 400, .active = 150, .options = once },
    .{ .nodes = 20_000, .edges = 50_000, .active = 9, .options = .{ .iterations = 4, .decay_per_hop = 0.9, .firing_threshold = 0.01 } },
    // More than one block of a layout, whole or not.
    .{ .nodes = 65_536, .edges = 100_000, .active = 30_000, .options = once },
    .{ .nodes = 150_000, .edges = 300_000, .least_weight = -1, .active = 150_000, .options = times(2) },
};

test "graphs made by chance agree with double precision, and all ways of spreading to the bit" {
    var arena: Arena = undefined;
    try arena.init(.{ .pool_size_bytes = 64 << 20 });
    defer arena.deinit();
    for (chances, 1..) |chance, seed| {
        var trial: Trial = try .ofChance(chance.nodes, chance.edges, chance.least_weight, seed, .back);
        defer trial.deinit();
        var prng: std.Random.DefaultPrng = .init(seed);
        const start = try testing.allocator.alloc(f32, chance.nodes);
        defer testing.allocator.free(start);
        @memset(start, 0);
        for (0..chance.active) |i| start[i * (chance.nodes / chance.active)] = 0.1 + prng.random().float(f32);
        const wanted = try testing.allocator.alloc(f64, chance.nodes);
        defer testing.allocator.free(wanted);
        for (wanted, start) |*to, activation| to.* = activation;

        try reference(&trial, chance.options, wanted);
        try trial.dense(&arena, chance.options, start, false);
        // No node of these graphs has more than 60 edges to it: 63 roundings of 2^-24 in each of up to 5 iterations.
        for (wanted, trial.activations) |exact, activation| try testing.expectApproxEqAbs(exact, activation, 2e-5);

        const plain = try testing.allocator.dupe(f32, trial.activations);
        defer testing.allocator.free(plain);
        try trial.expectAll(&arena, chance.options, start, plain);
    }
}

test "wherever arrays lie and however long they are, the bits are the same and nothing outside is touched" {
    var arena: Arena = undefined;
    try arena.init(.{});
    defer arena.deinit();
    var start: [70]f32 = undefined;
    for (&start, 0..) |*activation, i| activation.* = if (i % 9 == 4) -0.0 else @sin(@as(f32, @floatFromInt(i + 1)));
    for (1..start.len) |nodes| for ([_]usize{ 0, 1, 5, 3 * nodes }) |edges| {
        const options: Options = .{ .iterations = 1 + nodes % 3, .decay_per_hop = 0.5, .firing_threshold = if (edges % 2 == 0) 0 else 0.5 };
        var front: Trial = try .ofChance(nodes, edges, -1, nodes, .front);
        defer front.deinit();
        try front.dense(&arena, options, start[0..nodes], false);
        var wanted: [start.len]f32 = undefined;
        @memcpy(wanted[0..nodes], front.activations);
        try front.expectAll(&arena, options, start[0..nodes], wanted[0..nodes]);
        var back: Trial = try .ofChance(nodes, edges, -1, nodes, .back);
        defer back.deinit();
        try back.expectAll(&arena, options, start[0..nodes], wanted[0..nodes]);
    };
}

test "a small arena comes to the same bits by fallback, and overflows with outputs untouched else" {
    const nodes = 20_000;
    var trial: Trial = try .ofChance(nodes, 60_000, 0, 7, .back);
    defer trial.deinit();
    var start: [nodes]f32 = @splat(0);
    for (0..2000) |i| start[i * 10] = 0.5;
    var large: Arena = undefined;
    try large.init(.{ .pool_size_bytes = 16 << 20 });
    defer large.deinit();
    try trial.dense(&large, times(2), &start, false);
    const wanted: [nodes]f32 = trial.activations[0..nodes].*;

    var fallback: Arena = undefined;
    try fallback.init(.{ .pool_size_bytes = arena_config.pool_size_bytes_min, .overflow = .fallback });
    defer fallback.deinit();
    try trial.expectAll(&fallback, times(2), &start, &wanted);
    try testing.expect(fallback.slot.arena.header.overflow_fallback_count > 0);

    var small: Arena = undefined;
    try small.init(.{ .pool_size_bytes = arena_config.pool_size_bytes_min });
    defer small.deinit();
    for ([_]bool{ false, true }) |with_layout| {
        try testing.expectError(error.ArenaOverflow, trial.dense(&small, times(2), &start, with_layout));
        try testing.expectEqualSlices(f32, &start, trial.activations);
    }
    @memset(trial.reached_nodes, 77);
    try testing.expectError(error.ArenaOverflow, trial.sparse(&small, times(2), &start));
    for (trial.reached_nodes) |node| try testing.expectEqual(77, node);
    try small.expectEmpty();
    // Few active nodes fit.
    @memset(start[64..], 0);
    _ = try trial.sparse(&small, once, &start);
}

test "sums too large for a float are infinite, and then activations not a number, in every way" {
    var arena: Arena = undefined;
    try arena.init(.{});
    defer arena.deinit();
    const most = std.math.floatMax(f32);
    var trial: Trial = try .ofEdges(3, &.{ .{ .source = 0, .target = 1 }, .{ .source = 1, .target = 2 } }, .back);
    defer trial.deinit();
    try trial.prepare(&arena);
    for ([_]bool{ false, true }) |with_layout| {
        try trial.dense(&arena, once, &.{ most, most, 1 }, with_layout);
        try testing.expectEqual(0, trial.activations[0]);
        try testing.expect(std.math.isNan(trial.activations[1]));
    }
    try testing.expectEqual(3, try trial.sparse(&arena, once, &.{ most, most, 1 }));
    try testing.expectEqual(0, trial.reached_activations[0]);
    try testing.expect(std.math.isNan(trial.reached_activations[1]));
}

test "where there is no room for what is reached, the caller learns how much it is and nothing is written" {
    var arena: Arena = undefined;
    try arena.init(.{});
    defer arena.deinit();
    var trial: Trial = try .ofEdges(4, &star, .back);
    defer trial.deinit();
    var count: u64 = 0;
    var nodes = [_]u32{ 9, 9, 9 };
    var activations = [_]f32{ 9, 9, 9 };
    const active: spread_sparse.Active = .{ .nodes = &.{0}, .activations = &.{1} };
    const graph = trial.graph(false);
    const result = spread_sparse.spreadFrom(arena.slot, &graph, once, active, .{ .nodes = &nodes, .activations = &activations, .count = &count }, &arena.failure);
    try testing.expectError(error.OutputTooSmall, result);
    try testing.expectEqual(4, count);
    try testing.expectEqual([_]u32{ 9, 9, 9 }, nodes);
    try testing.expectEqual([_]f32{ 9, 9, 9 }, activations);
    try arena.expectEmpty();
    // None active, none reached.
    try testing.expectEqual(0, try trial.sparse(&arena, times(3), &.{ 0, 0, 0, 0 }));
}
