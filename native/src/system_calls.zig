//! The system calls that map memory. Raw, with their result to be checked: the standard library's wrappers
//! treat running out of memory as impossible in places, and the shipped library has no libc.

const std = @import("std");
const builtin = @import("builtin");
const fault_schedule = @import("fault_schedule.zig");
const linux = std.os.linux;

/// A test's own, to have calls fail. Nothing of it is in the library.
pub const faults = if (builtin.is_test) &fault_schedule.of_process else {};

pub fn mmap(address: ?[*]u8, size: usize, protection: linux.PROT, flags: linux.MAP) usize {
    if (!builtin.is_test) return linux.mmap(address, size, protection, flags, -1, 0);
    return faults.mmap(address, size, protection, flags);
}

pub fn munmap(address: [*]const u8, size: usize) usize {
    if (!builtin.is_test) return linux.munmap(address, size);
    return faults.munmap(address, size);
}

pub fn mprotect(address: [*]const u8, size: usize, protection: linux.PROT) usize {
    if (builtin.is_test and faults.isDue(.mprotect)) return fault_schedule.refusal;
    return linux.mprotect(address, size, protection);
}

pub fn madvise(address: [*]u8, size: usize, advice: u32) usize {
    if (builtin.is_test and faults.isDue(.madvise)) return fault_schedule.refusal;
    return linux.madvise(address, size, advice);
}
