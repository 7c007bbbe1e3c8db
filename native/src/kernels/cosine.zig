//! Cosine similarity of one query with many rows, for the CPU this file is compiled for.
//!
//! One pass over each row sums dot product and norm together; four accumulators each keep eight chains of
//! additions under way, which hides the latency of a fused multiply-add on the CPUs at hand. The order of summation
//! depends on the dimension only, so equal rows give equal bits wherever they lie.

const std = @import("std");
const builtin = @import("builtin");

const lanes = switch (builtin.cpu.arch) {
    .x86_64 => if (builtin.cpu.has(.x86, .avx512f)) 16 else if (builtin.cpu.has(.x86, .avx)) 8 else 4,
    else => 4,
};
const has_fma = builtin.cpu.arch != .x86_64 or builtin.cpu.has(.x86, .fma);
const accumulators = 4;
const step = lanes * accumulators;
const Vector = @Vector(lanes, f32);

/// Sums of squares between these are good in single precision: above, products overflow; below, they lose
/// bits to underflow. Others are summed again in double precision.
const safe_min: f32 = 1e-24;
const safe_max: f32 = 1e36;

/// `scores[i]` = cosine of `query` and the row at `rows + i * stride`. Slices are read only within `query.len` of a row.
pub fn scores(query: []const f32, rows: [*]const f32, stride: usize, results: []f32) void {
    @setRuntimeSafety(false);
    const query_norm = sums(query.ptr, query.ptr, query.len).norm;
    for (results, 0..) |*result, i| {
        const row = rows + i * stride;
        const of_row = sums(query.ptr, row, query.len);
        result.* = if (isSafe(query_norm) and isSafe(of_row.norm))
            cosine(of_row.dot, query_norm, of_row.norm)
        else
            inDoublePrecision(query, row);
    }
}

/// False for what is not a number, too.
fn isSafe(norm: f32) bool {
    return norm > safe_min and norm < safe_max;
}

const Sums = struct { dot: f32, norm: f32 };

fn sums(query: [*]const f32, row: [*]const f32, dimensions: usize) Sums {
    @setRuntimeSafety(false);
    var dots: [accumulators]Vector = @splat(@splat(0));
    var norms: [accumulators]Vector = @splat(@splat(0));
    var i: usize = 0;
    while (i + step <= dimensions) : (i += step) {
        inline for (0..accumulators) |a| {
            accumulate(&dots[a], &norms[a], load(query + i + a * lanes), load(row + i + a * lanes));
        }
    }
    while (i + lanes <= dimensions) : (i += lanes) {
        accumulate(&dots[0], &norms[0], load(query + i), load(row + i));
    }
    var dot = sumLanes((dots[0] + dots[1]) + (dots[2] + dots[3]));
    var norm = sumLanes((norms[0] + norms[1]) + (norms[2] + norms[3]));
    while (i < dimensions) : (i += 1) {
        dot += query[i] * row[i];
        norm += row[i] * row[i];
    }
    return .{ .dot = dot, .norm = norm };
}

inline fn load(from: [*]const f32) Vector {
    return from[0..lanes].*;
}

inline fn accumulate(dot: *Vector, norm: *Vector, q: Vector, r: Vector) void {
    dot.* = multiplyAdd(q, r, dot.*);
    norm.* = multiplyAdd(r, r, norm.*);
}

inline fn multiplyAdd(a: Vector, b: Vector, c: Vector) Vector {
    // Without the instruction, @mulAdd would call a software routine for each element.
    return if (has_fma) @mulAdd(Vector, a, b, c) else a * b + c;
}

/// Halves added to each other until one lane is left. @reduce would add lane after lane.
fn sumLanes(vector: anytype) f32 {
    @setRuntimeSafety(false);
    const length = @typeInfo(@TypeOf(vector)).vector.len;
    if (length == 1) return vector[0];
    const low = std.simd.extract(vector, 0, length / 2);
    const high = std.simd.extract(vector, length / 2, length / 2);
    return sumLanes(low + high);
}

fn cosine(dot: f64, query_norm: f64, row_norm: f64) f32 {
    const value = dot / @sqrt(query_norm * row_norm);
    // Rounding can carry the quotient of parallel vectors beyond 1. Comparisons are false for NaN, which stays.
    return @floatCast(if (value > 1) 1 else if (value < -1) -1 else value);
}

/// No f32 overflows or vanishes here: squares stay within 1e-90 and 1e77.
fn inDoublePrecision(query: []const f32, row: [*]const f32) f32 {
    @setRuntimeSafety(false);
    var dot: f64 = 0;
    var query_norm: f64 = 0;
    var row_norm: f64 = 0;
    for (query, row[0..query.len]) |query_element, row_element| {
        const q: f64 = query_element;
        const r: f64 = row_element;
        dot += q * r;
        query_norm += q * q;
        row_norm += r * r;
    }
    // A zero vector is similar to nothing, but what is not finite wins: inf * 0 and NaN * 0 made the dot NaN.
    if ((query_norm == 0 or row_norm == 0) and dot == 0) return 0;
    return cosine(dot, query_norm, row_norm);
}
