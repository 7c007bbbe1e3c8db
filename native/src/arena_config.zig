//! Settings of a group of arenas, and what they allow. The library reads no environment: whoever calls
//! `engram_configure` has parsed what its users wrote.

const std = @import("std");

pub const OverflowStrategy = enum(u32) {
    panic = 0,
    error_return = 1,
    fallback = 2,

    pub fn fromCode(code: u32) ?OverflowStrategy {
        return std.enums.fromInt(OverflowStrategy, code);
    }
};

pub const HugePages = enum(u32) {
    /// Asked for beyond the first 2 MiB.
    auto = 0,
    off = 1,
    /// Asked for throughout.
    transparent = 2,
    /// Taken from those that the system has set aside, else as `transparent`.
    explicit = 3,
};

pub const pool_size_bytes_min: u64 = 64 << 10;
pub const pool_size_bytes_max: u64 = 128 << 40;
pub const total_bytes_unlimited: u64 = std.math.maxInt(u64);

pub const Config = struct {
    pool_size_bytes: u64 = 1 << 20,
    max_fallback_bytes: u64 = 1 << 30,
    /// Of all regions and chunks together.
    max_total_bytes: u64 = total_bytes_unlimited,
    overflow: OverflowStrategy = .error_return,
    huge_pages: HugePages = .auto,
    /// Rewinds wipe what they give back.
    zero_on_reset: bool = false,
    /// Regions have their physical memory from the start.
    pre_touch: bool = false,

    pub fn isValid(config: Config) bool {
        return config.pool_size_bytes >= pool_size_bytes_min and config.pool_size_bytes <= pool_size_bytes_max and
            config.max_total_bytes >= config.capacityBytes();
    }

    /// Of each arena: explicit huge pages are had whole.
    pub fn capacityBytes(config: Config) u64 {
        return switch (config.huge_pages) {
            .explicit => std.mem.alignForward(u64, config.pool_size_bytes, 2 << 20),
            else => config.pool_size_bytes,
        };
    }
};

/// The C struct `engram_config`.
pub const ConfigAbi = extern struct {
    struct_size_bytes: u64 = @sizeOf(ConfigAbi),
    pool_size_bytes: u64,
    max_fallback_bytes: u64,
    max_total_bytes: u64,
    overflow_strategy: u32,
    huge_pages: u32,
    zero_on_reset: u32,
    pre_touch: u32,

    /// The settings it stands for, or null where a field is outside what is allowed.
    pub fn toConfig(abi: *const ConfigAbi) ?Config {
        @setRuntimeSafety(true);
        if (abi.struct_size_bytes != @sizeOf(ConfigAbi)) return null;
        const config: Config = .{
            .pool_size_bytes = abi.pool_size_bytes,
            .max_fallback_bytes = abi.max_fallback_bytes,
            .max_total_bytes = abi.max_total_bytes,
            .overflow = OverflowStrategy.fromCode(abi.overflow_strategy) orelse return null,
            .huge_pages = std.enums.fromInt(HugePages, abi.huge_pages) orelse return null,
            .zero_on_reset = asBool(abi.zero_on_reset) orelse return null,
            .pre_touch = asBool(abi.pre_touch) orelse return null,
        };
        return if (config.isValid()) config else null;
    }

    /// False, and untouched, if the caller was compiled with another struct.
    pub fn write(target: *ConfigAbi, config: Config) bool {
        if (target.struct_size_bytes != @sizeOf(ConfigAbi)) return false;
        target.* = .fromConfig(config);
        return true;
    }

    pub fn fromConfig(config: Config) ConfigAbi {
        return .{
            .pool_size_bytes = config.pool_size_bytes,
            .max_fallback_bytes = config.max_fallback_bytes,
            .max_total_bytes = config.max_total_bytes,
            .overflow_strategy = @backingInt(config.overflow),
            .huge_pages = @backingInt(config.huge_pages),
            .zero_on_reset = @intFromBool(config.zero_on_reset),
            .pre_touch = @intFromBool(config.pre_touch),
        };
    }
};

fn asBool(value: u32) ?bool {
    return switch (value) {
        0 => false,
        1 => true,
        else => null,
    };
}

const testing = std.testing;

test "settings survive the way through the C struct" {
    const config: Config = .{
        .pool_size_bytes = 3 << 20,
        .max_fallback_bytes = 7,
        .max_total_bytes = 5 << 20,
        .overflow = .fallback,
        .huge_pages = .explicit,
        .zero_on_reset = true,
        .pre_touch = true,
    };
    try testing.expectEqual(config, ConfigAbi.fromConfig(config).toConfig().?);
}

test "what the C struct does not allow is refused" {
    // Room for one arena, but not on explicit huge pages.
    const good = ConfigAbi.fromConfig(.{ .max_total_bytes = 1 << 20 });
    try testing.expect(good.toConfig() != null);
    const Change = struct { field: []const u8, value: u64 };
    inline for ([_]Change{
        .{ .field = "struct_size_bytes", .value = @sizeOf(ConfigAbi) - 8 },
        .{ .field = "struct_size_bytes", .value = 0 },
        .{ .field = "pool_size_bytes", .value = 0 },
        .{ .field = "pool_size_bytes", .value = pool_size_bytes_min - 1 },
        .{ .field = "pool_size_bytes", .value = pool_size_bytes_max + 1 },
        .{ .field = "pool_size_bytes", .value = std.math.maxInt(u64) },
        .{ .field = "overflow_strategy", .value = 3 },
        .{ .field = "overflow_strategy", .value = std.math.maxInt(u32) },
        .{ .field = "max_total_bytes", .value = (Config{}).pool_size_bytes - 1 },
        .{ .field = "huge_pages", .value = 4 },
        .{ .field = "huge_pages", .value = @backingInt(HugePages.explicit) },
        .{ .field = "zero_on_reset", .value = 2 },
        .{ .field = "pre_touch", .value = std.math.maxInt(u32) },
    }) |change| {
        var bad = good;
        @field(bad, change.field) = change.value;
        try testing.expectEqual(null, bad.toConfig());
    }
}
