//! Memory decay: checks, and the choice of the variant for this CPU.

const std = @import("std");
const builtin = @import("builtin");
const allocator = @import("../allocator.zig");
const cpu_level = @import("../cpu_level.zig");

const Error = allocator.Error;
const Decay = *const fn (strengths: []f32, ages: [*]const u64, rate: f64) bool;

/// The same source for each CPU level: the build hands it in as one module per level.
pub fn variant(level: cpu_level.Level) Decay {
    return switch (builtin.cpu.arch) {
        .x86_64 => switch (level) {
            .x86_64_v2 => @import("decay_x86_64_v2").decay,
            .x86_64_v3 => @import("decay_x86_64_v3").decay,
            .x86_64_v4 => @import("decay_x86_64_v4").decay,
        },
        .aarch64 => switch (level) {
            .neon => @import("decay_neon").decay,
        },
        else => @compileError("no kernels for this architecture"),
    };
}

/// `strengths[i] *= exp(-ages[i] / time_constant)`.
pub fn fade(strengths: ?[*]f32, ages: ?[*]const u64, count: u64, time_constant: f64) Error!void {
    @setRuntimeSafety(true);
    if (count == 0 or count > std.math.maxInt(i64) / @sizeOf(u64)) return error.InvalidArgument;
    const all = (strengths orelse return error.InvalidArgument)[0..count];
    const rate = rateOf(time_constant) orelse return error.InvalidArgument;
    if (!variant(cpu_level.current())(all, ages orelse return error.InvalidArgument, rate)) return error.InvalidArgument;
}

/// Halvings in each second. Finite, since 0 times it must be 0.
fn rateOf(time_constant: f64) ?f64 {
    // False for what is not a number, too.
    if (!(time_constant > 0)) return null;
    return @min(std.math.log2e / time_constant, std.math.floatMax(f64));
}

const testing = std.testing;
const Guarded = @import("guarded.zig").Guarded;

/// From as many strengths on, the first factors are computed before all ages have been looked at.
const many = switch (builtin.cpu.arch) {
    .x86_64 => @import("decay_x86_64_v2").many,
    .aarch64 => @import("decay_neon").many,
    else => @compileError("no kernels for this architecture"),
};

fn factor(level: cpu_level.Level, age: u64, time_constant: f64) !f32 {
    var strength: [1]f32 = .{1};
    try testing.expect(variant(level)(&strength, &.{age}, rateOf(time_constant).?));
    return strength[0];
}

/// How many floats lie between two that are not negative.
fn distance(a: f32, b: f32) u32 {
    return @max(@as(u32, @bitCast(a)), @as(u32, @bitCast(b))) - @min(@as(u32, @bitCast(a)), @as(u32, @bitCast(b)));
}

test "known answers: ages of 0, 1 and 10 time constants, and none so old that anything is left" {
    for (cpu_level.runnable()) |level| {
        try testing.expectEqual(1, try factor(level, 0, 86_400));
        try testing.expectApproxEqRel(0.36787944, try factor(level, 86_400, 86_400), 2e-7);
        try testing.expectApproxEqRel(4.5399930e-5, try factor(level, 864_000, 86_400), 2e-7);
        try testing.expectEqual(0, try factor(level, std.math.maxInt(i64), 86_400));
    }
}

test "time constants from the smallest to infinity" {
    for (cpu_level.runnable()) |level| {
        for ([_]f64{ std.math.floatTrueMin(f64), 1e-300, 1e-3, 1e300, std.math.inf(f64) }) |time_constant| {
            try testing.expectEqual(1, try factor(level, 0, time_constant));
        }
        try testing.expectEqual(0, try factor(level, 1, std.math.floatTrueMin(f64)));
        try testing.expectEqual(0, try factor(level, std.math.maxInt(i64), 1e-300));
        try testing.expectEqual(1, try factor(level, std.math.maxInt(i64), 1e300));
        try testing.expectEqual(1, try factor(level, std.math.maxInt(i64), std.math.inf(f64)));
        try testing.expectApproxEqRel(0.36787944, try factor(level, std.math.maxInt(i64), 0x1p63), 2e-7);
    }
}

/// Ages that are this many time constants, and evenly spread in between.
const Sweep = struct { from: f64, to: f64, time_constant: f64 };

test "factors are within 2 floats of the nearest one, subnormal ones too, and 0 below half the smallest" {
    const count = 20_000;
    const ages = try testing.allocator.alloc(u64, count);
    defer testing.allocator.free(ages);
    const strengths = try testing.allocator.alloc(f32, count);
    defer testing.allocator.free(strengths);
    for ([_]Sweep{
        .{ .from = 0, .to = 1, .time_constant = 1e6 },
        .{ .from = 0, .to = 86, .time_constant = 2_592_000 },
        .{ .from = 0, .to = 110, .time_constant = 1e15 },
        // Beyond the whole numbers that a double can hold.
        .{ .from = 80, .to = 110, .time_constant = 0x1p56 },
        .{ .from = 103.97, .to = 103.98, .time_constant = 1e12 },
        .{ .from = 0, .to = 1e12, .time_constant = 1e5 },
        .{ .from = 0, .to = 300, .time_constant = 0.7 },
    }) |sweep| for (cpu_level.runnable()) |level| {
        for (ages, 0..) |*age, i| {
            const part = @as(f64, @floatFromInt(i)) / count;
            age.* = @trunc((sweep.from + (sweep.to - sweep.from) * part) * sweep.time_constant);
        }
        @memset(strengths, 1);
        try testing.expect(variant(level)(strengths, ages.ptr, rateOf(sweep.time_constant).?));
        for (ages, strengths) |age, strength| {
            const exact = @exp(-@as(f64, @floatFromInt(age)) / sweep.time_constant);
            try testing.expect(distance(strength, @floatCast(exact)) <= 2);
            if (exact < 0x1p-150 * (1 - 1e-12)) try testing.expectEqual(0, strength);
        }
    };
}

test "factors are within 2 floats of the nearest one for every fraction of a halving, rounded either way" {
    // The kernels round the age in halvings to 2^-23. Ages are almost half of that above the even numbers of such steps,
    // and below the odd ones.
    const steps_per_age = 0x1p-7;
    const off = 63;
    var ages: [4096]u64 = undefined;
    // By parts, since @exp2 of each would take longer than all the rest.
    var within_block: [ages.len]f64 = undefined;
    for (&within_block, 0..) |*power, i| {
        const age = @as(f64, @floatFromInt(i << 7)) + @as(f64, if (i % 2 == 0) off else -off);
        power.* = @exp2(-age * steps_per_age * 0x1p-23);
    }
    for (0..(1 << 23) / ages.len) |block| {
        for (&ages, block * ages.len..) |*age, step| {
            age.* = if (step % 2 == 0) (step << 7) + off else (step << 7) - off;
        }
        const before_block = @exp2(-@as(f64, @floatFromInt(block * ages.len)) * 0x1p-23);
        for (cpu_level.runnable()) |level| {
            var strengths: [ages.len]f32 = @splat(1);
            try testing.expect(variant(level)(&strengths, &ages, steps_per_age * 0x1p-23));
            var most: u32 = 0;
            for (strengths, within_block) |strength, power| {
                most = @max(most, distance(strength, @floatCast(before_block * power)));
            }
            try testing.expect(most <= 2);
        }
    }
}

test "a factor does not depend on where its age stands, and nothing outside the arrays is touched" {
    var strengths_memory: Guarded = try .init(2 * many * @sizeOf(f32));
    defer strengths_memory.deinit();
    var ages_memory: Guarded = try .init(2 * many * @sizeOf(u64));
    defer ages_memory.deinit();
    const few = 200;
    for (cpu_level.runnable()) |level| for ([_]Guarded.End{ .front, .back }) |end| for (1..few + 4) |nth| {
        const count = if (nth < few) nth else many - 1 + 67 * (nth - few);
        // One too old for normal factors changes the way in which all are computed, and nothing else.
        for ([_]u64{ 0, 1 << 50 }) |oldest| {
            const strengths = strengths_memory.slice(f32, count, end);
            const ages = ages_memory.slice(u64, count, end);
            for (strengths, ages, 0..) |*strength, *age, i| {
                strength.* = @floatFromInt(i + 1);
                age.* = i * i * 100;
            }
            if (oldest > 0) ages[count / 2] = oldest;
            try testing.expect(variant(level)(strengths, ages.ptr, rateOf(86_400).?));
            for (strengths, ages, 0..) |strength, age, i| {
                const wanted = @as(f32, @floatFromInt(i + 1)) * try factor(level, age, 86_400);
                try testing.expectEqual(wanted, strength);
            }
        }
    };
}

test "each of many ages is looked at before a strength is written" {
    const count = many + 150;
    const strengths: [count]f32 = @splat(1);
    var ages: [count]u64 = @splat(7);
    for (cpu_level.runnable()) |level| for (&ages) |*age| {
        var faded = strengths;
        age.* = 1 << 63;
        try testing.expect(!variant(level)(&faded, &ages, rateOf(1).?));
        try testing.expectEqual(strengths, faded);
        // So old that its factor is 0, which is so only of those that are computed as far ones.
        age.* = 1 << 50;
        try testing.expect(variant(level)(&faded, &ages, rateOf(1).?));
        const at = age - &ages[0];
        try testing.expectEqual(0, faded[at]);
        try testing.expectEqual(try factor(level, 7, 1), faded[(at + 1) % count]);
        age.* = 7;
    };
}

test "strengths are any floats" {
    const inf = std.math.inf(f32);
    for (cpu_level.runnable()) |level| {
        var strengths = [_]f32{ -2, inf, -inf, std.math.nan(f32), inf, -0.0, std.math.floatMax(f32) };
        try testing.expect(variant(level)(&strengths, &.{ 1, 1, 1, 1, 1 << 60, 1, 0 }, rateOf(1).?));
        try testing.expectApproxEqRel(-2 * 0.36787944, strengths[0], 2e-7);
        try testing.expectEqual(inf, strengths[1]);
        try testing.expectEqual(-inf, strengths[2]);
        for (strengths[3..5]) |strength| try testing.expect(std.math.isNan(strength));
        try testing.expect(std.math.signbit(strengths[5]) and strengths[5] == 0);
        try testing.expectEqual(std.math.floatMax(f32), strengths[6]);
    }
}

test "what is refused leaves the strengths as they were" {
    var strengths: [150]f32 = @splat(1);
    var ages: [150]u64 = @splat(7);
    const untouched = strengths;
    for (cpu_level.runnable()) |level| for (&ages) |*age| {
        age.* = 1 << 63;
        try testing.expect(!variant(level)(&strengths, &ages, rateOf(1).?));
        age.* = 7;
    };
    for ([_]f64{ 0, -0.0, -1, -std.math.inf(f64), std.math.nan(f64) }) |time_constant| {
        try testing.expectError(error.InvalidArgument, fade(&strengths, &ages, 150, time_constant));
    }
    try testing.expectError(error.InvalidArgument, fade(null, &ages, 150, 1));
    try testing.expectError(error.InvalidArgument, fade(&strengths, null, 150, 1));
    for ([_]u64{ 0, 1 << 60, std.math.maxInt(u64) }) |count| {
        try testing.expectError(error.InvalidArgument, fade(&strengths, &ages, count, 1));
    }
    try testing.expectEqual(untouched, strengths);
    try fade(&strengths, &ages, 150, 1);
    try testing.expectApproxEqRel(9.1188197e-4, strengths[149], 2e-7);
}
