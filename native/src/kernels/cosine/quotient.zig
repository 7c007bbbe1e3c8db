//! From dot products and norms to scores.

const vectors = @import("vectors.zig");

const lanes = vectors.lanes;

/// Sums of squares between these are good in single precision: above, products overflow; below, they lose
/// bits to underflow.
const safe_min = 1e-24;
const safe_max = 1e36;

/// What a dot product is multiplied with for a norm. Not a number where the sums are no good.
pub inline fn factor(norm: f64) f64 {
    return factors(1, .{norm})[0];
}

pub inline fn factors(comptime count: usize, norms: @Vector(count, f64)) @Vector(count, f64) {
    const Wide = @Vector(count, f64);
    const inverses = @as(Wide, @splat(1)) / @sqrt(norms);
    const not_too_small = norms > @as(Wide, @splat(safe_min));
    const not_too_large = norms < @as(Wide, @splat(safe_max));
    const nan: Wide = @splat(@bitCast(@as(u64, 0x7ff8 << 48)));
    return @select(f64, not_too_large, @select(f64, not_too_small, inverses, nan), nan);
}

/// Writes the scores of one query with the first `count` of `rows`, Strided or Scattered. Those whose sums are no good
/// are computed in double precision.
pub inline fn write(
    comptime count: usize,
    dots: @Vector(count, f64),
    of_query: f64,
    of_rows: @Vector(count, f64),
    query: []const f32,
    rows: anytype,
    results: *[count]f32,
) void {
    @setRuntimeSafety(false);
    const Wide = @Vector(count, f64);
    const values = dots * @as(Wide, @splat(of_query)) * of_rows;
    const narrow: @Vector(count, f32) = @floatCast(clamp(count, values));
    results.* = narrow;
    if (@reduce(.Or, values != values)) inDoublePrecision(values, query, rows, results);
}

/// Rounding can carry the quotient of parallel vectors beyond 1. Of what is not a number something between.
inline fn clamp(comptime count: usize, values: @Vector(count, f64)) @Vector(count, f64) {
    const one: @Vector(count, f64) = @splat(1);
    return @min(@max(values, -one), one);
}

/// Writes the scores that are not a number in `values`.
noinline fn inDoublePrecision(values: anytype, query: []const f32, rows: anytype, results: []f32) void {
    @setRuntimeSafety(false);
    const each: [@typeInfo(@TypeOf(values)).vector.len]f64 = values;
    for (each, results, 0..) |value, *result, i| {
        if (value != value) result.* = exactly(query, rows.row(i));
    }
}

/// No float overflows or vanishes here: squares stay within 1e-90 and 1e77.
fn exactly(query: []const f32, row: [*]const f32) f32 {
    @setRuntimeSafety(false);
    const Wide = @Vector(lanes, f64);
    var dots: Wide = @splat(0);
    var query_norms: Wide = @splat(0);
    var row_norms: Wide = @splat(0);
    var i: usize = 0;
    while (i < query.len) : (i += lanes) {
        const whole = i + lanes <= query.len;
        const q: Wide = @floatCast(if (whole) vectors.load(query.ptr + i) else vectors.loadTail(query.ptr, query.len));
        const r: Wide = @floatCast(if (whole) vectors.load(row + i) else vectors.loadTail(row, query.len));
        dots += q * r;
        query_norms += q * q;
        row_norms += r * r;
    }
    const dot = vectors.sumLanes(dots);
    const query_norm = vectors.sumLanes(query_norms);
    const row_norm = vectors.sumLanes(row_norms);
    // A zero vector is similar to nothing, but what is not finite wins: inf * 0 and NaN * 0 made the dot NaN.
    if ((query_norm == 0 or row_norm == 0) and dot == 0) return 0;
    const value = dot / @sqrt(query_norm * row_norm);
    // Comparisons are false for what is not a number, which stays.
    return @floatCast(if (value > 1) 1 else if (value < -1) -1 else value);
}
