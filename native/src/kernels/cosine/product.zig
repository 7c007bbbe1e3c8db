//! Cosine similarity of many queries with rows that stay in the L2 cache meanwhile.
//!
//! A tile of queries and rows keeps one accumulator for each pair in a register, so that a vector that is read serves
//! as many pairs as the tile is high or wide. The order of summation wants four accumulators a pair: the tile passes
//! over the elements four times, each time over every fourth vector.

const builtin = @import("builtin");
const quotient = @import("quotient.zig");
const order = @import("sums.zig");
const vectors = @import("vectors.zig");

const Strided = @import("rows.zig").Strided(false);
const Vector = vectors.Vector;
const lanes = vectors.lanes;

/// Queries and rows of a tile: an accumulator for each pair, a vector of each query and one of a row fit the registers.
const height = if (vectors.registers == 32) 4 else if (vectors.has_fma) 3 else 2;
const width = 4;

const Wide = @Vector(width, f64);

/// `results[i * results_stride + j]` = cosine of query i, of norm `query_norms[i]`, with row j, of norm `row_norms[j]`.
/// At least 4 queries and 4 rows, which should stay in the L2 cache meanwhile; rows that lie behind them and are next,
/// `rows_ahead` of them, are fetched.
pub fn scores(
    queries: [*]const f32,
    query_stride: usize,
    query_norms: []const f64,
    rows: [*]const f32,
    dimensions: usize,
    stride: usize,
    row_norms: []const f64,
    rows_ahead: usize,
    results: [*]f32,
    results_stride: usize,
) void {
    @setRuntimeSafety(false);
    const count = row_norms.len;
    var ahead: usize = 0;
    var i: usize = 0;
    while (i < query_norms.len) : (i += height) {
        // The last tile overlaps the one before, which gives the same bits twice.
        if (i + height > query_norms.len) i = query_norms.len - height;
        var of_queries: [height]f64 = undefined;
        for (&of_queries, query_norms[i..][0..height]) |*factor, norm| factor.* = quotient.factor(norm);
        var j: usize = 0;
        while (j < count) : (j += width) {
            if (j + width > count) j = count - width;
            const next = rows + if (ahead < rows_ahead) (count + ahead) * stride else j * stride;
            ahead += 1;
            var dots: [height]Wide = @splat(@splat(0));
            addDots(&dots, queries + i * query_stride, query_stride, rows + j * stride, stride, dimensions, next);
            const of_tile: Strided = .of(rows + j * stride, stride);
            const of_rows = quotient.factors(width, row_norms[j..][0..width].*);
            inline for (0..height) |q| {
                const query = (queries + (i + q) * query_stride)[0..dimensions];
                const out = (results + (i + q) * results_stride + j)[0..width];
                quotient.write(width, dots[q], of_queries[q], of_rows, query, of_tile, out);
            }
        }
    }
}

/// Not inlined: the compiler would keep addresses of the loops around it in registers that it wants.
noinline fn addDots(
    dots: *[height]Wide,
    queries: [*]const f32,
    query_stride: usize,
    rows: [*]const f32,
    stride: usize,
    dimensions: usize,
    ahead: [*]const f32,
) void {
    @setRuntimeSafety(false);
    var start: usize = 0;
    while (start < dimensions) : (start += order.block) {
        var at: [height + width][*]const f32 = undefined;
        inline for (0..height) |q| at[q] = queries + q * query_stride + start;
        inline for (0..width) |r| at[height + r] = rows + r * stride + start;
        addBlock(dots, at, @min(order.block, dimensions - start), ahead + start);
    }
}

const Tile = [height * width]Vector;

inline fn addBlock(dots: *[height]Wide, at: [height + width][*]const f32, length: usize, ahead: [*]const f32) void {
    @setRuntimeSafety(false);
    var total: Tile = @splat(vectors.zero);
    for (0..order.accumulators) |a| {
        var sums: Tile = @splat(vectors.zero);
        var i = a * lanes;
        while (i + lanes <= length) : (i += order.accumulators * lanes) {
            @prefetch(ahead + i, .{ .locality = 2 });
            multiply(&sums, at, vectors.load, i, .{});
        }
        inline for (&total, sums) |*sum, next| sum.* += next;
    }
    if (length % lanes != 0) multiply(&total, at, vectors.loadTail, 0, .{length});
    const pairs = sumsOfLanes(total);
    inline for (0..height) |q| {
        const of_query: @Vector(width, f32) = pairs[q * width ..][0..width].*;
        dots[q] += @floatCast(of_query);
    }
}

inline fn multiply(
    sums: *Tile,
    at: [height + width][*]const f32,
    comptime load: anytype,
    i: usize,
    length: anytype,
) void {
    var of_queries: [height]Vector = undefined;
    inline for (&of_queries, at[0..height]) |*query, from| query.* = @call(.auto, load, .{from + i} ++ length);
    inline for (at[height..], 0..) |from, r| {
        const row = @call(.auto, load, .{from + i} ++ length);
        inline for (of_queries, 0..) |query, q| {
            sums[q * width + r] = vectors.multiplyAdd(query, row, sums[q * width + r]);
        }
    }
}

inline fn sumsOfLanes(tile: Tile) [height * width]f32 {
    @setRuntimeSafety(false);
    const groups = (tile.len + lanes - 1) / lanes;
    var sums: [groups * lanes]f32 = undefined;
    inline for (0..groups) |group| {
        var some: [lanes]Vector = @splat(vectors.zero);
        const first = group * lanes;
        inline for (0..@min(lanes, tile.len - first)) |i| some[i] = tile[first + i];
        sums[first..][0..lanes].* = vectors.sumLanesOfEach(some);
    }
    return sums[0..tile.len].*;
}
