//! What this CPU and its operating system can run, as the levels the kernels are compiled for.

const std = @import("std");
const builtin = @import("builtin");

pub const Level = switch (builtin.cpu.arch) {
    .x86_64 => enum { x86_64_v2, x86_64_v3, x86_64_v4 },
    .aarch64 => enum { neon },
    else => @compileError("no kernels for this architecture"),
};

/// The highest level that runs here. Found once; found again by several threads at once, it is the same.
pub fn current() Level {
    const known = cached.load(.monotonic);
    if (known != unknown) return @fromBackingInt(@intCast(known));
    const level = detect();
    cached.store(@backingInt(level), .monotonic);
    return level;
}

const unknown: u8 = 255;
var cached: std.atomic.Value(u8) = .init(unknown);

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
    const level = current();
    try std.testing.expectEqual(native.has(.x86, .avx2) and native.has(.x86, .fma), level != .x86_64_v2);
    try std.testing.expectEqual(native.has(.x86, .avx512vl) and native.has(.x86, .avx512bw), level == .x86_64_v4);
}
