//! A lock for the rare paths: making an arena, a thread's end, a change of settings. `std.Io.Mutex` wants an
//! `Io` to sleep with; the shipped library has neither that nor a libc, so this one sleeps in the kernel
//! itself. States and transitions are those of Drepper's "Futexes Are Tricky", mutex 2.

const std = @import("std");
const linux = std.os.linux;

const free: u32 = 0;
const held: u32 = 1;
const contended: u32 = 2;

pub const Lock = struct {
    state: std.atomic.Value(u32) = .init(free),

    pub fn acquire(lock: *Lock) void {
        @setRuntimeSafety(true);
        var seen = lock.state.cmpxchgStrong(free, held, .acquire, .monotonic) orelse return;
        if (seen != contended) seen = lock.state.swap(contended, .acquire);
        while (seen != free) {
            // Returns at once if the state has changed meanwhile, so no wake-up is missed.
            _ = linux.futex_4arg(&lock.state.raw, .{ .cmd = .WAIT, .private = true }, contended, null);
            seen = lock.state.swap(contended, .acquire);
        }
    }

    pub fn release(lock: *Lock) void {
        @setRuntimeSafety(true);
        const seen = lock.state.swap(free, .release);
        if (seen == free) @panic("a lock released that nobody held");
        if (seen == contended) _ = linux.futex_3arg(&lock.state.raw, .{ .cmd = .WAKE, .private = true }, 1);
    }
};

test "a lock lets one thread in at a time" {
    const Shared = struct {
        lock: Lock = .{},
        count: u64 = 0,
        start: std.atomic.Value(u32) = .init(0),

        fn work(shared: *@This()) void {
            // All at once, or the first would be done before the last has begun.
            _ = shared.start.fetchAdd(1, .monotonic);
            while (shared.start.load(.monotonic) < 4) std.Thread.yield() catch {};
            for (0..2_000) |_| {
                shared.lock.acquire();
                defer shared.lock.release();
                const before: *volatile u64 = &shared.count;
                const seen = before.*;
                // Invites the others in, who then have to sleep.
                std.Thread.yield() catch {};
                before.* = seen + 1;
            }
        }
    };
    var shared: Shared = .{};
    var threads: [4]std.Thread = undefined;
    for (&threads) |*thread| thread.* = try std.Thread.spawn(.{}, Shared.work, .{&shared});
    for (threads) |thread| thread.join();
    try std.testing.expectEqual(8_000, shared.count);
}
