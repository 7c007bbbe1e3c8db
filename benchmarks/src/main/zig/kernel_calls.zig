//! Opens a scope, allocates a query, 100 rows of 768 floats and their scores in it, computes the scores and closes, as often
//! as the argument says: for a tool that counts instructions. Linked with the library as it ships.

const std = @import("std");

const rows = 100;
const dimensions = 768;

// engram_arena.h, as far as it is needed.
const Arena = opaque {};
const Mark = extern struct { offset_bytes: u64, fallback_position_bytes: u64 };
extern fn engram_thread_arena(arena: *?*Arena, failure: ?*anyopaque) c_uint;
extern fn engram_arena_mark(arena: *Arena, mark: *Mark, failure: ?*anyopaque) c_uint;
extern fn engram_arena_allocate(arena: *Arena, size: u64, alignment: u64, address: *?[*]f32, failure: ?*anyopaque) c_uint;
extern fn engram_arena_rewind(arena: *Arena, mark: *const Mark) c_uint;
extern fn engram_vector_similarity(
    arena: *Arena,
    query: [*]const f32,
    query_norm: f64,
    candidates: [*]const f32,
    dimensions: u64,
    count: u64,
    stride: u64,
    norms: ?[*]const f64,
    scores: [*]f32,
) c_uint;

fn check(status: c_uint) !void {
    if (status != 0) return error.CallFailed;
}

fn allocate(arena: *Arena, floats: u64) ![]f32 {
    var address: ?[*]f32 = null;
    try check(engram_arena_allocate(arena, floats * @sizeOf(f32), 64, &address, null));
    return address.?[0..floats];
}

fn call(arena: *Arena, fill: bool) !void {
    var mark: Mark = undefined;
    try check(engram_arena_mark(arena, &mark, null));
    const query = try allocate(arena, dimensions);
    const candidates = try allocate(arena, rows * dimensions);
    const scores = try allocate(arena, rows);
    // Once is enough: later calls get the same addresses, and nothing else uses the arena.
    if (fill) for ([_][]f32{ query, candidates }) |floats| {
        for (floats, 0..) |*float, index| float.* = @sin(@as(f32, @floatFromInt(index)));
    };
    const query_norm = std.math.nan(f64);
    try check(engram_vector_similarity(arena, query.ptr, query_norm, candidates.ptr, dimensions, rows, dimensions, null, scores.ptr));
    try check(engram_arena_rewind(arena, &mark));
}

fn run(argument: [*:0]const u8) !void {
    const count = try std.fmt.parseInt(u64, std.mem.span(argument), 10);
    var arena: ?*Arena = null;
    try check(engram_thread_arena(&arena, null));
    try call(arena.?, true);
    for (0..count) |_| try call(arena.?, false);
}

/// C's, which spares the compiler most of Zig's library.
pub export fn main(argument_count: c_int, arguments: [*]const [*:0]const u8) callconv(.c) c_int {
    if (argument_count != 2) return 2;
    run(arguments[1]) catch return 1;
    return 0;
}

pub const panic = std.debug.no_panic;
