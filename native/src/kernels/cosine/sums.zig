//! Dot products and norms in single precision, in the one order that all functions on vectors share.
//!
//! A vector is cut into blocks of 4,096 elements. Within a block, whole CPU vectors go to four accumulators in turn;
//! then these are added to each other in turn, then what is left, behind zeros, then the lanes. Double precision sums
//! the blocks. So the order depends on the dimension only, and equal rows give equal bits wherever they lie.
//!
//! A score is at most 4e-5 from the exact value, whatever the dimension: no chain within a block has more than 290
//! roundings of 2^-24 (257 steps of 4 lanes, the accumulators, the lanes), for the dot product and for the norms.

const layouts = @import("rows.zig");
const vectors = @import("vectors.zig");

const Vector = vectors.Vector;
const lanes = vectors.lanes;

/// Enough chains of additions to hide the latency of a fused multiply-add on the CPUs at hand.
pub const accumulators = 4;
pub const block = 4096;

pub const Wanted = enum { dot, norm, dot_and_norm };

/// Sums whose lanes are still to be added. What is not wanted is zero.
pub const Lanes = struct { dot: Vector, norm: Vector };

/// The sums of one block, of at most 4,096 elements. Meanwhile as much is fetched from `ahead`, if that is not null.
pub inline fn ofBlock(
    comptime wanted: Wanted,
    query: [*]const f32,
    row: [*]const f32,
    length: usize,
    ahead: anytype,
) Lanes {
    @setRuntimeSafety(false);
    var sums: Accumulators(wanted, accumulators) = .{};
    var i: usize = 0;
    while (i + accumulators * lanes <= length) : (i += accumulators * lanes) {
        if (@TypeOf(ahead) != @TypeOf(null)) fetch(ahead + i * @sizeOf(f32));
        inline for (0..accumulators) |a| sums.add(a, query + i + a * lanes, row + i + a * lanes, vectors.load, .{});
    }
    inline for (0..accumulators - 1) |a| if (i + lanes <= length) {
        sums.add(a, query + i, row + i, vectors.load, .{});
        i += lanes;
    };
    var added = sums.total();
    if (i < length) added.add(0, query, row, vectors.loadTail, .{length});
    return .{ .dot = added.dots[0], .norm = added.norms[0] };
}

/// Into the L2 cache: the L1 cache has no room for rows that are to be read that much later.
inline fn fetch(ahead: layouts.Ahead) void {
    const line_bytes = 64;
    inline for (0..accumulators * @sizeOf(Vector) / line_bytes) |line| {
        @prefetch(ahead + line * line_bytes, .{ .locality = 2 });
    }
}

fn Accumulators(comptime wanted: Wanted, comptime count: usize) type {
    return struct {
        dots: [count]Vector = @splat(vectors.zero),
        norms: [count]Vector = @splat(vectors.zero),

        inline fn add(
            sums: *@This(),
            comptime a: usize,
            query: [*]const f32,
            row: [*]const f32,
            comptime load: anytype,
            length: anytype,
        ) void {
            const r = @call(.auto, load, .{row} ++ length);
            if (wanted != .norm) {
                sums.dots[a] = vectors.multiplyAdd(@call(.auto, load, .{query} ++ length), r, sums.dots[a]);
            }
            if (wanted != .dot) sums.norms[a] = vectors.multiplyAdd(r, r, sums.norms[a]);
        }

        inline fn total(sums: @This()) Accumulators(wanted, 1) {
            var added: Accumulators(wanted, 1) = .{};
            inline for (sums.dots, sums.norms) |dot, square| {
                if (wanted != .norm) added.dots[0] += dot;
                if (wanted != .dot) added.norms[0] += square;
            }
            return added;
        }
    };
}

pub const Sums = struct { dot: f64 = 0, norm: f64 = 0 };

/// The sums of two whole vectors.
pub inline fn ofRow(comptime wanted: Wanted, query: [*]const f32, row: [*]const f32, dimensions: usize) Sums {
    @setRuntimeSafety(false);
    var total: Sums = .{};
    var start: usize = 0;
    while (start < dimensions) : (start += block) {
        const sums = ofBlock(wanted, query + start, row + start, @min(block, dimensions - start), null);
        if (wanted != .norm) total.dot += vectors.sumLanes(sums.dot);
        if (wanted != .dot) total.norm += vectors.sumLanes(sums.norm);
    }
    return total;
}

/// The sum of squares of one vector.
pub inline fn norm(vector: [*]const f32, dimensions: usize) f64 {
    return ofRow(.norm, vector, vector, dimensions).norm;
}
