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
    const is_far = @TypeOf(ahead) != @TypeOf(null);
    const Register = if (is_far) vectors.FromMemory else Vector;
    const registers = accumulators * lanes / @typeInfo(Register).vector.len;
    var many: Accumulators(wanted, Register, registers) = .{};
    var i: usize = 0;
    while (i + accumulators * lanes <= length) : (i += accumulators * lanes) {
        if (is_far) fetch(ahead + i * @sizeOf(f32), accumulators * lanes);
        inline for (0..registers) |a| many.addNext(a, query + i, row + i);
    }
    if (is_far) fetch(ahead + i * @sizeOf(f32), length - i);
    var sums = many.joined();
    inline for (0..accumulators - 1) |a| if (i + lanes <= length) {
        sums.add(a, vectors.load(query + i), vectors.load(row + i));
        i += lanes;
    };
    var added = sums.total();
    if (i < length) added.add(0, vectors.loadTail(query, length), vectors.loadTail(row, length));
    return .{ .dot = added.dots[0], .norm = added.norms[0] };
}

/// Into the L2 cache: the L1 cache has no room for rows that are to be read that much later. Every line of a row
/// on a cache line: what is left out costs more than the rest saves.
inline fn fetch(ahead: layouts.Ahead, count: usize) void {
    const line = 64 / @sizeOf(f32);
    inline for (0..accumulators * lanes / line) |i| {
        if (i * line < count) @prefetch(ahead + i * line * @sizeOf(f32), .{ .locality = 2 });
    }
}

fn Accumulators(comptime wanted: Wanted, comptime Register: type, comptime count: usize) type {
    const width = @typeInfo(Register).vector.len;
    return struct {
        dots: [count]Register = @splat(@splat(0)),
        norms: [count]Register = @splat(@splat(0)),

        inline fn addNext(sums: *@This(), comptime a: usize, query: [*]const f32, row: [*]const f32) void {
            const q = if (wanted == .norm) undefined else vectors.loadAs(Register, query + a * width);
            sums.add(a, q, vectors.loadAs(Register, row + a * width));
        }

        inline fn add(sums: *@This(), comptime a: usize, q: Register, r: Register) void {
            if (wanted != .norm) sums.dots[a] = vectors.multiplyAdd(q, r, sums.dots[a]);
            if (wanted != .dot) sums.norms[a] = vectors.multiplyAdd(r, r, sums.norms[a]);
        }

        /// The same lanes in whole vectors.
        inline fn joined(sums: @This()) Accumulators(wanted, Vector, accumulators) {
            if (Register == Vector) return sums;
            var whole: Accumulators(wanted, Vector, accumulators) = .{};
            inline for (0..accumulators) |a| {
                if (wanted != .norm) whole.dots[a] = vectors.join(sums.dots[2 * a], sums.dots[2 * a + 1]);
                if (wanted != .dot) whole.norms[a] = vectors.join(sums.norms[2 * a], sums.norms[2 * a + 1]);
            }
            return whole;
        }

        inline fn total(sums: @This()) Accumulators(wanted, Register, 1) {
            var added: Accumulators(wanted, Register, 1) = .{};
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
