//! Which system calls of a test fail. Where nothing is scheduled, none.

const std = @import("std");
const builtin = @import("builtin");
const linux = std.os.linux;

pub const Call = enum { mmap, munmap, mprotect, madvise };

/// What a call that fails on schedule returns.
pub const refusal: usize = @bitCast(-@as(isize, @backingInt(linux.E.NOMEM)));

pub var of_process: Schedule = .{};

/// Changed by a test while it is the process's only thread.
pub const Schedule = struct {
    failing: ?Call = null,
    /// How many calls of that kind go well before one fails.
    passes: u64 = 0,
    /// Whether all later ones fail as well.
    for_good: bool = false,
    /// Whether there are as many huge pages as are asked for: ordinary ones in their place.
    grants_huge_pages: bool = false,
    failed_count: u64 = 0,
    /// What stayed mapped because munmap failed.
    lost: [512][]align(std.heap.page_size_min) const u8 = undefined,
    lost_count: usize = 0,

    pub fn start(schedule: *Schedule, failing: Call, passes: u64, for_good: bool) void {
        schedule.failing = failing;
        schedule.passes = passes;
        schedule.for_good = for_good;
        schedule.failed_count = 0;
    }

    /// Returns how many calls have failed.
    pub fn stop(schedule: *Schedule) u64 {
        schedule.failing = null;
        return schedule.failed_count;
    }

    /// Unmaps what is lost.
    pub fn findLost(schedule: *Schedule) void {
        for (schedule.lost[0..schedule.lost_count]) |pages| _ = linux.munmap(pages.ptr, pages.len);
        schedule.lost_count = 0;
    }

    pub fn isDue(schedule: *Schedule, call: Call) bool {
        if (schedule.failing != call) return false;
        if (schedule.passes > 0) {
            schedule.passes -= 1;
            return false;
        }
        if (!schedule.for_good) schedule.failing = null;
        schedule.failed_count += 1;
        return true;
    }

    pub fn mmap(schedule: *Schedule, address: ?[*]u8, size: usize, protection: linux.PROT, flags: linux.MAP) usize {
        var granted = flags;
        if (schedule.grants_huge_pages and flags.HUGETLB) {
            granted = @bitCast(@as(u32, @bitCast(flags)) & ~@as(u32, linux.HUGETLB_FLAG_ENCODE_2MB));
            granted.HUGETLB = false;
        }
        if (schedule.isDue(.mmap)) {
            // As Linux does where it has no huge pages: what was there before is gone.
            if (flags.FIXED) _ = linux.munmap(address.?, size);
            return refusal;
        }
        return mapping.mmap(address, size, protection, granted);
    }

    pub fn munmap(schedule: *Schedule, address: [*]const u8, size: usize) usize {
        if (!schedule.isDue(.munmap)) return mapping.munmap(address, size);
        schedule.lost[schedule.lost_count] = @alignCast(address[0..size]);
        schedule.lost_count += 1;
        return refusal;
    }
};

/// The thread sanitizer must know that memory comes and goes, and sees calls of libc only: without, what two threads do
/// to the same address one after the other looks like a race.
const mapping = if (builtin.sanitize_thread) struct {
    fn mmap(address: ?[*]u8, size: usize, protection: linux.PROT, flags: linux.MAP) usize {
        const place = std.c.mmap(@ptrCast(@alignCast(address)), size, protection, flags, -1, 0);
        return if (place == std.c.MAP_FAILED) negatedErrno() else @intFromPtr(place);
    }

    fn munmap(address: [*]const u8, size: usize) usize {
        return if (std.c.munmap(@ptrCast(@alignCast(address)), size) == 0) 0 else negatedErrno();
    }

    fn negatedErrno() usize {
        return @bitCast(-@as(isize, std.c._errno().*));
    }
} else struct {
    fn mmap(address: ?[*]u8, size: usize, protection: linux.PROT, flags: linux.MAP) usize {
        return linux.mmap(address, size, protection, flags, -1, 0);
    }

    const munmap = linux.munmap;
};
