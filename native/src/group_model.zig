//! A simple model of a group of arenas, for model_test.zig: what the C header says of them, in plain lists and sums, with no
//! regard to threads. Of the library it takes the addresses that the system chose and nothing else.

const std = @import("std");
const arena_config = @import("arena_config.zig");
const arena_model = @import("arena_model.zig");
const pages = @import("pages.zig");
const Request = @import("allocator.zig").Request;

const Allocation = arena_model.Allocation;
const Arena = arena_model.Arena;
const Chunk = arena_model.Chunk;
const Config = arena_config.Config;
const Counts = arena_model.Counts;
const Mark = arena_model.Mark;
const Use = arena_model.Use;
const roundUp = arena_model.roundUp;

/// As in engram_status.
pub const Refusal = error{ InvalidArgument, ArenaOverflow, ArenaInUse, PoolExhausted };

const chunk_header_bytes = 32;

pub const Model = struct {
    gpa: std.mem.Allocator,
    /// By the place that the library gave them.
    arenas: [64]Arena = @splat(.{}),
    config: Config = .{},
    /// Whether the system lets others serve a thread's idle arena.
    serves_threads: bool = true,
    total_held: u64 = 0,
    fallback_held: u64 = 0,
    /// Leases that nobody holds, the latest last.
    idle: std.ArrayList(usize) = .empty,
    epoch: u64 = 0,
    baseline: Counts = .{},
    refused: u64 = 0,
    failed_remaps: u64 = 0,
    refused_before: u64 = 0,
    failed_remaps_before: u64 = 0,

    pub fn deinit(model: *Model) void {
        for (&model.arenas) |*arena| {
            arena.marks.deinit(model.gpa);
            arena.allocations.deinit(model.gpa);
            arena.chunks.deinit(model.gpa);
        }
        model.idle.deinit(model.gpa);
    }

    // ---- What is asked of all

    pub fn ask(model: *Model, bit: u32) void {
        for (&model.arenas) |*arena| {
            if (arena.isActive()) arena.requests |= bit;
        }
    }

    pub fn configure(model: *Model, config: Config) Refusal!void {
        if (!config.isValid()) return error.InvalidArgument;
        model.config = config;
        model.ask(Request.configuration);
        while (model.idle.pop()) |index| model.dropRegion(&model.arenas[index]);
    }

    pub fn resetMetrics(model: *Model) void {
        model.baseline = model.sum();
        model.refused_before = model.refused;
        model.failed_remaps_before = model.failed_remaps;
        model.epoch += 1;
        for (&model.arenas) |*arena| arena.peak = 0;
        model.ask(Request.epoch);
    }

    pub fn resetAll(model: *Model, own: ?*Arena) Refusal!void {
        if (own) |arena| if (arena.marks.items.len > 0) return error.ArenaInUse;
        model.ask(Request.reset);
        if (own) |arena| model.obey(arena) catch {};
    }

    pub fn trimAll(model: *Model) u64 {
        model.ask(Request.trim);
        var given: u64 = 0;
        for (&model.arenas) |*arena| {
            const idle = arena.use == .idle or
                (model.serves_threads and arena.use == .thread and arena.marks.items.len == 0);
            if (!idle) continue;
            arena.requests &= ~Request.trim;
            given += model.trim(arena);
        }
        return given;
    }

    pub fn sum(model: *const Model) Counts {
        var all: Counts = .{};
        for (&model.arenas) |*arena| {
            inline for (comptime std.meta.fieldNames(Counts)) |name| @field(all, name) += @field(arena.counts, name);
        }
        return all;
    }

    // ---- Owners

    /// The arena at a free place becomes somebody's.
    pub fn acquire(model: *Model, arena: *Arena, use: Use) Refusal!void {
        arena.requests = 0;
        try model.follow(arena);
        model.enterEpoch(arena);
        arena.use = use;
    }

    /// The lease that is had next, if there is an idle one.
    pub fn nextLease(model: *const Model) ?usize {
        return model.idle.last();
    }

    pub fn lease(model: *Model, index: usize) Refusal!void {
        _ = model.idle.pop();
        const arena = &model.arenas[index];
        model.enterEpoch(arena);
        errdefer model.idle.append(model.gpa, index) catch unreachable;
        if (arena.requests != 0) try model.obey(arena);
        arena.use = .leased;
    }

    pub fn giveBackLease(model: *Model, index: usize) !void {
        const arena = &model.arenas[index];
        if (arena.use != .leased) return error.InvalidArgument;
        if (arena.marks.items.len > 0) return error.ArenaInUse;
        try model.recover(index);
    }

    pub fn recover(model: *Model, index: usize) !void {
        const arena = &model.arenas[index];
        if (arena.use != .leased) return error.InvalidArgument;
        model.abandon(arena);
        arena.use = .idle;
        try model.idle.append(model.gpa, index);
    }

    pub fn release(model: *Model, arena: *Arena) void {
        model.abandon(arena);
        model.dropRegion(arena);
    }

    fn abandon(model: *Model, arena: *Arena) void {
        arena.counts.abandoned_count += arena.marks.items.len;
        arena.marks.clearRetainingCapacity();
        model.serveEpoch(arena);
        model.giveBack(arena, .{ .offset = 0, .position = 0 });
        arena.countReset();
    }

    fn dropRegion(model: *Model, arena: *Arena) void {
        model.enterEpoch(arena);
        model.total_held -= arena.capacity();
        arena.region = null;
        arena.touched = 0;
        arena.use = .free;
    }

    // ---- Requests

    pub fn serve(model: *Model, arena: *Arena) Refusal!void {
        if (arena.marks.items.len > 0) {
            model.serveEpoch(arena);
            return error.ArenaInUse;
        }
        try model.obey(arena);
    }

    fn serveEpoch(model: *Model, arena: *Arena) void {
        if (arena.requests & Request.epoch == 0) return;
        arena.requests &= ~Request.epoch;
        model.enterEpoch(arena);
    }

    fn enterEpoch(model: *Model, arena: *Arena) void {
        arena.touched = @max(arena.touched, arena.high_water_mark);
        arena.high_water_mark = 0;
        arena.epoch = model.epoch;
    }

    fn trim(model: *Model, arena: *Arena) u64 {
        const region = arena.region orelse return 0;
        if (region.is_kept_whole) return 0;
        const given = arena.touchedBytes() - arena.offset;
        model.enterEpoch(arena);
        arena.touched = arena.offset;
        return given;
    }

    fn obey(model: *Model, arena: *Arena) Refusal!void {
        const wanted = arena.requests;
        arena.requests = 0;
        if (wanted & Request.epoch != 0) model.enterEpoch(arena);
        if (wanted & Request.reset != 0) {
            model.giveBack(arena, .{ .offset = 0, .position = 0 });
            arena.countReset();
        }
        if (wanted & Request.trim != 0) _ = model.trim(arena);
        if (wanted & Request.configuration == 0 and arena.region != null) return;
        if (!arena.isEmpty()) {
            arena.requests |= Request.configuration;
            return;
        }
        model.follow(arena) catch |reason| {
            arena.requests |= Request.region;
            return reason;
        };
    }

    // ---- Regions

    fn capacityOf(config: Config) u64 {
        return if (config.huge_pages == .explicit) roundUp(config.pool_size_bytes, 2 << 20) else config.pool_size_bytes;
    }

    pub fn specification(model: *const Model) pages.Specification {
        return .{
            .capacity_bytes = capacityOf(model.config),
            .huge_pages = model.config.huge_pages,
            .pre_touch = model.config.pre_touch,
        };
    }

    fn follow(model: *Model, arena: *Arena) Refusal!void {
        arena.claimed = true;
        defer arena.claimed = false;
        const wanted = model.specification();
        if (arena.region) |*old| {
            if (!std.meta.eql(old.specification, wanted)) model.replace(arena, old.size(), wanted);
        } else if (model.makeRoom(wanted.capacity_bytes)) {
            model.attach(arena, wanted);
        } else if (model.config.overflow == .fallback) {
            arena.requests |= Request.region;
        } else {
            model.refused += 1;
            return error.PoolExhausted;
        }
        arena.config = model.config;
    }

    fn replace(model: *Model, arena: *Arena, old_size: u64, wanted: pages.Specification) void {
        if (wanted.capacity_bytes > old_size) {
            if (!model.makeRoom(wanted.capacity_bytes - old_size)) {
                model.failed_remaps += 1;
                return;
            }
        } else {
            model.total_held -= old_size - wanted.capacity_bytes;
        }
        model.attach(arena, wanted);
    }

    fn attach(model: *Model, arena: *Arena, wanted: pages.Specification) void {
        model.enterEpoch(arena);
        const unit: u64 = if (wanted.huge_pages == .explicit) 2 << 20 else pages.granule_bytes;
        arena.touched = if (wanted.pre_touch) roundUp(wanted.capacity_bytes, unit) else 0;
        arena.region = .{ .specification = wanted };
        // Unknown until the library tells.
        arena.base = 0;
    }

    fn makeRoom(model: *Model, bytes: u64) bool {
        if (bytes > model.config.max_total_bytes) return false;
        while (model.total_held +| bytes > model.config.max_total_bytes) {
            if (!model.reclaim(bytes)) return false;
        }
        model.total_held += bytes;
        return true;
    }

    /// Leases in the pool first, then owners' empty arenas, in the order of their places.
    fn reclaim(model: *Model, bytes: u64) bool {
        var got: u64 = 0;
        var count: usize = 0;
        while (got < bytes) {
            const arena = &model.arenas[model.idle.pop() orelse break];
            got += arena.capacity();
            if (arena.region != null) count += 1;
            model.dropRegion(arena);
        }
        for (&model.arenas) |*arena| {
            if (got >= bytes or !model.serves_threads) break;
            const use = arena.use;
            if ((use != .thread and use != .leased) or arena.claimed or arena.region == null) continue;
            if (arena.marks.items.len > 0 or !arena.isEmpty()) continue;
            got += arena.capacity();
            count += 1;
            model.dropRegion(arena);
            arena.use = use;
            arena.requests |= Request.region;
        }
        return count > 0;
    }

    // ---- Quarantine

    pub fn quarantine(model: *Model, arena: *Arena, aside: *Arena) !void {
        arena.claimed = true;
        defer arena.claimed = false;
        if (!model.makeRoom(capacityOf(model.config))) return error.PoolExhausted;
        model.serveEpoch(arena);
        aside.use = .quarantined;
        aside.region = arena.region;
        aside.base = arena.base;
        std.mem.swap(std.ArrayList(Chunk), &aside.chunks, &arena.chunks);
        std.mem.swap(std.ArrayList(Allocation), &aside.allocations, &arena.allocations);
        arena.counts.abandoned_count += arena.marks.items.len;
        arena.marks.clearRetainingCapacity();
        arena.raiseMarks();
        arena.counts.allocated_bytes += arena.offset + arena.position;
        if (!arena.isEmpty()) arena.used_since_reset = true;
        arena.offset = 0;
        arena.position = 0;
        arena.countReset();
        model.attach(arena, model.specification());
        arena.requests &= ~Request.region;
    }

    pub fn releaseQuarantined(model: *Model, aside: *Arena) Refusal!void {
        if (aside.use != .quarantined) return error.InvalidArgument;
        for (aside.chunks.items) |*chunk| model.dropChunk(chunk.size);
        aside.chunks.clearRetainingCapacity();
        aside.allocations.clearRetainingCapacity();
        model.total_held -= aside.capacity();
        aside.region = null;
        aside.use = .free;
    }

    // ---- Marks and allocations

    pub fn openMark(model: *Model, arena: *Arena) !Mark {
        if (arena.marks.items.len == 0 and arena.requests != 0) try model.obey(arena);
        arena.counts.scope_count += 1;
        const mark: Mark = .{ .offset = arena.offset, .position = arena.position };
        try arena.marks.append(model.gpa, .{ .mark = mark, .allocations = arena.allocations.items.len });
        return mark;
    }

    pub fn rewind(model: *Model, arena: *Arena, to: Mark) Refusal!void {
        if (arena.marks.items.len == 0) return error.InvalidArgument;
        model.serveEpoch(arena);
        if (to.offset > arena.offset or to.position > arena.position) return error.InvalidArgument;
        model.giveBack(arena, to);
        arena.allocations.shrinkRetainingCapacity(arena.marks.pop().?.allocations);
        if (arena.marks.items.len == 0) arena.countReset();
    }

    fn giveBack(model: *Model, arena: *Arena, to: Mark) void {
        const given = arena.offset - to.offset + arena.position - to.position;
        if (given == 0) return;
        arena.raiseMarks();
        arena.counts.allocated_bytes += given;
        arena.used_since_reset = true;
        while (arena.top()) |chunk| {
            if (chunk.start < to.position) {
                chunk.used = to.position - chunk.start;
                break;
            }
            model.dropChunk(chunk.size);
            _ = arena.chunks.pop();
        }
        arena.offset = to.offset;
        arena.position = to.position;
        if (arena.isEmpty()) arena.allocations.clearRetainingCapacity();
    }

    fn dropChunk(model: *Model, size: u64) void {
        model.total_held -= size;
        model.fallback_held -= size;
    }

    /// What an unmarked allocation does before it allocates.
    pub fn beforeAllocation(model: *Model, arena: *Arena) Refusal!void {
        if (arena.marks.items.len == 0 and arena.region == null) try model.obey(arena);
    }

    /// The size of a new chunk for an allocation, or null if chunks may not hold as much.
    pub fn chunkSize(model: *const Model, size: u64, alignment: u64) ?u64 {
        const gap = if (alignment <= pages.page_bytes_min) roundUp(chunk_header_bytes, alignment) else chunk_header_bytes + alignment;
        const least = @max(std.math.add(u64, size, gap) catch return null, 64 << 10);
        if (least > std.math.maxInt(u64) - pages.granule_bytes) return null;
        const bytes = roundUp(least, pages.granule_bytes);
        return if (model.fallback_held +| bytes > model.config.max_fallback_bytes) null else bytes;
    }

    /// Counts a chunk of an arena as held. False, and nothing counted, if not even idle arenas make room for it.
    pub fn takeChunk(model: *Model, arena: *Arena, size: u64) bool {
        arena.claimed = true;
        defer arena.claimed = false;
        if (!model.makeRoom(size)) return false;
        model.fallback_held += size;
        return true;
    }

    pub fn addChunk(model: *Model, arena: *Arena, base: u64, size: u64) !void {
        try arena.chunks.append(model.gpa, .{ .base = base, .size = size, .start = arena.position, .used = chunk_header_bytes });
    }
};
