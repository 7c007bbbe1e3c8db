//! The regions of a group's arenas: taken within its budget, replaced, trimmed, set aside, and taken from idle arenas
//! when there is no room for more.
//!
//! A function that changes an arena's region is for whoever has that arena to itself: its owner while `depth` says so, the
//! holder of a slot that is in no pool, or, for an idle thread's arena, the holder of the group's lock.

const std = @import("std");
const allocator = @import("allocator.zig");
const barrier = @import("barrier.zig");
const memcheck = @import("memcheck.zig");
const metrics = @import("arena_metrics.zig");
const pages = @import("pages.zig");
const requests = @import("arena_requests.zig");
const Budget = @import("budget.zig").Budget;
const Group = @import("arena_group.zig").Group;
const Settings = @import("arena_group.zig").Settings;
const Slot = @import("arena_slots.zig").Slot;

const Error = allocator.Error;
const Failure = allocator.Failure;
const Request = allocator.Request;
const load = metrics.load;
const store = metrics.store;

// ---- Within the budget

/// A region with room for it in the budget, if need be that of idle arenas. Never under the group's lock.
fn reserve(group: *Group, wanted: pages.Specification, failure: *Failure) Error!pages.Region {
    @setRuntimeSafety(true);
    try take(group, wanted.capacity_bytes, failure);
    errdefer group.budget.giveRegion(wanted.capacity_bytes);
    return map(group, wanted, failure);
}

fn take(group: *Group, bytes: u64, failure: *Failure) Error!void {
    @setRuntimeSafety(true);
    if (group.budget.takeRegion(bytes)) return;
    failure.* = .{ .requested_bytes = bytes };
    return error.PoolExhausted;
}

/// For a group's budget: has idle arenas give way, or waits for owners that are leaving. Never under the group's lock.
pub fn makeRoom(of: *Budget, bytes: u64) bool {
    @setRuntimeSafety(true);
    const group: *Group = @alignCast(@fieldParentPtr("budget", of));
    const ended = group.returns.ended.load(.acquire);
    if (reclaim(group, bytes)) return true;
    if (!group.returns.anySince(ended)) return false;
    _ = std.os.linux.sched_yield();
    return true;
}

fn map(group: *Group, wanted: pages.Specification, failure: *Failure) Error!pages.Region {
    @setRuntimeSafety(true);
    var diagnostics: pages.Diagnostics = .{};
    const region = pages.Region.reserve(wanted, &diagnostics) catch {
        failure.* = .{ .system_error = diagnostics.errno, .requested_bytes = wanted.capacity_bytes };
        return error.SystemError;
    };
    if (diagnostics.huge_pages_errno != 0) group.huge_pages_error.store(diagnostics.huge_pages_errno, .monotonic);
    return region;
}

/// Returns a region to the system. Takes time where it was touched, so better not under a lock.
pub fn release(group: *Group, region: pages.Region) void {
    @setRuntimeSafety(true);
    region.release();
    group.budget.giveRegion(region.specification.capacity_bytes);
}

// ---- An arena's region

fn attach(slot: *Slot, region: pages.Region) void {
    @setRuntimeSafety(true);
    // The marks until now tell nothing of these pages.
    slot.group.enterEpoch(slot);
    store(&slot.touched_bytes, if (region.specification.pre_touch) region.bytes.len else 0);
    slot.region = region;
    memcheck.takeBack(region.bytes);
    store(&slot.arena.header.base, region.bytes.ptr);
    store(&slot.arena.header.capacity_bytes, region.specification.capacity_bytes);
    slot.arena.revise();
}

/// Leaves an empty arena without a region.
pub fn detach(slot: *Slot) ?pages.Region {
    @setRuntimeSafety(true);
    const region = slot.region;
    slot.group.enterEpoch(slot);
    store(&slot.touched_bytes, 0);
    slot.region = null;
    store(&slot.arena.header.base, null);
    store(&slot.arena.header.capacity_bytes, 0);
    slot.arena.revise();
    return region;
}

/// Gives an empty arena what the settings want. Fails only where it had no region and gets none: else the old one stays,
/// since scratch of another size beats none.
pub fn follow(slot: *Slot, settings: Settings, failure: *Failure) Error!void {
    @setRuntimeSafety(true);
    const group = slot.group;
    const before = slot.arena.header.base;
    if (slot.region) |old| {
        if (!std.meta.eql(old.specification, settings.specification())) {
            var reason: Failure = .{};
            replace(slot, old, settings.specification(), &reason) catch group.countFailedRemap(reason.system_error);
        }
    } else {
        try provide(slot, settings, failure);
    }
    const header = &slot.arena.header;
    // What was used before is not wiped by the rewinds to come.
    if (settings.config.zero_on_reset and header.zero_on_reset == 0 and header.base == before) wipe(slot);
    store(&header.zero_on_reset, @intFromBool(settings.config.zero_on_reset));
    store(&header.overflow_strategy, @backingInt(settings.config.overflow));
    slot.arena.revise();
}

/// A region for an arena that has none. Where the pool is exhausted and overflows are served from chunks the arena goes on
/// without, and asks again.
fn provide(slot: *Slot, settings: Settings, failure: *Failure) Error!void {
    @setRuntimeSafety(true);
    const region = reserve(slot.group, settings.specification(), failure) catch |reason| {
        if (reason == error.PoolExhausted and settings.config.overflow == .fallback) {
            _ = @atomicRmw(u32, &slot.arena.header.requests, .Or, Request.region, .monotonic);
            return;
        }
        metrics.GroupCounters.addOne(&slot.group.counters.refused_arena_count);
        return reason;
    };
    attach(slot, region);
}

fn replace(slot: *Slot, old: pages.Region, wanted: pages.Specification, failure: *Failure) Error!void {
    @setRuntimeSafety(true);
    const group = slot.group;
    const more = wanted.capacity_bytes -| old.specification.capacity_bytes;
    // Less memory is never too much, whatever is held.
    if (more > 0) try take(group, more, failure);
    errdefer group.budget.giveRegion(more);
    const fresh = try map(group, wanted, failure);
    attach(slot, fresh);
    old.release();
    group.budget.giveRegion(old.specification.capacity_bytes -| wanted.capacity_bytes);
}

fn wipe(slot: *Slot) void {
    @setRuntimeSafety(true);
    const region = slot.region orelse return;
    if (region.discard(0)) return;
    const touched = region.bytes[0..@min(touchedBytes(slot), region.bytes.len)];
    memcheck.handOut(touched);
    @memset(touched, 0);
    memcheck.takeBack(touched);
}

/// Gives back what lies beyond the bytes in use. Returns how much that was, by the high-water mark.
pub fn trim(slot: *Slot) u64 {
    @setRuntimeSafety(true);
    const region = slot.region orelse return 0;
    const used = slot.arena.header.offset_bytes;
    const touched = touchedBytes(slot);
    if (!region.discard(used)) return 0;
    slot.group.enterEpoch(slot);
    store(&slot.touched_bytes, used);
    return touched - used;
}

/// An estimate: what lies below a mark need not have been written. Any thread.
pub fn touchedBytes(slot: *const Slot) u64 {
    const header = &slot.arena.header;
    return @max(load(&slot.touched_bytes), load(&header.offset_bytes), load(&header.high_water_mark_bytes));
}

// ---- Quarantine

/// Sets region and chunks aside and gives the arena a fresh region. Its marks close. For its owner.
pub fn quarantine(slot: *Slot, failure: *Failure) Error!*Slot {
    @setRuntimeSafety(true);
    const group = slot.group;
    const header = &slot.arena.header;
    const open_marks = header.depth;
    // Without a mark others might serve the arena, or take its region, meanwhile.
    if (open_marks == 0) requests.claim(slot);
    errdefer if (open_marks == 0) slot.arena.setDepth(0);
    const fresh = try reserve(group, group.settings().specification(), failure);
    const aside = group.takeSlot(failure) catch |reason| {
        release(group, fresh);
        return reason;
    };
    requests.serveEpoch(slot);
    aside.region = slot.region;
    aside.arena.chunks.top = slot.arena.chunks.top;
    store(&aside.arena.header.capacity_bytes, header.capacity_bytes);
    aside.use.store(.quarantined, .release);

    slot.arena.chunks.top = null;
    slot.arena.abandonContents(open_marks);
    attach(slot, fresh);
    requests.withdraw(slot, Request.region);
    slot.arena.setDepth(0);
    return aside;
}

/// Frees what was set aside. Any thread.
pub fn releaseQuarantined(aside: *Slot) Error!void {
    @setRuntimeSafety(true);
    const group = aside.group;
    if (aside.use.cmpxchgStrong(.quarantined, .returning, .acquire, .monotonic) != null) return error.InvalidArgument;
    // Who does not know whether this call came to its end sees it by that.
    aside.arena.revise();
    aside.arena.chunks.rewind(0, false);
    store(&aside.arena.header.capacity_bytes, 0);
    if (aside.region) |region| release(group, region);
    aside.region = null;
    group.putSlot(aside);
}

// ---- Taking from idle arenas

const Reclaimed = struct {
    regions: [64]pages.Region = undefined,
    count: usize = 0,
    bytes: u64 = 0,

    /// Under a lock, without which nobody else looks through the arenas that it came from.
    fn add(reclaimed: *Reclaimed, group: *Group, region: pages.Region) void {
        @setRuntimeSafety(true);
        if (reclaimed.count == 0) group.returns.begin();
        reclaimed.regions[reclaimed.count] = region;
        reclaimed.count += 1;
        reclaimed.bytes += region.specification.capacity_bytes;
    }

    fn isEnough(reclaimed: *const Reclaimed, bytes: u64) bool {
        return reclaimed.bytes >= bytes or reclaimed.count == reclaimed.regions.len;
    }
};

/// Takes regions of idle arenas until there are `bytes` of them, or a batch. False if there are none.
fn reclaim(group: *Group, bytes: u64) bool {
    @setRuntimeSafety(true);
    var reclaimed: Reclaimed = .{};
    reclaimFromPool(group, bytes, &reclaimed);
    if (!reclaimed.isEnough(bytes)) reclaimFromOwners(group, bytes, &reclaimed);
    if (reclaimed.count == 0) return false;
    for (reclaimed.regions[0..reclaimed.count]) |region| release(group, region);
    group.returns.end();
    return true;
}

fn reclaimFromPool(group: *Group, bytes: u64, reclaimed: *Reclaimed) void {
    @setRuntimeSafety(true);
    group.idle.serving.acquire();
    defer group.idle.serving.release();
    while (!reclaimed.isEnough(bytes)) {
        const slot = group.idle.pop() orelse return;
        if (detach(slot)) |region| reclaimed.add(group, region);
        group.putSlot(slot);
    }
}

/// From threads that are not inside their arena, and from leases that their holders keep for later. The request stays with
/// the arenas whose region was taken: their owners get another one at their next mark.
fn reclaimFromOwners(group: *Group, bytes: u64, reclaimed: *Reclaimed) void {
    @setRuntimeSafety(true);
    group.lock.acquire();
    defer group.lock.release();
    var asked = group.slots.iterate();
    while (asked.next()) |slot| if (mayBeIdle(slot)) {
        _ = @atomicRmw(u32, &slot.arena.header.requests, .Or, Request.region, .monotonic);
    };
    const ordered = barrier.acrossThreads();
    var slots = group.slots.iterate();
    while (slots.next()) |slot| {
        const asked_for = &slot.arena.header.requests;
        if (load(&slot.arena.header.base) == null or load(asked_for) & Request.region == 0) continue;
        if (ordered and !reclaimed.isEnough(bytes)) {
            if (detachIdle(slot)) |region| {
                reclaimed.add(group, region);
                continue;
            }
        }
        _ = @atomicRmw(u32, asked_for, .And, ~Request.region, .monotonic);
    }
}

fn mayBeIdle(slot: *Slot) bool {
    return switch (slot.use.load(.acquire)) {
        .thread, .leased => load(&slot.arena.header.base) != null and load(&slot.arena.header.depth) == 0,
        else => false,
    };
}

/// The region of an arena that nobody is inside, nor has anything in. Under the group's lock, after a request and a barrier.
fn detachIdle(slot: *Slot) ?pages.Region {
    @setRuntimeSafety(true);
    if (isIdle(slot)) return if (slot.arena.isEmpty()) detach(slot) else null;
    // The holder of a lease may give it back meanwhile, without the lock.
    if (slot.use.cmpxchgStrong(.leased, .serving, .acquire, .monotonic) != null) return null;
    defer slot.use.store(.leased, .release);
    // Without the request it has been in the pool since, and its holder is another one, who was asked nothing.
    if (load(&slot.arena.header.requests) & Request.region == 0) return null;
    const inside = @atomicLoad(u32, &slot.arena.header.depth, .acquire) != 0;
    return if (inside or !slot.arena.isEmpty()) null else detach(slot);
}

/// Whether its owner is not inside, and will not be without waiting for the group's lock: under that lock, after a
/// request and a barrier.
pub fn isIdle(slot: *Slot) bool {
    return slot.use.load(.acquire) == .thread and @atomicLoad(u32, &slot.arena.header.depth, .acquire) == 0;
}
