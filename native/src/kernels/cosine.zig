//! Cosine similarity, for the CPU this file is compiled for.
//!
//! One query passes once over each row, which sums dot product and norm together. Rows are read one after the other:
//! CPUs fetch one stream ahead better than several. Many queries pass over rows that stay in the cache.

// Nothing of std: its functions are compiled for the root's CPU, and a vector handed from one CPU's code to another's
// goes through registers that the other does not look at.
const layouts = @import("cosine/rows.zig");
const product = @import("cosine/product.zig");
const quotient = @import("cosine/quotient.zig");
const sums = @import("cosine/sums.zig");
const vectors = @import("cosine/vectors.zig");

const Vector = vectors.Vector;
const lanes = vectors.lanes;

pub const scoresOfMany = product.scores;

/// Rows whose lanes are added together: as many as make the dots and norms a vector for each lane. Fewer lanes are
/// quickly added row by row.
const group = if (lanes >= 8) lanes / 2 else 1;

/// `results[i]` = cosine of `query`, whose norm is `query_norm` or not known if that is not a number, with the row at
/// `rows + i * stride`, whose norm is `row_norms[i]` if there are any. Rows are read only within `query.len`.
/// `fetches_ahead` pays where the rows come from memory.
pub fn scores(
    query: []const f32,
    query_norm: f64,
    rows: [*]const f32,
    stride: usize,
    row_norms: ?[*]const f64,
    fetches_ahead: bool,
    results: []f32,
) void {
    @setRuntimeSafety(false);
    const norm = if (query_norm == query_norm) query_norm else sums.norm(query.ptr, query.len);
    const of_query = quotient.factor(norm);
    switch (fetches_ahead) {
        inline else => |fetches| {
            const strided: layouts.Strided(fetches) = .of(rows, stride);
            if (row_norms) |known| {
                scoresOf(.dot, group, query, of_query, strided, known, results);
            } else scoresOf(.dot_and_norm, group, query, of_query, strided, undefined, results);
        },
    }
}

/// How many rows that lie anywhere are scored by one call.
const scattered = 8;

/// As `scores`, of rows that lie anywhere. `fetches_ahead` pays where no cache has the rows of the next call.
pub fn scoresOfScattered(
    query: []const f32,
    query_norm: f64,
    rows: *const [scattered][*]const f32,
    fetches_ahead: bool,
    results: *[scattered]f32,
) void {
    @setRuntimeSafety(false);
    const norm = if (query_norm == query_norm) query_norm else sums.norm(query.ptr, query.len);
    const of_query = quotient.factor(norm);
    switch (fetches_ahead) {
        inline else => |fetches| {
            const each: layouts.Scattered(scattered, fetches) = .of(rows);
            scoresOf(.dot_and_norm, @min(group, scattered), query, of_query, each, undefined, results);
        },
    }
}

/// `together` rows have their lanes added together.
inline fn scoresOf(
    comptime wanted: sums.Wanted,
    comptime together: usize,
    query: []const f32,
    of_query: f64,
    rows: anytype,
    known: [*]const f64,
    results: []f32,
) void {
    @setRuntimeSafety(false);
    var i: usize = 0;
    if (together > 1) while (i + together <= results.len) : (i += together) {
        const some = rows.from(i);
        var of_rows = sumsOfGroup(wanted, together, query, some);
        if (wanted == .dot) of_rows.norms = known[i..][0..together].*;
        const factors = quotient.factors(together, of_rows.norms);
        quotient.write(together, of_rows.dots, of_query, factors, query, some, results[i..][0..together]);
    };
    while (i < results.len) : (i += 1) {
        var of_row = sums.ofRow(wanted, query.ptr, rows.row(i), query.len);
        if (wanted == .dot) of_row.norm = known[i];
        const factors: @Vector(1, f64) = @splat(quotient.factor(of_row.norm));
        quotient.write(1, @splat(of_row.dot), of_query, factors, query, rows.from(i), results[i..][0..1]);
    }
}

fn SumsOf(comptime count: usize) type {
    return struct { dots: @Vector(count, f64) = @splat(0), norms: @Vector(count, f64) = @splat(0) };
}

inline fn sumsOfGroup(
    comptime wanted: sums.Wanted,
    comptime count: usize,
    query: []const f32,
    rows: anytype,
) SumsOf(count) {
    @setRuntimeSafety(false);
    var total: SumsOf(count) = .{};
    var start: usize = 0;
    while (start < query.len) : (start += sums.block) {
        const length = @min(sums.block, query.len - start);
        const wanted_sums = if (wanted == .dot) count else 2 * count;
        var of_each: [lanes]Vector = undefined;
        @memset(of_each[wanted_sums..], vectors.zero);
        for (0..count) |i| {
            const of_row = sums.ofBlock(wanted, query.ptr + start, rows.row(i) + start, length, rows.ahead(i, start));
            of_each[i] = of_row.dot;
            if (wanted != .dot) of_each[count + i] = of_row.norm;
        }
        const added: [lanes / count]@Vector(count, f32) = @bitCast(@as([lanes]f32, vectors.sumLanesOfEach(of_each)));
        total.dots += @floatCast(added[0]);
        if (wanted != .dot) total.norms += @floatCast(added[1]);
    }
    return total;
}

/// `results[i]` = sum of squares of the row at `rows + i * stride`.
pub fn rowNorms(rows: [*]const f32, dimensions: usize, stride: usize, results: []f64) void {
    @setRuntimeSafety(false);
    for (results, 0..) |*result, i| result.* = sums.norm(rows + i * stride, dimensions);
}
