//! Tests of the cosine kernels, each on every CPU level that runs here.

const std = @import("std");
const cpu_level = @import("../cpu_level.zig");
const Guarded = @import("guarded.zig").Guarded;
const kernels = @import("similarity.zig").kernels;

const testing = std.testing;
const runnable = cpu_level.runnable;

/// The textbook formula in double precision.
pub fn reference(query: []const f32, row: []const f32) f64 {
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

fn score(level: cpu_level.Level, query: []const f32, rows: [*]const f32, stride: usize, results: []f32) void {
    kernels(level).scores(query, std.math.nan(f64), rows, stride, null, false, results);
}

test "the error does not grow with the dimension" {
    const dimensions = 300_000;
    const row = try testing.allocator.alloc(f32, dimensions);
    defer testing.allocator.free(row);
    @memset(row, 0.7123);
    for (runnable()) |level| {
        var result: [1]f32 = undefined;
        score(level, row, row.ptr, dimensions, &result);
        try testing.expectApproxEqAbs(1, result[0], 1e-6);
        // A query that is parallel but for its length, so that its norm is another sum.
        row[0] = 0.5;
        score(level, row[0 .. dimensions / 2], row.ptr + 1, dimensions / 2, &result);
        const exact = reference(row[0 .. dimensions / 2], row[1..][0 .. dimensions / 2]);
        try testing.expectApproxEqAbs(exact, result[0], 1e-6);
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
        score(level, query, data[0..].ptr, 70, &at_origin);
        for (80..110) |start| {
            std.mem.copyForwards(f32, data[start..][0..70], data[0..70]);
            var moved: [1]f32 = undefined;
            score(level, query, data[start..].ptr, 70, &moved);
            try testing.expectEqual(at_origin, moved);
        }
    }
}

test "rows score equal bits whether those behind them are fetched ahead or not" {
    // Two or seven elements behind whole vectors; none to two of those behind four together; one block and two.
    inline for (.{ 130, 215, 4096 + 215 }) |dimensions| try expectEqualBitsOfFetched(dimensions);
}

fn expectEqualBitsOfFetched(comptime dimensions: usize) !void {
    const stride = dimensions + 3;
    const count = 21;
    const size = (count - 1) * stride + dimensions;
    // What is fetched behind the last row is not there.
    var rows: Guarded = try .init(size * @sizeOf(f32));
    defer rows.deinit();
    const elements = rows.slice(f32, size, .back);
    var prng: std.Random.DefaultPrng = .init(3);
    for (elements) |*element| element.* = prng.random().floatNorm(f32);
    const query = elements[7..][0..dimensions];
    var norms: [count]f64 = undefined;
    for (runnable()) |level| {
        const run = kernels(level);
        run.rowNorms(elements.ptr, dimensions, stride, &norms);
        for ([_]?[*]const f64{ null, &norms }) |known| {
            var expected: [count]f32 = undefined;
            var fetched: [count]f32 = undefined;
            run.scores(query, std.math.nan(f64), elements.ptr, stride, known, false, &expected);
            run.scores(query, std.math.nan(f64), elements.ptr, stride, known, true, &fetched);
            try testing.expectEqual(expected, fetched);
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
            score(level, &query, &row, pattern.len, &result);
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
            score(level, &x, &case.row, 3, &result);
            if (std.math.isNan(case.wanted)) {
                try testing.expect(std.math.isNan(result[0]));
            } else {
                try testing.expectApproxEqAbs(case.wanted, result[0], 1e-7);
                try testing.expect(@abs(result[0]) <= 1);
            }
        }
        var result: [1]f32 = undefined;
        score(level, &.{ 0, 0, 0 }, &.{ 1, nan, 3 }, 3, &result);
        try testing.expect(std.math.isNan(result[0]));
    }
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
        score(level, &query, &row, query.len, &result);
        try testing.expect(@abs(result[0]) <= 1);
    };
}

test "a query or a row that single precision cannot square does not spoil the other" {
    const one = [_]f32{ 1, -2, 3, 4, 0.5 };
    const other = [_]f32{ 2, 1, -1, 3, 1 };
    for (runnable()) |level| for ([_]f32{ 1e-38, 1e-25, 1e-20, 1e-13, 1e19, 5e37 }) |scale| for (0..2) |scaled| {
        var operands = [_][5]f32{ one, other };
        for (&operands[scaled]) |*element| element.* *= scale;
        var result: [1]f32 = undefined;
        score(level, &operands[0], &operands[1], 5, &result);
        try testing.expectApproxEqAbs(reference(&operands[0], &operands[1]), result[0], 2e-6);
    };
}

test "a score is within the documented bound where all roundings go one way" {
    const dimensions = 4096;
    var query: [dimensions]f32 = @splat(1 + 1.0 / 3.0);
    var row: [dimensions]f32 = @splat(1);
    for (row[0 .. dimensions / 2]) |*element| element.* = 0.1;
    for (runnable()) |level| for ([_]usize{ dimensions, dimensions - 1, dimensions / 2 + 3 }) |length| {
        var result: [1]f32 = undefined;
        score(level, query[0..length], &row, length, &result);
        try testing.expectApproxEqAbs(reference(query[0..length], row[0..length]), result[0], 4e-5);
    };
}

test "a power of two in front of a query or a row changes no bit, another factor next to nothing" {
    var prng: std.Random.DefaultPrng = .init(7);
    var one: [100]f32 = undefined;
    var other: [100]f32 = undefined;
    for (&one, &other) |*q, *r| {
        q.* = prng.random().floatNorm(f32);
        r.* = prng.random().floatNorm(f32);
    }
    for (runnable()) |level| {
        var before: [1]f32 = undefined;
        score(level, &one, &other, 100, &before);
        for ([_]f32{ 0x1p-30, 0.5, 4, 0x1p40, 3.7, 1e-9 }) |factor| for ([_]bool{ false, true }) |is_query| {
            var scaled = if (is_query) one else other;
            for (&scaled) |*element| element.* *= factor;
            var after: [1]f32 = undefined;
            score(level, if (is_query) &scaled else &one, if (is_query) &other else &scaled, 100, &after);
            const is_power_of_two = @as(u32, @bitCast(factor)) << 9 == 0;
            if (is_power_of_two) try testing.expectEqual(before, after);
            try testing.expectApproxEqAbs(before[0], after[0], 1e-6);
        };
    }
}
