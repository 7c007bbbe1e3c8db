//! The bump arena: a header that Java and Zig share, and the region and chunks behind it.
//!
//! Everything here is for the arena's owner. Fields of the header that others read are written whole.

const std = @import("std");
const arena_config = @import("arena_config.zig");
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

pub const Error = error{ InvalidArgument, ArenaOverflow, SystemError, ArenaInUse };

/// Bits of `Header.requests`.
pub const Request = struct {
    pub const configuration: u32 = 1;
    pub const reset: u32 = 2;
    pub const epoch: u32 = 4;
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
    requests: u32 = 0,
    overflow_strategy: u32 = @backingInt(arena_config.OverflowStrategy.error_return),
    scope_count: u64 = 0,
    reset_count: u64 = 0,
    allocated_bytes: u64 = 0,
    overflow_error_count: u64 = 0,
    overflow_fallback_count: u64 = 0,
    overflow_fallback_bytes: u64 = 0,
    abandoned_count: u64 = 0,
    epoch: u64 = 0,
    generation: u64 = 0,
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
                return header.base.? + start;
            }
        }
        return overflow.serve(arena, size, alignment, failure);
    }

    /// Bytes that an allocation of this alignment could still have.
    pub fn availableBytes(arena: *const Arena, alignment: u64) u64 {
        @setRuntimeSafety(true);
        return if (arena.alignedOffset(alignment)) |start| arena.header.capacity_bytes - start else 0;
    }

    /// Where the next allocation of this alignment starts, or null beyond the end. It is the address that is aligned:
    /// a region need not start on a multiple of every alignment.
    fn alignedOffset(arena: *const Arena, alignment: u64) ?u64 {
        @setRuntimeSafety(true);
        const header = &arena.header;
        const base = @intFromPtr(header.base orelse return null);
        const start = std.mem.alignForward(u64, base + header.offset_bytes, alignment) - base;
        return if (start <= header.capacity_bytes) start else null;
    }

    /// Opens a mark. Requests of others are served by the caller before an outermost one.
    pub fn mark(arena: *Arena) Mark {
        @setRuntimeSafety(true);
        const header = &arena.header;
        store(&header.depth, header.depth + 1);
        add(&header.scope_count, 1);
        return .{ .offset_bytes = header.offset_bytes, .fallback_position_bytes = header.fallback_position_bytes };
    }

    /// Gives back what was allocated since `to`, the newest open mark, and closes it.
    pub fn rewind(arena: *Arena, to: Mark) Error!void {
        @setRuntimeSafety(true);
        const header = &arena.header;
        if (header.depth == 0 or to.offset_bytes > header.offset_bytes or
            to.fallback_position_bytes > header.fallback_position_bytes) return error.InvalidArgument;
        arena.giveBack(to);
        store(&header.depth, header.depth - 1);
        if (header.depth == 0) arena.countReset();
    }

    /// Empties an arena without open marks; counts a reset if there was something in it.
    pub fn reset(arena: *Arena) Error!void {
        @setRuntimeSafety(true);
        if (arena.header.depth != 0) return error.ArenaInUse;
        arena.giveBack(.{ .offset_bytes = 0, .fallback_position_bytes = 0 });
        arena.countReset();
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
        // The high-water mark goes up before the offset goes down, so that a reader never sees both low.
        if (header.offset_bytes > header.high_water_mark_bytes)
            @atomicStore(u64, &header.high_water_mark_bytes, header.offset_bytes, .release);
        add(&header.allocated_bytes, given);
        store(&header.used_since_reset, 1);
        if (header.fallback_position_bytes != to.fallback_position_bytes) {
            arena.chunks.rewind(to.fallback_position_bytes);
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
