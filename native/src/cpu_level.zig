//! What this CPU and its operating system can run, as the levels the kernels are compiled for.

const std = @import("std");
const builtin = @import("builtin");

/// The C enum `engram_cpu_level`: the levels of all architectures.
pub const Code = enum(u32) { x86_64_v2 = 2, x86_64_v3 = 3, x86_64_v4 = 4, neon = 64 };

/// The levels of this architecture, in ascending order.
pub const Level = switch (builtin.cpu.arch) {
    .x86_64 => enum(u32) {
        x86_64_v2 = @backingInt(Code.x86_64_v2),
        x86_64_v3 = @backingInt(Code.x86_64_v3),
        x86_64_v4 = @backingInt(Code.x86_64_v4),
    },
    .aarch64 => enum(u32) { neon = @backingInt(Code.neon) },
    else => @compileError("no kernels for this architecture"),
};

/// The level that kernels run at: the highest that runs here, unless `limit` chose another one. Found once; found again
/// by several threads at once, it is the same.
pub fn current() Level {
    const known = in_force.load(.monotonic);
    if (known != unknown) return @fromBackingInt(known);
    const level = detect();
    // Not over what another thread chose meanwhile.
    const chosen = in_force.cmpxchgStrong(unknown, @backingInt(level), .monotonic, .monotonic) orelse return level;
    return @fromBackingInt(chosen);
}

/// Has later calls run at the level of this code. False, and nothing changes, if it is none that runs here.
pub fn limit(code: u32) bool {
    for (runnable()) |level| if (@backingInt(level) == code) {
        in_force.store(code, .monotonic);
        return true;
    };
    return false;
}

/// The levels that run here, in ascending order.
pub fn runnable() []const Level {
    const all = comptime std.enums.values(Level);
    const highest = detect();
    for (all, 1..) |level, count| if (level == highest) return all[0..count];
    unreachable;
}

const unknown: u32 = 0;
var in_force: std.atomic.Value(u32) = .init(unknown);

fn detect() Level {
    return if (builtin.cpu.arch == .x86_64) detectX86() else .neon;
}

fn detectX86() Level {
    // Bits as in the x86-64 psABI's definition of the levels and in the CPUID pages of the vendors' manuals.
    const leaf1 = cpuid(1, 0);
    const osxsave = bit(leaf1.ecx, 27);
    if (!osxsave) return .x86_64_v2;
    // The operating system must also save the registers: SSE and AVX state, and the three parts of AVX-512's.
    const saved = savedState();
    const leaf7 = if (cpuid(0, 0).eax >= 7) cpuid(7, 0) else Cpuid{ .eax = 0, .ebx = 0, .ecx = 0, .edx = 0 };
    const extended = if (cpuid(0x8000_0000, 0).eax >= 0x8000_0001) cpuid(0x8000_0001, 0).ecx else 0;
    const fma_movbe_avx_f16c = bit(leaf1.ecx, 12) and bit(leaf1.ecx, 22) and bit(leaf1.ecx, 28) and bit(leaf1.ecx, 29);
    const bmi1_avx2_bmi2 = bit(leaf7.ebx, 3) and bit(leaf7.ebx, 5) and bit(leaf7.ebx, 8);
    const lzcnt = bit(extended, 5);
    if (saved & 0x6 != 0x6 or !fma_movbe_avx_f16c or !bmi1_avx2_bmi2 or !lzcnt) return .x86_64_v2;
    const f_dq_cd_bw_vl = bit(leaf7.ebx, 16) and bit(leaf7.ebx, 17) and bit(leaf7.ebx, 28) and
        bit(leaf7.ebx, 30) and bit(leaf7.ebx, 31);
    return if (saved & 0xe6 == 0xe6 and f_dq_cd_bw_vl) .x86_64_v4 else .x86_64_v3;
}

fn bit(word: u32, index: u5) bool {
    return (word >> index) & 1 == 1;
}

const Cpuid = struct { eax: u32, ebx: u32, ecx: u32, edx: u32 };

fn cpuid(leaf: u32, subleaf: u32) Cpuid {
    var eax: u32 = undefined;
    var ebx: u32 = undefined;
    var ecx: u32 = undefined;
    var edx: u32 = undefined;
    asm volatile ("cpuid"
        : [eax] "={eax}" (eax),
          [ebx] "={ebx}" (ebx),
          [ecx] "={ecx}" (ecx),
          [edx] "={edx}" (edx),
        : [leaf] "{eax}" (leaf),
          [subleaf] "{ecx}" (subleaf),
    );
    return .{ .eax = eax, .ebx = ebx, .ecx = ecx, .edx = edx };
}

/// XCR0. Only where CPUID reports OSXSAVE.
fn savedState() u32 {
    return asm volatile ("xgetbv"
        : [eax] "={eax}" (-> u32),
        : [register] "{ecx}" (@as(u32, 0)),
        : .{ .edx = true });
}

test "the level found is one that the standard library's detection confirms" {
    if (builtin.cpu.arch != .x86_64) return;
    // Tests are compiled for the machine they run on.
    const native = builtin.cpu;
    const level = detect();
    try std.testing.expectEqual(native.has(.x86, .avx2) and native.has(.x86, .fma), level != .x86_64_v2);
    try std.testing.expectEqual(native.has(.x86, .avx512vl) and native.has(.x86, .avx512bw), level == .x86_64_v4);
}

test "a level is forced down and up again, and never above what runs here" {
    const highest = detect();
    defer _ = limit(@backingInt(highest));
    try std.testing.expectEqual(highest, current());
    for (runnable()) |level| {
        try std.testing.expect(limit(@backingInt(level)));
        try std.testing.expectEqual(level, current());
    }
    const foreign: Code = if (builtin.cpu.arch == .x86_64) .neon else .x86_64_v2;
    for ([_]u32{ @backingInt(foreign), 0, 1, 5, 63, 65, std.math.maxInt(u32) }) |code| {
        try std.testing.expect(!limit(code));
        try std.testing.expectEqual(highest, current());
    }
    for (std.enums.values(Level)) |level| {
        const runs = std.mem.findScalar(Level, runnable(), level) != null;
        try std.testing.expectEqual(runs, limit(@backingInt(level)));
    }
}
