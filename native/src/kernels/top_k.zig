//! The best k of many scores: a heap in the caller's arrays, with the worst of the best on top.

const std = @import("std");

/// Scores of consecutive rows, checked.
pub const Offer = struct {
    scores: []const f32,
    first_index: u64,

    /// Null where the argument is missing or the last index does not fit.
    pub fn of(scores: ?[*]const f32, count: u64, first_index: u64) ?Offer {
        const end = std.math.add(u64, first_index, count) catch return null;
        if (end > std.math.maxInt(u32) + 1) return null;
        return .{ .scores = (scores orelse return null)[0..count], .first_index = first_index };
    }
};

/// Keeps at most `capacity` of the entries that it is offered: those with greater scores; of equal ones the lower
/// index; what is not a number last.
pub const Selection = struct {
    scores: [*]f32,
    indices: [*]u32,
    capacity: usize,
    count: usize,

    /// For arrays with room for `k`, of which `found` are there already, best first. Writes nothing. Null where an
    /// argument is missing or outside what is allowed.
    pub fn of(indices: ?[*]u32, scores: ?[*]f32, k: u64, found: u64) ?Selection {
        if (k == 0 or found > k or k > std.math.maxInt(u32)) return null;
        return .{
            .scores = scores orelse return null,
            .indices = indices orelse return null,
            .capacity = k,
            .count = found,
        };
    }

    /// Comes before the first offer.
    pub fn start(selection: *Selection) void {
        @setRuntimeSafety(true);
        // The worst first, which is a heap.
        std.mem.reverse(f32, selection.scores[0..selection.count]);
        std.mem.reverse(u32, selection.indices[0..selection.count]);
    }

    /// Offers entries with higher indices than all before.
    pub fn offer(selection: *Selection, offered: Offer) void {
        @setRuntimeSafety(true);
        const free = @min(selection.capacity - selection.count, offered.scores.len);
        for (offered.scores[0..free], 0..) |score, i| selection.add(.of(score, offered.first_index + i));
        const Some = @Vector(some_count, f32);
        var i = free;
        while (i + some_count <= offered.scores.len) : (i += some_count) {
            const some: Some = offered.scores[i..][0..some_count].*;
            const worst = selection.scores[0];
            // Of equal ones the earlier stays, so only what is greater comes in.
            const better = if (worst == worst) some > @as(Some, @splat(worst)) else some == some;
            if (@reduce(.Or, better)) selection.offerSome(offered, i, i + some_count);
        }
        selection.offerSome(offered, i, offered.scores.len);
    }

    /// How many are compared with the worst at once.
    const some_count = 8;

    fn offerSome(selection: *Selection, offered: Offer, first: usize, end: usize) void {
        @setRuntimeSafety(true);
        for (offered.scores[first..end], first..) |score, i| {
            const entry: Entry = .of(score, offered.first_index + i);
            if (entry.isBetterThan(selection.at(0))) selection.sink(entry, selection.count);
        }
    }

    /// Puts the best first.
    pub fn finish(selection: *Selection) void {
        @setRuntimeSafety(true);
        var left = selection.count;
        while (left > 1) {
            left -= 1;
            const last = selection.at(left);
            selection.put(left, selection.at(0));
            selection.sink(last, left);
        }
    }

    fn add(selection: *Selection, entry: Entry) void {
        @setRuntimeSafety(true);
        var place = selection.count;
        selection.count += 1;
        while (place > 0) {
            const parent = (place - 1) / 2;
            if (!selection.at(parent).isBetterThan(entry)) break;
            selection.put(place, selection.at(parent));
            place = parent;
        }
        selection.put(place, entry);
    }

    /// Puts an entry in place of the top of a heap of `count`.
    fn sink(selection: *Selection, entry: Entry, count: usize) void {
        @setRuntimeSafety(true);
        var place: usize = 0;
        while (2 * place + 1 < count) {
            var child = 2 * place + 1;
            if (child + 1 < count and selection.at(child).isBetterThan(selection.at(child + 1))) child += 1;
            if (!entry.isBetterThan(selection.at(child))) break;
            selection.put(place, selection.at(child));
            place = child;
        }
        selection.put(place, entry);
    }

    fn at(selection: *const Selection, place: usize) Entry {
        return .{ .score = selection.scores[place], .index = selection.indices[place] };
    }

    fn put(selection: *Selection, place: usize, entry: Entry) void {
        selection.scores[place] = entry.score;
        selection.indices[place] = entry.index;
    }
};

const Entry = struct {
    score: f32,
    index: u32,

    fn of(score: f32, index: u64) Entry {
        @setRuntimeSafety(true);
        return .{ .score = score, .index = @intCast(index) };
    }

    fn isBetterThan(one: Entry, other: Entry) bool {
        if (one.score > other.score) return true;
        if (one.score < other.score) return false;
        const is_number = one.score == one.score;
        if (is_number != (other.score == other.score)) return is_number;
        return one.index < other.index;
    }
};

const testing = std.testing;

/// Selects from `offered`, cut into parts at the multiples of `part`.
fn select(offered: []const f32, part: usize, k: usize, indices: []u32, scores: []f32) !void {
    var found: usize = 0;
    var first: usize = 0;
    while (first < offered.len) : (first += part) {
        const count = @min(part, offered.len - first);
        var selection = Selection.of(indices.ptr, scores.ptr, k, found).?;
        selection.start();
        selection.offer(Offer.of(offered[first..].ptr, count, first).?);
        selection.finish();
        found = selection.count;
    }
    try testing.expectEqual(@min(k, offered.len), found);
}

fn isBefore(offered: []const f32, one: u32, other: u32) bool {
    const first: Entry = .{ .score = offered[one], .index = one };
    return first.isBetterThan(.{ .score = offered[other], .index = other });
}

/// Every k, whole and in parts, against all entries in order.
fn expectSelected(offered: []const f32, order: []const u32) !void {
    for (1..offered.len + 1) |k| for ([_]usize{ 1, 3, 17, offered.len }) |part| {
        // Behind the k nothing is written.
        var indices: [101]u32 = @splat(77);
        var scores: [101]f32 = @splat(77);
        try select(offered, part, k, &indices, &scores);
        try testing.expectEqualSlices(u32, order[0..k], indices[0..k]);
        for (indices[0..k], scores[0..k]) |index, score|
            try testing.expectEqual(@as(u32, @bitCast(offered[index])), @as(u32, @bitCast(score)));
        try testing.expectEqual(77, indices[k]);
        try testing.expectEqual(77, scores[k]);
    };
}

test "greater scores come first, of equal ones the lower index, what is not a number last" {
    const nan = std.math.nan(f32);
    const inf = std.math.inf(f32);
    const offered = [_]f32{ 0.5, nan, -1, 0.5, 1, nan, 0, -0.0, -inf, inf };
    try expectSelected(&offered, &.{ 9, 4, 0, 3, 6, 7, 2, 8, 1, 5 });
}

test "of ties, and of scores that are all not a number, the lowest indices are found" {
    var order: [100]u32 = undefined;
    for (&order, 0..) |*index, i| index.* = @intCast(i);
    try expectSelected(&@as([100]f32, @splat(0.25)), &order);
    try expectSelected(&@as([100]f32, @splat(std.math.nan(f32))), &order);
}

test "any scores are selected as sorting them would" {
    var prng: std.Random.DefaultPrng = .init(6);
    const random = prng.random();
    for (0..20) |round| {
        var offered: [100]f32 = undefined;
        // Few different ones, so that there are ties; rising, falling or neither; some that are not a number.
        for (&offered, 0..) |*score, i| score.* = switch (round % 4) {
            0 => random.float(f32),
            1 => @floatFromInt(i / 3),
            2 => -@as(f32, @floatFromInt(i / 3)),
            else => if (random.boolean()) std.math.nan(f32) else @floatFromInt(random.uintLessThan(u8, 5)),
        };
        var order: [100]u32 = undefined;
        for (&order, 0..) |*index, i| index.* = @intCast(i);
        std.mem.sort(u32, &order, @as([]const f32, &offered), isBefore);
        try expectSelected(&offered, &order);
    }
}

test "an offer of no scores leaves what is found as it is" {
    for (0..3) |found| {
        var indices = [_]u32{ 4, 2 };
        var scores = [_]f32{ 0.5, 0.25 };
        var selection = Selection.of(&indices, &scores, 2, found).?;
        selection.start();
        selection.offer(Offer.of(&scores, 0, 9).?);
        selection.finish();
        try testing.expectEqual(found, selection.count);
        try testing.expectEqual([_]u32{ 4, 2 }, indices);
        try testing.expectEqual([_]f32{ 0.5, 0.25 }, scores);
    }
}

test "selections that cannot be are refused" {
    var indices: [2]u32 = undefined;
    var scores: [2]f32 = undefined;
    const max = std.math.maxInt(u64);
    try testing.expect(Selection.of(&indices, &scores, 2, 2) != null);
    try testing.expectEqual(null, Selection.of(null, &scores, 2, 0));
    try testing.expectEqual(null, Selection.of(&indices, null, 2, 0));
    try testing.expectEqual(null, Selection.of(&indices, &scores, 0, 0));
    try testing.expectEqual(null, Selection.of(&indices, &scores, 2, 3));
    try testing.expectEqual(null, Selection.of(&indices, &scores, max, 0));
    try testing.expectEqual(null, Offer.of(null, 1, 0));
    try testing.expectEqual(null, Offer.of(&scores, 2, max));
    try testing.expectEqual(null, Offer.of(&scores, 2, (1 << 32) - 1));
    try testing.expect(Offer.of(&scores, 2, (1 << 32) - 2) != null);
}
