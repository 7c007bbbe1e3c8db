//! A simple model of one arena, for model_test.zig: what it holds, in plain lists.

const std = @import("std");
const arena_config = @import("arena_config.zig");
const pages = @import("pages.zig");

const Config = arena_config.Config;

pub const Allocation = struct { address: u64, size: u64, pattern: u8 };

pub const Mark = struct { offset: u64, position: u64 };

const OpenMark = struct { mark: Mark, allocations: usize };

const Region = struct {
    specification: pages.Specification,

    /// On pages that the system had set aside, which are not given back before the region is.
    is_kept_whole: bool = false,

    pub fn size(region: *const Region) u64 {
        return region.specification.capacity_bytes;
    }
};

pub const Chunk = struct { base: u64, size: u64, start: u64, used: u64 };

/// Of one arena, or of nobody's place in between.
pub const Counts = struct {
    scope_count: u64 = 0,
    reset_count: u64 = 0,
    allocated_bytes: u64 = 0,
    overflow_error_count: u64 = 0,
    overflow_fallback_count: u64 = 0,
    overflow_fallback_bytes: u64 = 0,
    abandoned_count: u64 = 0,
};

pub const Use = enum { free, thread, leased, idle, quarantined };

pub const marks_max = 8;

pub const Arena = struct {
    use: Use = .free,
    region: ?Region = null,
    /// Where the system has put the region.
    base: u64 = 0,
    offset: u64 = 0,
    position: u64 = 0,
    marks: std.ArrayList(OpenMark) = .empty,
    allocations: std.ArrayList(Allocation) = .empty,
    chunks: std.ArrayList(Chunk) = .empty,
    config: Config = .{},
    requests: u32 = 0,
    counts: Counts = .{},
    used_since_reset: bool = false,
    high_water_mark: u64 = 0,
    epoch: u64 = 0,
    /// The largest offset at a rewind in the group's epoch, by whatever owner.
    peak: u64 = 0,
    touched: u64 = 0,
    /// Its owner is in a call: nobody else may have its region.
    claimed: bool = false,

    pub fn capacity(arena: *const Arena) u64 {
        return if (arena.region) |*region| region.size() else 0;
    }

    pub fn isEmpty(arena: *const Arena) bool {
        return arena.offset == 0 and arena.position == 0;
    }

    pub fn isActive(arena: *const Arena) bool {
        return arena.use != .free and arena.use != .quarantined;
    }

    /// Where an allocation would start, or null if even that is beyond the end.
    pub fn startFor(arena: *const Arena, alignment: u64) ?u64 {
        if (arena.region == null) return null;
        const start = roundUp(arena.base + arena.offset, alignment) - arena.base;
        return if (start > arena.capacity()) null else start;
    }

    pub fn fits(arena: *const Arena, size: u64, alignment: u64) bool {
        const start = arena.startFor(alignment) orelse return false;
        return size <= arena.capacity() - start;
    }

    pub fn touchedBytes(arena: *const Arena) u64 {
        return @max(arena.touched, arena.offset, arena.high_water_mark);
    }

    pub fn top(arena: *const Arena) ?*Chunk {
        if (arena.chunks.items.len == 0) return null;
        return &arena.chunks.items[arena.chunks.items.len - 1];
    }

    /// Where the allocation is, in the region or in the latest chunk; null if in neither.
    pub fn place(arena: *Arena, size: u64, alignment: u64) ?u64 {
        if (arena.fits(size, alignment)) {
            const start = arena.startFor(alignment).?;
            arena.offset = start + size;
            return arena.base + start;
        }
        const chunk = arena.top() orelse return null;
        const address = roundUp(chunk.base + chunk.used, alignment);
        const end = std.math.add(u64, address, size) catch return null;
        if (end > chunk.base + chunk.size) return null;
        chunk.used = end - chunk.base;
        arena.position = chunk.start + chunk.used;
        arena.counts.overflow_fallback_count += 1;
        arena.counts.overflow_fallback_bytes += size;
        return address;
    }

    pub fn raiseMarks(arena: *Arena) void {
        arena.high_water_mark = @max(arena.high_water_mark, arena.offset);
        arena.peak = @max(arena.peak, arena.offset);
    }

    pub fn countReset(arena: *Arena) void {
        if (arena.used_since_reset) arena.counts.reset_count += 1;
        arena.used_since_reset = false;
    }
};

pub fn roundUp(value: u64, unit: u64) u64 {
    return (value + unit - 1) / unit * unit;
}
