//! Cosine similarity: checks, scratch, and the choice of the variant for this CPU.

const std = @import("std");
const builtin = @import("builtin");
const allocator = @import("../allocator.zig");
const requests = @import("../arena_requests.zig");
const cpu_level = @import("../cpu_level.zig");
const top_k = @import("top_k.zig");

const Error = allocator.Error;
const Failure = allocator.Failure;
const Slot = @import("../arena_slots.zig").Slot;

const cache_line_bytes = 64;
/// Rows a multiple of this apart push each other out of a usual L1 cache.
const cache_way_bytes = 4096;
/// With fewer rows to score, to copy such queries apart takes longer than it saves.
const spread_rows_min = 128;
/// More queries than this would not stay in a usual L2 cache, and take more of the arena than that is worth.
const spread_bytes_max = 512 << 10;

/// Rows that lie anywhere and are scored by one call.
pub const scattered = 8;
/// Rows that take less are likely to stay in a usual L2 cache, and a fetch of what is there costs time.
const cached_bytes = 512 << 10;
/// Rows that lie one after the other and take more come from memory, where CPUs fetch too little ahead themselves. Out
/// of a nearer cache they fetch enough, and a fetch costs time.
const far_bytes = 16 << 20;
/// Shorter rows end before what is fetched with them pays.
const fetched_dimensions_min = 256;

/// What a variant exports.
const Kernels = struct {
    scores: *const fn (
        query: []const f32,
        query_norm: f64,
        rows: [*]const f32,
        stride: usize,
        row_norms: ?[*]const f64,
        fetches_ahead: bool,
        results: []f32,
    ) void,
    scoresOfScattered: *const fn (
        query: []const f32,
        query_norm: f64,
        rows: *const [scattered][*]const f32,
        fetches_ahead: bool,
        results: *[scattered]f32,
    ) void,
    scoresOfMany: *const fn (
        queries: [*]const f32,
        query_stride: usize,
        query_norms: []const f64,
        rows: [*]const f32,
        dimensions: usize,
        stride: usize,
        row_norms: []const f64,
        rows_ahead: usize,
        results: [*]f32,
        results_stride: usize,
    ) void,
    rowNorms: *const fn (rows: [*]const f32, dimensions: usize, stride: usize, results: []f64) void,

    fn of(comptime variant: type) Kernels {
        return .{
            .scores = variant.scores,
            .scoresOfScattered = variant.scoresOfScattered,
            .scoresOfMany = variant.scoresOfMany,
            .rowNorms = variant.rowNorms,
        };
    }
};

/// The same source for each CPU level: the build hands it in as one module per level.
pub fn kernels(level: cpu_level.Level) Kernels {
    return switch (builtin.cpu.arch) {
        .x86_64 => switch (level) {
            .x86_64_v2 => .of(@import("cosine_x86_64_v2")),
            .x86_64_v3 => .of(@import("cosine_x86_64_v3")),
            .x86_64_v4 => .of(@import("cosine_x86_64_v4")),
        },
        .aarch64 => switch (level) {
            .neon => .of(@import("cosine_neon")),
        },
        else => @compileError("no kernels for this architecture"),
    };
}

/// `count` vectors of `dimensions` floats, `stride` floats apart.
pub const Rows = struct {
    first: [*]const f32,
    dimensions: usize,
    count: usize,
    stride: usize,

    /// Null where the argument is missing, a count is 0, rows would overlap, or a size in bytes passes 2^63.
    pub fn of(first: ?[*]const f32, dimensions: u64, count: u64, stride: u64) ?Rows {
        @setRuntimeSafety(true);
        if (dimensions == 0 or count == 0 or stride < dimensions or !fits(count, stride, f32)) return null;
        return .{ .first = first orelse return null, .dimensions = dimensions, .count = count, .stride = stride };
    }

    fn row(rows: Rows, index: usize) []const f32 {
        return (rows.first + index * rows.stride)[0..rows.dimensions];
    }
};

/// Whether so many elements take at most 2^63 - 1 bytes.
fn fits(count: u64, stride: u64, comptime Element: type) bool {
    const elements = std.math.mul(u64, count, stride) catch return false;
    return elements <= std.math.maxInt(i64) / @sizeOf(Element);
}

/// One query against many rows, checked.
pub const Single = struct {
    query: []const f32,
    query_norm: f64,
    rows: Rows,
    row_norms: ?[*]const f64,

    pub fn of(query: ?[*]const f32, query_norm: f64, rows: ?Rows, row_norms: ?[*]const f64) ?Single {
        @setRuntimeSafety(true);
        const candidates = rows orelse return null;
        if (row_norms != null and !fits(candidates.count, 1, f64)) return null;
        return .{
            .query = (query orelse return null)[0..candidates.dimensions],
            .query_norm = query_norm,
            .rows = candidates,
            .row_norms = row_norms,
        };
    }

    /// The scores of the rows from `first` on.
    fn write(single: Single, run: Kernels, query: []const f32, first: usize, results: []f32) void {
        @setRuntimeSafety(true);
        const row_norms = if (single.row_norms) |all| all + first else null;
        const rows = single.rows;
        const start = rows.first + first * rows.stride;
        const fetches_ahead = exceeds(rows.count, rows.dimensions, far_bytes);
        run.scores(query, single.query_norm, start, rows.stride, row_norms, fetches_ahead, results);
    }
};

/// Writes the cosine of the query with each row.
pub fn scores(slot: *Slot, single: Single, results: [*]f32) void {
    @setRuntimeSafety(true);
    const run = kernels(cpu_level.current());
    const out = results[0..single.rows.count];
    // Without a region there is nowhere to stage, and the kernel needs none.
    var failure: Failure = .{};
    const mark = if (worthStaging(slot, single)) requests.openMark(slot, &failure) catch null else null;
    defer if (mark) |to| requests.rewind(slot, to) catch unreachable;
    const query = if (mark != null) stagedQuery(slot, single.query) else single.query;
    single.write(run, query, 0, out);
}

/// As `scores`, of rows that lie anywhere. The query is read where it lies.
pub fn scoresOfScattered(
    query: ?[*]const f32,
    query_norm: f64,
    rows: [scattered]?[*]const f32,
    dimensions: u64,
    rows_ahead: u64,
    results: ?*[scattered]f32,
) Error!void {
    @setRuntimeSafety(true);
    if (dimensions == 0 or !fits(1, dimensions, f32)) return error.InvalidArgument;
    const elements = (query orelse return error.InvalidArgument)[0..dimensions];
    const out = results orelse return error.InvalidArgument;
    const fetches_ahead = exceeds(rows_ahead, dimensions, cached_bytes);
    var each: [scattered][*]const f32 = undefined;
    for (&each, rows) |*one, row| one.* = row orelse return error.InvalidArgument;
    kernels(cpu_level.current()).scoresOfScattered(elements, query_norm, &each, fetches_ahead, out);
}

/// Whether rows take more than caches of so many bytes, and are long enough to fetch those that follow.
fn exceeds(rows: u64, dimensions: u64, bytes: u64) bool {
    return dimensions >= fetched_dimensions_min and rows > bytes / @sizeOf(f32) / dimensions;
}

/// A query that straddles cache lines costs two reads for each vector of it, for every row. One copy pays from the
/// second row on; where there is no room for one the query is read where it lies.
fn worthStaging(slot: *const Slot, single: Single) bool {
    return !isAligned(single.query.ptr) and single.rows.count > 1 and fitsArena(slot, single.query.len);
}

fn isAligned(floats: [*]const f32) bool {
    return @intFromPtr(floats) % cache_line_bytes == 0;
}

fn fitsArena(slot: *const Slot, floats: usize) bool {
    return floats <= slot.arena.availableBytes(cache_line_bytes) / @sizeOf(f32);
}

fn stagedQuery(slot: *Slot, query: []const f32) []const f32 {
    @setRuntimeSafety(true);
    // Opening the mark may have brought a smaller region.
    if (!fitsArena(slot, query.len)) return query;
    var failure: Failure = .{};
    const copy = allocate(slot, f32, query.len, &failure) catch return query;
    @memcpy(copy, query);
    return copy;
}

fn allocate(slot: *Slot, comptime Element: type, count: usize, failure: *Failure) Error![]Element {
    @setRuntimeSafety(true);
    const memory = try slot.arena.allocate(count * @sizeOf(Element), cache_line_bytes, failure);
    return @as([*]Element, @ptrCast(@alignCast(memory)))[0..count];
}

/// Many queries against many rows, checked.
pub const Batch = struct {
    queries: Rows,
    rows: Rows,
    row_norms: ?[*]const f64,
    results: [*]f32,
    results_stride: usize,

    pub fn of(queries: ?Rows, rows: ?Rows, row_norms: ?[*]const f64, results: ?[*]f32, results_stride: u64) ?Batch {
        @setRuntimeSafety(true);
        const batch: Batch = .{
            .queries = queries orelse return null,
            .rows = rows orelse return null,
            .row_norms = row_norms,
            .results = results orelse return null,
            .results_stride = results_stride,
        };
        if (row_norms != null and !fits(batch.rows.count, 1, f64)) return null;
        if (results_stride < batch.rows.count or !fits(batch.queries.count, results_stride, f32)) return null;
        return batch;
    }
};

/// Rows that are scored with all queries before the next ones: they take less than half of a usual L2 cache.
const part_bytes = 384 << 10;
/// For the scratch that goes with them.
const part_rows_max = 512;
/// A multiple of what the kernel has in a tile.
const part_rows_min = 16;
/// The kernel for many queries takes no fewer of them, nor fewer rows.
const scores_of_many_min = 4;

/// Writes the cosine of each query with each row.
pub fn scoresOfMany(slot: *Slot, batch: Batch, failure: *Failure) Error!void {
    @setRuntimeSafety(true);
    const run = kernels(cpu_level.current());
    const mark = try requests.openMark(slot, failure);
    defer requests.rewind(slot, mark) catch unreachable;
    const rows = batch.rows;
    const fitting = part_bytes / @sizeOf(f32) / rows.dimensions / part_rows_min * part_rows_min;
    const part_rows = @min(std.math.clamp(fitting, part_rows_min, part_rows_max), rows.count);
    const query_norms = try allocate(slot, f64, batch.queries.count, failure);
    const part_norms = try allocate(slot, f64, if (batch.row_norms == null) part_rows else 0, failure);
    const queries = stagedQueries(slot, batch.queries, rows.count);
    run.rowNorms(queries.first, queries.dimensions, queries.stride, query_norms);
    var first: usize = 0;
    while (first < rows.count) : (first += part_rows) {
        const count = @min(part_rows, rows.count - first);
        const start = rows.first + first * rows.stride;
        const norms = if (batch.row_norms) |known| known[first..][0..count] else part_norms[0..count];
        if (batch.row_norms == null) run.rowNorms(start, rows.dimensions, rows.stride, part_norms[0..count]);
        if (count < scores_of_many_min or queries.count < scores_of_many_min) {
            for (query_norms, 0..) |query_norm, i| {
                const out = (batch.results + i * batch.results_stride + first)[0..count];
                run.scores(queries.row(i), query_norm, start, rows.stride, norms.ptr, false, out);
            }
            continue;
        }
        run.scoresOfMany(
            queries.first,
            queries.stride,
            query_norms,
            start,
            rows.dimensions,
            rows.stride,
            norms,
            @min(part_rows, rows.count - first - count),
            batch.results + first,
            batch.results_stride,
        );
    }
}

/// The queries on cache lines of their own, which do not push each other out of the cache if it pays to copy them for
/// that; or as they are where there is no room.
fn stagedQueries(slot: *Slot, queries: Rows, row_count: usize) Rows {
    @setRuntimeSafety(true);
    const line = cache_line_bytes / @sizeOf(f32);
    const way = cache_way_bytes / @sizeOf(f32);
    const stride = std.mem.alignForward(usize, queries.dimensions, line);
    const stride_apart = if (stride % way == 0) stride + line else stride;
    const spreads = row_count >= spread_rows_min and queries.count >= scores_of_many_min and
        queries.count <= spread_bytes_max / @sizeOf(f32) / stride_apart;
    const is_good = queries.stride % line == 0 and !(spreads and queries.stride % way == 0);
    if (isAligned(queries.first) and (is_good or queries.count == 1)) return queries;
    return copiesOf(slot, queries, if (spreads) stride_apart else stride);
}

fn copiesOf(slot: *Slot, queries: Rows, stride: usize) Rows {
    @setRuntimeSafety(true);
    const floats = std.math.mul(usize, queries.count, stride) catch return queries;
    if (!fitsArena(slot, floats)) return queries;
    var failure: Failure = .{};
    const copies = allocate(slot, f32, floats, &failure) catch return queries;
    for (0..queries.count) |i| @memcpy(copies[i * stride ..][0..queries.dimensions], queries.row(i));
    return .{ .first = copies.ptr, .dimensions = queries.dimensions, .count = queries.count, .stride = stride };
}

/// Rows that are scored before the best among them are picked: few enough for their scores to stay in the L1 cache.
const rows_at_once = 1024;

/// Writes the best rows for a query, best first. `found` is empty, and has room for as many as there are rows at most.
pub fn best(slot: *Slot, single: Single, found: *top_k.Selection, failure: *Failure) Error!void {
    @setRuntimeSafety(true);
    if (found.capacity > single.rows.count or single.rows.count > std.math.maxInt(u32)) return error.InvalidArgument;
    const run = kernels(cpu_level.current());
    const mark = try requests.openMark(slot, failure);
    defer requests.rewind(slot, mark) catch unreachable;
    const part_rows = @min(rows_at_once, single.rows.count);
    const part_scores = try allocate(slot, f32, part_rows, failure);
    const query = if (worthStaging(slot, single)) stagedQuery(slot, single.query) else single.query;
    found.start();
    var first: usize = 0;
    while (first < single.rows.count) : (first += part_rows) {
        const some = part_scores[0..@min(part_rows, single.rows.count - first)];
        single.write(run, query, first, some);
        found.offer(.{ .scores = some, .first_index = first });
    }
    found.finish();
}

/// Writes the sum of squares of each row.
pub fn rowNorms(rows: Rows, results: ?[*]f64) Error!void {
    @setRuntimeSafety(true);
    const out = results orelse return error.InvalidArgument;
    if (!fits(rows.count, 1, f64)) return error.InvalidArgument;
    kernels(cpu_level.current()).rowNorms(rows.first, rows.dimensions, rows.stride, out[0..rows.count]);
}
