//! The bump arena: a header that Java and Zig share, and the region and chunks behind it.
//!
//! Everything here is for the arena's owner. Fields of the header that others read are written whole.

const std = @import("std");
const arena_config = @import("arena_config.zig");
const memcheck = @import("memcheck.zig");
const metrics = @import("arena_metrics.zig");
const overflow = @import("overflow.zig");

const load = metrics.load;
const store = metrics.store;
const add = metrics.add;

pub const alignment_bytes_max: u64 = 2 << 20;

/// The C struct `engram_failure`.
pub const Failure = extern struct {
    status: u32 = 0,
    system_error: u32 = 0,
    requested_bytes: u64 = 0,
    available_bytes: u64 = 0,
    capacity_bytes: u64 = 0,
};

/// The C struct `engram_mark`.
pub const Mark = extern struct {
    offset_bytes: u64,
    fallback_position_bytes: u64,
};

pub const Error = error{ InvalidArgument, ArenaOverflow, SystemError, ArenaInUse, PoolExhausted };

/// Bits of `Header.requests`.
pub const Request = struct {
    pub const configuration: u32 = 1;
    pub const reset: u32 = 2;
    pub const epoch: u32 = 4;
    pub const trim: u32 = 8;
    /// To have a region again: others needed the arena's, or there was none.
    pub const region: u32 = 16;
    /// Never set here: a caller's own.
    pub const of_caller: u32 = 1 << 31;
};

/// The C struct `engram_arena`: what Java and C see of an arena. The C header documents each field.
pub const Header = extern struct {
    base: ?[*]u8 = null,
    capacity_bytes: u64 = 0,
    offset_bytes: u64 = 0,
    high_water_mark_bytes: u64 = 0,
    fallback_position_bytes: u64 = 0,
    depth: u32 = 0,
    used_since_reset: u32 = 0,
    requests: u32 align(8) = 0,
    revision: u32 = 0,
    scope_count: u64 = 0,
    reset_count: u64 = 0,
    allocated_bytes: u64 = 0,
    overflow_error_count: u64 = 0,
    overflow_fallback_count: u64 = 0,
    overflow_fallback_bytes: u64 = 0,
    abandoned_count: u64 = 0,
    epoch: u64 = 0,
    overflow_strategy: u32 = @backingInt(arena_config.OverflowStrategy.error_return),
    zero_on_reset: u32 = 0,
};

/// An arena: the shared header, and what only native code knows of it.
pub const Arena = extern struct {
    header: Header align(128) = .{},
    chunks: overflow.Chunks = .{},

    pub fn fromHeader(header: *Header) *Arena {
        return @alignCast(@fieldParentPtr("header", header));
    }

    /// Memory at a multiple of `alignment`, not cleared. On failure the arena is as before but for its counters, and
    /// `failure` says why.
    pub fn allocate(arena: *Arena, size: u64, alignment: u64, failure: *Failure) Error![*]u8 {
        @setRuntimeSafety(true);
        const header = &arena.header;
        if (@popCount(alignment) != 1 or alignment > alignment_bytes_max) {
            failure.requested_bytes = size;
            return error.InvalidArgument;
        }
        if (arena.alignedOffset(alignment)) |start| {
            if (size <= header.capacity_bytes - start) {
                store(&header.offset_bytes, start + size);
                arena.revise();
                const memory = header.base.? + start;
                memcheck.handOut(memory[0..size]);
                return memory;
            }
        }
        defer arena.revise();
        return overflow.serve(arena, size, alignment, failure);
    }

    /// Bytes that an allocation of this alignment could still have. Without an open mark an estimate: others may be serving
    /// the arena.
    pub fn availableBytes(arena: *const Arena, alignment: u64) u64 {
        @setRuntimeSafety(true);
        return if (arena.alignedOffset(alignment)) |start| load(&arena.header.capacity_bytes) -| start else 0;
    }

    /// Where the next allocation of this alignment starts, or null beyond the end. It is the address that is aligned:
    /// a region need not start on a multiple of every alignment.
    fn alignedOffset(arena: *const Arena, alignment: u64) ?u64 {
        @setRuntimeSafety(true);
        const header = &arena.header;
        const base = @intFromPtr(load(&header.base) orelse return null);
        const start = std.mem.alignForward(u64, base + header.offset_bytes, alignment) - base;
        return if (start <= load(&header.capacity_bytes)) start else null;
    }

    /// Tells an owner who keeps copies of header fields that they are stale.
    pub fn revise(arena: *Arena) void {
        store(&arena.header.revision, arena.header.revision +% 1);
    }

    /// Opens a mark. For an outermost one, arena_requests.openMark serves what others ask before.
    pub fn mark(arena: *Arena) Mark {
        @setRuntimeSafety(true);
        store(&arena.header.depth, arena.header.depth + 1);
        return arena.markAnnounced();
    }

    /// The rest of `mark` once `depth` counts the new mark.
    pub fn markAnnounced(arena: *Arena) Mark {
        const header = &arena.header;
        add(&header.scope_count, 1);
        arena.revise();
        return .{ .offset_bytes = header.offset_bytes, .fallback_position_bytes = header.fallback_position_bytes };
    }

    /// Gives back what was allocated since `to`, the newest open mark, and closes it.
    pub fn rewind(arena: *Arena, to: Mark) Error!void {
        @setRuntimeSafety(true);
        const header = &arena.header;
        if (header.depth == 0 or to.offset_bytes > header.offset_bytes or
            to.fallback_position_bytes > header.fallback_position_bytes) return error.InvalidArgument;
        arena.giveBack(to);
        if (header.depth == 1) arena.countReset();
        arena.revise();
        arena.setDepth(header.depth - 1);
    }

    /// Gives back all that is in use; counts a reset if there was something. For whoever has the arena to itself.
    pub fn empty(arena: *Arena) void {
        @setRuntimeSafety(true);
        arena.giveBack(.{ .offset_bytes = 0, .fallback_position_bytes = 0 });
        arena.countReset();
        arena.revise();
    }

    /// Closes marks that nobody will rewind. What they hold stays in use.
    pub fn abandonMarks(arena: *Arena) void {
        @setRuntimeSafety(true);
        add(&arena.header.abandoned_count, arena.header.depth);
        store(&arena.header.depth, 0);
    }

    /// Counts as if all were given back, once the chunks and soon the region have another owner. Leaves `depth` to the
    /// caller, who says how many marks were open.
    pub fn abandonContents(arena: *Arena, open_marks: u32) void {
        @setRuntimeSafety(true);
        const header = &arena.header;
        add(&header.abandoned_count, open_marks);
        metrics.raise(&header.high_water_mark_bytes, header.offset_bytes);
        const given = header.offset_bytes + header.fallback_position_bytes;
        add(&header.allocated_bytes, given);
        if (given != 0) store(&header.used_since_reset, 1);
        store(&header.fallback_position_bytes, 0);
        @atomicStore(u64, &header.offset_bytes, 0, .release);
        arena.countReset();
    }

    /// The last store of an owner who leaves the arena idle: releases what was done before, since others may serve it now.
    pub fn setDepth(arena: *Arena, depth: u32) void {
        @atomicStore(u32, &arena.header.depth, depth, .release);
    }

    pub fn isEmpty(arena: *const Arena) bool {
        return arena.header.offset_bytes == 0 and arena.header.fallback_position_bytes == 0;
    }

    fn giveBack(arena: *Arena, to: Mark) void {
        @setRuntimeSafety(true);
        const header = &arena.header;
        const given = (header.offset_bytes - to.offset_bytes) +
            (header.fallback_position_bytes - to.fallback_position_bytes);
        if (given == 0) return;
        metrics.raise(&header.high_water_mark_bytes, header.offset_bytes);
        add(&header.allocated_bytes, given);
        store(&header.used_since_reset, 1);
        const wipe = header.zero_on_reset != 0;
        if (header.offset_bytes > to.offset_bytes) {
            const memory = header.base.?[to.offset_bytes..header.offset_bytes];
            if (wipe) {
                // Alignment has left gaps that were never handed out.
                memcheck.handOut(memory);
                @memset(memory, 0);
            }
            memcheck.takeBack(memory);
        }
        if (header.fallback_position_bytes != to.fallback_position_bytes) {
            arena.chunks.rewind(to.fallback_position_bytes, wipe);
            store(&header.fallback_position_bytes, to.fallback_position_bytes);
        }
        @atomicStore(u64, &header.offset_bytes, to.offset_bytes, .release);
    }

    fn countReset(arena: *Arena) void {
        @setRuntimeSafety(true);
        if (arena.header.used_since_reset == 0) return;
        store(&arena.header.used_since_reset, 0);
        add(&arena.header.reset_count, 1);
    }
};

comptime {
    std.debug.assert(@sizeOf(Header) == 128);
    std.debug.assert(@sizeOf(Arena) % 128 == 0);
}

const testing = std.testing;

fn testArena(buffer: []align(128) u8) Arena {
    return .{ .header = .{ .base = buffer.ptr, .capacity_bytes = buffer.len } };
}

test "allocations are aligned by address, disjoint and inside the region" {
    var buffer: [4096]u8 align(128) = undefined;
    // A base that is a multiple of 128 plus 8, so that aligning the offset would not do.
    var arena = testArena(buffer[0..]);
    arena.header.base = buffer[8..].ptr;
    arena.header.capacity_bytes = buffer.len - 8;
    var failure: Failure = .{};
    var end: usize = 0;
    for ([_]u64{ 1, 2, 4, 8, 16, 64, 128 }) |alignment| {
        const memory = try arena.allocate(10, alignment, &failure);
        try testing.expectEqual(0, @intFromPtr(memory) % alignment);
        try testing.expect(@intFromPtr(memory) >= end);
        end = @intFromPtr(memory) + 10;
    }
    try testing.expectEqual(end, @intFromPtr(arena.header.base.?) + arena.header.offset_bytes);
}

test "an allocation may take all that is left and not a byte more" {
    var buffer: [4096]u8 align(128) = undefined;
    var arena = testArena(&buffer);
    var failure: Failure = .{};
    _ = try arena.allocate(96, 1, &failure);
    try testing.expectEqual(4000, arena.availableBytes(1));
    try testing.expectError(error.ArenaOverflow, arena.allocate(4001, 1, &failure));
    _ = try arena.allocate(4000, 1, &failure);
    _ = try arena.allocate(0, 1, &failure);
    try testing.expectError(error.ArenaOverflow, arena.allocate(1, 1, &failure));
}

test "an alignment that is no power of two or too large is refused and uncounted" {
    var buffer: [4096]u8 align(128) = undefined;
    var arena = testArena(&buffer);
    var failure: Failure = .{};
    for ([_]u64{ 0, 3, 24, alignment_bytes_max * 2, std.math.maxInt(u64) }) |alignment| {
        try testing.expectError(error.InvalidArgument, arena.allocate(1, alignment, &failure));
    }
    try testing.expectEqual(0, arena.header.overflow_error_count);
    try testing.expectEqual(0, arena.header.offset_bytes);
}

test "marks nest, and only an outermost one that held something counts a reset" {
    var buffer: [4096]u8 align(128) = undefined;
    var arena = testArena(&buffer);
    var failure: Failure = .{};
    try arena.rewind(arena.mark());
    try testing.expectEqual(0, arena.header.reset_count);
    const outer = arena.mark();
    const inner = arena.mark();
    _ = try arena.allocate(1000, 8, &failure);
    try arena.rewind(inner);
    try testing.expectEqual(0, arena.header.offset_bytes);
    try testing.expectEqual(0, arena.header.reset_count);
    try arena.rewind(outer);
    try testing.expectEqual(1, arena.header.reset_count);
    try testing.expectEqual(3, arena.header.scope_count);
    try testing.expectEqual(1000, arena.header.allocated_bytes);
    try testing.expectEqual(1000, arena.header.high_water_mark_bytes);
    try testing.expectEqual(0, arena.header.depth);
}

test "a rewind without a mark, or to one above what is in use, is refused" {
    var buffer: [4096]u8 align(128) = undefined;
    var arena = testArena(&buffer);
    var failure: Failure = .{};
    try testing.expectError(error.InvalidArgument, arena.rewind(.{ .offset_bytes = 0, .fallback_position_bytes = 0 }));
    const mark = arena.mark();
    _ = try arena.allocate(10, 1, &failure);
    try testing.expectError(error.InvalidArgument, arena.rewind(.{ .offset_bytes = 11, .fallback_position_bytes = 0 }));
    try testing.expectError(error.InvalidArgument, arena.rewind(.{ .offset_bytes = 0, .fallback_position_bytes = 1 }));
    try testing.expectEqual(10, arena.header.offset_bytes);
    try arena.rewind(mark);
}

test "with zero on reset nothing that was used is left in the region" {
    var buffer: [4096]u8 align(128) = @splat(0);
    var arena = testArena(&buffer);
    arena.header.zero_on_reset = 1;
    var failure: Failure = .{};
    const outer = arena.mark();
    const kept = try arena.allocate(100, 1, &failure);
    @memset(kept[0..100], 1);
    const inner = arena.mark();
    @memset((try arena.allocate(3000, 64, &failure))[0..3000], 2);
    try arena.rewind(inner);
    try testing.expect(std.mem.allEqual(u8, buffer[0..100], 1));
    try testing.expect(std.mem.allEqual(u8, buffer[100..], 0));
    try arena.rewind(outer);
    try testing.expect(std.mem.allEqual(u8, &buffer, 0));
}
