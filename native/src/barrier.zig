//! A barrier that other threads pay nothing for: whoever asks something of threads that it does not wait for issues
//! it between asking and looking whether they are at work. See membarrier(2).

const std = @import("std");
const linux = std.os.linux;

// Linux 4.14.
const private_expedited = 1 << 3;
const register_private_expedited = 1 << 4;

const State = enum(u8) { unknown, registered, unavailable };

var state: std.atomic.Value(State) = .init(.unknown);

/// Has every running thread of the process pass a full memory barrier. False where the system has no such call, or
/// forbids it: then nothing is known of the order in which others see things.
pub fn acrossThreads() bool {
    @setRuntimeSafety(true);
    if (state.load(.monotonic) == .unknown)
        state.store(if (call(register_private_expedited)) .registered else .unavailable, .monotonic);
    return state.load(.monotonic) == .registered and call(private_expedited);
}

fn call(command: usize) bool {
    return linux.errno(linux.syscall3(.membarrier, command, 0, 0)) == .SUCCESS;
}

/// Keeps the compiler from moving accesses across. With `acrossThreads` on the other side it orders a store before a
/// load, which costs the owner nothing.
pub inline fn compilerOnly() void {
    asm volatile ("" ::: .{ .memory = true });
}
