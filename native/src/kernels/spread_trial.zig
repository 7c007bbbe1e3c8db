//! For tests: a graph between inaccessible pages, and spreading over it in every way there is.

const std = @import("std");
const allocator = @import("../allocator.zig");
const arena_config = @import("../arena_config.zig");
const arena_group = @import("../arena_group.zig");
const cpu_level = @import("../cpu_level.zig");
const csr_graph = @import("csr_graph.zig");
const graph_layout = @import("graph_layout.zig");
const spread = @import("spread.zig");
const spread_sparse = @import("spread_sparse.zig");

const Graph = csr_graph.Graph;
const Guarded = @import("guarded.zig").Guarded;
const Slot = @import("../arena_slots.zig").Slot;

pub const Edge = struct { source: u32, target: u32, weight: f32 = 1 };

/// An arena of a test's own.
pub const Arena = struct {
    group: arena_group.Group,
    slot: *Slot,
    failure: allocator.Failure = .{},

    pub fn init(arena: *Arena, config: arena_config.Config) !void {
        arena.* = .{ .group = try arena_group.testGroup(config), .slot = undefined };
        arena.slot = try arena.group.acquire(.thread, &arena.failure);
    }

    pub fn deinit(arena: *Arena) void {
        arena.group.release(arena.slot);
    }

    /// That a kernel left it as it was.
    pub fn expectEmpty(arena: *const Arena) !void {
        try std.testing.expectEqual(0, arena.slot.arena.header.offset_bytes);
        try std.testing.expectEqual(0, arena.slot.arena.header.fallback_position_bytes);
        try std.testing.expectEqual(0, arena.slot.arena.header.depth);
    }
};

/// Arrays of a graph, and room for a result, each flush against an inaccessible page.
pub const Trial = struct {
    memory: [8]Guarded,
    offsets: []u64,
    targets: []u32,
    weights: []f32,
    layout: []u8,
    activations: []f32,
    nodes: []u32,
    reached_nodes: []u32,
    reached_activations: []f32,

    pub fn init(node_count: usize, edge_count: usize, end: Guarded.End) !Trial {
        const blocks = node_count / 65536 + 1;
        const layout_bytes = (blocks * blocks + 1) * 8 + edge_count * 8 + 512;
        var trial: Trial = undefined;
        var made: usize = 0;
        errdefer for (trial.memory[0..made]) |*memory| memory.deinit();
        for (&trial.memory, [_]usize{ (node_count + 1) * 8, edge_count * 4, edge_count * 4, layout_bytes, node_count * 4, node_count * 4, node_count * 4, node_count * 4 }) |*memory, bytes| {
            memory.* = try .init(bytes);
            made += 1;
        }
        trial.offsets = trial.memory[0].slice(u64, node_count + 1, end);
        trial.targets = trial.memory[1].slice(u32, edge_count, end);
        trial.weights = trial.memory[2].slice(f32, edge_count, end);
        trial.activations = trial.memory[4].slice(f32, node_count, end);
        trial.nodes = trial.memory[5].slice(u32, node_count, end);
        trial.reached_nodes = trial.memory[6].slice(u32, node_count, end);
        trial.reached_activations = trial.memory[7].slice(f32, node_count, end);
        const size = graph_layout.sizeBytes(&trial.graph(false));
        if (size > layout_bytes) return error.LayoutLarger;
        trial.layout = trial.memory[3].slice(u8, size, end);
        return trial;
    }

    pub fn deinit(trial: *Trial) void {
        for (&trial.memory) |*memory| memory.deinit();
    }

    /// Of edges that are ascending by source.
    pub fn ofEdges(node_count: usize, edges: []const Edge, end: Guarded.End) !Trial {
        const trial = try init(node_count, edges.len, end);
        @memset(trial.offsets, 0);
        for (edges, trial.targets, trial.weights) |edge, *target, *weight| {
            trial.offsets[edge.source + 1] += 1;
            target.* = edge.target;
            weight.* = edge.weight;
        }
        for (1..trial.offsets.len) |i| trial.offsets[i] += trial.offsets[i - 1];
        return trial;
    }

    /// Some nodes without edges, some with many; loops and repeated edges occur.
    pub fn ofChance(node_count: usize, edge_count: usize, least_weight: f32, seed: u64, end: Guarded.End) !Trial {
        var prng: std.Random.DefaultPrng = .init(seed);
        const random = prng.random();
        const trial = try init(node_count, edge_count, end);
        for (trial.offsets) |*offset| offset.* = random.uintAtMost(u64, edge_count);
        std.mem.sort(u64, trial.offsets, {}, std.sort.asc(u64));
        trial.offsets[0] = 0;
        trial.offsets[node_count] = edge_count;
        for (trial.targets, trial.weights) |*target, *weight| {
            target.* = random.uintLessThan(u32, @intCast(node_count));
            weight.* = least_weight + (1 - least_weight) * random.float(f32);
        }
        return trial;
    }

    pub fn graph(trial: *const Trial, with_layout: bool) Graph {
        return .{
            .offsets = trial.offsets,
            .targets = trial.targets,
            .weights = trial.weights,
            .layout = if (with_layout) trial.layout.ptr else null,
        };
    }

    pub fn prepare(trial: *const Trial, arena: *Arena) !void {
        try graph_layout.prepare(arena.slot, &trial.graph(false), trial.layout.ptr, &arena.failure);
    }

    /// The result in `activations`.
    pub fn dense(trial: *const Trial, arena: *Arena, options: spread.Options, start: []const f32, with_layout: bool) !void {
        @memcpy(trial.activations, start);
        try spread.spread(arena.slot, &trial.graph(with_layout), options, trial.activations, &arena.failure);
    }

    /// From all nodes but those at positive zero. The result in `reached_nodes` and `reached_activations`; how many there are.
    pub fn sparse(trial: *const Trial, arena: *Arena, options: spread.Options, start: []const f32) !u64 {
        var count: usize = 0;
        for (start, 0..) |activation, node| {
            if (@as(u32, @bitCast(activation)) == 0) continue;
            trial.nodes[count] = @intCast(node);
            trial.activations[count] = activation;
            count += 1;
        }
        // Not in order.
        std.mem.reverse(u32, trial.nodes[0..count]);
        std.mem.reverse(f32, trial.activations[0..count]);
        var reached: u64 = 0;
        const to: spread_sparse.Reached = .{ .nodes = trial.reached_nodes, .activations = trial.reached_activations, .count = &reached };
        const active = spread_sparse.Active.of(&trial.graph(false), trial.nodes.ptr, trial.activations.ptr, count).?;
        try spread_sparse.spreadFrom(arena.slot, &trial.graph(false), options, active, to, &arena.failure);
        return reached;
    }

    /// That every way of spreading comes to these bits, on every CPU level.
    pub fn expectAll(trial: *const Trial, arena: *Arena, options: spread.Options, start: []const f32, wanted: []const f32) !void {
        try trial.prepare(arena);
        const highest = cpu_level.current();
        defer _ = cpu_level.limit(@backingInt(highest));
        for (cpu_level.runnable()) |level| for ([_]bool{ false, true }) |with_layout| {
            try std.testing.expect(cpu_level.limit(@backingInt(level)));
            try trial.dense(arena, options, start, with_layout);
            try std.testing.expectEqualSlices(f32, wanted, trial.activations);
            try std.testing.expectEqualSlices(u32, @ptrCast(wanted), @ptrCast(trial.activations));
        };
        const count = try trial.sparse(arena, options, start);
        var next: usize = 0;
        for (wanted, 0..) |activation, node| {
            if (next < count and trial.reached_nodes[next] == node) {
                try std.testing.expectEqual(@as(u32, @bitCast(activation)), @as(u32, @bitCast(trial.reached_activations[next])));
                next += 1;
            } else try std.testing.expectEqual(0, activation);
        }
        try std.testing.expectEqual(count, next);
        try arena.expectEmpty();
    }
};
