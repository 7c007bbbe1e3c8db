//! Vectors of the width of the CPU this file is compiled for.

// Nothing of std: its functions are compiled for the root's CPU, and a vector handed from one CPU's code to another's
// goes through registers that the other does not look at.
const builtin = @import("builtin");

pub const lanes = switch (builtin.cpu.arch) {
    .x86_64 => if (builtin.cpu.has(.x86, .avx512f)) 16 else if (builtin.cpu.has(.x86, .avx)) 8 else 4,
    else => 4,
};
/// How many vectors the CPU has registers for.
pub const registers = if (builtin.cpu.arch == .x86_64 and lanes < 16) 16 else 32;
pub const has_fma = builtin.cpu.arch != .x86_64 or builtin.cpu.has(.x86, .fma);

pub const Vector = @Vector(lanes, f32);
/// What is loaded at once from memory: Zen 4 takes longer over rows from there where whole cache lines are.
pub const FromMemory = @Vector(@min(lanes, 8), f32);
pub const zero: Vector = @splat(0);

pub inline fn load(from: [*]const f32) Vector {
    return from[0..lanes].*;
}

/// As much as a register holds. Volatile, since the compiler joins loads of neighbours.
pub inline fn loadAs(comptime Register: type, from: [*]const f32) Register {
    @setRuntimeSafety(false);
    if (Register == Vector) return load(from);
    const unaligned: *align(@alignOf(f32)) const volatile Register = @ptrCast(from);
    return unaligned.*;
}

/// The last elements of an array of `length`, as many as are left behind whole vectors, with zeros before them. Reads
/// nothing but the array: if that is long enough, elements before the tail are read too and dropped, whatever they are.
pub inline fn loadTail(array: [*]const f32, length: usize) Vector {
    @setRuntimeSafety(false);
    const count = length % lanes;
    if (length >= lanes) {
        const first: @Vector(lanes, i32) = @splat(@intCast(lanes - count));
        return @select(f32, lane_indices >= first, load(array + length - lanes), zero);
    }
    var buffer: [lanes]f32 = @splat(0);
    for (0..count) |i| buffer[lanes - count + i] = array[i];
    return buffer;
}

/// One vector of two halves.
pub inline fn join(low: @Vector(lanes / 2, f32), high: @Vector(lanes / 2, f32)) Vector {
    return @shuffle(f32, low, high, low_and_high);
}

const low_and_high = low_and_high: {
    var indices = lane_indices;
    // Negative indices are those of the second vector.
    for (lanes / 2..lanes) |i| indices[i] = ~@as(i32, i - lanes / 2);
    break :low_and_high indices;
};

pub inline fn multiplyAdd(a: anytype, b: @TypeOf(a), c: @TypeOf(a)) @TypeOf(a) {
    // Without the instruction, @mulAdd would call a software routine for each element.
    return if (has_fma) @mulAdd(@TypeOf(a), a, b, c) else a * b + c;
}

/// Halves added to each other until one lane is left. @reduce would add lane after lane.
pub fn sumLanes(vector: anytype) @typeInfo(@TypeOf(vector)).vector.child {
    @setRuntimeSafety(false);
    const length = @typeInfo(@TypeOf(vector)).vector.len;
    const Child = @typeInfo(@TypeOf(vector)).vector.child;
    if (length == 1) return vector[0];
    const low = comptime laneIndices(length / 2, 0);
    const high = comptime laneIndices(length / 2, length / 2);
    return sumLanes(@shuffle(Child, vector, undefined, low) + @shuffle(Child, vector, undefined, high));
}

/// sumLanes of each of as many vectors as there are lanes, or half as many, for a fraction of the additions.
pub inline fn sumLanesOfEach(all: [lanes]Vector) Vector {
    return fold(lanes, all);
}

/// Each vector holds the partial sums of `lanes / count` sums, one sum after the other.
fn fold(comptime count: usize, vectors: [count]Vector) Vector {
    @setRuntimeSafety(false);
    if (count == 1) return vectors[0];
    const low = comptime halvesOfEach(count, 0);
    const high = comptime halvesOfEach(count, 1);
    var pairs: [count / 2]Vector = undefined;
    inline for (&pairs, 0..) |*pair, i| {
        const one = vectors[2 * i];
        const other = vectors[2 * i + 1];
        pair.* = @shuffle(f32, one, other, low) + @shuffle(f32, one, other, high);
    }
    return fold(count / 2, pairs);
}

/// Picks the lower or higher halves of all sums of two vectors that hold `lanes / parts` sums each.
fn halvesOfEach(parts: usize, half: usize) @Vector(lanes, i32) {
    const sums = lanes / parts;
    const kept = parts / 2;
    var indices: [lanes]i32 = undefined;
    for (0..2 * sums) |sum| for (0..kept) |i| {
        const source = sum % sums * parts + half * kept + i;
        // Negative indices are those of the second vector.
        indices[sum * kept + i] = if (sum < sums) source else ~@as(i32, source);
    };
    return indices;
}

const lane_indices = laneIndices(lanes, 0);

fn laneIndices(count: comptime_int, first: comptime_int) @Vector(count, i32) {
    var indices: [count]i32 = undefined;
    for (&indices, first..) |*index, lane| index.* = lane;
    return indices;
}
