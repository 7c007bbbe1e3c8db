//! Batch cosine similarity: checks, scratch, and the choice of the variant for this CPU.

const std = @import("std");
const builtin = @import("builtin");
const allocator = @import("../allocator.zig");
const requests = @import("../arena_requests.zig");
const cpu_level = @import("../cpu_level.zig");

const Error = allocator.Error;
const Slot = @import("../arena_slots.zig").Slot;
const Scores = *const fn (query: []const f32, rows: [*]const f32, stride: usize, results: []f32) void;

const cache_line_bytes = 64;

/// The same source for each CPU level: the build hands it in as one module per level.
pub fn variant(level: cpu_level.Level) Scores {
    return switch (builtin.cpu.arch) {
        .x86_64 => switch (level) {
            .x86_64_v2 => @import("cosine_x86_64_v2").scores,
            .x86_64_v3 => @import("cosine_x86_64_v3").scores,
            .x86_64_v4 => @import("cosine_x86_64_v4").scores,
        },
        .aarch64 => switch (level) {
            .neon => @import("cosine_neon").scores,
        },
        else => @compileError("no kernels for this architecture"),
    };
}

/// One call's operands, checked.
pub const Batch = struct {
    query: []const f32,
    rows: [*]const f32,
    stride: usize,
    results: []f32,

    /// Null where an argument is missing, a count is 0, rows would overlap, or a size in bytes passes 2^63.
    pub fn of(query: ?[*]const f32, rows: ?[*]const f32, dimensions: u64, count: u64, stride: u64, results: ?[*]f32) ?Batch {
        @setRuntimeSafety(true);
        if (dimensions == 0 or count == 0 or stride < dimensions) return null;
        const floats = std.math.mul(u64, count, stride) catch return null;
        if (floats > std.math.maxInt(i64) / @sizeOf(f32)) return null;
        return .{
            .query = (query orelse return null)[0..dimensions],
            .rows = rows orelse return null,
            .stride = stride,
            .results = (results orelse return null)[0..count],
        };
    }
};

/// Writes the cosine of the query with each row.
pub fn scores(slot: *Slot, batch: Batch) Error!void {
    @setRuntimeSafety(true);
    const run = variant(cpu_level.current());
    if (!worthStaging(slot, batch)) return run(batch.query, batch.rows, batch.stride, batch.results);
    var failure: allocator.Failure = .{};
    // Without a region there is nowhere to stage; the kernel needs none.
    const mark = requests.openMark(slot, &failure) catch
        return run(batch.query, batch.rows, batch.stride, batch.results);
    defer requests.rewind(slot, mark) catch unreachable;
    run(stagedQuery(slot, batch.query), batch.rows, batch.stride, batch.results);
}

/// A query that straddles cache lines costs two reads for each vector of it, for every row. One copy pays from the
/// second row on; where there is no room for one the query is read where it lies.
fn worthStaging(slot: *const Slot, batch: Batch) bool {
    return @intFromPtr(batch.query.ptr) % cache_line_bytes != 0 and batch.results.len > 1 and
        batch.query.len * @sizeOf(f32) <= slot.arena.availableBytes(cache_line_bytes);
}

fn stagedQuery(slot: *Slot, query: []const f32) []const f32 {
    @setRuntimeSafety(true);
    var failure: allocator.Failure = .{};
    // Opening the mark may have brought a smaller region.
    if (query.len * @sizeOf(f32) > slot.arena.availableBytes(cache_line_bytes)) return query;
    const memory = slot.arena.allocate(query.len * @sizeOf(f32), cache_line_bytes, &failure) catch return query;
    const copy: [*]f32 = @ptrCast(@alignCast(memory));
    @memcpy(copy[0..query.len], query);
    return copy[0..query.len];
}

const testing = std.testing;

/// The textbook formula in double precision.
fn reference(query: []const f32, row: []const f32) f64 {
    var dot: f64 = 0;
    var query_norm: f64 = 0;
    var row_norm: f64 = 0;
    for (query, row) |q, r| {
        dot += @as(f64, q) * r;
        query_norm += @as(f64, q) * q;
        row_norm += @as(f64, r) * r;
    }
    return dot / @sqrt(query_norm * row_norm);
}

/// The levels that this machine can run.
fn runnable() []const cpu_level.Level {
    const all = comptime std.enums.values(cpu_level.Level);
    return all[0 .. @as(usize, @backingInt(cpu_level.current())) + 1];
}

test "every level agrees with double precision at every length and from every start" {
    var prng: std.Random.DefaultPrng = .init(1);
    const random = prng.random();
    var data: [2 * (1024 + 16)]f32 = undefined;
    for (&data) |*element| element.* = random.floatNorm(f32);
    for (runnable()) |level| {
        for (1..1024) |dimensions| {
            if (dimensions > 140 and dimensions % 97 != 0) continue;
            for ([_]usize{ 0, 1, 7 }) |start| {
                const query = data[start..][0..dimensions];
                const row = data[1040 + start ..][0..dimensions];
                var result: [1]f32 = .{9};
                variant(level)(query, row.ptr, dimensions, &result);
                try testing.expectApproxEqAbs(reference(query, row), result[0], 2e-6);
            }
        }
    }
}

test "the error does not grow with the dimension" {
    const dimensions = 300_000;
    const row = try testing.allocator.alloc(f32, dimensions);
    defer testing.allocator.free(row);
    @memset(row, 0.7123);
    for (runnable()) |level| {
        var result: [1]f32 = undefined;
        variant(level)(row, row.ptr, dimensions, &result);
        try testing.expectApproxEqAbs(1, result[0], 1e-6);
        // A query that is parallel but for its length, so that its norm is another sum.
        row[0] = 0.5;
        variant(level)(row[0 .. dimensions / 2], row.ptr + 1, dimensions / 2, &result);
        try testing.expectApproxEqAbs(reference(row[0 .. dimensions / 2], row[1..][0 .. dimensions / 2]), result[0], 1e-6);
        row[0] = 0.7123;
    }
}

test "equal rows score equal bits wherever they lie" {
    var data: [200]f32 align(64) = undefined;
    var prng: std.Random.DefaultPrng = .init(2);
    for (data[0..75]) |*element| element.* = prng.random().floatNorm(f32);
    const query = data[5..75];
    for (runnable()) |level| {
        var at_origin: [1]f32 = undefined;
        variant(level)(query, data[0..].ptr, 70, &at_origin);
        for (80..110) |start| {
            std.mem.copyForwards(f32, data[start..][0..70], data[0..70]);
            var moved: [1]f32 = undefined;
            variant(level)(query, data[start..].ptr, 70, &moved);
            try testing.expectEqual(at_origin, moved);
        }
    }
}

test "magnitudes that single precision cannot square are computed all the same" {
    const pattern = [_]f32{ 1, -2, 3, 4, 0.5 };
    const other = [_]f32{ 2, 1, -1, 3, 1 };
    for (runnable()) |level| {
        for ([_]f32{ 1e-38, 1e-30, 1e-22, 1e-12, 1, 1e12, 1e19, 1e30, 5e37 }) |scale| {
            var query = pattern;
            var row = other;
            for (&query) |*element| element.* *= scale;
            for (&row) |*element| element.* *= scale;
            var result: [1]f32 = undefined;
            variant(level)(&query, &row, pattern.len, &result);
            try testing.expectApproxEqAbs(reference(&query, &row), result[0], 2e-6);
        }
    }
}

test "known answers: parallel, opposite, orthogonal, zero and not a number" {
    const nan = std.math.nan(f32);
    const inf = std.math.inf(f32);
    const x = [_]f32{ 1, 2, 3 };
    const Case = struct { row: [3]f32, wanted: f32 };
    for (runnable()) |level| {
        for ([_]Case{
            .{ .row = .{ 1, 2, 3 }, .wanted = 1 },
            .{ .row = .{ 0.1, 0.2, 0.3 }, .wanted = 1 },
            .{ .row = .{ -2, -4, -6 }, .wanted = -1 },
            .{ .row = .{ 3, 0, -1 }, .wanted = 0 },
            .{ .row = .{ 0, 0, 0 }, .wanted = 0 },
            .{ .row = .{ 1, nan, 3 }, .wanted = nan },
            .{ .row = .{ inf, 0, 0 }, .wanted = nan },
            .{ .row = .{ -inf, inf, 0 }, .wanted = nan },
        }) |case| {
            var result: [1]f32 = undefined;
            variant(level)(&x, &case.row, 3, &result);
            if (std.math.isNan(case.wanted)) {
                try testing.expect(std.math.isNan(result[0]));
            } else {
                try testing.expectApproxEqAbs(case.wanted, result[0], 1e-7);
                try testing.expect(@abs(result[0]) <= 1);
            }
        }
        var result: [1]f32 = undefined;
        variant(level)(&.{ 0, 0, 0 }, &.{ 1, nan, 3 }, 3, &result);
        try testing.expect(std.math.isNan(result[0]));
    }
}

test "a query off its cache line is staged, scores the same, and the arena is left as found" {
    const Group = @import("../arena_group.zig").Group;
    var group: Group = .{};
    var failure: allocator.Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    var data: [17 + 4 * 16]f32 align(64) = undefined;
    for (&data, 0..) |*element, i| element.* = @sin(@as(f32, @floatFromInt(i)));
    var off_line: [4]f32 = undefined;
    try scores(slot, Batch.of(data[1..].ptr, data[17..].ptr, 16, 4, 16, &off_line).?);
    try testing.expectEqual(0, slot.arena.header.offset_bytes);
    try testing.expectEqual(0, slot.arena.header.depth);
    try testing.expectEqual(64, slot.arena.header.high_water_mark_bytes);
    var in_place: [4]f32 = undefined;
    variant(cpu_level.current())(data[1..17], data[17..].ptr, 16, &in_place);
    try testing.expectEqual(in_place, off_line);
    // Without room for the copy: the same scores, no overflow and no mark.
    _ = try slot.arena.allocate(slot.arena.header.capacity_bytes - 32, 1, &failure);
    var without_room: [4]f32 = undefined;
    try scores(slot, Batch.of(data[1..].ptr, data[17..].ptr, 16, 4, 16, &without_room).?);
    try testing.expectEqual(in_place, without_room);
    try testing.expectEqual(0, slot.arena.header.overflow_error_count);
    try testing.expectEqual(1, slot.arena.header.scope_count);
}

test "operands that cannot be are refused" {
    var some: [4]f32 = undefined;
    const max = std.math.maxInt(u64);
    try testing.expect(Batch.of(&some, &some, 2, 2, 2, &some) != null);
    try testing.expectEqual(null, Batch.of(null, &some, 2, 2, 2, &some));
    try testing.expectEqual(null, Batch.of(&some, null, 2, 2, 2, &some));
    try testing.expectEqual(null, Batch.of(&some, &some, 2, 2, 2, null));
    try testing.expectEqual(null, Batch.of(&some, &some, 0, 2, 2, &some));
    try testing.expectEqual(null, Batch.of(&some, &some, 2, 0, 2, &some));
    try testing.expectEqual(null, Batch.of(&some, &some, 2, 2, 1, &some));
    try testing.expectEqual(null, Batch.of(&some, &some, 2, max, 2, &some));
    try testing.expectEqual(null, Batch.of(&some, &some, 1 << 61, 1, 1 << 61, &some));
    try testing.expectEqual(null, Batch.of(&some, &some, 1 << 32, 1 << 32, 1 << 32, &some));
}

test "scores of nearly parallel vectors stay within [-1, 1]" {
    var prng: std.Random.DefaultPrng = .init(3);
    var query: [384]f32 = undefined;
    var row: [384]f32 = undefined;
    for (runnable()) |level| for (0..2000) |round| {
        const factor: f32 = if (round % 2 == 0) 3 else -0.3;
        for (&query, &row) |*q, *r| {
            q.* = prng.random().floatNorm(f32);
            r.* = factor * q.*;
        }
        var result: [1]f32 = undefined;
        variant(level)(&query, &row, query.len, &result);
        try testing.expect(@abs(result[0]) <= 1);
    };
}

test "rows lie a stride apart, and nothing behind an operand is read" {
    const pages = @import("../pages.zig");
    var diagnostics: pages.Diagnostics = .{};
    const query_region = try pages.Region.reserve(.{ .capacity_bytes = 8192 }, &diagnostics);
    defer query_region.release();
    const rows_region = try pages.Region.reserve(.{ .capacity_bytes = 8192 }, &diagnostics);
    defer rows_region.release();
    const all_q: []f32 = @alignCast(std.mem.bytesAsSlice(f32, query_region.bytes));
    const all_r: []f32 = @alignCast(std.mem.bytesAsSlice(f32, rows_region.bytes));
    var prng: std.Random.DefaultPrng = .init(4);
    for (all_q) |*q| q.* = prng.random().floatNorm(f32);
    for (all_r) |*r| r.* = prng.random().floatNorm(f32);
    for (runnable()) |level| for (1..200) |dimensions| for ([_]usize{ 0, 1, 5 }) |gap| {
        const stride = dimensions + gap;
        const query = all_q[all_q.len - dimensions ..];
        const rows = all_r[all_r.len - (3 * stride + dimensions) ..];
        var results: [4]f32 = undefined;
        variant(level)(query, rows.ptr, stride, &results);
        for (results, 0..) |result, i|
            try testing.expectApproxEqAbs(reference(query, rows[i * stride ..][0..dimensions]), result, 2e-6);
    };
}

test "a query or a row that single precision cannot square does not spoil the other" {
    const one = [_]f32{ 1, -2, 3, 4, 0.5 };
    const other = [_]f32{ 2, 1, -1, 3, 1 };
    for (runnable()) |level| for ([_]f32{ 1e-38, 1e-25, 1e-20, 1e-13, 1e19, 5e37 }) |scale| for (0..2) |scaled| {
        var operands = [_][5]f32{ one, other };
        for (&operands[scaled]) |*element| element.* *= scale;
        var result: [1]f32 = undefined;
        variant(level)(&operands[0], &operands[1], 5, &result);
        try testing.expectApproxEqAbs(reference(&operands[0], &operands[1]), result[0], 2e-6);
    };
}
