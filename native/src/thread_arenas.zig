//! A thread's own arena: found without a lock, made at first use, given back when the thread ends.

const std = @import("std");
const allocator = @import("allocator.zig");
const arena_group = @import("arena_group.zig");
const Lock = @import("lock.zig").Lock;

const Error = allocator.Error;
const Failure = allocator.Failure;
const Group = arena_group.Group;
const Slot = @import("arena_slots.zig").Slot;

// Every process with threads has these two; naming no library leaves them to be found in it.
extern fn pthread_key_create(key: *c_uint, destructor: ?*const fn (?*anyopaque) callconv(.c) void) c_int;
extern fn pthread_setspecific(key: c_uint, value: ?*const anyopaque) c_int;

/// The group of this process.
pub var process_group: Group = .{};

/// The calling thread's slot in the process's group. One pointer: thread-local space is scarce in a
/// library that is loaded late.
threadlocal var own_slot: ?*Slot = null;

/// Its destructor is what tells us that a thread ends.
var exit_key: struct {
    lock: Lock = .{},
    key: ?c_uint = null,
} = .{};

pub fn ownIfAny() ?*Slot {
    return own_slot;
}

pub fn own(failure: *Failure) Error!*Slot {
    @setRuntimeSafety(true);
    if (own_slot) |slot| return slot;
    const slot = try process_group.acquire(.thread, failure);
    errdefer process_group.release(slot);
    errdefer failure.requested_bytes = slot.arena.header.capacity_bytes;
    const key = try exitKey(failure);
    const rc = pthread_setspecific(key, slot);
    if (rc != 0) return refused(failure, rc);
    own_slot = slot;
    return slot;
}

fn exitKey(failure: *Failure) Error!c_uint {
    @setRuntimeSafety(true);
    exit_key.lock.acquire();
    defer exit_key.lock.release();
    if (exit_key.key) |key| return key;
    var key: c_uint = undefined;
    const rc = pthread_key_create(&key, onThreadExit);
    if (rc != 0) return refused(failure, rc);
    exit_key.key = key;
    return key;
}

fn refused(failure: *Failure, rc: c_int) Error {
    failure.* = .{ .system_error = @intCast(rc) };
    return error.SystemError;
}

/// Gets the slot as the key's value, since thread-locals may be gone by now on some systems.
fn onThreadExit(value: ?*anyopaque) callconv(.c) void {
    @setRuntimeSafety(true);
    const slot: *Slot = @ptrCast(@alignCast(value.?));
    // A destructor that runs after this one may ask for an arena again: it gets a new one, and this runs again.
    own_slot = null;
    slot.group.release(slot);
}

const testing = std.testing;

test "a thread finds its own arena again and no other thread's" {
    var failure: Failure = .{};
    const mine = try own(&failure);
    try testing.expectEqual(mine, try own(&failure));
    const Other = struct {
        fn run(found: *?*Slot) void {
            var other_failure: Failure = .{};
            found.* = own(&other_failure) catch null;
        }
    };
    var other: ?*Slot = null;
    const thread = try std.Thread.spawn(.{}, Other.run, .{&other});
    thread.join();
    try testing.expect(other != null and other.? != mine);
}

test "a thread's end gives its arena back and counts the marks it left open" {
    const before = process_group.readStats();
    const Leaver = struct {
        fn run() !void {
            var failure: Failure = .{};
            const slot = try own(&failure);
            _ = slot.arena.mark();
            _ = slot.arena.mark();
            _ = try slot.arena.allocate(100, 8, &failure);
        }
    };
    const thread = try std.Thread.spawn(.{}, Leaver.run, .{});
    thread.join();
    const after = process_group.readStats();
    try testing.expectEqual(before.live_arenas, after.live_arenas);
    try testing.expectEqual(before.reserved_bytes, after.reserved_bytes);
    try testing.expectEqual(before.used_bytes, after.used_bytes);
    try testing.expectEqual(before.total_abandoned + 2, after.total_abandoned);
    try testing.expectEqual(before.total_resets + 1, after.total_resets);
}
