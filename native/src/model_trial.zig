//! One run of model_test.zig: random operations on a group of arenas and on a model of it, and what is compared after each.

const std = @import("std");
const allocator = @import("allocator.zig");
const arena_config = @import("arena_config.zig");
const arena_model = @import("arena_model.zig");
const arena_slots = @import("arena_slots.zig");
const barrier = @import("barrier.zig");
const group_model = @import("group_model.zig");
const metrics = @import("arena_metrics.zig");
const pages = @import("pages.zig");
const Group = @import("arena_group.zig").Group;

const Slot = arena_slots.Slot;

/// What happened, for a report.
const Event = struct {
    what: []const u8,
    place: usize = 0,
    values: [2]u64 = @splat(0),
    result: ?anyerror = null,
};

pub const Trial = struct {
    group: Group = .{},
    model: group_model.Model,
    random: std.Random,
    failure: allocator.Failure = .{},
    /// Of the first slot, from which places are counted.
    origin: ?u64 = null,
    headers: [64]allocator.Header = @splat(.{}),
    events: [40]Event = undefined,
    event_count: u64 = 0,
    difference: Difference = .{},

    const Difference = struct { what: []const u8 = "", wanted: u64 = 0, found: u64 = 0 };

    pub fn init(trial: *Trial, random: std.Random) void {
        trial.* = .{
            .model = .{ .gpa = std.testing.allocator, .serves_threads = barrier.acrossThreads() },
            .random = random,
        };
    }

    pub fn deinit(trial: *Trial) void {
        for (&trial.model.arenas, 0..) |*arena, place| switch (arena.use) {
            .thread, .leased => trial.group.release(trial.slotAt(place)),
            .quarantined => @import("arena_regions.zig").releaseQuarantined(trial.slotAt(place)) catch unreachable,
            .free, .idle => {},
        };
        @import("arena_requests.zig").dropIdleLeases(&trial.group);
        trial.group.slots.unmap();
        trial.model.deinit();
    }

    // ---- Places

    pub fn slotAt(trial: *const Trial, place: usize) *Slot {
        return @ptrFromInt(trial.origin.? + place * @sizeOf(Slot));
    }

    pub fn placeOf(trial: *Trial, slot: *Slot) usize {
        const address = @intFromPtr(slot);
        if (trial.origin == null) trial.origin = address;
        return (address - trial.origin.?) / @sizeOf(Slot);
    }

    /// Where the next arena will be.
    pub fn nextPlace(trial: *Trial) usize {
        return trial.placeOf(trial.group.slots.free orelse return 0);
    }

    // ---- Choices

    /// One of the arenas in such a use; null where there is none.
    pub fn choose(trial: *Trial, uses: []const arena_model.Use) ?usize {
        var places: [64]usize = undefined;
        var count: usize = 0;
        for (&trial.model.arenas, 0..) |*arena, place| {
            if (std.mem.findScalar(arena_model.Use, uses, arena.use) == null) continue;
            places[count] = place;
            count += 1;
        }
        return if (count == 0) null else places[trial.random.uintLessThan(usize, count)];
    }

    pub fn countOf(trial: *Trial, use: arena_model.Use) usize {
        var count: usize = 0;
        for (&trial.model.arenas) |*arena| count += @intFromBool(arena.use == use);
        return count;
    }

    pub fn oneOf(trial: *Trial, comptime T: type, values: []const T) T {
        return values[trial.random.uintLessThan(usize, values.len)];
    }

    pub fn near(trial: *Trial, value: u64) u64 {
        const distance = trial.random.uintLessThan(u64, 66);
        return if (trial.random.boolean()) value +| distance else value -| distance;
    }

    // ---- Reports

    pub fn note(trial: *Trial, event: Event) void {
        trial.events[trial.event_count % trial.events.len] = event;
        trial.event_count += 1;
    }

    pub fn noteResult(trial: *Trial, result: ?anyerror) void {
        trial.events[(trial.event_count - 1) % trial.events.len].result = result;
    }

    pub fn print(trial: *const Trial) void {
        const difference = trial.difference;
        std.debug.print("{s}: the model has {d}, the library {d}\n", .{ difference.what, difference.wanted, difference.found });
        const first = trial.event_count -| trial.events.len;
        for (first..trial.event_count) |number| {
            const event = trial.events[number % trial.events.len];
            std.debug.print("  {d}: {s} at {d}, {d} {d}: {s}\n", .{
                number,          event.what,
                event.place,     event.values[0],
                event.values[1], if (event.result) |reason| @errorName(reason) else "done",
            });
        }
    }

    pub fn same(trial: *Trial, what: []const u8, wanted: u64, found: u64) !void {
        if (wanted == found) return;
        trial.difference = .{ .what = what, .wanted = wanted, .found = found };
        return error.Differs;
    }

    pub fn sameResult(trial: *Trial, wanted: anyerror!void, found: anyerror!void) !void {
        const found_reason: ?anyerror = if (found) |_| null else |reason| reason;
        const wanted_reason: ?anyerror = if (wanted) |_| null else |reason| reason;
        trial.noteResult(found_reason);
        const code = struct {
            fn of(reason: ?anyerror) u64 {
                return if (reason) |known| @intFromError(known) else 0;
            }
        };
        const name = if (wanted_reason) |reason| @errorName(reason) else "success";
        trial.same(name, code.of(wanted_reason), code.of(found_reason)) catch |reason| return reason;
    }

    // ---- Comparisons

    /// Every word of every header.
    pub fn compareHeaders(trial: *Trial) !void {
        if (trial.origin == null) return;
        for (&trial.model.arenas, &trial.headers, 0..) |*arena, *before, place| {
            if (arena.use == .free and before.scope_count == 0) continue;
            const header = &trial.slotAt(place).arena.header;
            if (arena.isActive()) try trial.compareHeader(arena, header);
            // Whoever keeps copies of fields must learn that they are stale.
            var now = header.*;
            now.requests = before.requests;
            if (!std.mem.eql(u8, std.mem.asBytes(&now), std.mem.asBytes(before)) and arena.isActive())
                try trial.same("a new revision", 1, @intFromBool(now.revision != before.revision));
            before.* = header.*;
        }
    }

    fn compareHeader(trial: *Trial, arena: *arena_model.Arena, header: *const allocator.Header) !void {
        try trial.meetRegion(arena, header);
        try trial.same("base", if (arena.region == null) 0 else arena.base, @intFromPtr(header.base));
        try trial.same("capacity_bytes", arena.capacity(), header.capacity_bytes);
        try trial.same("offset_bytes", arena.offset, header.offset_bytes);
        try trial.same("high_water_mark_bytes", arena.high_water_mark, header.high_water_mark_bytes);
        try trial.same("fallback_position_bytes", arena.position, header.fallback_position_bytes);
        try trial.same("depth", arena.marks.items.len, header.depth);
        try trial.same("used_since_reset", @intFromBool(arena.used_since_reset), header.used_since_reset);
        try trial.same("requests", arena.requests, header.requests);
        try trial.same("epoch", arena.epoch, header.epoch);
        try trial.same("overflow_strategy", @backingInt(arena.config.overflow), header.overflow_strategy);
        try trial.same("zero_on_reset", @intFromBool(arena.config.zero_on_reset), header.zero_on_reset);
        inline for (comptime std.meta.fieldNames(arena_model.Counts)) |name|
            try trial.same(name, @field(arena.counts, name), @field(header, name));
    }

    /// A region that the system has just given: the model takes its address, where nothing else may be.
    pub fn meetRegion(trial: *Trial, arena: *arena_model.Arena, header: *const allocator.Header) !void {
        if (arena.region == null or arena.base != 0) return;
        const base = @intFromPtr(header.base);
        try trial.same("a region", 1, @intFromBool(base != 0));
        const huge = arena.region.?.specification.huge_pages == .transparent;
        try trial.same("alignment of the region", 0, base % @as(u64, if (huge) pages.huge_page_bytes else pages.page_bytes_min));
        try trial.expectFree(base, arena.capacity());
        arena.base = base;
        arena.region.?.is_kept_whole = Slot.fromHeader(@constCast(header)).region.?.page_bytes == pages.huge_page_bytes;
    }

    /// That no region and no chunk is there.
    pub fn expectFree(trial: *Trial, start: u64, size: u64) !void {
        for (&trial.model.arenas) |*arena| {
            if (arena.region != null and arena.base != 0)
                try trial.same("overlap with a region", 0, @intFromBool(overlap(start, size, arena.base, arena.capacity())));
            for (arena.chunks.items) |chunk|
                try trial.same("overlap with a chunk", 0, @intFromBool(overlap(start, size, chunk.base, chunk.size)));
        }
    }

    fn overlap(a: u64, a_size: u64, b: u64, b_size: u64) bool {
        return a < b + b_size and b < a + a_size;
    }

    /// Every total and gauge.
    pub fn compareStats(trial: *Trial) !void {
        const model = &trial.model;
        const stats = trial.group.readStats();
        const sum = model.sum();
        const names = .{
            .{ "total_scopes", "scope_count" },
            .{ "total_resets", "reset_count" },
            .{ "total_allocated_bytes", "allocated_bytes" },
            .{ "total_overflow_errors", "overflow_error_count" },
            .{ "total_overflow_fallbacks", "overflow_fallback_count" },
            .{ "total_fallback_bytes", "overflow_fallback_bytes" },
            .{ "total_abandoned", "abandoned_count" },
        };
        inline for (names) |pair|
            try trial.same(pair[0], @field(sum, pair[1]) - @field(model.baseline, pair[1]), @field(stats, pair[0]));
        try trial.same("total_refused_arenas", model.refused - model.refused_before, stats.total_refused_arenas);
        try trial.same("total_failed_remaps", model.failed_remaps - model.failed_remaps_before, stats.total_failed_remaps);
        try trial.same("epoch", model.epoch, stats.epoch);
        try trial.same("held_fallback_bytes", model.fallback_held, stats.held_fallback_bytes);
        try trial.same("bytes held", model.total_held, trial.group.budget.total.held());
        try trial.compareGauges(&stats);
    }

    fn compareGauges(trial: *Trial, stats: *const metrics.StatsAbi) !void {
        var wanted: metrics.StatsAbi = .{};
        for (&trial.model.arenas) |*arena| {
            wanted.max_high_water_mark_bytes = @max(wanted.max_high_water_mark_bytes, arena.peak);
            if (arena.use == .quarantined) wanted.quarantined_bytes += arena.capacity();
            if (!arena.isActive()) continue;
            wanted.max_high_water_mark_bytes = @max(wanted.max_high_water_mark_bytes, arena.offset);
            wanted.used_bytes += arena.offset;
            if (arena.region == null) continue;
            wanted.live_arenas += 1;
            wanted.reserved_bytes += arena.capacity();
            wanted.touched_bytes += arena.touchedBytes();
        }
        inline for (.{ "max_high_water_mark_bytes", "quarantined_bytes", "used_bytes", "live_arenas", "reserved_bytes", "touched_bytes" }) |name|
            try trial.same(name, @field(wanted, name), @field(stats, name));
    }

    // ---- Contents

    /// A pattern at both ends.
    pub fn fill(allocation: arena_model.Allocation) void {
        const bytes = bytesOf(allocation);
        const edge = @min(bytes.len, 64);
        @memset(bytes[0..edge], allocation.pattern);
        @memset(bytes[bytes.len - edge ..], allocation.pattern);
    }

    pub fn compareContents(trial: *Trial, allocations: []const arena_model.Allocation) !void {
        for (allocations) |allocation| {
            const bytes = bytesOf(allocation);
            const edge = @min(bytes.len, 64);
            for ([_][]const u8{ bytes[0..edge], bytes[bytes.len - edge ..] }) |end| {
                for (end) |byte| try trial.same("a byte of an allocation", allocation.pattern, byte);
            }
        }
    }

    pub fn compareAllContents(trial: *Trial) !void {
        for (&trial.model.arenas) |*arena| try trial.compareContents(arena.allocations.items);
    }

    fn bytesOf(allocation: arena_model.Allocation) []u8 {
        const start: [*]u8 = @ptrFromInt(allocation.address);
        return start[0..allocation.size];
    }
};
