//! What happens to an allocation that does not fit its arena: the one implementation of the three strategies.

const std = @import("std");
const linux = std.os.linux;
const arena_config = @import("arena_config.zig");
const allocator = @import("allocator.zig");
const memcheck = @import("memcheck.zig");
const metrics = @import("arena_metrics.zig");
const pages = @import("pages.zig");

const Arena = allocator.Arena;
const Budget = @import("budget.zig").Budget;
const Error = allocator.Error;
const Failure = allocator.Failure;

pub const chunk_bytes_min: u64 = 64 << 10;

/// A piece of memory from the system. This header lies at its start, the allocations behind it.
const Chunk = extern struct {
    previous: ?*Chunk,
    size_bytes: u64,
    /// The stack's position when the chunk was made. A mark at or below it was opened before.
    start_position_bytes: u64,
    /// Bytes in use, this header included.
    used_bytes: u64,

    fn memory(chunk: *Chunk) []align(pages.page_bytes_min) u8 {
        const start: [*]align(pages.page_bytes_min) u8 = @ptrCast(@alignCast(chunk));
        return start[0..chunk.size_bytes];
    }
};

/// A stack of chunks. Its position, the bytes in use in all of them, is all that a mark needs to remember.
pub const Chunks = extern struct {
    top: ?*Chunk = null,
    budget: ?*Budget = null,

    fn position(chunks: *const Chunks) u64 {
        const top = chunks.top orelse return 0;
        return top.start_position_bytes + top.used_bytes;
    }

    fn allocate(chunks: *Chunks, size: u64, alignment: u64, diagnostics: *pages.Diagnostics) Error![*]u8 {
        @setRuntimeSafety(true);
        if (chunks.top) |top| if (bump(top, size, alignment)) |memory| return memory;
        const chunk = try chunks.push(size, alignment, diagnostics);
        return bump(chunk, size, alignment).?;
    }

    fn bump(chunk: *Chunk, size: u64, alignment: u64) ?[*]u8 {
        @setRuntimeSafety(true);
        const base = @intFromPtr(chunk);
        const start = std.mem.alignForward(u64, base + chunk.used_bytes, alignment) - base;
        if (start > chunk.size_bytes or size > chunk.size_bytes - start) return null;
        chunk.used_bytes = start + size;
        const memory = chunk.memory()[start..][0..size];
        memcheck.handOut(memory);
        return memory.ptr;
    }

    fn push(chunks: *Chunks, size: u64, alignment: u64, diagnostics: *pages.Diagnostics) Error!*Chunk {
        @setRuntimeSafety(true);
        // A chunk starts on a page. Only a larger alignment can need up to its own size to be met.
        const gap = if (alignment <= pages.page_bytes_min)
            std.mem.alignForward(u64, @sizeOf(Chunk), alignment)
        else
            @sizeOf(Chunk) + alignment;
        const wanted = std.math.add(u64, size, gap) catch return error.ArenaOverflow;
        const bytes = pages.roundUp(@max(wanted, chunk_bytes_min)) orelse return error.ArenaOverflow;
        const budget = chunks.budget.?;
        if (!budget.takeChunk(bytes)) return error.ArenaOverflow;
        const memory = pages.allocate(bytes, diagnostics) catch {
            budget.giveChunk(bytes);
            return error.SystemError;
        };
        const chunk: *Chunk = @ptrCast(memory.ptr);
        chunk.* = .{
            .previous = chunks.top,
            .size_bytes = memory.len,
            .start_position_bytes = chunks.position(),
            .used_bytes = @sizeOf(Chunk),
        };
        chunks.top = chunk;
        memcheck.takeBack(memory[@sizeOf(Chunk)..]);
        return chunk;
    }

    /// Frees the chunks made above `to_position` and gives back what lies above it in the one below, zeroed if `wipe`.
    pub fn rewind(chunks: *Chunks, to_position: u64, wipe: bool) void {
        @setRuntimeSafety(true);
        while (chunks.top) |top| {
            if (top.start_position_bytes < to_position) {
                const kept = to_position - top.start_position_bytes;
                const given_back = top.memory()[kept..top.used_bytes];
                if (wipe) {
                    memcheck.handOut(given_back);
                    @memset(given_back, 0);
                }
                memcheck.takeBack(given_back);
                top.used_bytes = kept;
                return;
            }
            const memory = top.memory();
            chunks.top = top.previous;
            pages.free(memory);
            chunks.budget.?.giveChunk(memory.len);
        }
    }
};

/// Counts the overflow and does what the arena's strategy says.
pub fn serve(arena: *Arena, size: u64, alignment: u64, failure: *Failure) Error![*]u8 {
    @branchHint(.cold);
    @setRuntimeSafety(true);
    const header = &arena.header;
    failure.* = .{
        .requested_bytes = size,
        .available_bytes = arena.availableBytes(alignment),
        .capacity_bytes = header.capacity_bytes,
    };
    switch (arena_config.OverflowStrategy.fromCode(header.overflow_strategy).?) {
        .fallback => {
            var diagnostics: pages.Diagnostics = .{};
            const memory = arena.chunks.allocate(size, alignment, &diagnostics) catch |reason| {
                metrics.add(&header.overflow_error_count, 1);
                failure.system_error = diagnostics.errno;
                return reason;
            };
            metrics.add(&header.overflow_fallback_count, 1);
            metrics.add(&header.overflow_fallback_bytes, size);
            metrics.store(&header.fallback_position_bytes, arena.chunks.position());
            return memory;
        },
        .error_return => {
            metrics.add(&header.overflow_error_count, 1);
            return error.ArenaOverflow;
        },
        .panic => {
            metrics.add(&header.overflow_error_count, 1);
            endProcess(failure);
        },
    }
}

/// One line that names the thread and the sizes, then a trap: the JVM answers it with a report that has the Java
/// frames of the culprit.
fn endProcess(failure: *const Failure) noreturn {
    @setRuntimeSafety(true);
    var name: [16:0]u8 = @splat(0);
    _ = linux.prctl(@backingInt(linux.PR.GET_NAME), @intFromPtr(&name), 0, 0, 0);
    var buffer: [256]u8 = undefined;
    const line = std.fmt.bufPrint(
        &buffer,
        "engram_arena: panic: arena overflow in thread {d} \"{s}\": requested {d} bytes, available {d}, capacity {d}\n",
        .{
            linux.gettid(),          std.mem.sliceTo(&name, 0), failure.requested_bytes,
            failure.available_bytes, failure.capacity_bytes,
        },
    ) catch unreachable;
    _ = linux.write(2, line.ptr, line.len);
    @trap();
}

const testing = std.testing;

/// An arena over a small buffer, with a budget for chunks.
const Fixture = struct {
    buffer: [4096]u8 align(128) = undefined,
    budget: Budget = .{ .fallback = .init(1 << 20) },
    arena: Arena = .{},
    failure: Failure = .{},

    fn start(fixture: *Fixture, strategy: arena_config.OverflowStrategy) *Arena {
        fixture.arena.header.base = &fixture.buffer;
        fixture.arena.header.capacity_bytes = fixture.buffer.len;
        fixture.arena.header.overflow_strategy = @backingInt(strategy);
        fixture.arena.chunks.budget = &fixture.budget;
        return &fixture.arena;
    }

    fn held(fixture: *Fixture) u64 {
        return fixture.budget.fallback.held();
    }
};

test "an overflow under error return leaves the arena as it was and says the sizes" {
    var fixture: Fixture = .{};
    const arena = fixture.start(.error_return);
    _ = try arena.allocate(100, 1, &fixture.failure);
    try testing.expectError(error.ArenaOverflow, arena.allocate(4000, 1, &fixture.failure));
    try testing.expectEqual(100, arena.header.offset_bytes);
    try testing.expectEqual(1, arena.header.overflow_error_count);
    try testing.expectEqual(4000, fixture.failure.requested_bytes);
    try testing.expectEqual(3996, fixture.failure.available_bytes);
    try testing.expectEqual(4096, fixture.failure.capacity_bytes);
    _ = try arena.allocate(3996, 1, &fixture.failure);
}

test "sizes near the end of the number range overflow instead of wrapping" {
    inline for (.{ .error_return, .fallback }) |strategy| {
        var fixture: Fixture = .{};
        const arena = fixture.start(strategy);
        _ = try arena.allocate(1, 1, &fixture.failure);
        const max = std.math.maxInt(u64);
        for ([_]u64{ max, max - 1, max - 63, max - 4096, 1 << 63, (1 << 63) - 1 }) |size| {
            for ([_]u64{ 1, 64, 4096, allocator.alignment_bytes_max }) |alignment| {
                try testing.expectError(error.ArenaOverflow, arena.allocate(size, alignment, &fixture.failure));
            }
        }
        try testing.expectEqual(1, arena.header.offset_bytes);
        try testing.expectEqual(24, arena.header.overflow_error_count);
        try testing.expectEqual(0, fixture.held());
    }
}

test "fallback serves from chunks and the rewind gives them back" {
    var fixture: Fixture = .{};
    const arena = fixture.start(.fallback);
    const mark = arena.mark();
    const large = try arena.allocate(100_000, 64, &fixture.failure);
    @memset(large[0..100_000], 1);
    try testing.expectEqual(0, @intFromPtr(large) % 64);
    const small = try arena.allocate(5000, 4096, &fixture.failure);
    @memset(small[0..5000], 2);
    try testing.expectEqual(0, @intFromPtr(small) % 4096);
    try testing.expectEqual(1, large[99_999]);
    try testing.expectEqual(2, arena.header.overflow_fallback_count);
    try testing.expectEqual(105_000, arena.header.overflow_fallback_bytes);
    try testing.expect(fixture.held() >= 105_000);
    try arena.rewind(mark);
    try testing.expectEqual(0, fixture.held());
    try testing.expectEqual(0, arena.header.fallback_position_bytes);
    try testing.expectEqual(1, arena.header.reset_count);
}

test "an inner rewind keeps the chunks and the bytes of the outer mark" {
    var fixture: Fixture = .{};
    const arena = fixture.start(.fallback);
    const outer = arena.mark();
    const kept = try arena.allocate(5000, 8, &fixture.failure);
    @memset(kept[0..5000], 7);
    const held_by_outer = fixture.held();
    const inner = arena.mark();
    const in_same_chunk = try arena.allocate(6000, 8, &fixture.failure);
    _ = try arena.allocate(200_000, 8, &fixture.failure);
    try arena.rewind(inner);
    try testing.expectEqual(held_by_outer, fixture.held());
    try testing.expectEqual(in_same_chunk, try arena.allocate(6000, 8, &fixture.failure));
    for (kept[0..5000]) |byte| try testing.expectEqual(7, byte);
    try arena.rewind(outer);
    try testing.expectEqual(0, fixture.held());
}

test "fallback is bounded, and past the bound it fails as error return does" {
    var fixture: Fixture = .{ .budget = .{ .fallback = .init(200_000) } };
    const arena = fixture.start(.fallback);
    const mark = arena.mark();
    _ = try arena.allocate(100_000, 8, &fixture.failure);
    try testing.expectError(error.ArenaOverflow, arena.allocate(150_000, 8, &fixture.failure));
    try testing.expectEqual(1, arena.header.overflow_error_count);
    try testing.expectEqual(1, arena.header.overflow_fallback_count);
    try arena.rewind(mark);
    _ = try arena.allocate(150_000, 8, &fixture.failure);
    arena.empty();
    try testing.expectEqual(0, fixture.held());
}

test "the largest alignment is met by a chunk, whatever the size" {
    var fixture: Fixture = .{ .budget = .{ .fallback = .init(64 << 20) } };
    const arena = fixture.start(.fallback);
    for ([_]u64{ 1, 4096, 65535, 65536, 1 << 20 }) |size| {
        const mark = arena.mark();
        const memory = try arena.allocate(size, allocator.alignment_bytes_max, &fixture.failure);
        try testing.expectEqual(0, @intFromPtr(memory) % allocator.alignment_bytes_max);
        @memset(memory[0..size], 1);
        try arena.rewind(mark);
    }
}

test "a chunk that the system refuses is counted, named and not held" {
    var fixture: Fixture = .{ .budget = .{ .fallback = .init(std.math.maxInt(u64)) } };
    const arena = fixture.start(.fallback);
    try testing.expectError(error.SystemError, arena.allocate(1 << 50, 64, &fixture.failure));
    try testing.expectEqual(@backingInt(linux.E.NOMEM), fixture.failure.system_error);
    try testing.expectEqual(1, arena.header.overflow_error_count);
    try testing.expectEqual(0, fixture.held());
}

test "chunks stop where arenas and chunks together hold all that they may" {
    var fixture: Fixture = .{ .budget = .{ .total = .init(300_000) } };
    const arena = fixture.start(.fallback);
    try testing.expect(fixture.budget.takeRegion(200_000));
    const mark = arena.mark();
    _ = try arena.allocate(50_000, 8, &fixture.failure);
    try testing.expectError(error.ArenaOverflow, arena.allocate(50_000, 8, &fixture.failure));
    try arena.rewind(mark);
    try testing.expectEqual(200_000, fixture.budget.total.held());
}

test "with zero on reset what a chunk keeps of an inner mark is wiped" {
    var fixture: Fixture = .{};
    const arena = fixture.start(.fallback);
    arena.header.zero_on_reset = 1;
    const outer = arena.mark();
    _ = try arena.allocate(5000, 8, &fixture.failure);
    const inner = arena.mark();
    const used = try arena.allocate(6000, 8, &fixture.failure);
    @memset(used[0..6000], 9);
    try arena.rewind(inner);
    try testing.expect(std.mem.allEqual(u8, used[0..6000], 0));
    try arena.rewind(outer);
}
