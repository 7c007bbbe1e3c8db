//! What others ask of an arena, and how its owner comes to obey.
//!
//! Who asks sets a bit of the header's `requests`. The owner looks there after it has stored the depth of an outermost
//! mark. The two are ordered by the owner's program and, on the other side, by a barrier across threads: who has asked,
//! then issued that barrier and then finds depth 0 under the group's lock knows that the owner is not inside and, before it
//! next is, will see the request and wait for the lock.

const std = @import("std");
const allocator = @import("allocator.zig");
const barrier = @import("barrier.zig");
const metrics = @import("arena_metrics.zig");
const regions = @import("arena_regions.zig");
const Group = @import("arena_group.zig").Group;
const Slot = @import("arena_slots.zig").Slot;

const Error = allocator.Error;
const Failure = allocator.Failure;
const Request = allocator.Request;
const load = metrics.load;
const store = metrics.store;

// ---- Asking

/// Leaves a request with every arena. Under the group's lock, so that an arena made meanwhile either gets it or, made later,
/// does not need it.
pub fn askAll(group: *Group, bit: u32) void {
    var slots = group.slots.iterate();
    while (slots.next()) |slot| switch (slot.use.load(.acquire)) {
        .thread, .leased, .serving, .returning, .idle => _ = @atomicRmw(u32, &slot.arena.header.requests, .Or, bit, .release),
        .free, .quarantined => {},
    };
}

/// Asks every arena without an open mark to empty itself. `own` is the caller's, which must have none, and is served at
/// once. Idle leases are empty.
pub fn resetAll(group: *Group, own: ?*Slot) Error!void {
    @setRuntimeSafety(true);
    if (own) |slot| if (slot.arena.header.depth != 0) return error.ArenaInUse;
    {
        group.lock.acquire();
        defer group.lock.release();
        askAll(group, Request.reset);
    }
    var failure: Failure = .{};
    // Emptied all the same where there is no region to be had for it.
    if (own) |slot| serve(slot, &failure) catch return;
}

/// Gives back the physical memory that arenas do not use. Returns the bytes given back at once.
pub fn trimAll(group: *Group) u64 {
    @setRuntimeSafety(true);
    // One at a time: a request of another call, whose barrier is yet to come, would say nothing of its arena.
    group.trimming.acquire();
    defer group.trimming.release();
    {
        group.lock.acquire();
        defer group.lock.release();
        askAll(group, Request.trim);
    }
    var given: u64 = trimLeases(group);
    if (!barrier.acrossThreads()) return given;
    var slots = group.slots.iterate();
    // The lock for each: an owner that waits for one arena to be trimmed should not wait for all.
    while (slots.next()) |slot| {
        if (load(&slot.arena.header.requests) & Request.trim == 0) continue;
        group.lock.acquire();
        defer group.lock.release();
        if (!regions.isIdle(slot) or load(&slot.arena.header.requests) & Request.trim == 0) continue;
        given += regions.trim(slot);
        // Only now: an owner that no longer sees the request does not wait for the lock.
        _ = take(slot, Request.trim);
    }
    return given;
}

fn trimLeases(group: *Group) u64 {
    @setRuntimeSafety(true);
    group.idle.serving.acquire();
    defer group.idle.serving.release();
    var given: u64 = 0;
    var served: ?*Slot = null;
    while (group.idle.pop()) |slot| {
        if (take(slot, Request.trim)) given += regions.trim(slot);
        slot.next.store(served, .monotonic);
        served = slot;
    }
    while (served) |slot| {
        served = slot.next.load(.monotonic);
        group.idle.push(slot);
    }
    return given;
}

/// Frees the idle leases of older settings: the next lease is made of the new ones.
pub fn dropIdleLeases(group: *Group) void {
    @setRuntimeSafety(true);
    group.idle.serving.acquire();
    defer group.idle.serving.release();
    while (group.idle.pop()) |slot| {
        const region = regions.detach(slot);
        group.putSlot(slot);
        if (region) |outgrown| regions.release(group, outgrown);
    }
}

/// Removes a request that is no longer of use. For whoever has the arena to itself.
pub fn withdraw(slot: *Slot, bit: u32) void {
    _ = take(slot, bit);
}

/// Removes a request; true if it was there.
fn take(slot: *Slot, bit: u32) bool {
    return @atomicRmw(u32, &slot.arena.header.requests, .And, ~bit, .acq_rel) & bit != 0;
}

// ---- Obeying

/// Opens a mark in an arena, after obeying what others asked if it is an outermost one. For its owner.
pub fn openMark(slot: *Slot, failure: *Failure) Error!allocator.Mark {
    @setRuntimeSafety(true);
    if (slot.arena.header.depth != 0) return slot.arena.mark();
    if (!enter(slot)) {
        claim(slot);
        errdefer slot.arena.setDepth(0);
        try obey(slot, failure);
    }
    return slot.arena.markAnnounced();
}

/// Allocates in an arena of which the caller is the owner, also without an open mark: others keep off meanwhile.
pub fn allocate(slot: *Slot, size: u64, alignment: u64, failure: *Failure) Error![*]u8 {
    @setRuntimeSafety(true);
    if (slot.arena.header.depth != 0) return slot.arena.allocate(size, alignment, failure);
    if (!enter(slot)) claim(slot);
    defer slot.arena.setDepth(0);
    if (slot.region == null) try obey(slot, failure);
    return slot.arena.allocate(size, alignment, failure);
}

/// Obeys what others asked of an arena. For its owner, while no mark is open; a new epoch also under marks.
pub fn serve(slot: *Slot, failure: *Failure) Error!void {
    @setRuntimeSafety(true);
    if (slot.arena.header.depth != 0) {
        serveEpoch(slot);
        return error.ArenaInUse;
    }
    claim(slot);
    defer slot.arena.setDepth(0);
    try obey(slot, failure);
}

/// Enters an epoch that began meanwhile, also under open marks: what is in use now is in use in that epoch, and a
/// rewind must not credit it to the old one. For its owner.
pub fn serveEpoch(slot: *Slot) void {
    if (load(&slot.arena.header.requests) & Request.epoch == 0) return;
    if (take(slot, Request.epoch)) slot.group.enterEpoch(slot);
}

/// Rewinds an arena to its newest open mark. For its owner.
pub fn rewind(slot: *Slot, to: allocator.Mark) Error!void {
    @setRuntimeSafety(true);
    // Without a mark others may be serving the arena.
    if (slot.arena.header.depth == 0) return error.InvalidArgument;
    serveEpoch(slot);
    try slot.arena.rewind(to);
}

/// Announces an outermost mark. False, and nothing announced, if something is asked.
fn enter(slot: *Slot) bool {
    store(&slot.arena.header.depth, 1);
    barrier.compilerOnly();
    if (@atomicLoad(u32, &slot.arena.header.requests, .acquire) == 0) return true;
    slot.arena.setDepth(0);
    return false;
}

/// Announces an outermost mark, after whoever is serving the arena in the owner's place is done.
pub fn claim(slot: *Slot) void {
    slot.group.lock.acquire();
    defer slot.group.lock.release();
    store(&slot.arena.header.depth, 1);
}

/// Counts what an owner who is gone left open, and keeps others off the arena from now on. Under the lock, since whoever
/// serves idle arenas looks at `use` and `depth` one after the other.
pub fn leave(slot: *Slot) void {
    @setRuntimeSafety(true);
    slot.group.lock.acquire();
    defer slot.group.lock.release();
    slot.arena.abandonMarks();
    slot.use.store(.returning, .monotonic);
}

/// For whoever has the arena to itself.
pub fn obey(slot: *Slot, failure: *Failure) Error!void {
    @setRuntimeSafety(true);
    const header = &slot.arena.header;
    const wanted = @atomicRmw(u32, &header.requests, .And, Request.of_caller, .acq_rel);
    if (wanted & Request.epoch != 0) slot.group.enterEpoch(slot);
    if (wanted & Request.reset != 0) slot.arena.empty();
    if (wanted & Request.trim != 0) _ = regions.trim(slot);
    if (wanted & Request.configuration != 0 or slot.region == null) {
        if (slot.arena.isEmpty()) {
            errdefer askAgain(slot, Request.region);
            try regions.follow(slot, slot.group.settings(), failure);
        } else {
            askAgain(slot, Request.configuration);
        }
    }
}

fn askAgain(slot: *Slot, bit: u32) void {
    _ = @atomicRmw(u32, &slot.arena.header.requests, .Or, bit, .monotonic);
}

const testing = std.testing;
const arena_group = @import("arena_group.zig");

test "resetArenas empties the caller's arena at once and another at its next mark" {
    var group = try arena_group.testGroup(.{});
    var failure: Failure = .{};
    const mine = try group.acquire(.thread, &failure);
    defer group.release(mine);
    const other = try group.acquire(.thread, &failure);
    defer group.release(other);
    _ = try mine.arena.allocate(100, 8, &failure);
    _ = try other.arena.allocate(200, 8, &failure);
    try resetAll(&group, mine);
    try testing.expectEqual(0, mine.arena.header.offset_bytes);
    try testing.expectEqual(200, other.arena.header.offset_bytes);
    try testing.expectEqual(1, group.readStats().total_resets);
    const mark = try openMark(other, &failure);
    try testing.expectEqual(0, other.arena.header.offset_bytes);
    try testing.expectEqual(2, group.readStats().total_resets);
    try testing.expectError(error.ArenaInUse, resetAll(&group, other));
    try other.arena.rewind(mark);
}

test "what is asked of an idle thread's arena is served at once, and of one at work later" {
    var group = try arena_group.testGroup(.{});
    var failure: Failure = .{};
    const idle = try group.acquire(.thread, &failure);
    defer group.release(idle);
    const busy = try group.acquire(.thread, &failure);
    defer group.release(busy);
    for ([_]*Slot{ idle, busy }) |slot| {
        const mark = try openMark(slot, &failure);
        @memset((try slot.arena.allocate(300_000, 1, &failure))[0..300_000], 1);
        try slot.arena.rewind(mark);
    }
    const mark = try openMark(busy, &failure);
    try testing.expectEqual(600_000, group.readStats().touched_bytes);
    try testing.expectEqual(300_000, trimAll(&group));
    try testing.expectEqual(300_000, group.readStats().touched_bytes);
    try testing.expectEqual(300_000, group.readStats().max_high_water_mark_bytes);
    try testing.expectEqual(0, idle.region.?.bytes[100_000]);
    try testing.expectEqual(1, busy.region.?.bytes[100_000]);
    try busy.arena.rewind(mark);
    try busy.arena.rewind(try openMark(busy, &failure));
    try testing.expectEqual(0, busy.region.?.bytes[100_000]);
    try testing.expectEqual(0, group.readStats().touched_bytes);
}
