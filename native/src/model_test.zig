//! Random operations, biased to where things change, on a group of arenas and on a simple model of it: every address, byte,
//! counter and gauge must be what the model says.

const std = @import("std");
const allocator = @import("allocator.zig");
const arena_config = @import("arena_config.zig");
const arena_model = @import("arena_model.zig");
const leases = @import("leases.zig");
const regions = @import("arena_regions.zig");
const requests = @import("arena_requests.zig");
const test_run = @import("test_run.zig");
const Slot = @import("arena_slots.zig").Slot;
const Trial = @import("model_trial.zig").Trial;

const Arena = arena_model.Arena;
const Config = arena_config.Config;
const Use = arena_model.Use;
const testing = std.testing;

const Operation = struct { weight: u32, run: *const fn (*Trial) anyerror!void };

/// In about a thousand.
const operations = [_]Operation{
    .{ .weight = 480, .run = allocate },
    .{ .weight = 180, .run = openMark },
    .{ .weight = 230, .run = rewind },
    .{ .weight = 10, .run = rewindWrongly },
    .{ .weight = 20, .run = serve },
    .{ .weight = 8, .run = acquire },
    .{ .weight = 5, .run = release },
    .{ .weight = 15, .run = lease },
    .{ .weight = 15, .run = giveBack },
    .{ .weight = 4, .run = recover },
    .{ .weight = 8, .run = configure },
    .{ .weight = 6, .run = trim },
    .{ .weight = 6, .run = reset },
    .{ .weight = 6, .run = resetMetrics },
    .{ .weight = 6, .run = quarantine },
    .{ .weight = 6, .run = releaseQuarantined },
};

const weights = blk: {
    var all: [operations.len]u32 = undefined;
    for (&all, operations) |*weight, operation| weight.* = operation.weight;
    break :blk all;
};

// ---- Choices

fn chooseSize(trial: *Trial, arena: *const Arena) u64 {
    const random = trial.random;
    return switch (random.uintLessThan(u8, 16)) {
        0...7 => random.uintLessThan(u64, 2000),
        8 => random.uintLessThan(u64, 3),
        9 => trial.near(arena.capacity() - arena.offset),
        10 => trial.near(arena.capacity()),
        11 => random.uintLessThan(u64, arena.capacity() + 2),
        12 => trial.near(trial.model.config.max_fallback_bytes),
        13 => trial.near(if (arena.top()) |chunk| chunk.size - chunk.used else 64 << 10),
        14 => trial.near(@as(u64, 1) << random.int(u6)),
        else => std.math.maxInt(u64) - random.uintLessThan(u64, 9000),
    };
}

fn chooseAlignment(trial: *Trial) u64 {
    return switch (trial.random.uintLessThan(u8, 32)) {
        0 => trial.oneOf(u64, &.{ 0, 3, 24, 4095, allocator.alignment_bytes_max * 2, std.math.maxInt(u64) }),
        1 => allocator.alignment_bytes_max,
        else => @as(u64, 1) << trial.random.uintLessThan(u6, 13),
    };
}

fn chooseConfig(trial: *Trial) Config {
    const random = trial.random;
    const size = switch (random.uintLessThan(u8, 8)) {
        0 => arena_config.pool_size_bytes_min,
        1 => (2 << 20) + random.uintLessThan(u64, 3 << 20),
        else => arena_config.pool_size_bytes_min + random.uintLessThan(u64, 300_000),
    };
    return .{
        .pool_size_bytes = size,
        .max_fallback_bytes = trial.oneOf(u64, &.{ 0, 65_535, 65_536, 200_000, 4 << 20, 64 << 20 }),
        .max_total_bytes = switch (random.uintLessThan(u8, 4)) {
            // Refused where explicit huge pages make an arena larger.
            0 => size,
            1 => size * random.intRangeAtMost(u64, 1, 6) + random.uintLessThan(u64, 100_000),
            else => arena_config.total_bytes_unlimited,
        },
        .overflow = trial.oneOf(arena_config.OverflowStrategy, &.{ .panic, .error_return, .error_return, .fallback, .fallback, .fallback }),
        .huge_pages = random.enumValue(arena_config.HugePages),
        .zero_on_reset = random.boolean(),
        .pre_touch = random.uintLessThan(u8, 8) == 0,
    };
}

// ---- Operations

fn allocate(trial: *Trial) anyerror!void {
    const place = trial.choose(&.{ .thread, .leased }) orelse return;
    const arena = &trial.model.arenas[place];
    const size = chooseSize(trial, arena);
    const alignment = chooseAlignment(trial);
    // Most unmarked memory stays until somebody asks for a reset, so there is little of it.
    if (arena.marks.items.len == 0 and trial.random.uintLessThan(u8, 8) != 0) return;
    const panics = arena.config.overflow == .panic or trial.model.config.overflow == .panic;
    if (panics and (arena.region == null or !isAlignment(alignment) or !arena.fits(size, alignment))) return;
    trial.note(.{ .what = "allocate", .place = place, .values = .{ size, alignment } });
    const slot = trial.slotAt(place);

    const ready = trial.model.beforeAllocation(arena);
    const found = requests.allocate(slot, size, alignment, &trial.failure);
    try trial.meetRegion(arena, &slot.arena.header);
    const wanted = if (ready) |_| expectAllocation(trial, arena, size, alignment) else |reason| reason;
    try trial.sameResult(if (wanted) |_| {} else |reason| reason, if (found) |_| {} else |reason| reason);
    const memory = found catch |reason| return checkFailure(trial, arena, reason, size, alignment);
    const address = switch (try wanted) {
        .at => |address| address,
        .in_chunk_of_bytes => |bytes| try meetChunk(trial, arena, slot, bytes, size, alignment),
    };
    try trial.same("address", address, @intFromPtr(memory));
    try trial.same("alignment", 0, address % alignment);
    if (size == 0) return;
    const allocation: arena_model.Allocation = .{ .address = address, .size = size, .pattern = trial.random.int(u8) | 1 };
    Trial.fill(allocation);
    try arena.allocations.append(trial.model.gpa, allocation);
}

const Place = union(enum) { at: u64, in_chunk_of_bytes: u64 };

/// Where an allocation is to be.
fn expectAllocation(trial: *Trial, arena: *Arena, size: u64, alignment: u64) anyerror!Place {
    if (!isAlignment(alignment)) return error.InvalidArgument;
    const may_overflow = arena.config.overflow == .fallback;
    if (may_overflow or arena.fits(size, alignment)) if (arena.place(size, alignment)) |address| return .{ .at = address };
    if (may_overflow) if (trial.model.chunkSize(size, alignment)) |bytes|
        if (trial.model.takeChunk(arena, bytes)) return .{ .in_chunk_of_bytes = bytes };
    arena.counts.overflow_error_count += 1;
    return error.ArenaOverflow;
}

fn isAlignment(alignment: u64) bool {
    return @popCount(alignment) == 1 and alignment <= allocator.alignment_bytes_max;
}

fn meetChunk(trial: *Trial, arena: *Arena, slot: *const Slot, chunk_bytes: u64, size: u64, alignment: u64) !u64 {
    const base = @intFromPtr(slot.arena.chunks.top.?);
    try trial.expectFree(base, chunk_bytes);
    try trial.model.addChunk(arena, base, chunk_bytes);
    return arena.place(size, alignment).?;
}

fn checkFailure(trial: *Trial, arena: *const Arena, reason: anyerror, size: u64, alignment: u64) !void {
    if (reason == error.PoolExhausted) return;
    try trial.same("requested_bytes", size, trial.failure.requested_bytes);
    if (reason != error.ArenaOverflow) return;
    const available = if (arena.startFor(alignment)) |start| arena.capacity() - start else 0;
    try trial.same("available_bytes", available, trial.failure.available_bytes);
    try trial.same("capacity_bytes", arena.capacity(), trial.failure.capacity_bytes);
}

fn openMark(trial: *Trial) anyerror!void {
    const place = trial.choose(&.{ .thread, .leased }) orelse return;
    const arena = &trial.model.arenas[place];
    if (arena.marks.items.len == arena_model.marks_max) return;
    trial.note(.{ .what = "open a mark", .place = place });
    const wanted = trial.model.openMark(arena);
    const found = requests.openMark(trial.slotAt(place), &trial.failure);
    try trial.sameResult(if (wanted) |_| {} else |reason| reason, if (found) |_| {} else |reason| reason);
    const mark = found catch return;
    try trial.same("offset of the mark", (try wanted).offset, mark.offset_bytes);
    try trial.same("position of the mark", (try wanted).position, mark.fallback_position_bytes);
}

fn rewind(trial: *Trial) anyerror!void {
    const place = trial.choose(&.{ .thread, .leased }) orelse return;
    const arena = &trial.model.arenas[place];
    const newest = arena.marks.last() orelse return;
    try rewindTo(trial, place, newest.mark, newest.allocations);
}

fn rewindTo(trial: *Trial, place: usize, mark: arena_model.Mark, first_freed: usize) !void {
    const arena = &trial.model.arenas[place];
    trial.note(.{ .what = "rewind", .place = place, .values = .{ mark.offset, mark.position } });
    try trial.compareContents(arena.allocations.items[first_freed..]);
    const slot = trial.slotAt(place);
    const end = arena.offset;
    try trial.sameResult(
        trial.model.rewind(arena, mark),
        requests.rewind(slot, .{ .offset_bytes = mark.offset, .fallback_position_bytes = mark.position }),
    );
    if (!arena.config.zero_on_reset or test_run.isUnderMemcheck()) return;
    const wiped = slot.arena.header.base orelse return;
    for ([_]u64{ mark.offset, end -| 64 }) |start| {
        if (start < arena.offset or start >= end) continue;
        for (wiped[start..@min(start + 64, end)]) |byte| try trial.same("a byte that was wiped", 0, byte);
    }
}

fn rewindWrongly(trial: *Trial) anyerror!void {
    const place = trial.choose(&.{ .thread, .leased }) orelse return;
    const arena = &trial.model.arenas[place];
    const above = trial.random.boolean();
    try rewindTo(trial, place, .{
        .offset = if (above) arena.offset + 1 else arena.offset,
        .position = if (above) arena.position else arena.position + 1,
    }, arena.allocations.items.len);
}

fn serve(trial: *Trial) anyerror!void {
    const place = trial.choose(&.{ .thread, .leased }) orelse return;
    trial.note(.{ .what = "serve", .place = place });
    try trial.sameResult(
        trial.model.serve(&trial.model.arenas[place]),
        requests.serve(trial.slotAt(place), &trial.failure),
    );
}

fn acquire(trial: *Trial) anyerror!void {
    if (trial.countOf(.thread) == 4) return;
    try acquireFor(trial, .thread);
}

fn acquireFor(trial: *Trial, use: Use) !void {
    const place = trial.nextPlace();
    trial.note(.{ .what = "acquire", .place = place });
    const wanted = trial.model.acquire(&trial.model.arenas[place], use);
    const found = if (use == .thread)
        trial.group.acquire(.thread, &trial.failure)
    else
        leases.take(&trial.group, &trial.failure);
    try trial.sameResult(wanted, if (found) |_| {} else |reason| reason);
    try trial.same("place", place, trial.placeOf(found catch return));
}

fn release(trial: *Trial) anyerror!void {
    const place = trial.choose(&.{.thread}) orelse return;
    trial.note(.{ .what = "release", .place = place });
    try trial.compareContents(trial.model.arenas[place].allocations.items);
    trial.model.release(&trial.model.arenas[place]);
    trial.group.release(trial.slotAt(place));
}

fn lease(trial: *Trial) anyerror!void {
    const place = trial.model.nextLease() orelse {
        if (trial.countOf(.leased) < 4) try acquireFor(trial, .leased);
        return;
    };
    trial.note(.{ .what = "lease", .place = place });
    const wanted = trial.model.lease(place);
    const found = leases.take(&trial.group, &trial.failure);
    try trial.sameResult(wanted, if (found) |_| {} else |reason| reason);
    try trial.same("place", place, trial.placeOf(found catch return));
}

fn giveBack(trial: *Trial) anyerror!void {
    const place = trial.choose(&.{ .leased, .leased, .idle, .thread }) orelse return;
    trial.note(.{ .what = "give back", .place = place });
    const arena = &trial.model.arenas[place];
    try trial.compareContents(arena.allocations.items);
    try trial.sameResult(trial.model.giveBackLease(place), leases.giveBack(trial.slotAt(place)));
}

fn recover(trial: *Trial) anyerror!void {
    const place = trial.choose(&.{ .leased, .idle }) orelse return;
    trial.note(.{ .what = "recover", .place = place });
    try trial.compareContents(trial.model.arenas[place].allocations.items);
    try trial.sameResult(trial.model.recover(place), leases.recover(trial.slotAt(place)));
}

fn configure(trial: *Trial) anyerror!void {
    var config = chooseConfig(trial);
    const kind = trial.random.uintLessThan(u8, 16);
    if (kind == 0) config.pool_size_bytes = trial.oneOf(u64, &.{ 0, 65_535, arena_config.pool_size_bytes_max + 1, std.math.maxInt(u64) });
    trial.note(.{ .what = "configure", .values = .{ config.pool_size_bytes, config.max_total_bytes } });
    if (kind == 1) {
        config.max_total_bytes = arena_config.total_bytes_unlimited;
        config.pool_size_bytes = arena_config.pool_size_bytes_max;
        // More than there are addresses.
        return trial.sameResult(error.SystemError, trial.group.configure(config));
    }
    try trial.sameResult(trial.model.configure(config), trial.group.configure(config));
}

fn trim(trial: *Trial) anyerror!void {
    trial.note(.{ .what = "trim" });
    try trial.same("bytes given back", trial.model.trimAll(), requests.trimAll(&trial.group));
    try trial.compareAllContents();
}

fn reset(trial: *Trial) anyerror!void {
    const own = trial.choose(&.{.thread});
    trial.note(.{ .what = "reset", .place = own orelse 0 });
    try trial.compareAllContents();
    try trial.sameResult(
        trial.model.resetAll(if (own) |place| &trial.model.arenas[place] else null),
        requests.resetAll(&trial.group, if (own) |place| trial.slotAt(place) else null),
    );
}

fn resetMetrics(trial: *Trial) anyerror!void {
    trial.note(.{ .what = "reset metrics" });
    trial.model.resetMetrics();
    trial.group.resetMetrics();
    trial.noteResult(null);
}

fn quarantine(trial: *Trial) anyerror!void {
    if (trial.countOf(.quarantined) == 3) return;
    const place = trial.choose(&.{ .thread, .leased }) orelse return;
    trial.note(.{ .what = "quarantine", .place = place });
    const found = regions.quarantine(trial.slotAt(place), &trial.failure);
    var nobody: Arena = .{};
    const aside = if (found) |slot| &trial.model.arenas[trial.placeOf(slot)] else |_| &nobody;
    const wanted = trial.model.quarantine(&trial.model.arenas[place], aside);
    try trial.sameResult(wanted, if (found) |_| {} else |reason| reason);
}

fn releaseQuarantined(trial: *Trial) anyerror!void {
    const place = trial.choose(&.{ .quarantined, .quarantined, .thread }) orelse return;
    trial.note(.{ .what = "release quarantined", .place = place });
    try trial.compareContents(trial.model.arenas[place].allocations.items);
    try trial.sameResult(
        trial.model.releaseQuarantined(&trial.model.arenas[place]),
        regions.releaseQuarantined(trial.slotAt(place)),
    );
}

// ---- Runs

/// Harm that is done to the library's state in the end, which must be noticed.
const Harm = enum { count, byte, offset, budget };

fn doHarm(trial: *Trial, harm: Harm) bool {
    const place = trial.choose(&.{ .thread, .leased }) orelse return false;
    const arena = &trial.model.arenas[place];
    const header = &trial.slotAt(place).arena.header;
    switch (harm) {
        .count => header.allocated_bytes -%= 1,
        .byte => {
            if (arena.allocations.items.len == 0) return false;
            const memory: *u8 = @ptrFromInt(arena.allocations.items[0].address);
            memory.* ^= 1;
        },
        .offset => {
            if (header.offset_bytes == 0) return false;
            header.offset_bytes -= 1;
        },
        .budget => return trial.group.budget.takeRegion(1),
    }
    return true;
}

fn runTrial(seed: u64, count: u64, harm: ?Harm) !void {
    var prng: std.Random.DefaultPrng = .init(seed);
    var trial: Trial = undefined;
    trial.init(prng.random());
    defer trial.deinit();
    errdefer if (harm == null) {
        std.debug.print("seed {d}: ", .{seed});
        trial.print();
    };
    var pending = harm;
    var number: u64 = 0;
    while (number < count or pending != null) : (number += 1) {
        try operations[trial.random.weightedIndex(u32, &weights)].run(&trial);
        try trial.compareHeaders();
        if (number % 16 == 0) try trial.compareStats();
        if (number % 64 == 0) try trial.compareAllContents();
        if (number >= count) if (pending) |kind| {
            if (doHarm(&trial, kind)) pending = null;
        };
    }
    try trial.compareHeaders();
    try trial.compareAllContents();
    try trial.compareStats();
}

test "arenas do what a simple model does, operation by operation" {
    const seeds: u64 = if (test_run.isUnderMemcheck()) 2 else 20;
    for (1..seeds + 1) |seed| try runTrial(seed, if (test_run.isFull()) 1_000_000 else 5_000, null);
}

test "control: a count, a byte, an offset or a budget that is one off is noticed" {
    for (std.enums.values(Harm)) |harm| try testing.expectError(error.Differs, runTrial(7, 2_000, harm));
}
