//! Tests of the functions on vectors as they are called, with an arena.

const std = @import("std");
const allocator = @import("../allocator.zig");
const arena_config = @import("../arena_config.zig");
const cosine_test = @import("cosine_test.zig");
const cpu_level = @import("../cpu_level.zig");
const similarity = @import("similarity.zig");
const top_k = @import("top_k.zig");

const Group = @import("../arena_group.zig").Group;
const Guarded = @import("guarded.zig").Guarded;
const Slot = @import("../arena_slots.zig").Slot;
const Batch = similarity.Batch;
const Rows = similarity.Rows;
const Single = similarity.Single;
const testing = std.testing;
const nan = std.math.nan(f64);

test "a query off its cache line is staged, scores the same, and the arena is left as found" {
    var group: Group = .{};
    var failure: allocator.Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    var data: [17 + 4 * 16]f32 align(64) = undefined;
    for (&data, 0..) |*element, i| element.* = @sin(@as(f32, @floatFromInt(i)));
    const single = Single.of(data[1..].ptr, nan, .of(data[17..].ptr, 16, 4, 16), null).?;
    var off_line: [4]f32 = undefined;
    similarity.scores(slot, single, &off_line);
    try testing.expectEqual(0, slot.arena.header.offset_bytes);
    try testing.expectEqual(0, slot.arena.header.depth);
    try testing.expectEqual(64, slot.arena.header.high_water_mark_bytes);
    var in_place: [4]f32 = undefined;
    similarity.kernels(cpu_level.current()).scores(data[1..17], nan, data[17..].ptr, 16, null, false, &in_place);
    try testing.expectEqual(in_place, off_line);
    // Without room for the copy: the same scores, no overflow and no mark.
    _ = try slot.arena.allocate(slot.arena.header.capacity_bytes - 32, 1, &failure);
    var without_room: [4]f32 = undefined;
    similarity.scores(slot, single, &without_room);
    try testing.expectEqual(in_place, without_room);
    try testing.expectEqual(0, slot.arena.header.overflow_error_count);
    try testing.expectEqual(1, slot.arena.header.scope_count);
}

test "queries that would push each other out of the cache are staged apart, and score the same" {
    var group: Group = .{};
    var failure: allocator.Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    const dimensions = 1024;
    const query_count = 4;
    const row_count = 128;
    const data = try testing.allocator.alignedAlloc(f32, .@"64", (query_count + row_count) * dimensions);
    defer testing.allocator.free(data);
    for (data, 0..) |*element, i| element.* = @sin(@as(f32, @floatFromInt(i)));
    const rows = Rows.of(data[query_count * dimensions ..].ptr, dimensions, row_count, dimensions).?;
    var results: [query_count * row_count]f32 = undefined;
    const queries: ?Rows = .of(data.ptr, dimensions, query_count, dimensions);
    try similarity.scoresOfMany(slot, Batch.of(queries, rows, null, &results, row_count).?, &failure);
    const staged_bytes = query_count * (dimensions + 16) * @sizeOf(f32);
    try testing.expect(slot.arena.header.high_water_mark_bytes >= staged_bytes);
    for (0..query_count) |i| {
        var alone: [row_count]f32 = undefined;
        similarity.scores(slot, Single.of(data[i * dimensions ..].ptr, nan, rows, null).?, &alone);
        try testing.expectEqualSlices(f32, &alone, results[i * row_count ..][0..row_count]);
    }
}

test "queries that cannot push each other out, and more than a cache holds, are read where they are" {
    const dimensions = 1024;
    const row_count = 128;
    const data = try testing.allocator.alignedAlloc(f32, .@"64", row_count * dimensions);
    defer testing.allocator.free(data);
    @memset(data, 1);
    const rows = Rows.of(data.ptr, dimensions, row_count, dimensions).?;
    const results = try testing.allocator.alloc(f32, row_count * row_count);
    defer testing.allocator.free(results);
    // Of 126 the copies are just below 512 KiB.
    for ([_]usize{ 3, 4, 126, 127 }, [_]bool{ false, true, true, false }) |query_count, are_copied| {
        var group: Group = .{};
        var failure: allocator.Failure = .{};
        const slot = try group.acquire(.thread, &failure);
        defer group.release(slot);
        const queries: ?Rows = .of(data.ptr, dimensions, query_count, dimensions);
        try similarity.scoresOfMany(slot, Batch.of(queries, rows, null, results.ptr, row_count).?, &failure);
        const copied_bytes = query_count * dimensions * @sizeOf(f32);
        try testing.expectEqual(are_copied, slot.arena.header.high_water_mark_bytes >= copied_bytes);
        for (results[0 .. query_count * row_count]) |score| try testing.expectEqual(1, score);
    }
}

test "operands that cannot be are refused" {
    var some: [4]f32 = undefined;
    const max = std.math.maxInt(u64);
    const rows: ?Rows = .of(&some, 2, 2, 2);
    try testing.expect(rows != null);
    try testing.expectEqual(null, Rows.of(null, 2, 2, 2));
    try testing.expectEqual(null, Rows.of(&some, 0, 2, 2));
    try testing.expectEqual(null, Rows.of(&some, 2, 0, 2));
    try testing.expectEqual(null, Rows.of(&some, 2, 2, 1));
    try testing.expectEqual(null, Rows.of(&some, 2, max, 2));
    try testing.expectEqual(null, Rows.of(&some, 1 << 61, 1, 1 << 61));
    try testing.expectEqual(null, Rows.of(&some, 1 << 32, 1 << 32, 1 << 32));
    try testing.expect(Single.of(&some, nan, rows, null) != null);
    try testing.expectEqual(null, Single.of(null, nan, rows, null));
    try testing.expectEqual(null, Single.of(&some, nan, null, null));
    const few: ?Rows = .of(&some, 1, 1, 1);
    try testing.expect(Batch.of(rows, rows, null, &some, 2) != null);
    try testing.expectEqual(null, Batch.of(null, rows, null, &some, 2));
    try testing.expectEqual(null, Batch.of(rows, null, null, &some, 2));
    try testing.expectEqual(null, Batch.of(rows, rows, null, null, 2));
    try testing.expectEqual(null, Batch.of(rows, rows, null, &some, 1));
    try testing.expectEqual(null, Batch.of(rows, rows, null, &some, 1 << 61));
    try testing.expectEqual(null, Batch.of(rows, rows, null, &some, max));
    // Rows of one float can be so many that their norms pass the limit.
    const norms: [1]f64 = .{1};
    try testing.expectEqual(null, Single.of(&some, nan, .of(&some, 1, 1 << 60, 1), &norms));
    try testing.expectEqual(null, Batch.of(few, .of(&some, 1, 1 << 60, 1), &norms, &some, 1 << 60));
    try testing.expectError(error.InvalidArgument, similarity.rowNorms(few.?, null));
}

test "rows anywhere that cannot be are refused, with the scores untouched" {
    var some: [2]f32 = .{ 1, 2 };
    var scores: [similarity.scattered]f32 = @splat(9);
    const rows: [similarity.scattered]?[*]const f32 = @splat(&some);
    const refused = error.InvalidArgument;
    try testing.expectError(refused, similarity.scoresOfScattered(null, nan, rows, 2, 0, &scores));
    try testing.expectError(refused, similarity.scoresOfScattered(&some, nan, rows, 2, 0, null));
    for ([_]u64{ 0, 1 << 61, std.math.maxInt(u64) }) |dimensions|
        try testing.expectError(refused, similarity.scoresOfScattered(&some, nan, rows, dimensions, 0, &scores));
    for (0..rows.len) |missing| {
        var without = rows;
        without[missing] = null;
        try testing.expectError(refused, similarity.scoresOfScattered(&some, nan, without, 2, 0, &scores));
    }
    for (scores) |score| try testing.expectEqual(9, score);
    try similarity.scoresOfScattered(&some, nan, rows, 2, 0, &scores);
    for (scores) |score| try testing.expectEqual(1, score);
}

test "a selection of more rows than there are, or than have indices, is refused" {
    var group: Group = .{};
    var failure: allocator.Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    var some: [4]f32 = @splat(9);
    var indices: [4]u32 = @splat(9);
    for ([_]u64{ 2, 1 << 32 }, [_]u64{ 3, 1 }) |count, k| {
        const single = Single.of(&some, nan, .of(&some, 1, count, 1), null).?;
        var found = top_k.Selection.of(&indices, &some, k, 0).?;
        try testing.expectError(error.InvalidArgument, similarity.best(slot, single, &found, &failure));
    }
    for (some, indices) |score, index| try testing.expect(score == 9 and index == 9);
}

/// Where operands lie: as far from their neighbours as given, each in memory of its own.
const Layout = struct { dimensions: usize, rows: usize, queries: usize, gap: usize = 0, shift: usize = 0 };

/// Operands and outputs of all functions on vectors.
const Trial = struct {
    layout: Layout,
    query_stride: usize,
    stride: usize,
    queries: []f32,
    rows: []f32,
    norms: []f64,
    scores: []f32,
    many: []f32,
    indices: []u32,
    best: []f32,

    /// Cuts them from memory at hand, one each for floats in, norms, and outputs.
    fn init(layout: Layout, memory: *Memory, end: Guarded.End) Trial {
        const stride = layout.dimensions + layout.gap;
        return .{
            .layout = layout,
            .query_stride = stride,
            .stride = stride,
            .queries = memory.cut(f32, 0, (layout.queries - 1) * stride + layout.dimensions, layout.shift, end),
            .rows = memory.cut(f32, 1, (layout.rows - 1) * stride + layout.dimensions, layout.shift, end),
            .norms = memory.cut(f64, 2, layout.rows, 0, end),
            .scores = memory.cut(f32, 3, layout.rows, 0, end),
            .many = memory.cut(f32, 4, layout.queries * layout.rows, 0, end),
            .indices = memory.cut(u32, 5, layout.rows, 0, end),
            .best = memory.cut(f32, 6, layout.rows, 0, end),
        };
    }

    fn fill(trial: *Trial, random: std.Random) void {
        for (trial.queries) |*element| element.* = random.floatNorm(f32);
        for (trial.rows) |*element| element.* = random.floatNorm(f32);
    }

    fn query(trial: *const Trial, i: usize) []const f32 {
        return trial.queries[i * trial.query_stride ..][0..trial.layout.dimensions];
    }

    fn row(trial: *const Trial, i: usize) []const f32 {
        return trial.rows[i * trial.stride ..][0..trial.layout.dimensions];
    }

    fn candidates(trial: *const Trial) ?Rows {
        return .of(trial.rows.ptr, trial.layout.dimensions, trial.layout.rows, trial.stride);
    }

    fn batch(trial: *const Trial, norms: ?[*]const f64) Batch {
        const layout = trial.layout;
        const queries: ?Rows = .of(trial.queries.ptr, layout.dimensions, layout.queries, trial.query_stride);
        return Batch.of(queries, trial.candidates(), norms, trial.many.ptr, layout.rows).?;
    }

    /// All functions, which must agree bit by bit; the scores of all queries are left in `many`.
    fn run(trial: *Trial, slot: *Slot) !void {
        var failure: allocator.Failure = .{};
        const count = trial.layout.rows;
        try similarity.rowNorms(trial.candidates().?, trial.norms.ptr);
        for (0..trial.layout.queries) |i| {
            const of_query = Rows.of(trial.query(i).ptr, trial.layout.dimensions, 1, trial.layout.dimensions);
            var query_norm: [1]f64 = undefined;
            try similarity.rowNorms(of_query.?, &query_norm);
            const of_batch = trial.many[i * count ..][0..count];
            for ([_]?[*]const f64{ null, trial.norms.ptr }) |norms| for ([_]f64{ nan, query_norm[0] }) |norm| {
                const single = Single.of(trial.query(i).ptr, norm, trial.candidates(), norms).?;
                @memset(trial.scores, 9);
                similarity.scores(slot, single, trial.scores.ptr);
                if (norms != null or norm == norm) try expectSameBits(of_batch, trial.scores);
                @memcpy(of_batch, trial.scores);
                try trial.expectEights(i, norm);
                try trial.expectBest(slot, single, if (norms == null) count else @max(1, count / 3));
            };
        }
        // What the single calls wrote, as the batch writes it.
        for ([_]?[*]const f64{ null, trial.norms.ptr }) |norms| {
            var singles: [Memory.floats_max]f32 = undefined;
            @memcpy(singles[0..trial.many.len], trial.many);
            @memset(trial.many, 9);
            try similarity.scoresOfMany(slot, trial.batch(norms), &failure);
            try expectSameBits(singles[0..trial.many.len], trial.many);
        }
    }

    /// Eight rows from each on, backwards and with every third, scored where they lie.
    fn expectEights(trial: *Trial, query_index: usize, norm: f64) !void {
        const count = trial.layout.rows;
        const elements = trial.query(query_index);
        for (0..@min(count, 11)) |start| for ([_]usize{ 1, count - 1, 3 }) |step| {
            var rows: [similarity.scattered]?[*]const f32 = undefined;
            var expected: [similarity.scattered]f32 = undefined;
            for (&rows, &expected, 0..) |*place, *score, i| {
                const index = (start + i * step) % count;
                place.* = trial.row(index).ptr;
                score.* = trial.scores[index];
            }
            var scores: [similarity.scattered]f32 = undefined;
            try similarity.scoresOfScattered(elements.ptr, norm, rows, elements.len, if (start % 2 == 0) 1 << 32 else 0, &scores);
            try expectSameBits(&expected, &scores);
        };
    }

    fn expectBest(trial: *Trial, slot: *Slot, single: Single, k: usize) !void {
        var failure: allocator.Failure = .{};
        const end = trial.layout.rows - k;
        var found = top_k.Selection.of(trial.indices[end..].ptr, trial.best[end..].ptr, k, 0).?;
        try similarity.best(slot, single, &found, &failure);
        for (trial.indices[end..], trial.best[end..], 0..) |index, score, place| {
            try expectSameBits(trial.scores[index..][0..1], &.{score});
            // As many are better as come before.
            var better: usize = 0;
            for (trial.scores, 0..) |other, i| better += @intFromBool(other > score or (other == score and i < index));
            if (score == score) try testing.expectEqual(place, better);
        }
    }
};

fn expectSameBits(expected: []const f32, actual: []const f32) !void {
    for (expected, actual) |one, other|
        try testing.expectEqual(@as(u32, @bitCast(one)), @as(u32, @bitCast(other)));
}

const Memory = struct {
    const floats_max = 64 << 10;
    guarded: [7]Guarded,

    fn init() !Memory {
        var memory: Memory = undefined;
        for (&memory.guarded, 0..) |*one, i| {
            errdefer for (memory.guarded[0..i]) |*made| made.deinit();
            one.* = try .init((floats_max + 64) * @sizeOf(f32));
        }
        return memory;
    }

    fn deinit(memory: *Memory) void {
        for (&memory.guarded) |*one| one.deinit();
    }

    /// `shift` elements away from the inaccessible page.
    fn cut(memory: *Memory, comptime T: type, place: usize, count: usize, shift: usize, end: Guarded.End) []T {
        const all = memory.guarded[place].slice(T, count + shift, end);
        return if (end == .front) all[shift..] else all[0..count];
    }
};

/// An arena of its own, and back to the highest level at the end.
const Fixture = struct {
    group: Group = .{},
    slot: *Slot = undefined,
    memory: Memory,
    prng: std.Random.DefaultPrng = .init(11),

    fn init(fixture: *Fixture) !void {
        fixture.* = .{ .memory = try .init() };
        var failure: allocator.Failure = .{};
        fixture.slot = try fixture.group.acquire(.thread, &failure);
    }

    fn deinit(fixture: *Fixture) void {
        useLevel(cpu_level.runnable()[cpu_level.runnable().len - 1]);
        fixture.group.release(fixture.slot);
        fixture.memory.deinit();
    }
};

fn useLevel(level: cpu_level.Level) void {
    if (!cpu_level.limit(@backingInt(level))) @panic("the level does not run here");
}

/// What a score may be off for vectors of random elements; much less than the documented bound, which is for the worst.
const usual_error = 1e-6;

test "all functions agree bit by bit, and with double precision, at every length, from every start, on every level" {
    var fixture: Fixture = undefined;
    try fixture.init();
    defer fixture.deinit();
    const lengths = [_]usize{ 768, 1536, 4096, 4097, 4110, 8200 };
    for (cpu_level.runnable()) |level| for (1..131 + lengths.len) |i| for ([_]usize{ 0, 1, 7 }) |shift| {
        useLevel(level);
        const dimensions = if (i < 131) i else lengths[i - 131];
        if (dimensions > 130 and shift == 1) continue;
        const many = dimensions <= 130;
        const layout: Layout = .{
            .dimensions = dimensions,
            .rows = if (many) 1 + (i + shift) % 19 else 6,
            .queries = if (many) 1 + i % 7 else 5,
            .gap = i % 3,
            .shift = shift,
        };
        var trial: Trial = .init(layout, &fixture.memory, .front);
        trial.fill(fixture.prng.random());
        try trial.run(fixture.slot);
        for (0..layout.queries) |q| for (0..layout.rows) |r| {
            const exact = cosine_test.reference(trial.query(q), trial.row(r));
            try testing.expectApproxEqAbs(exact, trial.many[q * layout.rows + r], usual_error);
        };
    };
    try testing.expectEqual(0, fixture.slot.arena.header.depth);
    try testing.expectEqual(0, fixture.slot.arena.header.offset_bytes);
}

test "nothing outside of operands and outputs is read or written" {
    var fixture: Fixture = undefined;
    try fixture.init();
    defer fixture.deinit();
    for (cpu_level.runnable()) |level| for (1..150) |dimensions| for ([_]Guarded.End{ .front, .back }) |end| {
        useLevel(level);
        const layout: Layout = .{
            .dimensions = dimensions,
            .rows = 1 + dimensions % 18,
            .queries = 1 + dimensions % 6,
            .gap = dimensions % 2,
        };
        var trial: Trial = .init(layout, &fixture.memory, end);
        trial.fill(fixture.prng.random());
        try trial.run(fixture.slot);
    };
}

test "rows and queries that single precision cannot take do not spoil the others" {
    var fixture: Fixture = undefined;
    try fixture.init();
    defer fixture.deinit();
    const inf = std.math.inf(f32);
    const factors = [_]f32{ 0, 1e-45, 1e-38, 1e-30, 1e-22, 1e19, 5e37, inf, -inf, std.math.nan(f32) };
    for (cpu_level.runnable()) |level| for (factors) |factor| for (0..2 * 11) |place| {
        useLevel(level);
        var trial: Trial = .init(.{ .dimensions = 21, .rows = 11, .queries = 5 }, &fixture.memory, .front);
        trial.fill(fixture.prng.random());
        // One row, or one query.
        const all = if (place < 11) trial.rows[place * 21 ..] else trial.queries[(place - 11) % 5 * 21 ..];
        for (all[0..21]) |*element| element.* = std.math.clamp(element.*, -3, 3) * factor;
        try trial.run(fixture.slot);
        for (0..5) |q| for (0..11) |r| {
            const score = trial.many[q * 11 + r];
            const exact = cosine_test.reference(trial.query(q), trial.row(r));
            const is_spoiled = if (place < 11) r == place else q == (place - 11) % 5;
            if (is_spoiled and factor == 0) {
                try testing.expectEqual(0, score);
            } else if (is_spoiled and !std.math.isFinite(factor)) {
                try testing.expect(std.math.isNan(score));
            } else try testing.expectApproxEqAbs(exact, score, usual_error);
        };
    };
}

test "candidates beyond one part of a batch or of a selection score as they do alone" {
    var fixture: Fixture = undefined;
    try fixture.init();
    defer fixture.deinit();
    const layout: Layout = .{ .dimensions = 3, .rows = 2 * 1024 + 5, .queries = 5 };
    for (cpu_level.runnable()) |level| {
        useLevel(level);
        var trial: Trial = .init(layout, &fixture.memory, .back);
        trial.fill(fixture.prng.random());
        try trial.run(fixture.slot);
    }
}

test "in an arena without room a call gives the same bits from chunks, or fails with its outputs untouched" {
    var fixture: Fixture = undefined;
    try fixture.init();
    defer fixture.deinit();
    var trial: Trial = .init(.{ .dimensions = 70, .rows = 900, .queries = 7, .shift = 1 }, &fixture.memory, .front);
    trial.fill(fixture.prng.random());
    try trial.run(fixture.slot);
    const single = Single.of(trial.queries.ptr, nan, trial.candidates(), null).?;
    const strategies = [_]arena_config.OverflowStrategy{ .error_return, .fallback };
    for (strategies) |strategy| for ([_]usize{ 0, 32, 1024, 8192 }) |left| {
        var group: Group = .{};
        try group.configure(.{ .pool_size_bytes = arena_config.pool_size_bytes_min, .overflow = strategy });
        var failure: allocator.Failure = .{};
        const slot = try group.acquire(.thread, &failure);
        defer group.release(slot);
        const mark = slot.arena.mark();
        _ = try slot.arena.allocate(slot.arena.header.capacity_bytes - left, 1, &failure);
        const before = slot.arena.header;
        var many: [7 * 900]f32 = @splat(9);
        var batch = trial.batch(null);
        batch.results = &many;
        if (similarity.scoresOfMany(slot, batch, &failure)) {
            try expectSameBits(trial.many, &many);
            try testing.expect(strategy == .fallback or left >= 8192);
        } else |reason| {
            try testing.expectEqual(error.ArenaOverflow, reason);
            try testing.expect(strategy == .error_return and left < 8192);
            for (many) |score| try testing.expectEqual(9, score);
        }
        var indices: [10]u32 = @splat(9);
        var scores: [10]f32 = @splat(9);
        var found = top_k.Selection.of(&indices, &scores, 10, 0).?;
        if (similarity.best(slot, single, &found, &failure)) {
            try testing.expect(strategy == .fallback or left >= 8192);
            for (indices, scores) |index, score| try expectSameBits(trial.many[index..][0..1], &.{score});
        } else |reason| {
            try testing.expectEqual(error.ArenaOverflow, reason);
            try testing.expect(strategy == .error_return and left < 8192);
            for (indices, scores) |index, score| try testing.expect(index == 9 and score == 9);
        }
        try testing.expectEqual(before.offset_bytes, slot.arena.header.offset_bytes);
        try testing.expectEqual(before.fallback_position_bytes, slot.arena.header.fallback_position_bytes);
        try testing.expectEqual(before.depth, slot.arena.header.depth);
        try slot.arena.rewind(mark);
    };
}
