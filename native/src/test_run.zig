//! What tests share: how long they run, and what they see of the process.

const std = @import("std");
const linux = std.os.linux;

/// Whether the tests that take minutes run in full. Set by native/build.
pub fn isFull() bool {
    const wanted = std.c.getenv("ENGRAM_TEST_FULL") orelse return false;
    return wanted[0] != 0;
}

/// Pages of address space that the process has mapped.
pub fn mappedPages() !u64 {
    const fd: i32 = @intCast(linux.open("/proc/self/statm", .{}, 0));
    defer _ = linux.close(fd);
    var buffer: [64]u8 = undefined;
    const length = linux.read(fd, &buffer, buffer.len);
    return std.fmt.parseInt(u64, std.mem.sliceTo(buffer[0..length], ' '), 10);
}

/// Touches more of the stack than a test will, so that it does not grow, and count among the mapped pages, later.
pub noinline fn growStack() void {
    var room: [1 << 20]u8 = undefined;
    var offset: usize = 0;
    while (offset < room.len) : (offset += 4096) @as(*volatile u8, &room[offset]).* = 1;
}

/// Whether native/build has asked for this bug, which the tool that it runs the tests under must find.
pub fn isPlanted(bug: []const u8) bool {
    const planted = std.c.getenv("ENGRAM_TEST_PLANT") orelse return false;
    return std.mem.eql(u8, std.mem.span(planted), bug);
}

/// Whether Valgrind watches: reading what an arena has taken back is then an error.
pub fn isUnderMemcheck() bool {
    return std.valgrind.runningOnValgrind() != 0;
}
