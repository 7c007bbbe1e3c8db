//! Regions of a group's arenas: within the budget, for new settings, taken from idle arenas, and set aside.

const std = @import("std");
const allocator = @import("allocator.zig");
const arena_group = @import("arena_group.zig");
const leases = @import("leases.zig");
const pages = @import("pages.zig");
const regions = @import("arena_regions.zig");
const requests = @import("arena_requests.zig");

const Failure = allocator.Failure;
const testing = std.testing;

test "an exhausted pool takes the regions of idle arenas, and refuses only when all are in use" {
    var group = try arena_group.testGroup(.{ .pool_size_bytes = 1 << 20, .max_total_bytes = 2 << 20 });
    var failure: Failure = .{};
    const first = try group.acquire(.thread, &failure);
    defer group.release(first);
    const second = try group.acquire(.thread, &failure);
    defer group.release(second);
    const second_mark = try requests.openMark(second, &failure);
    const third = try group.acquire(.thread, &failure);
    defer group.release(third);
    try testing.expectEqual(null, first.arena.header.base);
    try testing.expectEqual(2 << 20, group.readStats().reserved_bytes);
    const third_mark = try requests.openMark(third, &failure);
    try testing.expectError(error.PoolExhausted, requests.openMark(first, &failure));
    try testing.expectEqual(1 << 20, failure.requested_bytes);
    try testing.expectEqual(0, first.arena.header.depth);
    try testing.expectError(error.PoolExhausted, group.acquire(.leased, &failure));
    try testing.expectEqual(2, group.readStats().total_refused_arenas);
    try second.arena.rewind(second_mark);
    try first.arena.rewind(try requests.openMark(first, &failure));
    try testing.expectEqual(1 << 20, first.arena.header.capacity_bytes);
    try third.arena.rewind(third_mark);
}

test "an exhausted pool under fallback gives arenas without a region, whose allocations overflow" {
    var group = try arena_group.testGroup(.{ .pool_size_bytes = 1 << 20, .max_total_bytes = (1 << 20) + 200_000, .overflow = .fallback });
    var failure: Failure = .{};
    const first = try group.acquire(.thread, &failure);
    defer group.release(first);
    const mark = try requests.openMark(first, &failure);
    const second = try group.acquire(.thread, &failure);
    defer group.release(second);
    const second_mark = try requests.openMark(second, &failure);
    try testing.expectEqual(null, second.arena.header.base);
    @memset((try second.arena.allocate(100_000, 64, &failure))[0..100_000], 1);
    try testing.expectError(error.ArenaOverflow, second.arena.allocate(200_000, 64, &failure));
    try second.arena.rewind(second_mark);
    try first.arena.rewind(mark);
    try second.arena.rewind(try requests.openMark(second, &failure));
    try testing.expectEqual(1 << 20, second.arena.header.capacity_bytes);
    try testing.expectEqual(1 << 20, group.budget.total.held());
}

test "a lease whose holder keeps it for later gives way, and has a region again at its next mark" {
    var group = try arena_group.testGroup(.{ .pool_size_bytes = 1 << 20, .max_total_bytes = 1 << 20 });
    var failure: Failure = .{};
    const kept = try leases.take(&group, &failure);
    const thread = try group.acquire(.thread, &failure);
    defer group.release(thread);
    try testing.expectEqual(null, kept.arena.header.base);
    try testing.expectEqual(0, group.readStats().total_refused_arenas);
    const mark = try requests.openMark(kept, &failure);
    try testing.expectEqual(1 << 20, kept.arena.header.capacity_bytes);
    // In use it does not.
    try testing.expectError(error.PoolExhausted, requests.openMark(thread, &failure));
    try kept.arena.rewind(mark);
    _ = try requests.allocate(kept, 100, 8, &failure);
    try testing.expectError(error.PoolExhausted, requests.openMark(thread, &failure));
    try leases.giveBack(kept);
    try thread.arena.rewind(try requests.openMark(thread, &failure));
}

test "an overflow that idle arenas make room for is served, and one that nothing makes room for leaves them alone" {
    var group = try arena_group.testGroup(.{ .pool_size_bytes = 1 << 20, .max_total_bytes = 4 << 20, .overflow = .fallback });
    var failure: Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    const mark = try requests.openMark(slot, &failure);
    const idle_thread = try group.acquire(.thread, &failure);
    defer group.release(idle_thread);
    const kept = try leases.take(&group, &failure);
    try leases.giveBack(try leases.take(&group, &failure));
    try testing.expectError(error.ArenaOverflow, requests.allocate(slot, 4 << 20, 8, &failure));
    try testing.expectEqual(4, group.readStats().live_arenas);
    const memory = try requests.allocate(slot, 5 << 19, 8, &failure);
    @memset(memory[0 .. 5 << 19], 1);
    try testing.expectEqual(1, group.readStats().live_arenas);
    try testing.expectEqual(1, slot.arena.header.overflow_error_count);
    try testing.expectEqual(1, slot.arena.header.overflow_fallback_count);
    try requests.rewind(slot, mark);
    try leases.giveBack(kept);
    try testing.expectEqual(1 << 20, group.budget.total.held());
}

test "a quarantined region keeps its bytes until it is released, and the arena goes on" {
    var group = try arena_group.testGroup(.{ .overflow = .fallback });
    var failure: Failure = .{};
    // Its slot becomes that of the quarantined region.
    const ended = try group.acquire(.thread, &failure);
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    const ended_mark = try requests.openMark(ended, &failure);
    _ = try ended.arena.allocate(1 << 20, 1, &failure);
    try ended.arena.rewind(ended_mark);
    group.release(ended);
    _ = try requests.openMark(slot, &failure);
    const kept = try slot.arena.allocate(1000, 8, &failure);
    const chunk = try slot.arena.allocate(3 << 20, 8, &failure);
    @memset(kept[0..1000], 5);
    @memset(chunk[0..1000], 6);
    const aside = try regions.quarantine(slot, &failure);
    try testing.expectEqual(ended, aside);
    const mark = try requests.openMark(slot, &failure);
    @memset((try slot.arena.allocate(1 << 19, 1, &failure))[0 .. 1 << 19], 9);
    try slot.arena.rewind(mark);
    try testing.expect(std.mem.allEqual(u8, kept[0..1000], 5));
    try testing.expect(std.mem.allEqual(u8, chunk[0..1000], 6));
    var stats = group.readStats();
    try testing.expectEqual(1 << 20, stats.quarantined_bytes);
    try testing.expectEqual(1 << 20, stats.max_high_water_mark_bytes);
    try testing.expectEqual(1, stats.total_abandoned);
    try testing.expectEqual(3, stats.total_resets);
    try testing.expect(stats.held_fallback_bytes > 3 << 20);
    try regions.releaseQuarantined(aside);
    try testing.expectError(error.InvalidArgument, regions.releaseQuarantined(aside));
    stats = group.readStats();
    try testing.expectEqual(0, stats.quarantined_bytes);
    try testing.expectEqual(0, stats.held_fallback_bytes);
    try testing.expectEqual(1 << 20, group.budget.total.held());
}

test "a region that cannot be had for new settings is counted, and the old one stays" {
    var group = try arena_group.testGroup(.{ .pool_size_bytes = 1 << 20, .max_total_bytes = 3 << 20 });
    var failure: Failure = .{};
    const first = try group.acquire(.thread, &failure);
    defer group.release(first);
    const first_mark = try requests.openMark(first, &failure);
    const second = try group.acquire(.thread, &failure);
    defer group.release(second);
    try group.configure(.{ .pool_size_bytes = 3 << 20, .max_total_bytes = 3 << 20 });
    const second_mark = try requests.openMark(second, &failure);
    try testing.expectEqual(1 << 20, second.arena.header.capacity_bytes);
    try testing.expectEqual(1, group.readStats().total_failed_remaps);
    try testing.expectEqual(2 << 20, group.budget.total.held());
    try second.arena.rewind(second_mark);
    try first.arena.rewind(first_mark);
}

test "a smaller region is taken though more is held than may be" {
    var group = try arena_group.testGroup(.{ .pool_size_bytes = 4 << 20 });
    var failure: Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    try group.configure(.{ .pool_size_bytes = 1 << 20, .max_total_bytes = 1 << 20 });
    try slot.arena.rewind(try requests.openMark(slot, &failure));
    try testing.expectEqual(1 << 20, slot.arena.header.capacity_bytes);
    try testing.expectEqual(1 << 20, group.budget.total.held());
    try testing.expectEqual(0, group.readStats().total_failed_remaps);
}

test "a region that is touched before use stays so with zero on reset" {
    var group = try arena_group.testGroup(.{ .pool_size_bytes = 1 << 20, .pre_touch = true, .zero_on_reset = true });
    var failure: Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    try testing.expectEqual(1 << 20, try pages.residentBytes(slot.region.?));
}

test "what is set aside counts in the epoch that began meanwhile, and no mark is counted where none was open" {
    var group = try arena_group.testGroup(.{});
    var failure: Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    _ = try requests.allocate(slot, 5000, 1, &failure);
    group.resetMetrics();
    const aside = try regions.quarantine(slot, &failure);
    try regions.releaseQuarantined(aside);
    const stats = group.readStats();
    try testing.expectEqual(5000, stats.max_high_water_mark_bytes);
    try testing.expectEqual(0, stats.total_abandoned);
    try testing.expectEqual(0, slot.arena.header.depth);
}

test "turning zero on reset on wipes what was used before" {
    var group = try arena_group.testGroup(.{});
    var failure: Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    const mark = try requests.openMark(slot, &failure);
    @memset((try slot.arena.allocate(5000, 1, &failure))[0..5000], 1);
    try slot.arena.rewind(mark);
    try group.configure(.{ .zero_on_reset = true });
    try slot.arena.rewind(try requests.openMark(slot, &failure));
    try testing.expect(std.mem.allEqual(u8, slot.region.?.bytes, 0));
    try testing.expectEqual(1, slot.arena.header.zero_on_reset);
}
