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

pub const pool_size_bytes_min: u64 = 64 << 10;
pub const pool_size_bytes_max: u64 = 128 << 40;

pub const Config = struct {
    pool_size_bytes: u64 = 1 << 20,
    max_fallback_bytes: u64 = 1 << 30,
    overflow: OverflowStrategy = .error_return,

    pub fn isValid(config: Config) bool {
        return config.pool_size_bytes >= pool_size_bytes_min and config.pool_size_bytes <= pool_size_bytes_max;
    }
};

/// The C struct `engram_config`.
pub const ConfigAbi = extern struct {
    struct_size_bytes: u64 = @sizeOf(ConfigAbi),
    pool_size_bytes: u64,
    max_fallback_bytes: u64,
    overflow_strategy: u32,
    reserved: u32 = 0,

    /// The settings it stands for, or null where a field is outside what is allowed.
    pub fn toConfig(abi: *const ConfigAbi) ?Config {
        @setRuntimeSafety(true);
        if (abi.struct_size_bytes != @sizeOf(ConfigAbi) or abi.reserved != 0) return null;
        const config: Config = .{
            .pool_size_bytes = abi.pool_size_bytes,
            .max_fallback_bytes = abi.max_fallback_bytes,
            .overflow = OverflowStrategy.fromCode(abi.overflow_strategy) orelse return null,
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
            .overflow_strategy = @backingInt(config.overflow),
        };
    }
};

const testing = std.testing;

test "settings survive the way through the C struct" {
    const config: Config = .{ .pool_size_bytes = 3 << 20, .max_fallback_bytes = 7, .overflow = .fallback };
    try testing.expectEqual(config, ConfigAbi.fromConfig(config).toConfig().?);
}

test "what the C struct does not allow is refused" {
    const good = ConfigAbi.fromConfig(.{});
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
        .{ .field = "reserved", .value = 1 },
    }) |change| {
        var bad = good;
        @field(bad, change.field) = change.value;
        try testing.expectEqual(null, bad.toConfig());
    }
}
