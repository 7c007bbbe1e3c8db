//! Arenas that belong to no thread but to whoever holds the lease: for code that may go on on another thread between two
//! calls. Idle ones keep their region and are found without a lock.

const std = @import("std");
const allocator = @import("allocator.zig");
const arena_group = @import("arena_group.zig");
const requests = @import("arena_requests.zig");
const Slot = @import("arena_slots.zig").Slot;

const Error = allocator.Error;
const Failure = allocator.Failure;
const Group = arena_group.Group;

/// An arena that belongs to no thread.
pub fn take(group: *Group, failure: *Failure) Error!*Slot {
    @setRuntimeSafety(true);
    const slot = group.idle.popServed() orelse return group.acquire(.leased, failure);
    group.enterEpoch(slot);
    // Asked of it while it was idle, or of its last holder: nothing that the next one allocates may be undone by it.
    errdefer group.idle.push(slot);
    if (@atomicLoad(u32, &slot.arena.header.requests, .acquire) != 0) try requests.obey(slot, failure);
    slot.use.store(.leased, .release);
    return slot;
}

pub fn giveBack(slot: *Slot) Error!void {
    @setRuntimeSafety(true);
    try claim(slot);
    defer slot.group.returns.end();
    if (slot.arena.header.depth != 0) {
        slot.use.store(.leased, .release);
        return error.ArenaInUse;
    }
    putIdle(slot);
}

/// Takes a lease back from a holder that is gone, with what it left in it.
pub fn recover(slot: *Slot) Error!void {
    @setRuntimeSafety(true);
    try claim(slot);
    defer slot.group.returns.end();
    slot.arena.abandonMarks();
    putIdle(slot);
}

/// Before a lease is touched that is given back: of two callers that return the same one at once, one is refused.
fn claim(slot: *Slot) Error!void {
    @setRuntimeSafety(true);
    slot.group.returns.begin();
    errdefer slot.group.returns.end();
    while (slot.use.cmpxchgStrong(.leased, .returning, .acquire, .monotonic)) |use| {
        if (use != .serving) return error.InvalidArgument;
        // Whoever serves it holds the lock.
        slot.group.lock.acquire();
        slot.group.lock.release();
    }
}

fn putIdle(slot: *Slot) void {
    requests.serveEpoch(slot);
    slot.arena.empty();
    // Who does not know whether this call came to its end sees it by that.
    slot.arena.revise();
    slot.use.store(.idle, .monotonic);
    slot.group.idle.push(slot);
}

const testing = std.testing;

test "a lease's mark does not pass to the next holder and stays in the group's" {
    var group = try arena_group.testGroup(.{});
    var failure: Failure = .{};
    const slot = try take(&group, &failure);
    const mark = try requests.openMark(slot, &failure);
    _ = try slot.arena.allocate(300, 1, &failure);
    try slot.arena.rewind(mark);
    try giveBack(slot);
    try testing.expectEqual(slot, try take(&group, &failure));
    try testing.expectEqual(0, slot.arena.header.high_water_mark_bytes);
    try testing.expectEqual(300, group.readStats().max_high_water_mark_bytes);
}

test "a lease is reused, refused while in use, and cannot be returned twice" {
    var group = try arena_group.testGroup(.{});
    var failure: Failure = .{};
    const slot = try take(&group, &failure);
    const mark = try requests.openMark(slot, &failure);
    try testing.expectError(error.ArenaInUse, giveBack(slot));
    try slot.arena.rewind(mark);
    try giveBack(slot);
    try testing.expectError(error.InvalidArgument, giveBack(slot));
    try testing.expectEqual(slot, try take(&group, &failure));
    const other = try take(&group, &failure);
    try testing.expect(other != slot);
    try testing.expectEqual(2, group.readStats().live_arenas);
}

test "leases taken and returned by many threads are never shared" {
    const Shared = struct {
        group: Group = .{},
        broken: std.atomic.Value(u32) = .init(0),

        fn work(shared: *@This(), id: u8) void {
            for (0..20_000) |_| {
                var failure: Failure = .{};
                const slot = take(&shared.group, &failure) catch return shared.fail();
                const mark = requests.openMark(slot, &failure) catch return shared.fail();
                const bytes = slot.arena.allocate(64, 8, &failure) catch return shared.fail();
                @memset(bytes[0..64], id);
                std.atomic.spinLoopHint();
                for (bytes[0..64]) |byte| if (byte != id) shared.fail();
                slot.arena.rewind(mark) catch return shared.fail();
                giveBack(slot) catch return shared.fail();
            }
        }

        fn fail(shared: *@This()) void {
            _ = shared.broken.fetchAdd(1, .monotonic);
        }
    };
    var shared: Shared = .{};
    var threads: [4]std.Thread = undefined;
    for (&threads, 1..) |*thread, id| thread.* = try std.Thread.spawn(.{}, Shared.work, .{ &shared, @as(u8, @intCast(id)) });
    for (threads) |thread| thread.join();
    try testing.expectEqual(0, shared.broken.load(.monotonic));
    const stats = shared.group.readStats();
    try testing.expectEqual(80_000, stats.total_resets);
    try testing.expect(stats.live_arenas <= 4);
    try testing.expectEqual(0, stats.used_bytes);
}

test "what was asked of an idle arena does not touch what its next holder allocates" {
    var group = try arena_group.testGroup(.{});
    var failure: Failure = .{};
    try giveBack(try take(&group, &failure));
    try requests.resetAll(&group, null);
    try group.configure(.{ .pool_size_bytes = 4 << 20 });
    const slot = try take(&group, &failure);
    try testing.expectEqual(4 << 20, slot.arena.header.capacity_bytes);
    _ = try slot.arena.allocate(100, 8, &failure);
    const mark = try requests.openMark(slot, &failure);
    try testing.expectEqual(100, mark.offset_bytes);
}

test "a lease whose holder is gone comes back, and what it left open is counted" {
    var group = try arena_group.testGroup(.{ .overflow = .fallback });
    var failure: Failure = .{};
    const slot = try take(&group, &failure);
    _ = try requests.openMark(slot, &failure);
    _ = try requests.openMark(slot, &failure);
    _ = try slot.arena.allocate(3 << 20, 8, &failure);
    try recover(slot);
    try testing.expectError(error.InvalidArgument, recover(slot));
    const stats = group.readStats();
    try testing.expectEqual(2, stats.total_abandoned);
    try testing.expectEqual(1, stats.total_resets);
    try testing.expectEqual(0, stats.held_fallback_bytes);
    try testing.expectEqual(slot, try take(&group, &failure));
    try testing.expectEqual(0, slot.arena.header.depth);
}
