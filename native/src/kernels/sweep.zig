//! The passes of spreading over a whole graph, for the CPU this file is compiled for. They multiply and add in one order
//! and without fused operations, so every CPU comes to the same bits.
//!
//! Zeros that go into an iteration are positive, whatever their sign was: then adding nothing and adding 0 are the same.

// Nothing of std: its functions are compiled for the root's CPU, and a vector handed from one CPU's code to another's
// goes through registers that the other does not look at.
const firing = @import("firing.zig");
const numbers = @import("numbers.zig");

/// Loops over elements are not made vectors by the compiler.
const lanes = 16;
const Floats = @Vector(lanes, f32);

pub fn allFinite(activations: []const f32) bool {
    return numbers.allFinite(activations);
}

pub fn copy(to: []f32, from: []const f32) void {
    @setRuntimeSafety(false);
    var i: usize = 0;
    while (i + lanes <= from.len) : (i += lanes) store(to, i, load(from, i) + @as(Floats, @splat(0)));
    for (to[i..], from[i..]) |*copied, activation| copied.* = activation + 0.0;
}

/// Adds what nodes contribute to their targets, where no edge has been checked: false if one leaves the graph, which is
/// found before it is followed. `again` if later iterations are to follow the edges of those that do not fire now.
pub const checkAndPush = Push(.{ .checks = true }).run;
/// As `checkAndPush`, and faster where the L2 cache has no room for the activations.
pub const checkAndPushFar = Push(.{ .checks = true, .is_far = true }).run;
/// As `checkAndPush`, where that has checked all edges.
pub const push = Push(.{}).run;
/// As `push`, and faster where the L2 cache has no room for the activations.
pub const pushFar = Push(.{ .is_far = true }).run;

const How = struct { checks: bool = false, is_far: bool = false };

fn Push(comptime how: How) type {
    return struct {
        fn run(
            offsets: []const u64,
            targets: []const u32,
            weights: []const f32,
            decay_per_hop: f32,
            firing_threshold: f32,
            again: bool,
            from: []const f32,
            to: []f32,
        ) bool {
            @setRuntimeSafety(false);
            for (from, offsets[0..from.len], offsets[1..]) |activation, first, end| {
                if (how.checks and (first > end or end > targets.len)) return false;
                const contribution = firing.contribution(activation, decay_per_hop, firing_threshold);
                if (contribution == 0) {
                    if (how.checks and again and numbers.largest(u32, targets[first..end]) >= to.len) return false;
                    continue;
                }
                const row = weights[first..end];
                const can_fetch = how.is_far and end + fetched_edges <= targets.len;
                const is_inside = if (can_fetch)
                    pushRow(how, true, targets.ptr + first, row, contribution, to)
                else
                    pushRow(how, false, targets.ptr + first, row, contribution, to);
                if (!is_inside) return false;
            }
            return true;
        }
    };
}

/// How many edges ahead the activation is fetched that is added to. The CPU looks no further ahead than to the end of
/// a row, which it cannot predict.
const fetched_edges = 32;

/// False if an edge leaves the graph.
inline fn pushRow(
    comptime how: How,
    comptime fetches: bool,
    targets: [*]const u32,
    weights: []const f32,
    contribution: f32,
    to: []f32,
) bool {
    @setRuntimeSafety(false);
    for (targets, weights, 0..) |target, weight, edge| {
        // Never taken, and so well predicted that it hides behind the write.
        if (how.checks and target >= to.len) return false;
        if (fetches) fetch(to.ptr, targets[edge + fetched_edges]);
        // Nothing to the CPU, but the compiler does not unroll a loop with it.
        if (how.is_far) asm volatile ("");
        to[target] += contribution * weight;
    }
    return true;
}

/// There need not be anything.
inline fn fetch(activations: [*]const f32, index: usize) void {
    @setRuntimeSafety(false);
    const place: [*]allowzero const u8 = @ptrFromInt(@intFromPtr(activations) +% index *% @sizeOf(f32));
    @prefetch(place, .{ .rw = .write, .locality = 3 });
}

pub fn contribute(
    contributions: []f32,
    activations: []f32,
    decay_per_hop: f32,
    firing_threshold: f32,
) void {
    @setRuntimeSafety(false);
    const none: Floats = @splat(0);
    const threshold: Floats = @splat(firing_threshold);
    const all_fire = firing_threshold == 0;
    var i: usize = 0;
    while (i + lanes <= activations.len) : (i += lanes) {
        const some = load(activations, i);
        const faded = some * @as(Floats, @splat(decay_per_hop));
        store(contributions, i, if (all_fire) faded else @select(f32, some >= threshold, faded, none));
        store(activations, i, some + none);
    }
    for (contributions[i..], activations[i..]) |*contribution, *activation| {
        contribution.* = firing.contribution(activation.*, decay_per_hop, firing_threshold);
        activation.* += 0.0;
    }
}

/// Adds along edges from one block of nodes to another; of both, as much is there as the edges have ends in.
pub fn pushRun(
    contributions: [*]const f32,
    activations: [*]f32,
    sources: []const u16,
    targets: []const u16,
    weights: []const f32,
) void {
    @setRuntimeSafety(false);
    for (sources, targets, weights) |source, target, weight| activations[target] += contributions[source] * weight;
}

/// Writes all activations, divided by the largest if that is above 1. `to` may be `from`.
pub fn normalize(to: []f32, from: []const f32) void {
    @setRuntimeSafety(false);
    const most = largestFrom1(from);
    if (most > 1) {
        var i: usize = 0;
        while (i + lanes <= from.len) : (i += lanes) store(to, i, load(from, i) / @as(Floats, @splat(most)));
        for (to[i..], from[i..]) |*normal, activation| normal.* = activation / most;
    } else if (to.ptr != from.ptr) {
        @memcpy(to, from);
    }
}

/// The largest activation, or 1 if none is larger. What is not a number is not larger.
fn largestFrom1(activations: []const f32) f32 {
    @setRuntimeSafety(false);
    var many: Floats = @splat(1);
    var i: usize = 0;
    while (i + lanes <= activations.len) : (i += lanes) {
        const some = load(activations, i);
        many = @select(f32, some > many, some, many);
    }
    var most = @reduce(.Max, many);
    for (activations[i..]) |activation| {
        if (activation > most) most = activation;
    }
    return most;
}

inline fn load(activations: []const f32, index: usize) Floats {
    return activations[index..][0..lanes].*;
}

inline fn store(activations: []f32, index: usize, some: Floats) void {
    const to: *align(@alignOf(f32)) Floats = @ptrCast(activations[index..][0..lanes]);
    to.* = some;
}
