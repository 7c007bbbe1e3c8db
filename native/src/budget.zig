//! How much memory a group may hold. Shared by its arenas, so by threads.

const std = @import("std");

/// Bytes that may be held, and are.
pub const Allowance = struct {
    max_bytes: std.atomic.Value(u64),
    held_bytes: std.atomic.Value(u64) = .init(0),

    pub fn init(max_bytes: u64) Allowance {
        return .{ .max_bytes = .init(max_bytes) };
    }

    pub fn held(allowance: *const Allowance) u64 {
        return allowance.held_bytes.load(.monotonic);
    }

    /// Applies to what is taken from now on.
    pub fn setMax(allowance: *Allowance, max_bytes: u64) void {
        allowance.max_bytes.store(max_bytes, .monotonic);
    }

    fn take(allowance: *Allowance, bytes: u64) bool {
        @setRuntimeSafety(true);
        var before = allowance.held();
        while (true) {
            const wanted = std.math.add(u64, before, bytes) catch return false;
            if (wanted > allowance.max_bytes.load(.monotonic)) return false;
            before = allowance.held_bytes.cmpxchgWeak(before, wanted, .monotonic, .monotonic) orelse return true;
        }
    }

    fn give(allowance: *Allowance, bytes: u64) void {
        @setRuntimeSafety(true);
        const before = allowance.held_bytes.fetchSub(bytes, .monotonic);
        // Not std.debug.assert, which is compiled out of the shipped library.
        if (before < bytes) @panic("more memory given back than was taken");
    }
};

pub const Budget = struct {
    /// Of chunks.
    fallback: Allowance = .init(std.math.maxInt(u64)),
    /// Of regions, by their capacity, and chunks together.
    total: Allowance = .init(std.math.maxInt(u64)),
    /// Of regions alone.
    region_bytes: std.atomic.Value(u64) = .init(0),
    /// Has something give way that stands for so many bytes of the total. False if there is nothing.
    make_room: ?*const fn (budget: *Budget, bytes: u64) bool = null,

    pub fn takeChunk(budget: *Budget, bytes: u64) bool {
        if (!budget.fallback.take(bytes)) return false;
        if (budget.takeOfTotal(bytes)) return true;
        budget.fallback.give(bytes);
        return false;
    }

    pub fn giveChunk(budget: *Budget, bytes: u64) void {
        budget.fallback.give(bytes);
        budget.total.give(bytes);
    }

    pub fn takeRegion(budget: *Budget, bytes: u64) bool {
        @setRuntimeSafety(true);
        if (!budget.takeOfTotal(bytes)) return false;
        _ = budget.region_bytes.fetchAdd(bytes, .monotonic);
        return true;
    }

    fn takeOfTotal(budget: *Budget, bytes: u64) bool {
        @setRuntimeSafety(true);
        while (!budget.total.take(bytes)) {
            const make_room = budget.make_room orelse return false;
            // In vain whatever gives way.
            if (bytes > budget.total.max_bytes.load(.monotonic)) return false;
            // Somebody may have left between the two looks.
            if (!make_room(budget, bytes)) return budget.total.take(bytes);
        }
        return true;
    }

    pub fn giveRegion(budget: *Budget, bytes: u64) void {
        @setRuntimeSafety(true);
        _ = budget.region_bytes.fetchSub(bytes, .monotonic);
        budget.total.give(bytes);
    }
};

const testing = std.testing;

test "a budget is never exceeded, and a chunk that only one bound refuses takes nothing" {
    var budget: Budget = .{ .fallback = .init(100), .total = .init(150) };
    try testing.expect(budget.takeRegion(80));
    try testing.expect(!budget.takeChunk(71));
    try testing.expect(budget.takeChunk(70));
    try testing.expect(!budget.takeRegion(1));
    try testing.expect(!budget.takeRegion(std.math.maxInt(u64)));
    try testing.expectEqual(70, budget.fallback.held());
    try testing.expectEqual(80, budget.region_bytes.load(.monotonic));
    budget.giveChunk(70);
    budget.giveRegion(80);
    try testing.expectEqual(0, budget.total.held());
    try testing.expectEqual(0, budget.region_bytes.load(.monotonic));
    try testing.expect(!budget.takeChunk(101));
}
