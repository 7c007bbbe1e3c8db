//! Memory from the operating system: regions with a guard page behind them, and plain pages.

const std = @import("std");
const builtin = @import("builtin");
const arena_config = @import("arena_config.zig");
const system = @import("system_calls.zig");
const linux = std.os.linux;

comptime {
    if (builtin.os.tag != .linux) @compileError("pages.zig knows Linux only");
}

/// What sizes are rounded up to. Linux runs with larger pages on some aarch64 machines; 64 KiB is a multiple of every
/// page size in use.
pub const granule_bytes: usize = if (builtin.cpu.arch == .x86_64) 4096 else 65536;

/// What a mapping is sure to start on: the smallest page of Linux.
pub const page_bytes_min = 4096;

pub const huge_page_bytes: usize = 2 << 20;

/// Linux 5.14; not yet among the standard library's.
const madv_populate_write = 23;

pub const Error = error{SystemRefused};

/// Result of a request to the system; `errno` is set when the request fails.
pub const Diagnostics = struct {
    errno: u32 = 0,
    /// Why there are no explicit huge pages though they were asked for.
    huge_pages_errno: u32 = 0,
};

/// What a region is made from. An arena whose settings have another one needs another region.
pub const Specification = struct {
    capacity_bytes: u64,
    huge_pages: arena_config.HugePages = .off,
    pre_touch: bool = false,
};

/// Address space for one arena. Physical memory comes page by page as it is touched.
pub const Region = struct {
    bytes: []align(page_bytes_min) u8,
    /// All that is mapped: what alignment left in front, `bytes`, and at least one inaccessible page behind them.
    mapping: []align(page_bytes_min) u8,
    specification: Specification,
    /// Smallest piece that can be given back to the system.
    page_bytes: usize = granule_bytes,

    /// Reserves the capacity, rounded up to whole pages, with an inaccessible page behind it.
    pub fn reserve(specification: Specification, diagnostics: *Diagnostics) Error!Region {
        @setRuntimeSafety(true);
        const huge = usesHugePages(specification);
        const unit = if (huge and specification.huge_pages == .explicit) huge_page_bytes else granule_bytes;
        const usable = roundUpTo(specification.capacity_bytes, unit) orelse return tooLarge(diagnostics);
        const alignment_room = if (huge) huge_page_bytes - page_bytes_min else 0;
        const total = std.math.add(usize, usable, granule_bytes + alignment_room) catch return tooLarge(diagnostics);
        // Inaccessible first: a mapping without access counts against no overcommit limit.
        const mapping = try map(total, .{}, diagnostics);
        const start = if (huge) std.mem.alignForward(usize, @intFromPtr(mapping.ptr), huge_page_bytes) - @intFromPtr(mapping.ptr) else 0;
        var region: Region = .{
            .bytes = @alignCast(mapping[start..][0..usable]),
            .mapping = mapping,
            .specification = specification,
        };
        if (!huge or specification.huge_pages != .explicit or !try region.mapExplicit(diagnostics)) {
            errdefer region.release();
            try region.open(huge, diagnostics);
        }
        errdefer region.release();
        if (specification.pre_touch) try region.populate(diagnostics);
        return region;
    }

    fn usesHugePages(specification: Specification) bool {
        return switch (specification.huge_pages) {
            .off => false,
            // Below that there is nothing beyond the first huge page.
            .auto => specification.capacity_bytes > huge_page_bytes,
            .transparent, .explicit => true,
        };
    }

    /// Makes the bytes accessible, on huge pages where they are asked for and the system has some at hand.
    fn open(region: *Region, huge: bool, diagnostics: *Diagnostics) Error!void {
        @setRuntimeSafety(true);
        const rc = system.mprotect(region.bytes.ptr, region.bytes.len, .{ .READ = true, .WRITE = true });
        if (failed(rc, diagnostics)) return error.SystemRefused;
        // Advice: where it is refused pages are as they would have been without.
        if (huge) {
            const small = if (region.specification.huge_pages == .auto) huge_page_bytes else 0;
            if (small > 0) _ = system.madvise(region.bytes.ptr, small, linux.MADV.NOHUGEPAGE);
            _ = system.madvise(region.bytes.ptr + small, region.bytes.len - small, linux.MADV.HUGEPAGE);
        } else {
            _ = system.madvise(region.bytes.ptr, region.bytes.len, linux.MADV.NOHUGEPAGE);
        }
    }

    /// Puts explicit huge pages in the place of the inaccessible ones. False where the system has not enough of them.
    fn mapExplicit(region: *Region, diagnostics: *Diagnostics) Error!bool {
        @setRuntimeSafety(true);
        const bytes = region.bytes;
        var refusal: Diagnostics = .{};
        defer diagnostics.huge_pages_errno = refusal.errno;
        // Elsewhere first: a refusal there leaves what is reserved here as it is.
        const elsewhere = mapHugePages(null, bytes.len, &refusal) orelse return false;
        unmap(elsewhere);
        if (mapHugePages(bytes.ptr, bytes.len, &refusal) != null) {
            region.page_bytes = huge_page_bytes;
            return true;
        }
        // Another process was faster. The refused call has unmapped what was there; should another thread have got the
        // hole, what remains is around it.
        const again: linux.MAP = .{ .TYPE = .PRIVATE, .ANONYMOUS = true, .NORESERVE = true, .FIXED_NOREPLACE = true };
        const rc = system.mmap(bytes.ptr, bytes.len, .{}, again);
        if (rc == @intFromPtr(bytes.ptr)) return false;
        if (!failed(rc, diagnostics)) {
            // Linux before 4.17 takes the address for a hint.
            _ = system.munmap(@ptrFromInt(rc), bytes.len);
            diagnostics.errno = @backingInt(linux.E.EXIST);
        }
        const end = bytes.ptr + bytes.len;
        if (bytes.ptr != region.mapping.ptr) unmap(region.mapping[0 .. bytes.ptr - region.mapping.ptr]);
        unmap(@alignCast(region.mapping[end - region.mapping.ptr ..]));
        return error.SystemRefused;
    }

    fn populate(region: *Region, diagnostics: *Diagnostics) Error!void {
        @setRuntimeSafety(true);
        const rc = system.madvise(region.bytes.ptr, region.bytes.len, madv_populate_write);
        if (!failed(rc, diagnostics)) return;
        if (linux.errno(rc) != .INVAL) return error.SystemRefused;
        // A kernel before 5.14. Volatile, or the compiler would see that nobody reads them.
        var offset: usize = 0;
        while (offset < region.bytes.len) : (offset += page_bytes_min) @as(*volatile u8, &region.bytes[offset]).* = 0;
    }

    /// Gives the physical memory beyond `offset` back; it reads as zero from then on. False where the system refuses.
    pub fn discard(region: *const Region, offset: u64) bool {
        @setRuntimeSafety(true);
        // Some kernels do not reserve an explicit huge page again that is given back: touching it could end in a signal.
        if (region.page_bytes == huge_page_bytes) return false;
        const start = std.mem.alignForward(usize, offset, region.page_bytes);
        if (start >= region.bytes.len) return true;
        const rest = region.bytes[start..];
        return linux.errno(system.madvise(rest.ptr, rest.len, linux.MADV.DONTNEED)) == .SUCCESS;
    }

    pub fn release(region: Region) void {
        @setRuntimeSafety(true);
        unmap(region.mapping);
    }
};

/// Readable and writable zeroed pages; `size_bytes` is rounded up.
pub fn allocate(size_bytes: u64, diagnostics: *Diagnostics) Error![]align(page_bytes_min) u8 {
    @setRuntimeSafety(true);
    const size = roundUp(size_bytes) orelse return tooLarge(diagnostics);
    return map(size, .{ .READ = true, .WRITE = true }, diagnostics);
}

pub fn free(pages: []align(page_bytes_min) u8) void {
    unmap(pages);
}

/// `size_bytes` in whole pages, or null where that does not fit an address.
pub fn roundUp(size_bytes: u64) ?usize {
    return roundUpTo(size_bytes, granule_bytes);
}

fn roundUpTo(size_bytes: u64, unit_bytes: usize) ?usize {
    @setRuntimeSafety(true);
    const padded = std.math.add(usize, size_bytes, unit_bytes - 1) catch return null;
    return padded & ~(unit_bytes - 1);
}

fn map(size: usize, protection: linux.PROT, diagnostics: *Diagnostics) Error![]align(page_bytes_min) u8 {
    @setRuntimeSafety(true);
    const rc = system.mmap(null, size, protection, .{ .TYPE = .PRIVATE, .ANONYMOUS = true, .NORESERVE = true });
    if (failed(rc, diagnostics)) return error.SystemRefused;
    const start: [*]align(page_bytes_min) u8 = @ptrFromInt(rc);
    return start[0..size];
}

/// Pages that the system has set aside, in the place of what is mapped at `place` if there is one.
fn mapHugePages(place: ?[*]u8, size: usize, diagnostics: *Diagnostics) ?[]align(page_bytes_min) u8 {
    @setRuntimeSafety(true);
    // Without NORESERVE: a reservation that cannot be kept is refused here, not by a signal when it is touched.
    const flags: linux.MAP = .{ .TYPE = .PRIVATE, .ANONYMOUS = true, .HUGETLB = true, .FIXED = place != null };
    const sized: linux.MAP = @bitCast(@as(u32, @bitCast(flags)) | linux.HUGETLB_FLAG_ENCODE_2MB);
    const rc = system.mmap(place, size, .{ .READ = true, .WRITE = true }, sized);
    if (failed(rc, diagnostics)) return null;
    const start: [*]align(page_bytes_min) u8 = @ptrFromInt(rc);
    return start[0..size];
}

fn unmap(pages: []align(page_bytes_min) u8) void {
    if (linux.errno(system.munmap(pages.ptr, pages.len)) == .SUCCESS) return;
    // Neighbouring mappings are one to the system, and splitting it can pass its limit on mappings. The address space is
    // lost then; the memory need not be.
    _ = system.madvise(pages.ptr, pages.len, linux.MADV.DONTNEED);
}

fn failed(rc: usize, diagnostics: *Diagnostics) bool {
    const errno = linux.errno(rc);
    diagnostics.errno = @backingInt(errno);
    return errno != .SUCCESS;
}

fn tooLarge(diagnostics: *Diagnostics) Error {
    diagnostics.errno = @backingInt(linux.E.NOMEM);
    return error.SystemRefused;
}

const testing = std.testing;

test "a region is writable to its last byte and reads as zero" {
    var diagnostics: Diagnostics = .{};
    const region = try Region.reserve(.{ .capacity_bytes = 100_000 }, &diagnostics);
    defer region.release();
    try testing.expect(region.bytes.len >= 100_000);
    try testing.expectEqual(0, region.bytes.len % granule_bytes);
    try testing.expectEqual(0, region.bytes[region.bytes.len - 1]);
    region.bytes[region.bytes.len - 1] = 1;
}

test "the page behind a region is inaccessible" {
    var diagnostics: Diagnostics = .{};
    const region = try Region.reserve(.{ .capacity_bytes = granule_bytes }, &diagnostics);
    defer region.release();
    // The kernel reads the buffer for us and answers EFAULT where a load of ours would end the process.
    try testing.expect(readableByKernel(region.bytes.ptr + region.bytes.len - 1));
    try testing.expect(!readableByKernel(region.bytes.ptr + region.bytes.len));
}

fn readableByKernel(address: [*]const u8) bool {
    var pipe: [2]i32 = undefined;
    if (linux.errno(linux.pipe2(&pipe, .{})) != .SUCCESS) return false;
    defer for (pipe) |fd| {
        _ = linux.close(fd);
    };
    return linux.errno(linux.write(pipe[1], address, 1)) == .SUCCESS;
}

test "more than the address space is refused with the system's error" {
    var diagnostics: Diagnostics = .{};
    for ([_]u64{ 1 << 48, std.math.maxInt(u64), std.math.maxInt(u64) - granule_bytes }) |size| {
        diagnostics.errno = 0;
        try testing.expectError(error.SystemRefused, Region.reserve(.{ .capacity_bytes = size }, &diagnostics));
        try testing.expectEqual(@backingInt(linux.E.NOMEM), diagnostics.errno);
    }
    try testing.expectError(error.SystemRefused, allocate(std.math.maxInt(u64), &diagnostics));
}

test "a region for huge pages starts on one, ends in a guard page, and is small where little of it is used" {
    var diagnostics: Diagnostics = .{};
    for ([_]arena_config.HugePages{ .auto, .transparent, .explicit }) |huge_pages| {
        const region = try Region.reserve(.{ .capacity_bytes = 9 << 20, .huge_pages = huge_pages }, &diagnostics);
        defer region.release();
        try testing.expectEqual(0, @intFromPtr(region.bytes.ptr) % huge_page_bytes);
        try testing.expect(region.bytes.len >= 9 << 20);
        region.bytes[region.bytes.len - 1] = 1;
        try testing.expect(!readableByKernel(region.bytes.ptr + region.bytes.len));
    }
    const region = try Region.reserve(.{ .capacity_bytes = 100 << 20, .huge_pages = .auto }, &diagnostics);
    defer region.release();
    region.bytes[0] = 1;
    try testing.expectEqual(granule_bytes, try residentBytes(region));
}

test "explicit huge pages that the system has not set aside are named, and the region is there all the same" {
    var diagnostics: Diagnostics = .{};
    // More than any machine has set aside.
    const region = try Region.reserve(.{ .capacity_bytes = 1 << 40, .huge_pages = .explicit }, &diagnostics);
    defer region.release();
    try testing.expectEqual(@backingInt(linux.E.NOMEM), diagnostics.huge_pages_errno);
    region.bytes[5 << 20] = 1;
}

test "a pre-touched region is resident, and what is discarded is not and reads as zero" {
    var diagnostics: Diagnostics = .{};
    const region = try Region.reserve(.{ .capacity_bytes = 1 << 20, .pre_touch = true }, &diagnostics);
    defer region.release();
    try testing.expectEqual(1 << 20, try residentBytes(region));
    @memset(region.bytes, 7);
    try testing.expect(region.discard(100));
    try testing.expectEqual(granule_bytes, try residentBytes(region));
    try testing.expectEqual(7, region.bytes[granule_bytes - 1]);
    try testing.expectEqual(0, region.bytes[granule_bytes]);
}

/// For tests.
pub fn residentBytes(region: Region) !u64 {
    const pages = region.bytes.len / page_bytes_min;
    const resident = try testing.allocator.alloc(u8, pages);
    defer testing.allocator.free(resident);
    if (linux.errno(linux.syscall3(.mincore, @intFromPtr(region.bytes.ptr), region.bytes.len, @intFromPtr(resident.ptr))) != .SUCCESS)
        return error.SystemRefused;
    var count: u64 = 0;
    for (resident) |flags| count += flags & 1;
    return count * page_bytes_min;
}
