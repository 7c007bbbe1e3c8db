//! Exponential decay of many strengths, for the CPU this file is compiled for.
//!
//! A factor is 2^-y with y = age * (log2 e / time constant). The product is taken in double precision and added to a
//! power of two that is so large that the sum keeps a fixed number of bits behind the binary point; the low half of the
//! sum is then y in fixed point, from which integer and fraction come by shifts, in lanes half as wide. The error
//! of that is at most 2^-24 in y, 0.35 to 0.7 ulp of a factor.
//!
//! The fraction's power is a polynomial, which adds 0.05 ulp. Where a register holds 16 floats it is one of 16 powers
//! that are in a register, rounded by up to 0.46 ulp, times a shorter polynomial, which adds 0.03. The rest is rounding:
//! 1.3 and 1.7 ulp in all, of which every fraction tried on x86-64-v4 came to 1.43 at most.

// Nothing of std: its functions are compiled for the root's CPU, and a vector handed from one CPU's code to another's
// goes through registers that the other does not look at.
const builtin = @import("builtin");

const is_x86 = builtin.cpu.arch == .x86_64;
const has_avx512 = is_x86 and builtin.cpu.has(.x86, .avx512dq);
const lanes = if (has_avx512) 16 else if (is_x86 and builtin.cpu.has(.x86, .avx)) 8 else 4;
const has_fma = !is_x86 or builtin.cpu.has(.x86, .fma);

const Ages = @Vector(lanes, u64);
const Words = @Vector(lanes, u32);
const Floats = @Vector(lanes, f32);

const Half = @Vector(lanes / 2, u64);
const HalfDoubles = @Vector(lanes / 2, f64);

const age_max = (1 << 63) - 1;
/// Whole numbers below this are doubles.
const exact_max = 1 << 52;

/// Bits behind the binary point of y: as many as a float has, so that y's fraction is a float's, and y's integer stands
/// where a float's exponent does.
const fraction_bits = 23;
const fraction_mask: Words = @splat((1 << fraction_bits) - 1);

/// Parts of y's fraction. In the middle of part k y is k / parts past a whole number; the polynomial has to reach half
/// a part from there. Sixteen where a register holds the power of two of each middle, and the code generator knows such
/// registers in assembly: Zig's own, which compiles the tests of the mode debug, does not.
const parts = if (has_avx512 and builtin.zig_backend == .stage2_llvm) 16 else 1;
const half_part = 0.5 / @as(comptime_float, parts);
const part_bits = fraction_bits - @ctz(@as(u32, parts));
const part_mask: Words = @splat((1 << part_bits) - 1);

/// How far 2^-y goes. `near`: no factor is subnormal. `far`: any y.
const Reach = enum { near, far };

/// 2^-y is at least 2^-126 below this, and no polynomial can make it less.
const near_limit = 125;
/// 2^-y is 0 from here on, and before.
const far_limit = 192;

/// Factors that are computed while the ages are looked at, and the looks at other ages beside each.
const ahead_count = 2048;
const looks_beside = 2;
/// As many as that takes at least. With fewer, which are looked at in the first-level cache, it does not pay.
pub const many = (1 + looks_beside) * ahead_count;

/// `strengths[i] *= 2^(-ages[i] * rate)`, with as many ages as strengths; `rate` is finite and not negative. False,
/// with nothing written, if an age is above 2^63 - 1.
pub fn decay(strengths: []f32, ages: [*]const u64, rate: f64) bool {
    @setRuntimeSafety(false);
    if (strengths.len >= many) return decayMany(strengths, ages[0..strengths.len], rate);
    const bits = combined(ages[0..strengths.len]);
    if (bits > age_max) return false;
    if (isNear(bits, rate)) {
        apply(.near, strengths, ages, rate);
    } else {
        apply(.far, strengths, ages, rate);
    }
    return true;
}

/// All ages are looked at before the first strength is written, and reading them takes as long as a quarter of all the
/// work. So the first factors are computed meanwhile. They are of no use if an age turns out to be far.
fn decayMany(strengths: []f32, ages: []const u64, rate: f64) bool {
    @setRuntimeSafety(false);
    var ahead: [ahead_count]f32 align(@alignOf(Floats)) = undefined;
    const bits = compute(&ahead, ages, rate);
    if (bits > age_max) return false;
    if (isNear(bits, rate)) {
        multiply(strengths[0..ahead_count], &ahead);
        apply(.near, strengths[ahead_count..], ages.ptr + ahead_count, rate);
    } else {
        apply(.far, strengths, ages.ptr, rate);
    }
    return true;
}

/// Whether all ages are near. None is above the combination of all their bits.
fn isNear(bits: u64, rate: f64) bool {
    return bits < exact_max and @as(f64, @floatFromInt(bits)) * rate < near_limit;
}

/// The factors of the first ages, right if all are near, and all bits that are set in any of many ages.
fn compute(ahead: *align(@alignOf(Floats)) [ahead_count]f32, ages: []const u64, rate: f64) u64 {
    @setRuntimeSafety(false);
    const bits_beyond = combined(ages[many..]);
    var sums: [1 + looks_beside]Ages = @splat(@splat(0));
    var end: usize = many;
    var i: usize = 0;
    while (i < ahead_count) : (i += lanes) {
        const some = ages[i..][0..lanes];
        ahead[i..][0..lanes].* = factors(.near, some, rate);
        sums[0] |= some.*;
        // From the last to the first, which are needed next.
        end -= looks_beside * lanes;
        inline for (sums[1..], 0..) |*sum, part| sum.* |= @as(Ages, ages[end + part * lanes ..][0..lanes].*);
    }
    var all = sums[0];
    inline for (sums[1..]) |sum| all |= sum;
    return bits_beyond | @reduce(.Or, all);
}

/// All bits that are set in any age. From the last to the first, which are needed next.
fn combined(ages: []const u64) u64 {
    @setRuntimeSafety(false);
    var sums: [4]Ages = @splat(@splat(0));
    var i = ages.len;
    while (i >= 4 * lanes) {
        i -= 4 * lanes;
        inline for (0..4) |part| sums[part] |= @as(Ages, ages[i + part * lanes ..][0..lanes].*);
    }
    var bits = @reduce(.Or, (sums[0] | sums[1]) | (sums[2] | sums[3]));
    while (i > 0) {
        i -= 1;
        bits |= ages[i];
    }
    return bits;
}

fn multiply(strengths: *[ahead_count]f32, ahead: *align(@alignOf(Floats)) const [ahead_count]f32) void {
    @setRuntimeSafety(false);
    var i: usize = 0;
    while (i < ahead_count) : (i += lanes) {
        const some: *align(@alignOf(f32)) Floats = @ptrCast(strengths[i..][0..lanes]);
        some.* *= ahead[i..][0..lanes].*;
    }
}

fn apply(comptime reach: Reach, strengths: []f32, ages: [*]const u64, rate: f64) void {
    @setRuntimeSafety(false);
    var i: usize = 0;
    while (i + lanes <= strengths.len) : (i += lanes) {
        const some: *align(@alignOf(f32)) Floats = @ptrCast(strengths[i..][0..lanes]);
        some.* *= factors(reach, ages[i..][0..lanes], rate);
    }
    const rest = strengths.len - i;
    if (rest == 0) return;
    // In the same lanes, so that a factor does not depend on where its age stands.
    var last: [lanes]u64 = @splat(0);
    for (last[0..rest], ages[i..]) |*to, age| to.* = age;
    const of_rest: [lanes]f32 = factors(reach, &last, rate);
    for (strengths[i..], of_rest[0..rest]) |*strength, factor| strength.* *= factor;
}

inline fn factors(comptime reach: Reach, ages: *align(@alignOf(u64)) const [lanes]u64, rate: f64) Floats {
    const low = fixedPoint(reach, ages[0 .. lanes / 2].*, rate);
    const high = fixedPoint(reach, ages[lanes / 2 ..].*, rate);
    const fixed: Words = @shuffle(u32, low, high, lowHalves());

    // From 1 up to a part more, and from there to what is left of y from the middle of its part, negated.
    const fraction: Floats = @bitCast((fixed & part_mask) | @as(Words, @bitCast(@as(Floats, @splat(1)))));
    const r = @as(Floats, @splat(1 + half_part)) - fraction;
    const power: Words = @bitCast(if (parts == 1) exponential(r) else exponentialFrom(middles(fixed), r));

    const exponent = fixed & ~fraction_mask;
    if (reach == .near) return @bitCast(power -% exponent);
    // In two steps, the first of them exact, so that a subnormal factor is rounded once.
    const first: Words = @min(exponent, @as(Words, @splat(100 << fraction_bits)));
    const second = @as(Words, @splat(127 << fraction_bits)) -% (exponent -% first);
    return @as(Floats, @bitCast(power -% first)) * @as(Floats, @bitCast(second));
}

/// y and half a part in the low half of each element.
inline fn fixedPoint(comptime reach: Reach, ages: Half, rate: f64) Words {
    const shift = 1 << (52 - fraction_bits);
    var sum = multiplyAdd(HalfDoubles, toDoubles(reach, ages), @splat(rate), @splat(shift + half_part));
    if (reach == .far) {
        const limit: HalfDoubles = @splat(shift + half_part + far_limit);
        // A comparison, for which there is one instruction; @min would ask for what is not a number, too.
        sum = @select(f64, sum < limit, sum, limit);
    }
    return @bitCast(sum);
}

/// Where the low halves are in two vectors, for @shuffle.
fn lowHalves() @Vector(lanes, i32) {
    var indices: [lanes]i32 = undefined;
    for (0..lanes / 2) |i| {
        indices[i] = @intCast(2 * i);
        indices[lanes / 2 + i] = ~@as(i32, @intCast(2 * i));
    }
    return indices;
}

/// 2^r for r from -1/2 to 1/2: the polynomial with the least largest relative error, 3e-9, among those that are 1 at 0.
inline fn exponential(r: Floats) Floats {
    var power: Floats = @splat(0x1.417a9cp-13);
    inline for (.{ 0x1.5f0948p-10, 0x1.3b2dd2p-7, 0x1.c6af7ap-5, 0x1.ebfbdcp-3, 0x1.62e43p-1, 1 }) |coefficient| {
        power = multiplyAdd(Floats, power, r, @splat(coefficient));
    }
    return power;
}

/// `middle` * 2^r for r from -1/32 to 1/32: the polynomial with the least largest relative error, 1.6e-9, among those
/// that are 1 at 0. Only what it is above 1 is rounded before the product, and that is small.
inline fn exponentialFrom(middle: Floats, r: Floats) Floats {
    var slope: Floats = @splat(0x1.c6acdap-5);
    inline for (.{ 0x1.ebfff4p-3, 0x1.62e43p-1 }) |coefficient| {
        slope = multiplyAdd(Floats, slope, r, @splat(coefficient));
    }
    return multiplyAdd(Floats, middle, slope * r, middle);
}

/// 2^(-k / parts) for part k, rounded; exactly 1 for the first, in whose middle age 0 is.
const powers: Floats = .{
    1,             0x1.ea4afap-1, 0x1.d5818ep-1, 0x1.c199bep-1,
    0x1.ae89fap-1, 0x1.9c4918p-1, 0x1.8ace54p-1, 0x1.7a1148p-1,
    0x1.6a09e6p-1, 0x1.5ab07ep-1, 0x1.4bfdaep-1, 0x1.3dea64p-1,
    0x1.306fep-1,  0x1.2387a6p-1, 0x1.172b84p-1, 0x1.0b5586p-1,
};

/// The power in the middle of each element's part. In assembly, since Zig's @shuffle knows constant indices only.
inline fn middles(fixed: Words) Floats {
    // The instruction looks at four bits of an index: the integer above them does not matter.
    return asm ("vpermps %[powers], %[index], %[out]"
        : [out] "=v" (-> Floats),
        : [powers] "v" (powers),
          [index] "v" (fixed >> @splat(part_bits)),
    );
}

inline fn toDoubles(comptime reach: Reach, ages: Half) HalfDoubles {
    // Ages are below 2^63, and signed numbers are the ones that more CPUs convert.
    if (has_avx512 or !is_x86) return @floatFromInt(@as(@Vector(lanes / 2, i64), @bitCast(ages)));
    // A whole number below 2^52 in the low bits of 2^52 makes the double that is their sum.
    const low_one: Half = comptime @splat(@bitCast(@as(f64, 0x1p52)));
    if (reach == .near) return @as(HalfDoubles, @bitCast(ages | low_one)) - @as(HalfDoubles, @splat(0x1p52));
    // The upper half in the same way in those of 2^84. Only the last addition rounds.
    const high_one: Half = comptime @splat(@bitCast(@as(f64, 0x1p84)));
    const low: HalfDoubles = @bitCast((ages & @as(Half, @splat(0xffff_ffff))) | low_one);
    const high: HalfDoubles = @bitCast((ages >> @splat(32)) | high_one);
    return (high - @as(HalfDoubles, @splat(0x1p84 + 0x1p52))) + low;
}

inline fn multiplyAdd(comptime T: type, a: T, b: T, c: T) T {
    // Without the instruction, @mulAdd would call a software routine for each element.
    return if (has_fma) @mulAdd(T, a, b, c) else a * b + c;
}
