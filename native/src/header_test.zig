//! The C header against the Zig declarations: the same structs, fields, types, enum values and limits.
//! The header is read as text. A C compiler would do as well, but costs minutes on a new machine.

const std = @import("std");
const allocator = @import("allocator.zig");
const arena_config = @import("arena_config.zig");
const arena_list = @import("arena_list.zig");
const cpu_level = @import("cpu_level.zig");
const csr_graph = @import("kernels/csr_graph.zig");
const metrics = @import("arena_metrics.zig");
const overflow = @import("overflow.zig");
const spread = @import("kernels/spread.zig");

const testing = std.testing;
const header = @embedFile("engram_arena.h");

/// The header without its comments.
fn code() ![]const u8 {
    var out: std.ArrayList(u8) = .empty;
    var rest: []const u8 = header;
    while (std.mem.find(u8, rest, "/*")) |start| {
        try out.appendSlice(testing.allocator, rest[0..start]);
        const end = std.mem.findPos(u8, rest, start, "*/") orelse return error.UnclosedComment;
        rest = rest[end + 2 ..];
    }
    try out.appendSlice(testing.allocator, rest);
    return out.toOwnedSlice(testing.allocator);
}

/// What stands between `opening {` and `}`.
fn body(text: []const u8, opening: []const u8) ![]const u8 {
    const start = (std.mem.find(u8, text, opening) orelse return error.NotDeclared) + opening.len;
    const end = std.mem.findScalarPos(u8, text, start, '}') orelse return error.NotClosed;
    return text[start..end];
}

fn cType(comptime T: type) []const u8 {
    return switch (T) {
        u32 => "engram_u32 ",
        u64 => "engram_u64 ",
        f32 => "float ",
        ?[*]u8 => "unsigned char *",
        ?[*]const u64 => "const engram_u64 *",
        ?[*]const u32 => "const engram_u32 *",
        ?[*]const f32 => "const float *",
        ?*const anyopaque => "const void *",
        *const allocator.Header => "const engram_arena *",
        else => @compileError("no C type for " ++ @typeName(T)),
    };
}

fn expectStruct(text: []const u8, comptime opening: []const u8, comptime T: type) !void {
    var declarations = std.mem.tokenizeScalar(u8, try body(text, opening), ';');
    inline for (@typeInfo(T).@"struct".field_names, @typeInfo(T).@"struct".field_types) |name, Field| {
        const declared = std.mem.trim(u8, declarations.next() orelse return error.FieldMissing, " \n");
        const type_name = comptime cType(Field);
        try testing.expectEqualStrings(type_name ++ name, declared);
    }
    try testing.expectEqualStrings("", std.mem.trim(u8, declarations.rest(), " \n"));
}

test "structs have the same fields in the same order" {
    const text = try code();
    defer testing.allocator.free(text);
    try expectStruct(text, "typedef struct engram_failure {", allocator.Failure);
    try expectStruct(text, "typedef struct engram_config {", arena_config.ConfigAbi);
    try expectStruct(text, "typedef struct engram_arena {", allocator.Header);
    try expectStruct(text, "typedef struct engram_mark {", allocator.Mark);
    try expectStruct(text, "typedef struct engram_stats {", metrics.StatsAbi);
    try expectStruct(text, "typedef struct engram_arena_usage {", arena_list.UsageAbi);
    try expectStruct(text, "typedef struct engram_graph {", csr_graph.GraphAbi);
    try expectStruct(text, "typedef struct engram_graph_defect {", csr_graph.Defect);
    try expectStruct(text, "typedef struct engram_spread_options {", spread.OptionsAbi);
}

/// That each field starts where the one before ends, and nothing lies behind the last.
fn expectNoGaps(comptime T: type) !void {
    var end: usize = 0;
    inline for (@typeInfo(T).@"struct".field_names, @typeInfo(T).@"struct".field_types) |name, Field| {
        try testing.expectEqual(end, @offsetOf(T, name));
        end += @sizeOf(Field);
    }
    try testing.expectEqual(end, @sizeOf(T));
}

test "structs of the kernels have no gaps, so their fields lie where any C compiler puts them" {
    try expectNoGaps(csr_graph.GraphAbi);
    try expectNoGaps(csr_graph.Defect);
    try expectNoGaps(spread.OptionsAbi);
    try testing.expectEqual(56, @sizeOf(csr_graph.GraphAbi));
    try testing.expectEqual(16, @sizeOf(csr_graph.Defect));
    try testing.expectEqual(24, @sizeOf(spread.OptionsAbi));
}

fn expectEnum(text: []const u8, comptime opening: []const u8, comptime prefix: []const u8, comptime T: type) !void {
    var values = std.mem.tokenizeAny(u8, try body(text, opening), ",\n ");
    inline for (@typeInfo(T).@"enum".field_names) |name| {
        var upper: [64]u8 = undefined;
        const constant = std.ascii.upperString(&upper, name);
        const declared = values.next() orelse return error.ValueMissing;
        try testing.expectEqualStrings(prefix, declared[0..prefix.len]);
        try testing.expectEqualStrings(constant, declared[prefix.len..]);
        try testing.expectEqualStrings("=", values.next().?);
        const value = try std.fmt.parseInt(u32, values.next().?, 10);
        try testing.expectEqual(@backingInt(@field(T, name)), value);
    }
    try testing.expectEqual(null, values.next());
}

test "enums have the same values" {
    const text = try code();
    defer testing.allocator.free(text);
    try expectEnum(text, "typedef enum engram_status {", "ENGRAM_", @import("ffi.zig").Status);
    try expectEnum(text, "typedef enum engram_overflow_strategy {", "ENGRAM_OVERFLOW_", arena_config.OverflowStrategy);
    try expectEnum(text, "typedef enum engram_huge_pages {", "ENGRAM_HUGE_PAGES_", arena_config.HugePages);
    try expectEnum(text, "typedef enum engram_arena_use {", "ENGRAM_ARENA_", arena_list.UseCode);
    try expectEnum(text, "typedef enum engram_cpu_level {", "ENGRAM_CPU_", cpu_level.Code);
    try expectEnum(text, "typedef enum engram_graph_fault {", "ENGRAM_GRAPH_", csr_graph.Fault);
}

fn expectConstant(text: []const u8, comptime name: []const u8, value: u64) !void {
    const start = (std.mem.find(u8, text, "#define " ++ name ++ " ") orelse return error.NotDefined) + name.len + 9;
    const line = std.mem.sliceTo(text[start..], '\n');
    const digits = std.mem.trimEnd(u8, line, "UL");
    try testing.expectEqual(value, try std.fmt.parseInt(u64, digits, 10));
}

test "limits and the version are the same" {
    const text = try code();
    defer testing.allocator.free(text);
    try expectConstant(text, "ENGRAM_ABI_VERSION", @import("ffi.zig").engram_abi_version());
    try expectConstant(text, "ENGRAM_POOL_SIZE_BYTES_MIN", arena_config.pool_size_bytes_min);
    try expectConstant(text, "ENGRAM_POOL_SIZE_BYTES_MAX", arena_config.pool_size_bytes_max);
    try expectConstant(text, "ENGRAM_ALIGNMENT_BYTES_MAX", allocator.alignment_bytes_max);
    try expectConstant(text, "ENGRAM_CHUNK_BYTES_MIN", overflow.chunk_bytes_min);
    try expectConstant(text, "ENGRAM_TOTAL_BYTES_UNLIMITED", arena_config.total_bytes_unlimited);
    try expectConstant(text, "ENGRAM_REQUEST_OF_CALLER", allocator.Request.of_caller);
}
