//! Passes over arrays of numbers.

/// The largest of them, or 0 if there are none.
pub fn largest(comptime Number: type, all: []const Number) Number {
    @setRuntimeSafety(false);
    const lanes = 64 / @sizeOf(Number);
    const Numbers = @Vector(lanes, Number);
    if (all.len < lanes) {
        var found: Number = 0;
        for (all) |number| found = @max(found, number);
        return found;
    }
    // The last ones may be looked at twice.
    var many: Numbers = all[all.len - lanes ..][0..lanes].*;
    var i: usize = 0;
    while (i + lanes < all.len) : (i += lanes) many = @max(many, @as(Numbers, all[i..][0..lanes].*));
    return @reduce(.Max, many);
}

pub fn allFinite(all: []const f32) bool {
    @setRuntimeSafety(false);
    const lanes = 16;
    const Words = @Vector(lanes, u32);
    // Without the sign: bits that order numbers by their absolute value, what is not finite on top.
    const magnitude: Words = @splat(0x7fff_ffff);
    const infinity: u32 = 0x7f80_0000;
    const words: []const u32 = @ptrCast(all);
    if (all.len < lanes) {
        for (words) |word| if (word & magnitude[0] >= infinity) return false;
        return true;
    }
    // The last ones may be looked at twice.
    var most = @as(Words, words[all.len - lanes ..][0..lanes].*) & magnitude;
    var i: usize = 0;
    while (i + lanes < all.len) : (i += lanes) most = @max(most, @as(Words, words[i..][0..lanes].*) & magnitude);
    return @reduce(.Max, most) < infinity;
}
