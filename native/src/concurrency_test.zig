//! Owners at work in their arenas, coming and going, while others trim, reset, reconfigure and read. For the thread
//! sanitizer, and of use without it: each thread checks its bytes, and the counts at the end are exact.

const std = @import("std");
const allocator = @import("allocator.zig");
const arena_config = @import("arena_config.zig");
const leases = @import("leases.zig");
const metrics = @import("arena_metrics.zig");
const regions = @import("arena_regions.zig");
const requests = @import("arena_requests.zig");
const test_run = @import("test_run.zig");
const thread_arenas = @import("thread_arenas.zig");
const totals = @import("arena_totals.zig");
const Group = @import("arena_group.zig").Group;
const Slot = @import("arena_slots.zig").Slot;

const Config = arena_config.Config;
const Counters = metrics.Counters;
const Failure = allocator.Failure;
const testing = std.testing;

const pool_size_bytes = 64 << 10;

/// What the threads of a test share.
const Team = struct {
    group: Group = .{},
    running: std.atomic.Value(bool) = .init(true),
    /// Regions that were set aside, for another thread to release.
    aside: [4]std.atomic.Value(?*Slot) = @splat(.init(null)),
    counted: [6]Counters = @splat(.{}),
    failures: [8]anyerror!void = @splat({}),

    fn run(team: *Team, rounds: u32) !void {
        defer team.group.slots.unmap();
        const workers = [_]*const fn (*Worker) anyerror!void{ Worker.own, Worker.own, Worker.own, Worker.lease, Worker.lease, Worker.ownOfProcess };
        var threads: [workers.len]std.Thread = undefined;
        for (&threads, workers, 0..) |*thread, work, index|
            thread.* = try std.Thread.spawn(.{}, startWorker, .{ team, work, index, rounds });
        const controller = try std.Thread.spawn(.{}, startOther, .{ team, control, 6 });
        const reader = try std.Thread.spawn(.{}, startOther, .{ team, read, 7 });
        for (threads) |thread| thread.join();
        team.running.store(false, .monotonic);
        controller.join();
        reader.join();
        for (team.failures) |failure| try failure;
        try team.checkEnd();
    }

    fn startWorker(team: *Team, work: *const fn (*Worker) anyerror!void, index: usize, rounds: u32) void {
        var worker: Worker = .{ .team = team, .index = index, .rounds = rounds, .prng = .init(index) };
        team.failures[index] = work(&worker);
        team.counted[index] = worker.counted;
    }

    fn startOther(team: *Team, work: *const fn (*Team) anyerror!void, index: usize) void {
        team.failures[index] = work(team);
    }

    /// All that one may ask of arenas that belong to others.
    fn control(team: *Team) !void {
        var prng: std.Random.DefaultPrng = .init(99);
        const random = prng.random();
        while (team.running.load(.monotonic)) {
            switch (random.uintLessThan(u8, 8)) {
                0, 1, 2 => _ = requests.trimAll(&team.group),
                3 => try requests.resetAll(&team.group, null),
                4 => team.group.resetMetrics(),
                5 => try team.group.configure(randomConfig(random)),
                6 => requests.dropIdleLeases(&team.group),
                else => try team.releaseOneAside(),
            }
            std.Thread.yield() catch {};
        }
    }

    fn randomConfig(random: std.Random) Config {
        const size = pool_size_bytes * random.intRangeAtMost(u64, 1, 3);
        return .{
            .pool_size_bytes = size,
            .overflow = if (random.boolean()) .fallback else .error_return,
            // Fewer than there are owners, so that they take each other's while they are idle.
            .max_total_bytes = if (random.boolean()) 4 * size else arena_config.total_bytes_unlimited,
            .zero_on_reset = random.boolean(),
        };
    }

    fn releaseOneAside(team: *Team) !void {
        for (&team.aside) |*place| {
            const slot = place.swap(null, .acq_rel) orelse continue;
            return regions.releaseQuarantined(slot);
        }
    }

    /// Totals never decrease while the epoch is the same.
    fn read(team: *Team) !void {
        var before = team.group.readStats();
        while (team.running.load(.monotonic)) {
            const stats = team.group.readStats();
            inline for (comptime std.meta.fieldNames(metrics.StatsAbi)) |name| {
                if (comptime !std.mem.startsWith(u8, name, "total_")) continue;
                if (stats.epoch == before.epoch and @field(stats, name) < @field(before, name)) return error.TotalDecreased;
            }
            before = stats;
            std.Thread.yield() catch {};
        }
    }

    fn checkEnd(team: *Team) !void {
        while (true) {
            try team.releaseOneAside();
            for (&team.aside) |*place| {
                if (place.load(.monotonic) != null) break;
            } else break;
        }
        requests.dropIdleLeases(&team.group);
        var wanted: Counters = .{};
        for (&team.counted) |*counted| wanted.addFrom(counted);
        const all = totals.sumCounters(&team.group);
        wanted.refused_arena_count = all.refused_arena_count;
        wanted.failed_remap_count = all.failed_remap_count;
        try testing.expectEqual(wanted, all);
        const stats = team.group.readStats();
        try testing.expectEqual(0, stats.live_arenas);
        try testing.expectEqual(0, team.group.budget.total.held());
        try testing.expectEqual(0, team.group.budget.fallback.held());
    }
};

/// An owner of arenas, one after the other.
const Worker = struct {
    team: *Team,
    index: usize,
    rounds: u32,
    prng: std.Random.DefaultPrng,
    failure: Failure = .{},
    counted: Counters = .{},

    /// Arenas of a thread, as at its start and end.
    fn own(worker: *Worker) !void {
        for (0..worker.rounds) |_| {
            const slot = worker.team.group.acquire(.thread, &worker.failure) catch |reason| {
                try expectExhausted(reason);
                continue;
            };
            for (0..50) |_| try worker.scope(slot);
            if (worker.chance(8)) try worker.leaveOpen(slot);
            worker.team.group.release(slot);
        }
    }

    fn lease(worker: *Worker) !void {
        for (0..50 * worker.rounds) |_| {
            const slot = leases.take(&worker.team.group, &worker.failure) catch |reason| {
                try expectExhausted(reason);
                continue;
            };
            // Between two scopes of one lease others may take its region, too.
            for (0..worker.prng.random().intRangeAtMost(usize, 1, 3)) |_| try worker.scope(slot);
            if (worker.chance(32)) {
                try worker.leaveOpen(slot);
                try leases.recover(slot);
            } else {
                try leases.giveBack(slot);
            }
        }
    }

    /// Real threads, of which each has an arena of the process's group until it ends.
    fn ownOfProcess(worker: *Worker) !void {
        for (0..@max(worker.rounds / 8, 4)) |_| {
            const thread = try std.Thread.spawn(.{}, useProcessGroup, .{worker});
            _ = requests.trimAll(&thread_arenas.process_group);
            thread.join();
        }
        // The other threads' counts are not of that group.
        worker.counted = .{};
    }

    fn useProcessGroup(worker: *Worker) void {
        const slot = thread_arenas.own(&worker.failure) catch return;
        for (0..20) |_| worker.scope(slot) catch @panic("an arena of the process's group was disturbed");
    }

    fn scope(worker: *Worker, slot: *Slot) anyerror!void {
        const mark = requests.openMark(slot, &worker.failure) catch |reason| return expectExhausted(reason);
        worker.counted.scope_count += 1;
        const base = slot.arena.header.base;
        const size = worker.prng.random().intRangeAtMost(u64, 1, 3 * pool_size_bytes / 2);
        const got = slot.arena.allocate(size, 64, &worker.failure);
        const position = slot.arena.header.offset_bytes + slot.arena.header.fallback_position_bytes;
        if (got) |memory| {
            worker.fill(memory[0..size]);
            if (worker.chance(4)) std.Thread.yield() catch {};
            // After whatever others have asked for meanwhile.
            if (worker.chance(8)) requests.serve(slot, &worker.failure) catch {};
            if (!worker.isFilled(memory[0..size])) return error.BytesChanged;
            if (slot.arena.header.fallback_position_bytes > 0) {
                worker.counted.overflow_fallback_count += 1;
                worker.counted.overflow_fallback_bytes += size;
            }
            worker.counted.allocated_bytes += position;
            worker.counted.reset_count += 1;
            if (worker.chance(16)) return worker.quarantine(slot, memory[0..size]);
        } else |reason| {
            try testing.expectEqual(error.ArenaOverflow, reason);
            worker.counted.overflow_error_count += 1;
        }
        try testing.expectEqual(base, slot.arena.header.base);
        try requests.rewind(slot, mark);
    }

    fn quarantine(worker: *Worker, slot: *Slot, memory: []u8) !void {
        const mark: allocator.Mark = .{ .offset_bytes = 0, .fallback_position_bytes = 0 };
        const aside = regions.quarantine(slot, &worker.failure) catch |reason| {
            try expectExhausted(reason);
            return requests.rewind(slot, mark);
        };
        worker.counted.abandoned_count += 1;
        if (!worker.isFilled(memory)) return error.BytesChanged;
        const place = &worker.team.aside[worker.index % worker.team.aside.len];
        if (slot.group != &worker.team.group or place.cmpxchgStrong(null, aside, .release, .monotonic) != null)
            try regions.releaseQuarantined(aside);
    }

    fn leaveOpen(worker: *Worker, slot: *Slot) !void {
        _ = requests.openMark(slot, &worker.failure) catch |reason| return expectExhausted(reason);
        worker.counted.scope_count += 1;
        worker.counted.abandoned_count += 1;
        _ = slot.arena.allocate(100, 1, &worker.failure) catch {
            worker.counted.overflow_error_count += 1;
            return;
        };
        const header = &slot.arena.header;
        if (header.fallback_position_bytes > 0) {
            worker.counted.overflow_fallback_count += 1;
            worker.counted.overflow_fallback_bytes += 100;
        }
        worker.counted.allocated_bytes += header.offset_bytes + header.fallback_position_bytes;
        worker.counted.reset_count += 1;
    }

    fn fill(worker: *Worker, memory: []u8) void {
        memory[0] = worker.pattern();
        memory[memory.len / 2] = worker.pattern();
        memory[memory.len - 1] = worker.pattern();
    }

    fn isFilled(worker: *Worker, memory: []const u8) bool {
        const wanted = worker.pattern();
        return memory[0] == wanted and memory[memory.len / 2] == wanted and memory[memory.len - 1] == wanted;
    }

    fn pattern(worker: *const Worker) u8 {
        return @intCast(0xa0 + worker.index);
    }

    fn chance(worker: *Worker, one_in: u32) bool {
        return worker.prng.random().uintLessThan(u32, one_in) == 0;
    }

    fn expectExhausted(reason: anyerror) !void {
        try testing.expectEqual(error.PoolExhausted, reason);
    }
};

test "owners at work are not disturbed by those who ask something of all arenas, and no count is lost" {
    var team: Team = .{};
    try team.group.configure(.{ .pool_size_bytes = pool_size_bytes });
    try team.run(if (test_run.isFull()) 4000 else 200);
}

test "owners who take idle arenas' regions from each other keep their own bytes" {
    var team: Team = .{};
    try team.group.configure(.{ .pool_size_bytes = pool_size_bytes, .max_total_bytes = 3 * pool_size_bytes });
    try team.run(if (test_run.isFull()) 4000 else 100);
}

test "an arena is not trimmed, by several at once, while its owner is inside" {
    const Shared = struct {
        group: Group = .{},
        running: std.atomic.Value(bool) = .init(true),

        fn trim(shared: *@This()) void {
            while (shared.running.load(.monotonic)) _ = requests.trimAll(&shared.group);
        }
    };
    var shared: Shared = .{};
    defer shared.group.slots.unmap();
    var failure: Failure = .{};
    const slot = try shared.group.acquire(.thread, &failure);
    defer shared.group.release(slot);
    var trimmers: [2]std.Thread = undefined;
    for (&trimmers) |*trimmer| trimmer.* = try std.Thread.spawn(.{}, Shared.trim, .{&shared});
    defer for (trimmers) |trimmer| trimmer.join();
    defer shared.running.store(false, .monotonic);
    for (0..if (test_run.isFull()) 1_000_000 else 20_000) |_| {
        const mark = try requests.openMark(slot, &failure);
        const memory = (try slot.arena.allocate(64, 64, &failure))[0..64];
        @memset(memory, 5);
        for (0..20) |_| std.atomic.spinLoopHint();
        try testing.expect(std.mem.allEqual(u8, memory, 5));
        try requests.rewind(slot, mark);
    }
}

// Left out but where the thread sanitizer must find it.
test "plant: an arena that is served though its owner is at work" {
    if (!test_run.isPlanted("race")) return error.SkipZigTest;
    const Owner = struct {
        fn work(slot: *Slot) void {
            var failure: Failure = .{};
            for (0..1000) |_| {
                const mark = requests.openMark(slot, &failure) catch unreachable;
                _ = slot.arena.allocate(100, 1, &failure) catch unreachable;
                requests.rewind(slot, mark) catch unreachable;
            }
        }
    };
    var group: Group = .{};
    var failure: Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    const owner = try std.Thread.spawn(.{}, Owner.work, .{slot});
    // Neither a request nor the lock.
    for (0..1000) |_| _ = regions.trim(slot);
    owner.join();
}
