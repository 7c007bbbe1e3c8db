//! Memory from the operating system: regions with a guard page behind them, and plain pages.
//! Raw system calls with their result checked, because the standard library's wrappers treat
//! running out of memory as impossible in places and the shipped library has no libc.

const std = @import("std");
const builtin = @import("builtin");
const linux = std.os.linux;

comptime {
    if (builtin.os.tag != .linux) @compileError("pages.zig knows Linux only");
}

/// What sizes are rounded up to. Linux runs with larger pages on some aarch64 machines; 64 KiB is a multiple of every
/// page size in use.
pub const granule_bytes: usize = if (builtin.cpu.arch == .x86_64) 4096 else 65536;

/// What a mapping is sure to start on: the smallest page of Linux.
pub const page_bytes_min = 4096;

pub const Error = error{SystemRefused};

/// Result of a request to the system; `errno` is set when the request fails.
pub const Diagnostics = struct { errno: u32 = 0 };

/// Address space for one arena. Physical memory comes page by page as it is touched.
pub const Region = struct {
    bytes: []align(page_bytes_min) u8,

    /// Reserves `capacity_bytes`, rounded up to whole pages, with an inaccessible page behind them.
    pub fn reserve(capacity_bytes: u64, diagnostics: *Diagnostics) Error!Region {
        @setRuntimeSafety(true);
        const usable = roundUp(capacity_bytes) orelse return tooLarge(diagnostics);
        const total = std.math.add(usize, usable, granule_bytes) catch return tooLarge(diagnostics);
        // Inaccessible first: a mapping without access counts against no overcommit limit.
        const all = try map(total, .{}, diagnostics);
        const rc = linux.mprotect(all.ptr, usable, .{ .READ = true, .WRITE = true });
        if (failed(rc, diagnostics)) {
            unmap(all);
            return error.SystemRefused;
        }
        return .{ .bytes = all[0..usable] };
    }

    pub fn release(region: Region) void {
        @setRuntimeSafety(true);
        unmap(region.bytes.ptr[0 .. region.bytes.len + granule_bytes]);
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
    @setRuntimeSafety(true);
    const padded = std.math.add(usize, size_bytes, granule_bytes - 1) catch return null;
    return padded & ~(granule_bytes - 1);
}

fn map(size: usize, protection: linux.PROT, diagnostics: *Diagnostics) Error![]align(page_bytes_min) u8 {
    @setRuntimeSafety(true);
    const flags: linux.MAP = .{ .TYPE = .PRIVATE, .ANONYMOUS = true, .NORESERVE = true };
    const rc = linux.mmap(null, size, protection, flags, -1, 0);
    if (failed(rc, diagnostics)) return error.SystemRefused;
    const start: [*]align(page_bytes_min) u8 = @ptrFromInt(rc);
    return start[0..size];
}

fn unmap(pages: []align(page_bytes_min) u8) void {
    if (linux.errno(linux.munmap(pages.ptr, pages.len)) == .SUCCESS) return;
    // Neighbouring mappings are one to the system, and splitting it can pass its limit on mappings. The address space is
    // lost then; the memory need not be.
    _ = linux.madvise(pages.ptr, pages.len, linux.MADV.DONTNEED);
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
    const region = try Region.reserve(100_000, &diagnostics);
    defer region.release();
    try testing.expect(region.bytes.len >= 100_000);
    try testing.expectEqual(0, region.bytes.len % granule_bytes);
    try testing.expectEqual(0, region.bytes[region.bytes.len - 1]);
    region.bytes[region.bytes.len - 1] = 1;
}

test "the page behind a region is inaccessible" {
    var diagnostics: Diagnostics = .{};
    const region = try Region.reserve(granule_bytes, &diagnostics);
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
        try testing.expectError(error.SystemRefused, Region.reserve(size, &diagnostics));
        try testing.expectEqual(@backingInt(linux.E.NOMEM), diagnostics.errno);
    }
    try testing.expectError(error.SystemRefused, allocate(std.math.maxInt(u64), &diagnostics));
}
