//! Spreading activation over a whole graph.

const std = @import("std");
const builtin = @import("builtin");
const allocator = @import("../allocator.zig");
const cpu_level = @import("../cpu_level.zig");
const firing = @import("firing.zig");
const requests = @import("../arena_requests.zig");

const Error = allocator.Error;
const Failure = allocator.Failure;
const Graph = @import("csr_graph.zig").Graph;
const Layout = @import("graph_layout.zig").Layout;
const Slot = @import("../arena_slots.zig").Slot;

const cache_line_bytes = 64;
/// Activations of as many stay in the L2 cache.
const near_nodes = 1 << 16;

/// The C struct `engram_spread_options`.
pub const OptionsAbi = extern struct {
    struct_size_bytes: u64 = @sizeOf(OptionsAbi),
    iterations: u64,
    decay_per_hop: f32,
    firing_threshold: f32,
};

pub const Options = struct {
    iterations: u64,
    decay_per_hop: f32,
    firing_threshold: f32,

    pub fn of(abi: ?*const OptionsAbi) ?Options {
        const options = abi orelse return null;
        if (options.struct_size_bytes != @sizeOf(OptionsAbi) or options.iterations == 0) return null;
        // False for what is not a number, too.
        if (!(options.decay_per_hop > 0 and options.decay_per_hop <= 1)) return null;
        if (!(options.firing_threshold >= 0)) return null;
        return .{
            .iterations = options.iterations,
            .decay_per_hop = options.decay_per_hop,
            .firing_threshold = options.firing_threshold,
        };
    }

    pub fn fires(options: Options, activation: f32) bool {
        return firing.fires(activation, options.firing_threshold);
    }

    pub fn contribution(options: Options, activation: f32) f32 {
        return firing.contribution(activation, options.decay_per_hop, options.firing_threshold);
    }
};

const Push =
    *const fn ([]const u64, []const u32, []const f32, f32, f32, again: bool, from: []const f32, to: []f32) bool;

/// The passes, as a variant exports them.
pub const Sweep = struct {
    allFinite: *const fn ([]const f32) bool,
    copy: *const fn (to: []f32, from: []const f32) void,
    checkAndPush: Push,
    checkAndPushFar: Push,
    push: Push,
    pushFar: Push,
    contribute: *const fn (contributions: []f32, activations: []f32, f32, f32) void,
    pushRun: *const fn ([*]const f32, [*]f32, sources: []const u16, targets: []const u16, weights: []const f32) void,
    normalize: *const fn (to: []f32, from: []const f32) void,

    fn of(comptime variant: type) Sweep {
        var sweep: Sweep = undefined;
        inline for (@typeInfo(Sweep).@"struct".field_names) |name| @field(sweep, name) = @field(variant, name);
        return sweep;
    }
};

/// The same source for each CPU level: the build hands it in as one module per level.
fn sweepAt(level: cpu_level.Level) Sweep {
    return switch (builtin.cpu.arch) {
        .x86_64 => switch (level) {
            .x86_64_v2 => comptime .of(@import("sweep_x86_64_v2")),
            .x86_64_v3 => comptime .of(@import("sweep_x86_64_v3")),
            .x86_64_v4 => comptime .of(@import("sweep_x86_64_v4")),
        },
        .aarch64 => switch (level) {
            .neon => comptime .of(@import("sweep_neon")),
        },
        else => @compileError("no kernels for this architecture"),
    };
}

/// Spreads over all nodes; as many activations as nodes. Where that fails, they are as before.
pub fn spread(slot: *Slot, graph: *const Graph, options: Options, activations: []f32, failure: *Failure) Error!void {
    @setRuntimeSafety(true);
    const sweep = sweepAt(cpu_level.current());
    if (!sweep.allFinite(activations)) return error.InvalidArgument;
    const layout = try Layout.of(graph);
    const mark = try requests.openMark(slot, failure);
    defer requests.rewind(slot, mark) catch unreachable;
    const memory = try slot.arena.allocate(activations.len * @sizeOf(f32), cache_line_bytes, failure);
    const scratch = @as([*]f32, @ptrCast(@alignCast(memory)))[0..activations.len];
    if (layout) |prepared| {
        spreadPrepared(&sweep, &prepared, options, activations, scratch);
    } else {
        try spreadPlain(&sweep, graph, options, activations, scratch);
    }
}

/// From one array to the other and back, so that nothing of the caller's is written before all edges that are followed are
/// known to be good, as they are after the first iteration.
fn spreadPlain(sweep: *const Sweep, graph: *const Graph, options: Options, activations: []f32, scratch: []f32) Error!void {
    @setRuntimeSafety(true);
    const decay = options.decay_per_hop;
    const threshold = options.firing_threshold;
    const again = options.iterations > 1;
    sweep.copy(scratch, activations);
    const is_near = activations.len <= near_nodes;
    const checkAndPush = if (is_near) sweep.checkAndPush else sweep.checkAndPushFar;
    if (!checkAndPush(graph.offsets, graph.targets, graph.weights, decay, threshold, again, activations, scratch))
        return error.InvalidArgument;
    const push = if (is_near) sweep.push else sweep.pushFar;
    var from = activations;
    var to = scratch;
    for (1..options.iterations) |_| {
        sweep.normalize(to, to);
        std.mem.swap([]f32, &from, &to);
        sweep.copy(to, from);
        // All edges are known to be good.
        _ = push(graph.offsets, graph.targets, graph.weights, decay, threshold, false, from, to);
    }
    sweep.normalize(activations, to);
}

fn spreadPrepared(sweep: *const Sweep, layout: *const Layout, options: Options, activations: []f32, contributions: []f32) void {
    @setRuntimeSafety(true);
    for (0..options.iterations) |_| {
        sweep.contribute(contributions, activations, options.decay_per_hop, options.firing_threshold);
        layout.push(sweep.pushRun, contributions, activations);
        sweep.normalize(activations, activations);
    }
}
