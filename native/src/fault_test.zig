//! Every system call of the library that can fail, failing in turn: once, and for good. Nothing may end the process, counters
//! and budget must balance, nothing may stay mapped but what munmap itself refused to unmap, and once the system has
//! recovered everything must work.

const std = @import("std");
const allocator = @import("allocator.zig");
const arena_config = @import("arena_config.zig");
const arena_group = @import("arena_group.zig");
const fault_schedule = @import("fault_schedule.zig");
const leases = @import("leases.zig");
const regions = @import("arena_regions.zig");
const requests = @import("arena_requests.zig");
const system_calls = @import("system_calls.zig");
const test_run = @import("test_run.zig");
const Slot = @import("arena_slots.zig").Slot;

const Config = arena_config.Config;
const Error = allocator.Error;
const Failure = allocator.Failure;
const Request = allocator.Request;
const faults = system_calls.faults;
const linux = std.os.linux;
const testing = std.testing;

/// A group under faults, with what it should have counted.
const Run = struct {
    group: arena_group.Group = .{},
    failure: Failure = .{},
    counted: Counted = .{},

    const Counted = struct {
        refused_arenas: u64 = 0,
        failed_remaps: u64 = 0,
        overflow_errors: u64 = 0,
        overflow_fallbacks: u64 = 0,
    };

    /// All that the library does with the system.
    fn everything(run: *Run, config: Config) !void {
        try run.configure(config);
        const own = try run.acquire();
        if (own) |slot| try run.use(slot);
        try run.useLease();

        var larger = config;
        larger.pool_size_bytes = config.capacityBytes() + (256 << 10);
        larger.zero_on_reset = !config.zero_on_reset;
        try run.configure(larger);
        if (own) |slot| try run.use(slot);
        try run.useLease();
        _ = requests.trimAll(&run.group);
        try requests.resetAll(&run.group, own);
        try run.checkCounters();
        run.group.resetMetrics();
        run.counted = .{};
        if (own) |slot| try run.quarantine(slot);

        // One more arena than there is room for: the idle lease's region goes, then a thread's.
        larger.max_total_bytes = 2 * larger.capacityBytes();
        try run.configure(larger);
        const others = [_]?*Slot{ try run.acquire(), try run.acquire() };
        for (others) |other| if (other) |slot| try run.use(slot);
        if (own) |slot| try run.use(slot);
        try run.configure(config);
        if (own) |slot| try run.use(slot);
        for (others ++ .{own}) |any| if (any) |slot| run.group.release(slot);
    }

    fn configure(run: *Run, config: Config) !void {
        const before = run.group.settings();
        run.group.configure(config) catch |reason| {
            try testing.expectEqual(error.SystemError, reason);
            try testing.expectEqual(before, run.group.settings());
        };
        try run.checkBalance();
    }

    fn acquire(run: *Run) !?*Slot {
        const slot = run.group.acquire(.thread, &run.failure) catch |reason| return run.refuse(reason);
        try run.checkBalance();
        return slot;
    }

    fn useLease(run: *Run) !void {
        const slot = leases.take(&run.group, &run.failure) catch |reason| {
            _ = try run.refuse(reason);
            return;
        };
        try run.use(slot);
        try leases.giveBack(slot);
        try run.checkBalance();
    }

    fn refuse(run: *Run, reason: Error) !?*Slot {
        try run.expectRefusedMemory(reason);
        run.counted.refused_arenas += 1;
        try run.checkBalance();
        return null;
    }

    fn expectRefusedMemory(run: *Run, reason: Error) !void {
        try testing.expectEqual(error.SystemError, reason);
        try testing.expectEqual(@backingInt(linux.E.NOMEM), run.failure.system_error);
    }

    /// Opens nested marks, allocates within the region and beyond it, and rewinds.
    fn use(run: *Run, slot: *Slot) !void {
        const had_region = slot.region != null;
        const asked = slot.arena.header.requests & Request.configuration != 0;
        const outer = requests.openMark(slot, &run.failure) catch |reason| {
            try testing.expect(!had_region);
            try testing.expectEqual(0, slot.arena.header.depth);
            _ = try run.refuse(reason);
            return;
        };
        const region = slot.region.?;
        const wanted = run.group.settings().specification();
        if (asked and had_region and !std.meta.eql(region.specification, wanted)) run.counted.failed_remaps += 1;
        const kept = try slot.arena.allocate(5000, 64, &run.failure);
        @memset(kept[0..5000], 7);
        if (slot.arena.header.overflow_strategy != @backingInt(arena_config.OverflowStrategy.panic)) {
            try run.overflow(slot, region.bytes.len);
            const inner = try requests.openMark(slot, &run.failure);
            try run.overflow(slot, region.bytes.len + 1000);
            try requests.rewind(slot, inner);
        }
        try testing.expect(std.mem.allEqual(u8, kept[0..5000], 7));
        try requests.rewind(slot, outer);
        if (slot.arena.header.zero_on_reset != 0) try testing.expect(std.mem.allEqual(u8, kept[0..5000], 0));
        try testing.expectEqual(0, slot.arena.header.offset_bytes);
        try testing.expectEqual(0, slot.arena.header.fallback_position_bytes);
        try run.checkBalance();
    }

    fn overflow(run: *Run, slot: *Slot, size: u64) !void {
        const before = slot.arena.header;
        const memory = slot.arena.allocate(size, 64, &run.failure) catch |reason| {
            try testing.expect(reason == error.ArenaOverflow or reason == error.SystemError);
            try testing.expectEqual(before.offset_bytes, slot.arena.header.offset_bytes);
            try testing.expectEqual(before.fallback_position_bytes, slot.arena.header.fallback_position_bytes);
            run.counted.overflow_errors += 1;
            return;
        };
        memory[0] = 1;
        memory[size - 1] = 1;
        run.counted.overflow_fallbacks += 1;
    }

    fn quarantine(run: *Run, slot: *Slot) !void {
        const mark = requests.openMark(slot, &run.failure) catch |reason| {
            _ = try run.refuse(reason);
            return;
        };
        const kept = try slot.arena.allocate(5000, 64, &run.failure);
        @memset(kept[0..5000], 9);
        const aside = regions.quarantine(slot, &run.failure) catch |reason| {
            // Nobody was refused an arena.
            try run.expectRefusedMemory(reason);
            try testing.expectEqual(1, slot.arena.header.depth);
            return requests.rewind(slot, mark);
        };
        try run.use(slot);
        try testing.expect(std.mem.allEqual(u8, kept[0..5000], 9));
        try regions.releaseQuarantined(aside);
        try run.checkBalance();
    }

    fn checkBalance(run: *Run) !void {
        // What the totals report is bounded by the budget, so that they alone would not show more than it knows of.
        var in_slots: u64 = 0;
        var slots = run.group.slots.iterate();
        while (slots.next()) |slot| {
            const holds = slot.arena.header.base != null or slot.use.load(.monotonic) == .quarantined;
            if (holds) in_slots += slot.arena.header.capacity_bytes;
        }
        try testing.expectEqual(run.group.budget.region_bytes.load(.monotonic), in_slots);
        const stats = run.group.readStats();
        try testing.expectEqual(stats.reserved_bytes + stats.quarantined_bytes + stats.held_fallback_bytes, run.group.budget.total.held());
    }

    fn checkCounters(run: *Run) !void {
        const name = run.miscounted() orelse return;
        std.debug.print("{s}: counted {any}\n", .{ name, run.counted });
        return error.Miscounted;
    }

    /// Which total is not what the run has seen.
    fn miscounted(run: *Run) ?[]const u8 {
        const stats = run.group.readStats();
        inline for (comptime std.meta.fieldNames(Counted)) |name| {
            if (@field(stats, "total_" ++ name) != @field(run.counted, name)) return name;
        }
        return null;
    }

    fn checkNothingIsHeld(run: *Run) !void {
        requests.dropIdleLeases(&run.group);
        const stats = run.group.readStats();
        try testing.expectEqual(0, stats.live_arenas);
        try testing.expectEqual(0, stats.used_bytes);
        try testing.expectEqual(0, stats.quarantined_bytes);
        try testing.expectEqual(0, run.group.budget.total.held());
        try testing.expectEqual(0, run.group.budget.fallback.held());
    }
};

/// Returns how many calls failed.
fn runWith(config: Config, failing: fault_schedule.Call, passes: u64, for_good: bool) !u64 {
    var run: Run = .{};
    defer run.group.slots.unmap();
    faults.start(failing, passes, for_good);
    defer _ = faults.stop();
    errdefer std.debug.print("{t} fails after {d} calls, for good: {}; {any}\n", .{ failing, passes, for_good, config });
    try run.everything(config);
    const failed = faults.stop();
    try run.checkCounters();
    try run.checkNothingIsHeld();
    // The system has recovered: nothing is refused.
    run.group.resetMetrics();
    run.counted = .{};
    try run.everything(config);
    try testing.expectEqual(0, run.counted.refused_arenas + run.counted.failed_remaps);
    try testing.expectEqual(config, run.group.settings().config);
    try run.checkCounters();
    try run.checkNothingIsHeld();
    return failed;
}

/// Each call in turn, until one is reached that is never made. Returns how many runs there were.
fn failEachInTurn(config: Config, for_good: bool) !u64 {
    var runs: u64 = 0;
    for (std.enums.values(fault_schedule.Call)) |call| {
        var passes: u64 = 0;
        while (true) : (passes += 1) {
            const before = try test_run.mappedPages();
            const failed = try runWith(config, call, passes, for_good);
            faults.findLost();
            try testing.expectEqual(before, try test_run.mappedPages());
            runs += 1;
            if (failed == 0) break;
        }
    }
    return runs;
}

fn configOf(strategy: arena_config.OverflowStrategy, huge_pages: arena_config.HugePages, pre_touch: bool) Config {
    return .{
        // `auto` is like `off` up to 2 MiB.
        .pool_size_bytes = if (huge_pages == .auto) (2 << 20) + (128 << 10) else 128 << 10,
        .overflow = strategy,
        .huge_pages = huge_pages,
        .pre_touch = pre_touch,
        .zero_on_reset = pre_touch,
    };
}

test "the Nth system call fails, once and for good, under each strategy and each kind of pages" {
    test_run.growStack();
    var runs: u64 = 0;
    for (std.enums.values(arena_config.OverflowStrategy)) |strategy| {
        for (std.enums.values(arena_config.HugePages)) |huge_pages| for ([_]bool{ false, true }) |pre_touch| {
            // Short: each strategy and each kind of pages, but not each with each.
            if (!test_run.isFull() and huge_pages != .off and (strategy != .fallback or pre_touch)) continue;
            for ([_]bool{ false, true }) |for_good| runs += try failEachInTurn(configOf(strategy, huge_pages, pre_touch), for_good);
        };
    }
    // Nine settings at least, twice, and of each call several.
    try testing.expect(runs > 9 * 2 * 4 * 2);
}

test "the Nth system call fails where the system has huge pages set aside" {
    test_run.growStack();
    faults.grants_huge_pages = true;
    defer faults.grants_huge_pages = false;
    for ([_]bool{ false, true }) |for_good|
        _ = try failEachInTurn(configOf(.fallback, .explicit, test_run.isFull()), for_good);
}

test "everything goes on under a limit of 2 GB of address space, and after it" {
    var before: linux.rlimit = undefined;
    try testing.expectEqual(0, linux.getrlimit(.AS, &before));
    defer _ = linux.setrlimit(.AS, &before);
    for (std.enums.values(arena_config.OverflowStrategy)) |strategy| {
        var run: Run = .{};
        defer run.group.slots.unmap();
        var config = configOf(strategy, .auto, false);
        config.pool_size_bytes = 700 << 20;
        try testing.expectEqual(0, linux.setrlimit(.AS, &.{ .cur = 2 << 30, .max = before.max }));
        try run.everything(config);
        try run.checkCounters();
        // Two of that size are too much beside the process itself, and a third is for certain.
        try testing.expect(run.counted.refused_arenas + run.counted.failed_remaps > 0);
        try testing.expectEqual(0, linux.setrlimit(.AS, &before));
        try run.checkNothingIsHeld();
        run.group.resetMetrics();
        run.counted = .{};
        try run.everything(config);
        try run.checkCounters();
        try testing.expectEqual(0, run.counted.refused_arenas + run.counted.failed_remaps);
        try run.checkNothingIsHeld();
    }
}

test "control: a mapping that is not given back is noticed" {
    test_run.growStack();
    const before = try test_run.mappedPages();
    // Lost for good to the library: found again below, as failEachInTurn does before it compares.
    try testing.expectEqual(1, try runWith(configOf(.fallback, .off, false), .munmap, 3, false));
    try testing.expect(before < try test_run.mappedPages());
    faults.findLost();
    try testing.expectEqual(before, try test_run.mappedPages());
}

test "control: a refusal that nobody counted is noticed" {
    var run: Run = .{};
    defer run.group.slots.unmap();
    faults.start(.mmap, 1, true);
    defer _ = faults.stop();
    try testing.expectError(error.SystemError, run.group.acquire(.thread, &run.failure));
    // Run.refuse, which counts it, was not called.
    try testing.expectEqualStrings("refused_arenas", run.miscounted().?);
}
