//! What a run under Valgrind's memcheck is told of arenas, which it sees only as memory of the system's: whoever touches
//! what was given back is reported as for memory that was freed. Nothing of this is in the shipped library.

const std = @import("std");
const builtin = @import("builtin");
const memcheck = std.valgrind.memcheck;

/// Memory that somebody may write now, and read once it is written.
pub fn handOut(memory: []u8) void {
    if (builtin.valgrind_support) memcheck.makeMemUndefined(memory);
}

/// Memory that nobody may touch until it is handed out.
pub fn takeBack(memory: []u8) void {
    if (builtin.valgrind_support) memcheck.makeMemNoAccess(memory);
}

const testing = std.testing;
const arena_group = @import("arena_group.zig");
const requests = @import("arena_requests.zig");
const test_run = @import("test_run.zig");

/// Reads a byte and does something that depends on it, which is what memcheck looks at. Returns what it has found.
fn errorsOf(byte: *const volatile u8) usize {
    const before = std.valgrind.countErrors();
    var ones: usize = 0;
    if (byte.* == 1) ones += 1;
    std.mem.doNotOptimizeAway(&ones);
    return std.valgrind.countErrors() - before;
}

test "plant: bytes of an arena that are read after the rewind, before they are written, and behind an allocation" {
    if (!test_run.isPlanted("memory")) return error.SkipZigTest;
    var group = try arena_group.testGroup(.{ .overflow = .fallback });
    var failure: @import("allocator.zig").Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    const mark = try requests.openMark(slot, &failure);
    const inner = try requests.openMark(slot, &failure);
    for ([_]u64{ 1000, 2 << 20 }) |size| {
        const memory = try requests.allocate(slot, size, 64, &failure);
        try testing.expectEqual(1, errorsOf(&memory[1]));
        memory[1] = 1;
        try testing.expectEqual(0, errorsOf(&memory[1]));
        try testing.expectEqual(1, errorsOf(&memory[size]));
        try requests.rewind(slot, inner);
        _ = try requests.openMark(slot, &failure);
        if (size == 1000) try testing.expectEqual(1, errorsOf(&memory[1]));
    }
    try requests.rewind(slot, inner);
    try requests.rewind(slot, mark);
    group.release(slot);
}
