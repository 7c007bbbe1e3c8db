//! For tests: memory between two inaccessible pages, so that whatever is read or written outside it is a fault.

const std = @import("std");
const pages = @import("../pages.zig");

pub const Guarded = struct {
    region: pages.Region,
    open: []u8,

    pub const End = enum { front, back };

    /// With room for so many bytes.
    pub fn init(bytes: usize) !Guarded {
        var diagnostics: pages.Diagnostics = .{};
        const region = try pages.Region.reserve(.{ .capacity_bytes = pages.granule_bytes + bytes }, &diagnostics);
        errdefer region.release();
        // The region has one behind its end.
        if (std.os.linux.mprotect(region.bytes.ptr, pages.granule_bytes, .{}) != 0) return error.NotProtected;
        return .{ .region = region, .open = region.bytes[pages.granule_bytes..] };
    }

    pub fn deinit(guarded: *Guarded) void {
        guarded.region.release();
    }

    /// Flush against one of the inaccessible pages.
    pub fn slice(guarded: *const Guarded, comptime T: type, count: usize, end: End) []T {
        const all: []T = @alignCast(std.mem.bytesAsSlice(T, guarded.open));
        return if (end == .front) all[0..count] else all[all.len - count ..];
    }
};
