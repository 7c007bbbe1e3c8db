//! Cosine similarity, for the CPU this file is compiled for.
//!
//! One query passes once over each row, which sums dot product and norm together. Rows are read one after the other:
//! CPUs fetch one stream ahead better than several. Many queries pass over rows that stay in the cache.

// Nothing of std: its functions are compiled for the root's CPU, and a vector handed from one CPU's code to another's
// goes through registers that the other does not look at.
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
pub fn scores(
    query: []const f32,
    query_norm: f64,
    rows: [*]const f32,
    stride: usize,
    row_norms: ?[*]const f64,
    results: []f32,
) void {
    @setRuntimeSafety(false);
    const norm = if (query_norm == query_norm) query_norm else sums.norm(query.ptr, query.len);
    const of_query = quotient.factor(norm);
    if (row_norms) |known| {
        scoresOf(.dot, query, of_query, rows, stride, known, results);
    } else scoresOf(.dot_and_norm, query, of_query, rows, stride, undefined, results);
}

inline fn scoresOf(
    comptime wanted: sums.Wanted,
    query: []const f32,
    of_query: f64,
    rows: [*]const f32,
    stride: usize,
    known: [*]const f64,
    results: []f32,
) void {
    @setRuntimeSafety(false);
    var i: usize = 0;
    if (group > 1) while (i + group <= results.len) : (i += group) {
        const some = rows + i * stride;
        var of_rows = sumsOfGroup(wanted, query, some, stride);
        if (wanted == .dot) of_rows.norms = known[i..][0..group].*;
        const factors = quotient.factors(group, of_rows.norms);
        quotient.write(group, of_rows.dots, of_query, factors, query, some, stride, results[i..][0..group]);
    };
    while (i < results.len) : (i += 1) {
        const row = rows + i * stride;
        var of_row = sums.ofRow(wanted, query.ptr, row, query.len);
        if (wanted == .dot) of_row.norm = known[i];
        const factors: @Vector(1, f64) = @splat(quotient.factor(of_row.norm));
        quotient.write(1, @splat(of_row.dot), of_query, factors, query, row, stride, results[i..][0..1]);
    }
}

const SumsOfGroup = struct { dots: @Vector(group, f64) = @splat(0), norms: @Vector(group, f64) = @splat(0) };

inline fn sumsOfGroup(comptime wanted: sums.Wanted, query: []const f32, rows: [*]const f32, stride: usize) SumsOfGroup {
    @setRuntimeSafety(false);
    var total: SumsOfGroup = .{};
    var start: usize = 0;
    while (start < query.len) : (start += sums.block) {
        const length = @min(sums.block, query.len - start);
        var of_each: [2 * group]Vector = undefined;
        if (wanted == .dot) @memset(of_each[group..], vectors.zero);
        for (0..group) |i| {
            const of_row = sums.ofBlock(wanted, query.ptr + start, rows + i * stride + start, length);
            of_each[i] = of_row.dot;
            if (wanted != .dot) of_each[group + i] = of_row.norm;
        }
        const added: [2]@Vector(group, f32) = @bitCast(@as([lanes]f32, vectors.sumLanesOfEach(of_each)));
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
