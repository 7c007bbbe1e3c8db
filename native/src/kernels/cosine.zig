//! Cosine similarity of one query with many rows, for the CPU this file is compiled for.
//!
//! One pass over each row sums dot product and norm together; four accumulators each keep eight chains of
//! additions under way, which hides the latency of a fused multiply-add on the CPUs at hand. Single precision sums
//! blocks of 4,096 elements, double precision sums the blocks. The order of summation depends on the dimension only, so
//! equal rows give equal bits wherever they lie.
//!
//! A score is at most 4e-5 from the exact value, whatever the dimension: no chain within a block has more than 290
//! roundings of 2^-24 (256 steps of 4 lanes, the halving, 15 elements of a tail), for the dot product and for the norms.

// Nothing of std: its functions are compiled for the root's CPU, and a vector handed from one CPU's code to another's
// goes through registers that the other does not look at.
const builtin = @import("builtin");

const lanes = switch (builtin.cpu.arch) {
    .x86_64 => if (builtin.cpu.has(.x86, .avx512f)) 16 else if (builtin.cpu.has(.x86, .avx)) 8 else 4,
    else => 4,
};
const has_fma = builtin.cpu.arch != .x86_64 or builtin.cpu.has(.x86, .fma);
const accumulators = 4;
const block = 4096;
const step = lanes * accumulators;
const Vector = @Vector(lanes, f32);

/// Sums of squares between these are good in single precision: above, products overflow; below, they lose
/// bits to underflow. Others are summed again in double precision.
const safe_min = 1e-24;
const safe_max = 1e36;

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
fn isSafe(norm: f64) bool {
    return norm > safe_min and norm < safe_max;
}

const Sums = struct { dot: f64 = 0, norm: f64 = 0 };

fn sums(query: [*]const f32, row: [*]const f32, dimensions: usize) Sums {
    @setRuntimeSafety(false);
    var total: Sums = .{};
    var start: usize = 0;
    while (start < dimensions) : (start += block) {
        addBlock(&total, query + start, row + start, @min(block, dimensions - start));
    }
    return total;
}

inline fn addBlock(total: *Sums, query: [*]const f32, row: [*]const f32, length: usize) void {
    @setRuntimeSafety(false);
    var dots: [accumulators]Vector = @splat(@splat(0));
    var norms: [accumulators]Vector = @splat(@splat(0));
    var i: usize = 0;
    while (i + step <= length) : (i += step) {
        inline for (0..accumulators) |a| {
            accumulate(&dots[a], &norms[a], load(query + i + a * lanes), load(row + i + a * lanes));
        }
    }
    while (i + lanes <= length) : (i += lanes) {
        accumulate(&dots[0], &norms[0], load(query + i), load(row + i));
    }
    var dot = sumLanes((dots[0] + dots[1]) + (dots[2] + dots[3]));
    var norm = sumLanes((norms[0] + norms[1]) + (norms[2] + norms[3]));
    while (i < length) : (i += 1) {
        dot += query[i] * row[i];
        norm += row[i] * row[i];
    }
    total.dot += dot;
    total.norm += norm;
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
fn sumLanes(vector: anytype) @typeInfo(@TypeOf(vector)).vector.child {
    @setRuntimeSafety(false);
    const length = @typeInfo(@TypeOf(vector)).vector.len;
    const Child = @typeInfo(@TypeOf(vector)).vector.child;
    if (length == 1) return vector[0];
    const low = comptime laneIndices(length / 2, 0);
    const high = comptime laneIndices(length / 2, length / 2);
    return sumLanes(@shuffle(Child, vector, undefined, low) + @shuffle(Child, vector, undefined, high));
}

fn laneIndices(count: comptime_int, first: comptime_int) @Vector(count, i32) {
    var indices: [count]i32 = undefined;
    for (&indices, first..) |*index, lane| index.* = lane;
    return indices;
}

fn cosine(dot: f64, query_norm: f64, row_norm: f64) f32 {
    const value = dot / @sqrt(query_norm * row_norm);
    // Rounding can carry the quotient of parallel vectors beyond 1. Comparisons are false for NaN, which stays.
    return @floatCast(if (value > 1) 1 else if (value < -1) -1 else value);
}

/// No f32 overflows or vanishes here: squares stay within 1e-90 and 1e77.
fn inDoublePrecision(query: []const f32, row: [*]const f32) f32 {
    @setRuntimeSafety(false);
    const Wide = @Vector(lanes, f64);
    var dots: Wide = @splat(0);
    var query_norms: Wide = @splat(0);
    var row_norms: Wide = @splat(0);
    var i: usize = 0;
    while (i + lanes <= query.len) : (i += lanes) {
        const q: Wide = @floatCast(load(query.ptr + i));
        const r: Wide = @floatCast(load(row + i));
        dots += q * r;
        query_norms += q * q;
        row_norms += r * r;
    }
    var dot = sumLanes(dots);
    var query_norm = sumLanes(query_norms);
    var row_norm = sumLanes(row_norms);
    while (i < query.len) : (i += 1) {
        const q: f64 = query[i];
        const r: f64 = row[i];
        dot += q * r;
        query_norm += q * q;
        row_norm += r * r;
    }
    // A zero vector is similar to nothing, but what is not finite wins: inf * 0 and NaN * 0 made the dot NaN.
    if ((query_norm == 0 or row_norm == 0) and dot == 0) return 0;
    return cosine(dot, query_norm, row_norm);
}
