//! The exports of engram_arena.h: conversions of types and errors, and no logic.

const std = @import("std");
const builtin = @import("builtin");
const allocator = @import("allocator.zig");
const arena_config = @import("arena_config.zig");
const arena_list = @import("arena_list.zig");
const cpu_level = @import("cpu_level.zig");
const leases = @import("leases.zig");
const metrics = @import("arena_metrics.zig");
const overflow = @import("overflow.zig");
const regions = @import("arena_regions.zig");
const requests = @import("arena_requests.zig");
const similarity = @import("kernels/similarity.zig");
const thread_arenas = @import("thread_arenas.zig");
const top_k = @import("kernels/top_k.zig");
const Slot = @import("arena_slots.zig").Slot;

comptime {
    const wanted = std.mem.trim(u8, @embedFile("zig-version"), " \n");
    if (!std.mem.eql(u8, builtin.zig_version_string, wanted))
        @compileError("this library is written for Zig " ++ wanted ++ ", not " ++ builtin.zig_version_string);
}

/// A failed safety check says so in one line and ends by a trap, which the JVM answers with a report that has
/// the Java frames; the standard handler would end the process without one.
pub const panic = std.debug.FullPanic(struct {
    fn report(message: []const u8, _: ?usize) noreturn {
        const linux = std.os.linux;
        for ([_][]const u8{ "engram_arena: panic: ", message, "\n" }) |part| _ = linux.write(2, part.ptr, part.len);
        @trap();
    }
}.report);

const abi_version: u32 = 4;

/// What calls fail with.
pub const CallError = allocator.Error || error{OutputTooSmall};

pub const Status = enum(c_uint) {
    ok = 0,
    invalid_argument = 1,
    arena_overflow = 2,
    system_error = 3,
    arena_in_use = 4,
    pool_exhausted = 5,
    output_too_small = 6,

    fn of(reason: CallError) Status {
        return switch (reason) {
            error.InvalidArgument => .invalid_argument,
            error.ArenaOverflow => .arena_overflow,
            error.SystemError => .system_error,
            error.ArenaInUse => .arena_in_use,
            error.PoolExhausted => .pool_exhausted,
            error.OutputTooSmall => .output_too_small,
        };
    }
};

/// What a call came to, with the details for a caller who wants them.
pub fn report(result: CallError!void, details: allocator.Failure, out: ?*allocator.Failure) Status {
    result catch |reason| {
        const status = Status.of(reason);
        if (out) |failure| {
            failure.* = details;
            failure.status = @backingInt(status);
        }
        return status;
    };
    return .ok;
}

pub fn statusOf(result: CallError!void) Status {
    return if (result) |_| .ok else |reason| .of(reason);
}

const group = &thread_arenas.process_group;

pub export fn engram_abi_version() u32 {
    return abi_version;
}

export fn engram_configure(config: ?*const arena_config.ConfigAbi) Status {
    const wanted = (config orelse return .invalid_argument).toConfig() orelse return .invalid_argument;
    return statusOf(group.configure(wanted));
}

export fn engram_configure_arena(pool_size_mb: u32, overflow_strategy: u32) Status {
    const strategy = arena_config.OverflowStrategy.fromCode(overflow_strategy) orelse return .invalid_argument;
    return statusOf(group.configurePool(@as(u64, pool_size_mb) << 20, strategy));
}

export fn engram_read_config(config: ?*arena_config.ConfigAbi) Status {
    const out = config orelse return .invalid_argument;
    return if (out.write(group.settings().config)) .ok else .invalid_argument;
}

export fn engram_arena_stats(total_resets: ?*u64, total_overflows: ?*u64, max_high_water_mark: ?*u64) Status {
    const stats = group.readStats();
    if (total_resets) |out| out.* = stats.total_resets;
    if (total_overflows) |out| out.* = stats.totalOverflows();
    if (max_high_water_mark) |out| out.* = stats.max_high_water_mark_bytes;
    return .ok;
}

export fn engram_read_stats(stats: ?*metrics.StatsAbi) Status {
    const out = stats orelse return .invalid_argument;
    return if (out.write(group.readStats())) .ok else .invalid_argument;
}

export fn engram_list_arenas(
    struct_size_bytes: u64,
    arenas: ?[*]arena_list.UsageAbi,
    capacity: u64,
    count: ?*u64,
) Status {
    const found = count orelse return .invalid_argument;
    const out = arena_list.Output.of(struct_size_bytes, arenas, capacity) orelse return .invalid_argument;
    found.* = arena_list.read(group, out);
    return if (found.* <= capacity) .ok else .output_too_small;
}

export fn engram_reset_arenas() Status {
    return statusOf(requests.resetAll(group, thread_arenas.ownIfAny()));
}

export fn engram_trim_arenas() u64 {
    return requests.trimAll(group);
}

export fn engram_reset_arena_metrics() void {
    group.resetMetrics();
}

export fn engram_thread_arena(arena: ?*?*allocator.Header, failure: ?*allocator.Failure) Status {
    const out = arena orelse return report(error.InvalidArgument, .{}, failure);
    var details: allocator.Failure = .{};
    const slot = thread_arenas.own(&details) catch |reason| return report(reason, details, failure);
    out.* = &slot.arena.header;
    return .ok;
}

export fn engram_thread_arena_if_any() ?*allocator.Header {
    return if (thread_arenas.ownIfAny()) |slot| &slot.arena.header else null;
}

export fn engram_lease_arena(arena: ?*?*allocator.Header, failure: ?*allocator.Failure) Status {
    const out = arena orelse return report(error.InvalidArgument, .{}, failure);
    var details: allocator.Failure = .{};
    const slot = leases.take(group, &details) catch |reason| return report(reason, details, failure);
    out.* = &slot.arena.header;
    return .ok;
}

export fn engram_return_arena(arena: ?*allocator.Header) Status {
    const slot: *Slot = .fromHeader(arena orelse return .invalid_argument);
    return statusOf(leases.giveBack(slot));
}

export fn engram_recover_arena(arena: ?*allocator.Header) Status {
    const slot: *Slot = .fromHeader(arena orelse return .invalid_argument);
    return statusOf(leases.recover(slot));
}

export fn engram_quarantine_arena(
    arena: ?*allocator.Header,
    quarantined: ?*?*allocator.Header,
    failure: ?*allocator.Failure,
) Status {
    const slot: *Slot = .fromHeader(arena orelse return report(error.InvalidArgument, .{}, failure));
    const out = quarantined orelse return report(error.InvalidArgument, .{}, failure);
    var details: allocator.Failure = .{};
    const aside = regions.quarantine(slot, &details) catch |reason| return report(reason, details, failure);
    out.* = &aside.arena.header;
    return .ok;
}

export fn engram_release_quarantined(quarantined: ?*allocator.Header) Status {
    const slot: *Slot = .fromHeader(quarantined orelse return .invalid_argument);
    return statusOf(regions.releaseQuarantined(slot));
}

export fn engram_arena_serve(arena: ?*allocator.Header) Status {
    const slot: *Slot = .fromHeader(arena orelse return .invalid_argument);
    var details: allocator.Failure = .{};
    return statusOf(requests.serve(slot, &details));
}

export fn engram_arena_allocate(
    arena: ?*allocator.Header,
    size_bytes: u64,
    alignment_bytes: u64,
    address: ?*?[*]u8,
    failure: ?*allocator.Failure,
) Status {
    const header = arena orelse return report(error.InvalidArgument, .{}, failure);
    const out = address orelse return report(error.InvalidArgument, .{}, failure);
    var details: allocator.Failure = .{};
    const memory = requests.allocate(.fromHeader(header), size_bytes, alignment_bytes, &details) catch |reason|
        return report(reason, details, failure);
    out.* = memory;
    return .ok;
}

export fn engram_arena_mark(arena: ?*allocator.Header, mark: ?*allocator.Mark, failure: ?*allocator.Failure) Status {
    const slot: *Slot = .fromHeader(arena orelse return report(error.InvalidArgument, .{}, failure));
    const out = mark orelse return report(error.InvalidArgument, .{}, failure);
    var details: allocator.Failure = .{};
    out.* = requests.openMark(slot, &details) catch |reason| return report(reason, details, failure);
    return .ok;
}

export fn engram_arena_rewind(arena: ?*allocator.Header, mark: ?*const allocator.Mark) Status {
    const slot: *Slot = .fromHeader(arena orelse return .invalid_argument);
    const to = mark orelse return .invalid_argument;
    return statusOf(requests.rewind(slot, to.*));
}

export fn engram_current_cpu_level() u32 {
    return @backingInt(cpu_level.current());
}

export fn engram_limit_cpu_level(level: u32) Status {
    return if (cpu_level.limit(level)) .ok else .invalid_argument;
}

export fn engram_vector_similarity(
    arena: ?*allocator.Header,
    query: ?[*]const f32,
    query_norm: f64,
    candidates: ?[*]const f32,
    dimensions: u64,
    count: u64,
    stride: u64,
    norms: ?[*]const f64,
    scores: ?[*]f32,
) Status {
    const slot: *Slot = .fromHeader(arena orelse return .invalid_argument);
    const out = scores orelse return .invalid_argument;
    const rows: ?similarity.Rows = .of(candidates, dimensions, count, stride);
    const single = similarity.Single.of(query, query_norm, rows, norms) orelse return .invalid_argument;
    similarity.scores(slot, single, out);
    return .ok;
}

export fn engram_vector_similarity_of_eight(
    query: ?[*]const f32,
    query_norm: f64,
    row_0: ?[*]const f32,
    row_1: ?[*]const f32,
    row_2: ?[*]const f32,
    row_3: ?[*]const f32,
    row_4: ?[*]const f32,
    row_5: ?[*]const f32,
    row_6: ?[*]const f32,
    row_7: ?[*]const f32,
    dimensions: u64,
    rows_ahead: u64,
    scores: ?*[similarity.scattered]f32,
) Status {
    const rows = .{ row_0, row_1, row_2, row_3, row_4, row_5, row_6, row_7 };
    return statusOf(similarity.scoresOfScattered(query, query_norm, rows, dimensions, rows_ahead, scores));
}

export fn engram_vector_similarity_batch(
    arena: ?*allocator.Header,
    queries: ?[*]const f32,
    query_count: u64,
    query_stride: u64,
    candidates: ?[*]const f32,
    dimensions: u64,
    count: u64,
    stride: u64,
    norms: ?[*]const f64,
    scores: ?[*]f32,
    score_stride: u64,
    failure: ?*allocator.Failure,
) Status {
    const slot: *Slot = .fromHeader(arena orelse return report(error.InvalidArgument, .{}, failure));
    const query_rows: ?similarity.Rows = .of(queries, dimensions, query_count, query_stride);
    const rows: ?similarity.Rows = .of(candidates, dimensions, count, stride);
    const batch = similarity.Batch.of(query_rows, rows, norms, scores, score_stride) orelse
        return report(error.InvalidArgument, .{}, failure);
    var details: allocator.Failure = .{};
    return report(similarity.scoresOfMany(slot, batch, &details), details, failure);
}

export fn engram_vector_top_k(
    arena: ?*allocator.Header,
    query: ?[*]const f32,
    query_norm: f64,
    candidates: ?[*]const f32,
    dimensions: u64,
    count: u64,
    stride: u64,
    norms: ?[*]const f64,
    k: u64,
    indices: ?[*]u32,
    scores: ?[*]f32,
    failure: ?*allocator.Failure,
) Status {
    const slot: *Slot = .fromHeader(arena orelse return report(error.InvalidArgument, .{}, failure));
    const rows: ?similarity.Rows = .of(candidates, dimensions, count, stride);
    const single = similarity.Single.of(query, query_norm, rows, norms) orelse
        return report(error.InvalidArgument, .{}, failure);
    var found = top_k.Selection.of(indices, scores, k, 0) orelse return report(error.InvalidArgument, .{}, failure);
    var details: allocator.Failure = .{};
    return report(similarity.best(slot, single, &found, &details), details, failure);
}

export fn engram_select_top_k(
    scores: ?[*]const f32,
    count: u64,
    first_index: u64,
    k: u64,
    found: ?*u64,
    indices: ?[*]u32,
    best_scores: ?[*]f32,
) Status {
    const so_far = found orelse return .invalid_argument;
    var selection = top_k.Selection.of(indices, best_scores, k, so_far.*) orelse return .invalid_argument;
    const offered = top_k.Offer.of(scores, count, first_index) orelse return .invalid_argument;
    selection.start();
    selection.offer(offered);
    selection.finish();
    so_far.* = selection.count;
    return .ok;
}

export fn engram_vector_norms(
    rows: ?[*]const f32,
    dimensions: u64,
    count: u64,
    stride: u64,
    norms: ?[*]f64,
) Status {
    const vectors = similarity.Rows.of(rows, dimensions, count, stride) orelse return .invalid_argument;
    return statusOf(similarity.rowNorms(vectors, norms));
}

comptime {
    _ = @import("ffi_kernels.zig");
}

test {
    _ = allocator;
    _ = arena_config;
    _ = arena_list;
    _ = cpu_level;
    _ = leases;
    _ = metrics;
    _ = overflow;
    _ = regions;
    _ = requests;
    _ = similarity;
    _ = thread_arenas;
    _ = top_k;
    _ = @import("arena_group.zig");
    _ = @import("arena_regions_test.zig");
    _ = @import("arena_slots.zig");
    _ = @import("budget.zig");
    _ = @import("concurrency_test.zig");
    _ = @import("fault_test.zig");
    _ = @import("header_test.zig");
    _ = @import("kernels/cosine_test.zig");
    _ = @import("kernels/similarity_test.zig");
    _ = @import("lock.zig");
    _ = @import("memcheck.zig");
    _ = @import("model_test.zig");
    _ = @import("pages.zig");
}
